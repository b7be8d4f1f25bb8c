//! What a task needs of its loop. The cell knows no more of it.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr;
use std::task::RawWakerVTable;

use super::{Registry, Remote, Runnable};
use crate::data::primitives::{Arc, LocalKey};
use crate::data::{Awaiter, Ended, LoopId, Origin, TaskError, TaskId};

/// A loop, as its tasks see it.
pub(crate) trait Schedule: Sized + 'static {
    /// The vtables of the wakers of its tasks: one static, so that their addresses say whose a waker is.
    fn wakers() -> &'static Wakers<Self>;

    /// Which loop a thread is in: one value a thread.
    fn here() -> &'static LocalKey<Here<Self>>;

    /// Which loop of the process it is.
    fn loop_id(&self) -> LoopId;

    /// What other threads reach of it.
    fn remote(&self) -> &Arc<Remote<Self>>;

    /// Its tasks.
    fn registry(&self) -> &Registry<Self>;

    /// The task that is being polled or dropped.
    fn current_task(&self) -> &Cell<Option<TaskId>>;

    /// Whether it can run tasks: it was not closed.
    fn is_open(&self) -> bool;

    /// Whether somebody watches it. Must not change while it has tasks.
    fn is_observed(&self) -> bool;

    /// A task can go on: it is to be run once, by `task`.
    fn ready_again(&self, task: Runnable<Self>);

    /// A task was woken, also if it is ready already or has ended. Only of a loop that is observed.
    fn was_woken(&self, task: TaskId, did: Woken);

    /// The future of a task is dropped next, in none of its polls. Only of a loop that is observed; it may run
    /// code of a user.
    fn drop_begins(&self, task: TaskId);

    /// A task has ended: wakes `awaiter`, tells who watches. May run code of a user.
    fn has_ended(&self, task: TaskId, awaiter: Awaiter, how: Ended);

    /// A task has ended, and nobody can ask for its name any more.
    fn forget_name(&self, task: TaskId);

    /// A task has an error that nobody will read. May run code of a user.
    fn report(&self, task: TaskId, origin: Origin, error: TaskError);

    /// The same, when the loop is gone.
    fn report_orphan(task: TaskId, origin: Origin, error: TaskError);
}

/// What a wake did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Woken {
    /// The task goes to the end of the ready queue.
    Scheduled,
    /// Nothing: it is in the ready queue already.
    WasReady,
    /// Nothing: it has ended.
    HasEnded,
}

/// The loop that a thread is in.
pub(crate) struct Here<S: Schedule> {
    /// Its remote part, to compare with; null outside of any loop.
    pub(super) remote: Cell<*const Remote<S>>,
    /// The loop, as an `Rc`'s pointer: null outside of any, else alive, kept by the [`Entered`](super::Entered).
    pub(super) core: Cell<*const S>,
}

impl<S: Schedule> Here<S> {
    /// Outside of any loop.
    pub(crate) const fn outside() -> Here<S> {
        Here { remote: Cell::new(ptr::null()), core: Cell::new(ptr::null()) }
    }
}

/// The vtables of a loop's wakers; their data is a task's header.
pub(crate) struct Wakers<S> {
    /// Of those that wake tasks.
    pub(super) ordinary: RawWakerVTable,
    /// Of those by which a poll is known that only looks where a task stands.
    pub(super) surveying: RawWakerVTable,
    pub(super) of: PhantomData<fn() -> S>,
}
