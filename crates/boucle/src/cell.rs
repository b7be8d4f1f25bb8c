//! A task in memory: one allocation that holds its future, later its result. The one home of unsafe
//! code.
//!
//! It knows its loop as a [`Schedule`] and no more.
//!
//! # Who may touch what
//!
//! The *owner thread* is the loop's. `Loop`, `Task`, [`Runnable`] and [`Registry`] are not `Send`, so
//! whatever is reached through them is reached on the owner thread. Other threads hold wakers and
//! [`Letter`]s only, and touch `refs`, `in_inbox` and the fields that never change.
//!
//! A task is known by a [`Ptr`], which is the pointer that its allocation gave. The body, and the memory
//! when it is freed, are reached through that pointer, never through one made from a reference to a part.
//!
//! # The life of a task (`state`, owner thread only)
//!
//! ```text
//!                 1 wake                     2 run
//!      IDLE ────────────────▶ SCHEDULED ────────────────▶ RUNNING
//!       ▲                                                 │  │  │
//!       └──────────────────── 3 Pending ──────────────────┘  │  │ 5 Ready, panic
//!               SCHEDULED ◀── 4 woken while it runs ─────────┘  ▼
//!                                                              DONE
//! ```
//!
//! 1 `wake_here`, 2 `Runnable::run`, 3 and 5 its end, 4 `wake_here` again. `cancel` sets CANCEL and
//! schedules; the next run drops the future instead of polling it.
//!
//! # Who keeps it alive (`refs`)
//!
//! The lowest 31 bits count wakers and letters. The highest, LOCAL, stands for all of the owner
//! thread together: it is set as long as the task is not DONE, or SCHEDULED, or RUNNING, or has a
//! `Task` handle. The future and the result are dropped before LOCAL is cleared, on the owner thread;
//! whoever takes `refs` to zero frees memory and nothing else. On the owner thread a wake costs no
//! atomic operation, and a task that nobody else knows is freed without one.
//!
//! # Who keeps the loop's remote part alive
//!
//! As long as LOCAL is set: the loop, and after it `remote::leave` and `remote::part`. Who clears LOCAL
//! while wakers are left takes a count for all of them together, and the last waker gives it back. So a
//! waker that is cloned and dropped while its task lives touches one counter.
//!
//! Whoever has a waker could wake the loop: as long as a task has any, it has a share in the inbox.

#![expect(unsafe_code, reason = "one allocation a task, and wakes without atomic operations")]

mod handle;
mod here;
mod kind;
mod registry;
mod remote;
mod run;
mod schedule;
mod survey;
mod task_cell;
mod unwind;
mod waker;

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::ptr::NonNull;
use std::rc::Rc;

pub(crate) use self::here::{Busy, Entered, entered, is_busy, is_entered, with_entered};
use self::kind::{Kind, Kinds, VTable};
pub(crate) use self::remote::{Share, leave, open};
pub(crate) use self::run::{spawn, with_borrowed};
pub(crate) use self::schedule::{Here, Schedule, Wakers, Woken};
pub(crate) use self::survey::{Seen, Survey, is_survey, note, surveyed};
pub(crate) use self::waker::{task_in, task_of};
use crate::data::primitives::{AtomicBool, AtomicU32, Life};
use crate::data::{Awaiter, Origin, TaskId};
use crate::structures::inbox::Inbox;

/// In the ready queue, once. Cannot be set twice; may be set while RUNNING or after DONE.
const SCHEDULED: u16 = 1;
/// Being polled or dropped by the loop. Cannot be set together with DONE but in `run`'s last lines.
const RUNNING: u16 = 1 << 1;
/// The future is gone, and the task no longer in the registry.
const DONE: u16 = 1 << 2;
/// A `Task` exists.
const HANDLE: u16 = 1 << 3;
/// The next run drops the future. Means nothing once DONE.
const CANCEL: u16 = 1 << 4;
/// The body holds the value that the future returned. Only with DONE.
const VALUE: u16 = 1 << 5;
/// The body holds the error: a panic. Only with DONE, never with VALUE.
const ERROR: u16 = 1 << 6;
/// The value or the error was there, and has been taken out. Only with DONE.
const TAKEN: u16 = 1 << 7;
/// Somebody has read the error: it is not reported.
const READ: u16 = 1 << 8;
/// The loop keeps a name for it.
const NAMED: u16 = 1 << 9;
/// Somebody watches the loop, or debug mode counts, from before the task was made. What is told then is
/// asked for by this bit, since the state is looked at anyhow.
const OBSERVED: u16 = 1 << 10;

/// The owner thread's share of `refs`.
const LOCAL: u32 = 1 << 31;

/// What every task has, whatever its future is.
///
/// In this order, with the gap not at the end: the compiler would move it together with the future, in
/// steps that do not match those in which the future was written, and the processor would wait.
#[repr(C)]
struct Header<S: Schedule> {
    /// LOCAL, and the number of wakers and letters.
    refs: AtomicU32,
    /// Whether a letter of this task is in the inbox: so there is one at the most.
    in_inbox: AtomicBool,
    /// The bits above.
    state: Cell<u16>,
    /// Its type, and where it was spawned.
    kind: &'static Kind,
    /// The loop's remote part; the head of this file says who keeps it alive.
    remote: NonNull<Remote<S>>,
    /// Which task this is; its place in the registry is part of it.
    id: TaskId,
    /// Who hears of its end.
    awaiter: Cell<Awaiter>,
    /// Ends as this is freed.
    life: Life,
}

/// A task, as its allocation gave it: the pointer reaches all of it, header and body.
struct Ptr<S: Schedule>(NonNull<Header<S>>);

impl<S: Schedule> Clone for Ptr<S> {
    fn clone(&self) -> Ptr<S> {
        *self
    }
}

impl<S: Schedule> Copy for Ptr<S> {}

impl<S: Schedule> Ptr<S> {
    /// Its header.
    ///
    /// # Safety
    ///
    /// The task is alive as long as the header is used. On other threads than the owner's, only what
    /// other threads may touch is used of it.
    unsafe fn header<'a>(self) -> &'a Header<S> {
        // SAFETY: as for this function.
        unsafe { self.0.as_ref() }
    }

    /// The same for those who do not know the type of the loop.
    fn erase(self) -> Erased {
        Erased(self.0.cast())
    }

    /// The body, at whose beginning the future, the value or the error lies, if there is one.
    ///
    /// # Safety
    ///
    /// The task is alive.
    unsafe fn body(self) -> *mut () {
        // SAFETY: as for this function; the body lies in the same allocation, that far from the header.
        unsafe { self.0.byte_add(self.header().vtable().body).as_ptr().cast() }
    }
}

/// A handle: what `Task` is made of. It keeps the result until it is taken or dropped.
pub(crate) struct Raw<S: Schedule, T> {
    task: Ptr<S>,
    value: PhantomData<(Rc<()>, T)>,
}

/// A task in the ready queue. Dropping it takes the task out of the queue, and nothing else.
pub(crate) struct Runnable<S: Schedule> {
    task: Ptr<S>,
    not_send: NotSend,
}

/// A wake on its way to the loop's thread. It counts in `refs`.
pub(crate) struct Letter<S: Schedule>(Ptr<S>);
/// What other threads see of a loop.
pub(crate) struct Remote<S: Schedule> {
    /// What they want of it.
    pub(crate) inbox: Inbox<Mail<S>>,
    /// For the loop's own thread: how its tasks find it.
    home: Home<S>,
}

/// What another thread asks of the loop.
pub(crate) enum Mail<S: Schedule> {
    /// To wake a task.
    Wake(Letter<S>),
    /// To call a function, on the loop's thread and with the loop current.
    Call(Box<dyn FnOnce() + Send>),
}

/// The owner thread's part of what a loop's tasks point to.
struct Home<S> {
    /// The loop; null before it is complete, and from its destructor on.
    core: Cell<*const S>,
    /// In how many tasks the owner thread has its share, LOCAL.
    n_tasks: Cell<usize>,
}

/// All tasks that are not DONE, by their ids.
pub(crate) struct Registry<S: Schedule> {
    /// A place for each task, and those that are free.
    places: UnsafeCell<Vec<Place<S>>>,
    /// Tasks that are at another place than their id says, by id; empty unless many came and went.
    moved: UnsafeCell<Vec<(TaskId, u32)>>,
    /// The place that is given next: the one that was left last.
    free: Cell<u32>,
    /// How many tasks there are.
    n_tasks: Cell<usize>,
    /// What kinds of tasks there were.
    kinds: Kinds,
    /// How many ids have been given.
    n_ids: Cell<u32>,
}

/// A place in the registry, of eight bytes: a task, or the next free place, doubled and made odd, as no
/// task's address is.
struct Place<S: Schedule>(*mut Header<S>);
/// A task of which neither the loop's nor the future's type is known.
#[derive(Clone, Copy)]
struct Erased(NonNull<()>);

impl<S: Schedule> Header<S> {
    /// What depends on the future's type.
    fn vtable(&self) -> &'static VTable {
        &self.kind.vtable
    }

    /// Where it was spawned.
    fn spawned_at(&self) -> &'static Location<'static> {
        self.kind.spawned_at
    }

    /// Where it comes from.
    fn origin(&self) -> Origin {
        self.kind.origin()
    }

    fn is(&self, bits: u16) -> bool {
        self.state.get() & bits != 0
    }

    fn set(&self, bits: u16) {
        self.state.set(self.state.get() | bits);
    }

    fn clear(&self, bits: u16) {
        self.state.set(self.state.get() & !bits);
    }
}

/// Marks what must stay on the owner thread.
type NotSend = PhantomData<Rc<()>>;

/// Drops `value`, and the panic of its destructor with it.
pub(crate) fn drop_quietly<T>(value: T) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(value))) {
        // What was given to `panic!` may panic once more; then it is leaked, and that ends it.
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(payload);
        }
    }
}
