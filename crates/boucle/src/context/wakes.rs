//! How to wake who polls now, and waking it, from wherever the thread is then.

use std::task::Waker;

use super::{call_in, here, task_of, with_entered};
use crate::data::{LoopId, TaskId};
use crate::host;
use crate::structures::wake::{Parked, Wake};

/// How to wake the owner of `waker`, from the loop that this thread is in. A foreign waker runs foreign
/// code as it is cloned: nothing may be borrowed.
pub(crate) fn wake_for(waker: &Waker) -> Wake {
    task_of(waker).map_or_else(|| Wake::Foreign(waker.clone()), Wake::Task)
}

/// Whether this wakes the owner of `waker`.
pub(crate) fn will_wake(wake: &Wake, waker: &Waker) -> bool {
    match wake {
        Wake::Task(id) => task_of(waker) == Some(*id),
        Wake::Foreign(mine) => mine.will_wake(waker),
    }
}

/// How to wake the owner of `waker`, from anywhere. As for [`wake_for`], nothing may be borrowed.
pub(crate) fn park(waker: &Waker) -> Parked {
    Parked { wake: wake_for(waker), event_loop: here() }
}

/// Whether this wakes the owner of `waker`. Two loops may have tasks of the same number.
pub(crate) fn will_wake_parked(parked: &Parked, waker: &Waker) -> bool {
    parked.event_loop == here() && will_wake(&parked.wake, waker)
}

/// Drops what may have a destructor of a user, such as a waker: in a loop its panic is reported to the
/// exception handler, elsewhere on stderr. Nothing may be borrowed.
pub(crate) fn discard<T>(value: T) {
    if !std::mem::needs_drop::<T>() {
        return;
    }
    let mut value = Some(value);
    with_entered(|core| core.host.drop(value.take()));
    if value.is_some() {
        host::guard(|| drop(value));
    }
}

/// Wakes one who waits, from inside its loop, another one, or none. Nothing may be borrowed.
#[inline(always)]
pub(crate) fn wake(parked: Parked) {
    let Parked { wake, event_loop } = parked;
    match wake {
        Wake::Foreign(waker) => {
            super::writes_wakers();
            wake_foreign(waker);
        }
        Wake::Task(id) => {
            let is_woken = with_entered(|core| {
                let is_mine = event_loop == Some(core.id());
                if is_mine {
                    core.wake(id);
                }
                is_mine
            });
            if is_woken != Some(true) {
                wake_elsewhere(id, event_loop);
            }
        }
    }
}

/// Wakes one who is no task. Outside of any loop nobody guards this thread: who is next in a line must be
/// woken all the same.
#[cold]
#[inline(never)]
fn wake_foreign(waker: Waker) {
    let mut waker = Some(waker);
    with_entered(|core| waker.take().into_iter().for_each(|it| core.host.wake(it)));
    waker.into_iter().for_each(|it| host::guard(|| it.wake()));
}

/// Wakes a task of another loop.
#[cold]
#[inline(never)]
fn wake_elsewhere(id: TaskId, event_loop: Option<LoopId>) {
    if let Some(event_loop) = event_loop {
        call_in(event_loop, move |core| core.wake(id));
    }
}
