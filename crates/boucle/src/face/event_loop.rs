//! The loop's face: how it is made, stopped and closed, and how a thread finds it. `runs` runs it.
//!
//! Road: stages 4, 5, 10 to 12.

use std::panic::Location;
use std::rc::Rc;

use super::{Builder, Loop};
use crate::context;
use crate::context::Owner;
use crate::core::{Core, Mode, Settings};
use crate::data::{NoLoop, RunError};
use crate::host::Report;
use crate::task::{Task, spawn_in};
use crate::thread::LoopHandle;

impl Loop {
    pub(super) fn of(owner: Owner) -> Loop {
        Loop { owner }
    }

    pub(super) fn owner(&self) -> &Owner {
        &self.owner
    }

    pub(crate) fn core(&self) -> &Core {
        self.owner.core()
    }

    /// Makes a loop, in real time.
    ///
    /// It does not become the thread's own: [`set_current`](Loop::set_current) does that, and each
    /// run while it lasts.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// assert!(!event_loop.is_running() && !event_loop.is_closed());
    /// ```
    #[doc(alias = "new_event_loop")]
    #[must_use]
    pub fn new() -> Loop {
        Loop::builder().build()
    }

    /// Makes a loop that is not as others are: [`Builder`] says what can be chosen.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{Loop, sleep};
    ///
    /// let event_loop = Loop::builder().virtual_time(true).build();
    /// assert_eq!(event_loop.run_until_complete(sleep(Duration::from_secs(3600))), Ok(()));
    /// ```
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
    #[doc(alias = "get_loop")]
    #[doc(alias = "get_running_loop")]
    pub fn current() -> Result<Loop, NoLoop> {
        context::current().map(Loop::of)
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
        context::set_current(event_loop.map(|it| it.owner.clone())).map(Loop::of)
    }

    /// Adds a task: it starts at the next turn, never inside this call.
    ///
    /// It can be called between two runs, and from inside one.
    ///
    /// # Panics
    ///
    /// If the loop is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the [`Task`] lets the task go on alone.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// let task = event_loop.add_task(async { 42 });
    /// assert!(!task.done());
    /// event_loop.run();
    /// assert_eq!(*task.result().unwrap(), 42);
    /// ```
    #[doc(alias = "create_task")]
    #[track_caller]
    pub fn add_task<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> Task<T> {
        spawn_in(self.core(), task, Location::caller())
    }

    /// Asks the loop to stop at the end of its turn: the tasks that are ready go on until then.
    ///
    /// It is a flag: nothing is interrupted, nobody waits, and twice is once. Before a run, it
    /// makes that run a single turn. From other threads: [`LoopHandle::stop`].
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, interrupt};
    ///
    /// let event_loop = Loop::new();
    /// let task = event_loop.add_task(async {
    ///     Loop::current().unwrap().stop();
    ///     interrupt().await; // the rest is for the next run
    /// });
    /// event_loop.run();
    /// assert!(!task.done());
    /// event_loop.run();
    /// assert!(task.done());
    /// ```
    pub fn stop(&self) {
        self.core().stop();
    }

    /// Drops all tasks, on this thread and with the loop current, and refuses new ones.
    ///
    /// Who awaits one of them, from another loop or thread, is told [`TaskError::Cancelled`].
    /// Closing a loop that is closed does nothing.
    ///
    /// [`TaskError::Cancelled`]: crate::TaskError::Cancelled
    ///
    /// # Errors
    ///
    /// [`RunError::AlreadyRunning`] if this thread is inside a loop.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, RunError};
    ///
    /// let event_loop = Loop::new();
    /// let task = event_loop.add_task(std::future::pending::<()>());
    /// assert_eq!(event_loop.close(), Ok(()));
    /// assert!(task.cancelled());
    /// assert_eq!(event_loop.run_until_complete(async {}), Err(RunError::Closed));
    /// ```
    pub fn close(&self) -> Result<(), RunError> {
        if self.is_closed() {
            return Ok(());
        }
        let running = self.enter()?;
        running.core().close();
        Ok(())
    }

    /// The loop, as other threads reach it.
    ///
    /// As long as a handle is there, the loop waits for it: no [`Deadlock`](RunError::Deadlock) is
    /// seen.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// let handle = event_loop.handle();
    /// std::thread::spawn(move || handle.stop()).join().unwrap();
    /// assert_eq!(event_loop.run_forever(), Ok(boucle::RunEnd::Stopped));
    /// ```
    #[must_use]
    pub fn handle(&self) -> LoopHandle {
        LoopHandle::of(self.core())
    }

    /// Whether it is inside a run: always, for who asks from a task.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::Loop;
    ///
    /// let event_loop = Loop::new();
    /// let inside = event_loop.run_until_complete(async { Loop::current().unwrap().is_running() });
    /// assert_eq!((inside, event_loop.is_running()), (Ok(true), false));
    /// ```
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.core().mode() == Mode::Running
    }

    /// Whether it was closed; destructors that run because of that are told so already.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// let same = event_loop.clone();
    /// event_loop.close().unwrap();
    /// assert!(same.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.core().mode(), Mode::Closing | Mode::Closed)
    }

    /// Replaces the exception handler: it is told of panics that nobody reads and, in debug mode,
    /// of polls that are too long. The one that a loop begins with prints on stderr.
    ///
    /// A panic of the handler is printed on stderr.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use boucle::Loop;
    ///
    /// let n_reports = Rc::new(Cell::new(0));
    /// let count = Rc::clone(&n_reports);
    /// let event_loop = Loop::new();
    /// event_loop.set_exception_handler(move |_report| count.set(count.get() + 1));
    /// event_loop.run_task(async { drop(boucle::spawn(async { panic!("boom") })) });
    /// assert_eq!(n_reports.get(), 1);
    /// ```
    #[doc(alias = "default_exception_handler")]
    pub fn set_exception_handler(&self, handler: impl Fn(&Report) + 'static) {
        self.core().host.set_handler(Rc::new(handler));
    }
}

impl Default for Loop {
    fn default() -> Loop {
        Loop::new()
    }
}

impl std::fmt::Debug for Loop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_tasks = self.core().n_tasks();
        write!(f, "<Loop {:?}, {n_tasks} tasks>", self.core().mode())
    }
}
