//! What a timer, a queue or a lock keeps of who waits for it: how to wake it.

use std::task::Waker;

use crate::data::{LoopId, TaskId};

/// How to wake one waiter. A task of the loop that keeps this is its number: no counting, no atomic
/// operation.
#[derive(Debug)]
pub(crate) enum Wake {
    /// A task of the loop that keeps this.
    Task(TaskId),
    /// Anything else that polls: a combinator of another crate, another executor.
    Foreign(Waker),
}

impl Wake {
    /// The task that this wakes, if it is one of the loop.
    pub(crate) fn task(&self) -> Option<TaskId> {
        match self {
            Wake::Task(id) => Some(*id),
            Wake::Foreign(_) => None,
        }
    }
}

/// How to wake one who waits, from wherever the thread is then.
#[derive(Debug)]
pub(crate) struct Parked {
    /// How to wake it from its loop.
    pub(crate) wake: Wake,
    /// The loop that it waits in; `None` outside of any, and then `wake` is foreign.
    pub(crate) event_loop: Option<LoopId>,
}
