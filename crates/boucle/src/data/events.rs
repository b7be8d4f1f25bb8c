//! What an [`Instrument`](super::Instrument) is told of: why a task waits, who wakes it, how it ends.

use std::fmt;
use std::time::Duration;

use crate::data::TaskId;

/// What a task waits for. A task may wait for several things at once.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{WaitsFor, all_tasks, interrupt, sleep, spawn};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let waits_for = event_loop.run_until_complete(async {
///     let child = spawn(sleep(Duration::from_secs(5)));
///     interrupt().await;
///     all_tasks().into_iter().find(|info| info.id == child.id()).unwrap().waits_for
/// });
/// assert_eq!(waits_for, Ok(vec![WaitsFor::Time(Duration::from_secs(5))]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WaitsFor {
    /// Until so much time has passed.
    Time(Duration),
    /// For the end of a task.
    Task(TaskId),
    /// Until a descriptor can be read from.
    Readable(i32),
    /// Until a descriptor can be written to.
    Writable(i32),
    /// For something of [`sync`](crate::sync), in words: `an item of a queue`; or for what is the loop's,
    /// `the loop to be quiet`, or will never be, `a time that never comes`. Known where somebody watches,
    /// as an [`Instrument`](crate::Instrument) does, and in debug mode.
    Sync(&'static str),
    /// For an answer of another thread; known as [`Sync`](WaitsFor::Sync) is.
    Thread,
}

/// Who woke a task.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use std::time::Duration;
/// use boucle::{Instrument, Loop, TaskId, WokenBy, sleep};
///
/// #[derive(Default)]
/// struct Wakes(RefCell<Vec<WokenBy>>);
///
/// impl Instrument for Wakes {
///     fn woken(&self, _task: TaskId, by: WokenBy) {
///         self.0.borrow_mut().push(by);
///     }
/// }
///
/// let wakes = Rc::new(Wakes::default());
/// let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&wakes)).build();
/// event_loop.run_until_complete(sleep(Duration::from_secs(1))).unwrap();
/// assert_eq!(*wakes.0.borrow(), [WokenBy::Timer]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WokenBy {
    /// A task, while it was polled; or itself.
    Task(TaskId),
    /// A time that has come.
    Timer,
    /// A descriptor that is ready.
    Descriptor(i32),
    /// Another thread.
    Thread,
    /// The loop, since nothing else could run: the task is in [`quiescent`](crate::quiescent).
    Quiet,
    /// Code of the loop's thread that belongs to no task.
    Outside,
}

/// How a task has ended.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use boucle::{Ended, Instrument, Loop, TaskId};
///
/// #[derive(Default)]
/// struct LastEnd(Cell<Option<Ended>>);
///
/// impl Instrument for LastEnd {
///     fn task_done(&self, _task: TaskId, how: Ended) {
///         self.0.set(Some(how));
///     }
/// }
///
/// let last = Rc::new(LastEnd::default());
/// let event_loop = Loop::builder().instrument(Rc::clone(&last)).build();
/// event_loop.add_task(std::future::pending::<()>()).cancel();
/// event_loop.run();
/// assert_eq!(last.0.get(), Some(Ended::Cancelled));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ended {
    /// It has a value.
    Value,
    /// It panicked.
    Panicked,
    /// It was cancelled, or its loop was closed: its future was dropped.
    Cancelled,
}

impl fmt::Display for WaitsFor {
    /// As the end of a sentence that begins with `waits for`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitsFor::Time(left) => write!(f, "{left:.3?} more"),
            WaitsFor::Task(task) => write!(f, "task {task}"),
            WaitsFor::Readable(descriptor) => write!(f, "descriptor {descriptor} to be readable"),
            WaitsFor::Writable(descriptor) => write!(f, "descriptor {descriptor} to be writable"),
            WaitsFor::Sync(what) => f.write_str(what),
            WaitsFor::Thread => f.write_str("another thread"),
        }
    }
}
