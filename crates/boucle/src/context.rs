//! The thread's way into a loop: all that those above see of one.

pub(crate) mod budget;
#[cfg(all(unix, not(boucle_loom)))]
mod descriptors;
mod ends;
mod here;
mod identity;
mod notes;
mod owner;
#[cfg(feature = "explore")]
mod renew;
pub(crate) mod survey;
pub(crate) mod sys;
mod timers;
mod touch;
pub(crate) mod wait;
mod waits;
mod wakes;

#[cfg(all(unix, not(boucle_loom)))]
pub(crate) use self::descriptors::Place;
pub(crate) use self::here::{
    call_in, current, here, is_current, now, require_current, require_current_at, require_entered,
    require_entered_at, set_current, task_in, task_of, with_entered,
};
pub(crate) use self::identity::Identity;
pub(crate) use self::owner::Owner;
pub(crate) use self::timers::Rearmed;
#[cfg(feature = "explore")]
pub(crate) use self::touch::adds_end;
pub(crate) use self::touch::{
    adds_timer, reads_clock, reads_end, reads_tasks, writes_clock, writes_ends, writes_wakers,
};
pub(crate) use self::waits::wait_ends_in;
pub(crate) use self::wakes::{discard, park, wake, wake_for, will_wake, will_wake_parked};
pub(crate) use crate::core::Core;
pub(crate) use crate::structures::ends::Listens;
#[cfg(all(unix, not(boucle_loom)))]
pub(crate) use crate::structures::loops::is_there;

/// A handle of a task, in its loop.
pub(crate) type Raw<T> = crate::cell::Raw<Core, T>;

/// A share in the inbox of a loop.
pub(crate) type Share = crate::cell::Share<Core>;

/// What another thread asks of a loop.
pub(crate) type Mail = crate::cell::Mail<Core>;
