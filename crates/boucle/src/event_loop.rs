//! The loop's face: how it is made, run, stopped and closed, and how a thread finds it.
//!
//! Road: stages 4, 5, 10 to 12.

use std::cell::RefCell;
use std::panic;
use std::panic::Location;
use std::rc::Rc;

use crate::builder::Builder;
use crate::core::{Core, End, Mode, Settings};
use crate::report::Report;
#[cfg(unix)]
use crate::signal::Listening;
use crate::task::cell;
use crate::task::cell::Entered;
use crate::task::{Task, TaskError};
use crate::thread::LoopHandle;

/// Why a run ended without a result.
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
    /// The future was cancelled, as a task.
    #[error("the future was cancelled")]
    Cancelled,
    /// All tasks wait, no time will come and nobody is left who could wake one: no waker was cloned,
    /// and there is no handle. Tasks that keep wakers of one another wait for ever instead.
    #[error("every task waits for another: nothing is left that could wake one")]
    Deadlock,
    /// The system has no descriptor or thread left to listen to Ctrl-C with. Close some.
    #[error("cannot listen to Ctrl-C: the system has no descriptor or thread left")]
    NoSignals,
}

/// How `run_forever` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunEnd {
    /// `stop` was called.
    Stopped,
    /// Ctrl-C. The tasks are still there; run again to go on with them.
    #[doc(alias = "KeyboardInterrupt")]
    Interrupted,
}

/// There is no loop for this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no loop is running on this thread, and none was set: use `run`, or `Loop::set_current`")]
pub struct NoLoop;

/// An event loop. A clone is the same loop; it lives on one thread.
///
/// Its tasks are dropped when it is closed, or when the last clone is dropped. A task that keeps a
/// clone of its own loop keeps the loop alive: close it.
///
/// # Examples
///
/// ```
/// use boucle::Loop;
///
/// let event_loop = Loop::new();
/// let task = event_loop.add_task(async { "added" });
/// assert_eq!(event_loop.run_until_complete(async { 42 }).unwrap(), 42);
/// event_loop.run();
/// assert_eq!(*task.result().unwrap(), "added");
/// ```
#[doc(alias = "EventLoop")]
#[derive(Clone)]
pub struct Loop {
    core: Rc<Core>,
}

thread_local! {
    /// The loop that was set as this thread's.
    static CURRENT: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

impl Loop {
    pub(crate) fn of(core: Rc<Core>) -> Loop {
        Loop { core }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Makes a loop, in real time.
    #[doc(alias = "new_event_loop")]
    #[must_use]
    pub fn new() -> Loop {
        Loop::builder().build()
    }

    /// Makes a loop that is not as others are.
    pub fn builder() -> Builder {
        Builder { settings: Settings::default() }
    }

    /// The loop that runs on this thread, else the one that was set as the thread's.
    ///
    /// # Errors
    ///
    /// [`NoLoop`] if there is neither.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::Loop;
    ///
    /// assert!(Loop::current().is_err());
    /// boucle::run(async {
    ///     let child = Loop::current().unwrap().add_task(async { 1 });
    ///     assert_eq!(child.await.unwrap(), 1);
    /// });
    /// assert!(Loop::current().is_err());
    /// ```
    #[doc(alias = "get_event_loop")]
    #[doc(alias = "get_running_loop")]
    pub fn current() -> Result<Loop, NoLoop> {
        if let Some(core) = cell::with_entered(Core::rc) {
            return Ok(Loop { core });
        }
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten().ok_or(NoLoop)
    }

    /// Makes a loop the thread's own, or none; returns the one it replaces.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::Loop;
    ///
    /// Loop::set_current(Some(&Loop::new()));
    /// let task = boucle::spawn(async { 42 });
    /// Loop::current().unwrap().run();
    /// assert_eq!(*task.result().unwrap(), 42);
    /// ```
    #[doc(alias = "set_event_loop")]
    pub fn set_current(event_loop: Option<&Loop>) -> Option<Loop> {
        CURRENT.replace(event_loop.cloned())
    }

    /// Adds a task: it starts at the next turn, never inside this call.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    #[doc(alias = "create_task")]
    #[track_caller]
    pub fn add_task<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> Task<T> {
        self.core.spawn(task, Location::caller())
    }

    /// Runs until all tasks have ended, also those that are added meanwhile, or until `stop`.
    ///
    /// # Panics
    ///
    /// If this thread is inside a loop, or this one is closed; if all tasks wait for one another.
    pub fn run(&self) {
        let running = self.enter().unwrap_or_else(|error| panic!("{error}"));
        let core = running.core();
        if core.registry.len() == 0 {
            return;
        }
        let end = core.turns(|| core.registry.len() == 0, false);
        assert!(end != End::Stuck, "{}", RunError::Deadlock);
    }

    /// Adds a task, and runs until all tasks have ended, or until `stop`.
    ///
    /// # Panics
    ///
    /// As [`run`](Loop::run). If the task panics.
    #[track_caller]
    pub fn run_task<T: 'static>(&self, task: impl Future<Output = T> + 'static) {
        let mut task = self.add_task(task);
        self.run();
        let ended = task.take_if_done();
        if let Some(Err(TaskError::Panicked(panic))) = ended {
            panic::resume_unwind(panic.into_payload());
        }
    }

    /// Runs until `future` has ended, and returns its value. The other tasks stay as they are, and go
    /// on at the next run. The future may borrow from around.
    ///
    /// # Errors
    ///
    /// [`RunError`] says why there is no value; the future has been dropped then.
    ///
    /// # Panics
    ///
    /// If the future panics, with what it said.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut words = vec!["one"];
    /// let event_loop = boucle::Loop::new();
    /// let n_words = event_loop.run_until_complete(async {
    ///     words.push("two");
    ///     words.len()
    /// });
    /// assert_eq!(n_words, Ok(2));
    /// assert_eq!(words, ["one", "two"]);
    /// ```
    #[track_caller]
    pub fn run_until_complete<F: Future>(&self, future: F) -> Result<F::Output, RunError> {
        let running = self.enter()?;
        let core = running.core();
        let at = Location::caller();
        let result = cell::with_borrowed(core, future, at, |task| {
            core.task_spawned(task.id(), at);
            match core.turns(|| task.is_done(), false) {
                End::Stopped if !task.is_done() => Err(RunError::Stopped),
                End::Stuck => Err(RunError::Deadlock),
                End::Stopped | End::Over => Ok(task.take()),
            }
        });
        match result? {
            Ok(value) => Ok(value),
            Err(TaskError::Panicked(panic)) => {
                drop(running);
                panic::resume_unwind(panic.into_payload())
            }
            Err(_) => Err(RunError::Cancelled),
        }
    }

    /// Runs until `stop` or Ctrl-C, also if there is no task: it then waits, without using the
    /// processor. A second Ctrl-C before the loop has heard the first ends the process, and so does
    /// one after the run, as ever. A process that was started to ignore Ctrl-C ignores it.
    ///
    /// # Errors
    ///
    /// [`RunError::AlreadyRunning`], [`RunError::Closed`]; [`RunError::NoSignals`] if the system lets
    /// nobody listen to Ctrl-C.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, RunEnd};
    ///
    /// let event_loop = Loop::new();
    /// event_loop.add_task(async { Loop::current().unwrap().stop() });
    /// assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    /// ```
    pub fn run_forever(&self) -> Result<RunEnd, RunError> {
        let running = self.enter()?;
        let core = running.core();
        #[cfg(unix)]
        let _listening = Listening::new(core).map_err(|_| RunError::NoSignals)?;
        match core.turns(|| core.interrupted.take(), true) {
            End::Over => Ok(RunEnd::Interrupted),
            End::Stopped | End::Stuck => Ok(RunEnd::Stopped),
        }
    }

    /// Asks the loop to stop at the end of its turn. It is a flag: nothing is interrupted, and nobody
    /// waits. Before a run, it makes that run a single turn.
    pub fn stop(&self) {
        self.core.stopping.set(true);
    }

    /// Drops all tasks, on this thread and with the loop current, and refuses new ones. Closing a
    /// loop that is closed does nothing.
    ///
    /// # Errors
    ///
    /// [`RunError::AlreadyRunning`] if this thread is inside a loop.
    pub fn close(&self) -> Result<(), RunError> {
        if self.is_closed() {
            return Ok(());
        }
        let running = self.enter()?;
        running.core().close();
        Ok(())
    }

    /// The loop, as other threads reach it.
    #[must_use]
    pub fn handle(&self) -> LoopHandle {
        LoopHandle::of(&self.core)
    }

    /// Whether it is inside a run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.core.mode.get() == Mode::Running
    }

    /// Whether it was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.core.mode.get(), Mode::Closing | Mode::Closed)
    }

    /// Replaces the exception handler: it is told of panics that nobody reads and, in debug mode, of
    /// polls that are too long. The one that a loop begins with prints on stderr.
    pub fn set_exception_handler(&self, handler: impl Fn(&Report) + 'static) {
        let before = self.core.handler.replace(Rc::new(handler));
        drop(before);
    }

    /// Makes this thread be in the loop.
    fn enter(&self) -> Result<Running, RunError> {
        if cell::with_entered(|_| ()).is_some() {
            return Err(RunError::AlreadyRunning);
        }
        if self.is_closed() {
            return Err(RunError::Closed);
        }
        self.core.mode.set(Mode::Running);
        Ok(Running { entered: Entered::new(&self.core) })
    }
}

impl Default for Loop {
    fn default() -> Loop {
        Loop::new()
    }
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_tasks = self.core.registry.len();
        write!(f, "<Loop {:?}, {n_tasks} tasks>", self.core.mode.get())
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // The last one: whoever is inside the loop holds one more.
        if Rc::strong_count(&self.core) == 1 && !self.is_closed() {
            // From inside another loop, say from a task of it: this thread is in both for a while.
            let entered = Entered::new(&self.core);
            entered.core().close();
        }
    }
}

/// This thread is inside a loop; dropping it leaves the loop.
struct Running {
    entered: Entered,
}

impl Running {
    fn core(&self) -> &Core {
        self.entered.core()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.core().mode.get() == Mode::Running {
            self.core().mode.set(Mode::Idle);
        }
    }
}

/// Runs `future` on a new loop, closes the loop, and returns the value.
///
/// # Panics
///
/// If this thread is inside a loop. If the future panics, or is cancelled, or waits for what will
/// never come.
///
/// # Examples
///
/// ```
/// assert_eq!(boucle::run(async { 40 + 2 }), 42);
/// ```
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    let event_loop = Loop::new();
    let result = event_loop.run_until_complete(future);
    event_loop.close().expect("the run is over");
    result.unwrap_or_else(|error| panic!("{error}"))
}
