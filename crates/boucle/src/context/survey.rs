//! What a future of boucle does in a survey, a poll that only looks where its task stands: it stays as it is,
//! and says so.

use std::task::{Poll, Waker};

use super::{Core, Identity, with_entered};
use crate::cell;
use crate::data::{Leaf, LoopId, TaskId};
use crate::structures::wake::Parked;

/// Whether the poll with this waker is one of a survey.
#[inline]
pub(crate) fn is_survey(waker: &Waker) -> bool {
    cell::is_survey::<Core>(waker)
}

/// One who waits, in a survey: notes for what, and stays as it is.
#[cold]
#[inline(never)]
pub(crate) fn stand<T>(
    waker: &Waker,
    is_known: impl FnOnce(&Core, TaskId) -> bool,
    leaf: impl FnOnce() -> Leaf,
) -> Poll<T> {
    note(leaf);
    stay(waker, is_known)
}

/// Notes that the task waits here.
pub(crate) fn note(leaf: impl FnOnce() -> Leaf) {
    cell::note(Some(leaf()));
}

/// One who waits stays as it is. `is_known`: what it waits for will wake this task. Else the task is woken, so
/// that it is polled as ever: whoever is pending owes it a wake.
pub(crate) fn stay<T>(waker: &Waker, is_known: impl FnOnce(&Core, TaskId) -> bool) -> Poll<T> {
    let is_known = with_entered(|core| {
        let task = cell::surveyed::<Core>(waker);
        task.is_some_and(|task| is_known(core, task))
    });
    if is_known != Some(true) {
        waker.wake_by_ref();
    }
    Poll::Pending
}

/// The task that has polled something last, for what is woken from another thread: its wake may be on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Poller(LoopId, TaskId);

impl Poller {
    /// The one with this waker, if it is a task of the loop that this thread is in.
    pub(crate) fn of(waker: &Waker) -> Option<Poller> {
        with_entered(|core| Some(Poller(core.id(), cell::task_in(core, waker)?))).flatten()
    }

    /// Whether it is this task of this loop.
    pub(crate) fn is(self, core: &Core, task: TaskId) -> bool {
        self == Poller(core.id(), task)
    }
}

impl Parked {
    /// Whether it wakes this task of this loop.
    pub(crate) fn wakes(&self, core: &Core, task: TaskId) -> bool {
        self.event_loop == Some(core.id()) && self.wake.task() == Some(task)
    }
}

impl Leaf {
    /// With what is waited at, and its name.
    pub(crate) fn at_object(self, identity: &Identity) -> Leaf {
        Leaf { object: Some((identity.object(), identity.name())), ..self }
    }
}
