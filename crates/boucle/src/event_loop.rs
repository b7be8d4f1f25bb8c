//! The loop's face: how it is made, stopped and closed, and how a thread finds it. `runs` runs it.
//!
//! Road: stages 4, 5, 10 to 12.

mod end;
mod runs;

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

pub use self::end::{NoLoop, RunEnd, RunError};
pub use self::runs::run;
use crate::builder::Builder;
use crate::core::{Core, Mode, Settings};
use crate::report::Report;
use crate::task::Task;
use crate::task::cell;
use crate::task::cell::Entered;
use crate::thread::LoopHandle;

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
