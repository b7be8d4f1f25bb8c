//! What a timer, a queue or a lock keeps of the task that waits for it: how to wake it.

use std::task::Waker;

use crate::cell;
use crate::core::Core;
use crate::data::TaskId;

/// How to wake one waiter. A task of this loop is its number: no counting, no atomic operation.
pub(crate) enum Wake {
    /// A task of the loop that keeps this.
    Task(TaskId),
    /// Anything else that polls: a combinator of another crate, another executor.
    Foreign(Waker),
}

impl Wake {
    /// How to wake the owner of `waker`, from the loop that this thread is in.
    pub(crate) fn new(waker: &Waker) -> Wake {
        cell::task_of(waker).map_or_else(|| Wake::Foreign(waker.clone()), Wake::Task)
    }

    /// The task that this wakes, if it is one of the loop.
    pub(crate) fn task(&self) -> Option<TaskId> {
        match self {
            Wake::Task(id) => Some(*id),
            Wake::Foreign(_) => None,
        }
    }

    /// Whether this wakes the owner of `waker`.
    pub(crate) fn will_wake(&self, waker: &Waker) -> bool {
        match self {
            Wake::Task(id) => cell::task_of(waker) == Some(*id),
            Wake::Foreign(mine) => mine.will_wake(waker),
        }
    }

    /// Wakes it. No borrow of the loop's state may be held: a foreign waker runs foreign code.
    pub(crate) fn wake(self, core: &Core) {
        match self {
            Wake::Task(id) => core.wake(id),
            Wake::Foreign(waker) => core.guard(|| waker.wake()),
        }
    }
}
