//! Running a loop: until all tasks have ended, until one has, or for ever.
//!
//! Road: stages 4, 5, 10 to 12.

use std::panic;
use std::panic::Location;

use super::Loop;
#[cfg(unix)]
use super::signal::{self, Listening};
use crate::cell;
use crate::cell::{Busy, Entered, is_busy};
use crate::core::{Core, End, Mode};
use crate::data::{RunEnd, RunError, TaskError};

/// Runs `future` on a new loop, closes the loop, and returns the value.
///
/// The tasks that have not ended by then are dropped, with their loop.
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
#[doc(alias = "block_on")]
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    let event_loop = Loop::new();
    let result = event_loop.run_until_complete(future);
    let closed = event_loop.close();
    match result {
        Ok(value) => {
            closed.expect("the run is over");
            value
        }
        Err(error) => panic!("{error}"),
    }
}

impl Loop {
    /// Runs until all tasks have ended, also those that are added meanwhile, or until
    /// [`stop`](Loop::stop). Returns at once if there is none, and no other thread has asked for anything.
    ///
    /// What became of each task is in its [`Task`](crate::Task); a panic of one whose handle is
    /// gone is reported.
    ///
    /// # Panics
    ///
    /// If this thread is inside a loop, or this one is closed; if all tasks wait for one another.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{Loop, sleep, spawn};
    ///
    /// let event_loop = Loop::builder().virtual_time(true).build();
    /// let parent = event_loop.add_task(async { spawn(sleep(Duration::from_secs(60))) });
    /// event_loop.run();
    /// assert!(parent.result().unwrap().done()); // its child too
    /// ```
    #[track_caller]
    pub fn run(&self) {
        let running = match self.enter() {
            Ok(running) => running,
            Err(error) => panic!("{error}"),
        };
        let core = running.core();
        if core.n_tasks() == 0 && !core.has_mail() {
            return;
        }
        let end = core.run(&|| core.n_tasks() == 0, false);
        let why_not = why_not(end);
        tell(core, why_not);
        assert!(why_not != Some(RunError::Deadlock), "{}", RunError::Deadlock);
    }

    /// Adds a task, and runs until all tasks have ended, or until [`stop`](Loop::stop).
    ///
    /// The value of the task is dropped, an `Err` as well:
    /// [`run_until_complete`](Loop::run_until_complete) returns it. A panic of the task goes on
    /// here, when all the others have ended. If the loop is stopped before its end, the task goes
    /// on alone at the next run, and a panic is reported then.
    ///
    /// # Panics
    ///
    /// As [`run`](Loop::run). If the task panics, with what it said.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    ///
    /// let event_loop = boucle::Loop::new();
    /// let answer = Rc::new(Cell::new(0));
    /// let same = Rc::clone(&answer);
    /// event_loop.run_task(async move { same.set(42) });
    /// assert_eq!(answer.get(), 42);
    /// ```
    #[track_caller]
    pub fn run_task<T: 'static>(&self, task: impl Future<Output = T> + 'static) {
        let mut task = self.add_task(task);
        self.run();
        let ended = task.take_if_done();
        if let Some(Err(TaskError::Panicked(panic))) = ended {
            panic::resume_unwind(panic.into_payload());
        }
    }

    /// Runs until `future` has ended, and returns its value.
    ///
    /// The other tasks stay as they are, and go on at the next run. The future may borrow from
    /// around. If it is ready in the very turn in which the loop is stopped, its value is returned.
    ///
    /// # Panics
    ///
    /// If the future panics, with what it said.
    ///
    /// # Errors
    ///
    /// [`RunError`] says why there is no value; the future has been dropped then.
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
    #[doc(alias = "block_on")]
    #[track_caller]
    pub fn run_until_complete<F: Future>(&self, future: F) -> Result<F::Output, RunError> {
        self.run_until_complete_from(Location::caller(), future)
    }

    /// As [`run_until_complete`](Loop::run_until_complete), for who calls it in the name of others: `at` is
    /// the line from which the task is said to come.
    ///
    /// # Panics
    ///
    /// If the future panics, with what it said.
    ///
    /// # Errors
    ///
    /// [`RunError`] says why there is no value; the future has been dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::panic::Location;
    /// use boucle::Loop;
    ///
    /// #[track_caller]
    /// fn tree_of_one() -> String {
    ///     let (event_loop, at) = (Loop::new(), Location::caller());
    ///     let call = || event_loop.run_until_complete_from(at, async { event_loop.task_tree() });
    ///     call().unwrap()
    /// }
    ///
    /// let (tree, line) = (tree_of_one(), line!());
    /// assert!(tree.contains(&format!("{}:{line}", file!())), "{tree}");
    /// ```
    pub fn run_until_complete_from<F: Future>(
        &self,
        at: &'static Location<'static>,
        future: F,
    ) -> Result<F::Output, RunError> {
        let running = self.enter()?;
        let core = running.core();
        let result = cell::with_borrowed(core, future, at, |task| {
            core.spawned(task);
            let why_not = why_not(core.run(&|| task.is_done(), false)).filter(|_| !task.is_done());
            if let Some(why_not) = why_not {
                // While all is as it was: the future is dropped next.
                tell(core, Some(why_not));
                // Who watches may have looked where the tasks stand, in which it may have gone on.
                if !task.is_done() {
                    return Err(why_not);
                }
            }
            Ok((why_not, task.take()))
        });
        let (why_not, result) = result?;
        match result {
            Ok(value) => {
                if why_not.is_none() {
                    tell(core, None);
                }
                Ok(value)
            }
            Err(TaskError::Panicked(panic)) => {
                drop(running);
                panic::resume_unwind(panic.into_payload())
            }
            Err(_) => unreachable!("nobody has a handle to cancel it with, or to take its value"),
        }
    }

    /// Runs until [`stop`](Loop::stop) or Ctrl-C, also if there is no task.
    ///
    /// It then waits, without using the processor. One Ctrl-C ends one run: what came during this one
    /// does not end the next. A second Ctrl-C before the loop has heard the first, and any after the
    /// run, do what they do without boucle: they end the process, unless the program has a handler of
    /// its own. That is called at every Ctrl-C, as ever; one that is installed with `sigaction` during
    /// the run has to call the one before it, or the loop hears nothing. A process that was started to
    /// ignore Ctrl-C ignores it. A forked child hears its own, from its first run on.
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
        let listening = Listening::new(core).map_err(|_| RunError::NoSignals)?;
        #[cfg(unix)]
        let is_interrupted = || listening.is_interrupted();
        #[cfg(not(unix))]
        let is_interrupted = || false;
        let end = core.run(&is_interrupted, true);
        tell(core, Some(RunError::Stopped));
        match end {
            End::Over => Ok(RunEnd::Interrupted),
            End::Stopped | End::Stuck => Ok(RunEnd::Stopped),
        }
    }

    /// Makes this thread be in the loop.
    pub(super) fn enter(&self) -> Result<Running, RunError> {
        if is_busy() || self.core().mode() == Mode::Running {
            return Err(RunError::AlreadyRunning);
        }
        if self.is_closed() {
            return Err(RunError::Closed);
        }
        #[cfg(unix)]
        signal::follow_fork();
        self.core().mode.set(Mode::Running);
        Ok(Running { entered: self.owner().enter(), _busy: Busy::new() })
    }
}

/// This thread is inside a loop; dropping it leaves the loop.
pub(super) struct Running {
    entered: Entered<Core>,
    /// No other one runs on the thread meanwhile, also while what the run leaves behind is dropped.
    _busy: Busy,
}

impl Running {
    pub(super) fn core(&self) -> &Core {
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

/// Why a run is over before that for which it ran; nothing if it is not.
fn why_not(end: End) -> Option<RunError> {
    match end {
        End::Over => None,
        End::Stopped => Some(RunError::Stopped),
        End::Stuck => Some(RunError::Deadlock),
    }
}

/// Tells who watches that a run is over.
fn tell(core: &Core, why_not: Option<RunError>) {
    core.host.show(|it| it.run_ended(why_not));
}
