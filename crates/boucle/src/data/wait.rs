//! A wait: for what, where it is noted, and whose it is.

use std::panic::Location;

use crate::data::{Object, TaskId, WaitsFor};

/// What a task begins to wait for, as those are told who watch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    /// For what.
    pub(crate) on: WaitsFor,
    /// At what; none for the end of a task, and for a thread.
    pub(crate) object: Option<Object>,
    /// The line that waits, where it is known.
    pub(crate) at: Option<&'static Location<'static>>,
}

/// Where a wait is noted: the place by which whatever waits finds it again. It keeps nothing more for that, so
/// nothing that waits is larger for being watched. At one spot there is one wait at a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Spot {
    /// A timer, by its number.
    Timer(u32),
    /// A place in a line: where the line lies, and the number of the ticket.
    Line(usize, u64),
    /// A descriptor, by its key, whether it is read from, and the number of the waiter.
    Descriptor(usize, bool, u64),
    /// The end of this task: one awaits it at a time.
    End(TaskId),
    /// An answer of a thread, by where it lies.
    Answer(usize),
}

/// Whose a wait is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Who {
    pub(crate) task: TaskId,
    /// Whether what is waited for wakes it by way of a waker that is none of the loop's, as that of a
    /// combinator which polls some of its futures.
    pub(crate) is_foreign: bool,
}
