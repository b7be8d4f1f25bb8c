//! How a run ends: an error, an interruption; and that there is no loop at all.

/// Why a run ended without a result.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, RunError};
///
/// let event_loop = Loop::new();
/// let never = std::future::pending::<()>();
/// assert_eq!(event_loop.run_until_complete(never), Err(RunError::Deadlock));
/// ```
#[doc(alias = "RuntimeError")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// This thread is inside a loop. Await, or spawn a task, or use another thread.
    #[error("a loop is already running on this thread: await the future, or spawn it as a task")]
    AlreadyRunning,
    /// The loop was closed. Make another one.
    #[error("the loop is closed: make another one")]
    Closed,
    /// `stop` was called first. The tasks are still there; run again to go on with them.
    #[error("the loop was stopped before the future ended")]
    Stopped,
    /// All tasks wait, no time will come and nobody is left who could wake one: no waker was
    /// cloned, and there is no handle. Tasks that keep wakers of one another wait for ever instead.
    #[error("every task waits for another: nothing is left that could wake one")]
    Deadlock,
    /// The system has no descriptor or thread left to listen to Ctrl-C with. Close some.
    #[error("cannot listen to Ctrl-C: the system has no descriptor or thread left")]
    NoSignals,
}

/// How `run_forever` ended.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, RunEnd};
///
/// let event_loop = Loop::new();
/// event_loop.stop();
/// match event_loop.run_forever() {
///     Ok(RunEnd::Interrupted) => println!("goodbye"),
///     end => assert_eq!(end, Ok(RunEnd::Stopped)),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunEnd {
    /// `stop` was called, here or by a [`LoopHandle`](crate::LoopHandle). The tasks are still
    /// there.
    Stopped,
    /// Ctrl-C. The tasks are still there; run again to go on with them.
    #[doc(alias = "KeyboardInterrupt")]
    Interrupted,
}

/// There is no loop for this thread: none runs on it, and none was set as its own.
///
/// Go into one with [`run`](crate::run), or set one with
/// [`Loop::set_current`](crate::Loop::set_current).
///
/// # Examples
///
/// ```
/// use boucle::{Loop, NoLoop};
///
/// assert_eq!(Loop::current().err(), Some(NoLoop));
/// assert!(NoLoop.to_string().starts_with("no loop is running on this thread"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no loop is running on this thread, and none was set: use `run`, or `Loop::set_current`")]
pub struct NoLoop;
