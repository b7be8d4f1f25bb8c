//! A task: its handle, its name, its result. `cell` is where it lies in memory.
//!
//! Road: stages 2 to 6.

mod awaiting;

use std::fmt;
use std::panic::Location;

use crate::context;
use crate::context::{Core, Raw, require_current};
use crate::data::{Called, Panic, Spot, TaskError, TaskId};

/// A task that was spawned; awaiting it gives its result.
///
/// Dropping it lets the task go on alone. If the task then panics, or has panicked and nobody has
/// read that, the loop's exception handler is told.
///
/// A panic is kept, whether the future panics or its destructor does. Two at the same time cannot
/// be: a destructor that panics while a panic unwinds ends the process, which is Rust's rule.
///
/// One awaits it at a time: whoever polled it last is woken. asyncio's `add_done_callback` is here
/// one more task, that awaits this one.
///
/// # Panics
///
/// Awaiting it in itself: it would wait for ever. Awaiting it again after its result was taken.
///
/// # Errors
///
/// Awaiting it: [`TaskError::Panicked`], [`TaskError::Cancelled`].
///
/// # Cancel safety
///
/// `(&mut task).await` can be dropped: the task goes on, and its result stays. Dropping the `Task`
/// itself drops the result, now or when it comes.
///
/// # Examples
///
/// ```
/// let sum = boucle::run(async {
///     let task = boucle::spawn(async { 40 + 2 });
///     task.await.expect("it neither panics nor is cancelled")
/// });
/// assert_eq!(sum, 42);
/// ```
#[doc(alias = "add_done_callback")]
#[doc(alias = "get_coro")]
#[doc(alias = "Future")]
#[doc(alias = "JoinHandle")]
pub struct Task<T> {
    /// The task's memory; none only while it is dropped.
    raw: Option<Raw<T>>,
}

impl<T> Task<T> {
    pub(crate) fn new(raw: Raw<T>) -> Task<T> {
        Task { raw: Some(raw) }
    }

    /// Whoever asks for it asks whether the task has ended, or what came of it.
    pub(crate) fn raw(&self) -> &Raw<T> {
        let raw = self.raw.as_ref().expect("the handle is there until it is dropped");
        context::reads_end(raw.id());
        raw
    }

    /// Which task it is: instruments, reports and [`all_tasks`](crate::all_tasks) name it so.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let task = boucle::spawn(async { boucle::current_task() });
    ///     let id = task.id();
    ///     assert_eq!(task.await.unwrap(), Some(id));
    /// });
    /// ```
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.raw().id()
    }

    /// Where it was spawned: the line that called [`spawn`] or its kin.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let task = boucle::spawn(async {});
    ///     assert_eq!(task.spawned_at().line(), line!() - 1);
    /// });
    /// ```
    #[doc(alias = "print_stack")]
    #[doc(alias = "get_stack")]
    #[must_use]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.raw().spawned_at()
    }

    /// Its name: the one it was given, as long as its loop is there; else that of its future with its
    /// number, as [`Spawned::short_name`](crate::Spawned::short_name) has it: `job 2`, or `task 2`.
    ///
    /// # Examples
    ///
    /// ```
    /// async fn job() {}
    ///
    /// boucle::run(async {
    ///     assert_eq!(boucle::spawn(job()).name(), "job 2"); // this is the first
    ///     assert_eq!(boucle::spawn(async {}).name(), "task 3");
    /// });
    /// ```
    #[doc(alias = "get_name")]
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.raw().core().and_then(|core| core.host.name(self.id()));
        Called { name: name.as_deref(), id: self.id(), origin: self.raw().origin() }.to_string()
    }

    /// Gives it a name, which reports and the task tree show. Does nothing if it has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let task = boucle::spawn(async {});
    ///     task.set_name("sweeper");
    ///     assert!(format!("{task:?}").starts_with("<Task pending name=\"sweeper\" spawned at "));
    /// });
    /// ```
    pub fn set_name(&self, name: &str) {
        if let Some(core) = self.raw().core().filter(|_| !self.done()) {
            self.raw().set_named();
            core.host.set_name(self.id(), name);
        }
    }

    /// Whether it has ended: with a value, a panic, or cancelled.
    ///
    /// What was cancelled is not done before its next turn.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let task = boucle::spawn(async {});
    ///     assert!(!task.done());
    ///     boucle::interrupt().await;
    ///     assert!(task.done());
    /// });
    /// ```
    #[doc(alias = "is_finished")]
    #[must_use]
    pub fn done(&self) -> bool {
        self.raw().is_done()
    }

    /// Whether it was cancelled before its end, or its loop was closed. `false` until it is
    /// [`done`](Task::done).
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let task = boucle::spawn(std::future::pending::<()>());
    ///     task.cancel();
    ///     assert!(!task.cancelled()); // not yet
    ///     boucle::interrupt().await;
    ///     assert!(task.cancelled());
    /// });
    /// ```
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.raw().is_cancelled()
    }

    /// Asks for the end of the task: at its next turn its future is dropped, inside the task.
    ///
    /// `false` if it has ended already. Nothing is thrown into the task: destructors clean up. A
    /// task that was never polled is dropped unpolled; one that cancels itself goes on until it
    /// next waits. Nobody can refuse, and nothing takes the request back: [`shield`](crate::shield)
    /// what must go on.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// let shared = Rc::new(());
    /// let mine = Rc::clone(&shared);
    /// boucle::run(async move {
    ///     let task = boucle::spawn(async move {
    ///         std::future::pending::<()>().await;
    ///         drop(mine);
    ///     });
    ///     assert!(task.cancel());
    ///     assert_eq!(task.await.unwrap_err().to_string(), "the task was cancelled");
    /// });
    /// assert_eq!(Rc::strong_count(&shared), 1); // what it had is dropped
    /// ```
    #[doc(alias = "abort")]
    #[doc(alias = "cancelling")]
    #[doc(alias = "uncancel")]
    pub fn cancel(&self) -> bool {
        self.raw().core().is_some_and(|core| self.raw().cancel(&core))
    }

    /// Looks at the result, which can be looked at again.
    ///
    /// # Errors
    ///
    /// [`TaskError::Pending`] before the end; else what became of the task. A panic counts as read.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{TaskError, spawn};
    ///
    /// boucle::run(async {
    ///     let task = spawn(async { 42 });
    ///     assert!(matches!(task.result(), Err(TaskError::Pending)));
    ///     boucle::interrupt().await;
    ///     assert_eq!(*task.result().unwrap(), 42);
    /// });
    /// ```
    pub fn result(&self) -> Result<&T, &TaskError> {
        self.raw().result()
    }

    /// Takes the result, if it is there.
    pub(crate) fn take_if_done(&mut self) -> Option<Result<T, TaskError>> {
        let raw = self.raw.as_mut().expect("the handle is there until it is dropped");
        context::reads_end(raw.id());
        raw.is_done().then(|| raw.take())
    }

    /// Looks at the panic, if that is how the task ended; it counts as read.
    ///
    /// `None` if there is a value, or an `await` has taken what there was.
    ///
    /// # Errors
    ///
    /// [`TaskError::Pending`] before the end, [`TaskError::Cancelled`] if there will be none.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let (good, bad) = (boucle::spawn(async {}), boucle::spawn(async { panic!("boom") }));
    ///     boucle::interrupt().await;
    ///     assert!(good.exception().unwrap().is_none());
    ///     assert_eq!(bad.exception().unwrap().unwrap().message(), "boom");
    /// });
    /// ```
    pub fn exception(&self) -> Result<Option<&Panic>, &TaskError> {
        match self.raw().result() {
            Ok(_) | Err(TaskError::Taken) => Ok(None),
            Err(TaskError::Panicked(panic)) => Ok(Some(panic)),
            Err(error) => Err(error),
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let raw = self.raw.take().expect("the handle is there until it is dropped");
        if raw.is_observed() {
            return detach_observed(raw);
        }
        raw.detach();
    }
}

/// Lets a task go on alone, and those who watch know that nobody waits for its end.
#[cold]
fn detach_observed<T>(raw: Raw<T>) {
    let (core, id) = (raw.core(), raw.id());
    raw.detach();
    if let Some(core) = core {
        core.wait_ends(|| Spot::End(id));
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match (self.done(), self.cancelled()) {
            (false, _) => "pending",
            (true, true) => "cancelled",
            (true, false) => "done",
        };
        let at = self.spawned_at();
        write!(f, "<Task {state} name={:?} spawned at {}:{}>", self.name(), at.file(), at.line())
    }
}

/// Spawns `future` on the current loop: it starts at the next turn, never inside this call.
///
/// `future` need not be `Send`. It is `'static`: it moves in what it needs, or shares an
/// [`Rc`](std::rc::Rc).
///
/// # Panics
///
/// If this thread has no loop, or the loop is closed.
///
/// # Cancel safety
///
/// Dropping the [`Task`] lets the task go on alone.
///
/// # Examples
///
/// ```
/// let order = boucle::run(async {
///     let child = boucle::spawn(async { "child" });
///     assert!(!child.done());
///     ["parent", child.await.expect("it ends")]
/// });
/// assert_eq!(order, ["parent", "child"]);
/// ```
#[doc(alias = "spawn_local")]
#[doc(alias = "start_soon")]
#[doc(alias = "create_task")]
#[doc(alias = "ensure_future")]
#[track_caller]
pub fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    let at = Location::caller();
    require_current(|core| spawn_in(core, future, at))
}

/// Spawns `future` on a loop that is at hand.
#[track_caller]
pub(crate) fn spawn_in<F: Future + 'static>(
    core: &Core,
    future: F,
    at: &'static Location<'static>,
) -> Task<F::Output> {
    spawn_as::<F, F>(core, future, at)
}

/// The same, of a future around another one: who looks at the task is shown the type of that one.
#[track_caller]
pub(crate) fn spawn_as<Shown: ?Sized, F: Future + 'static>(
    core: &Core,
    future: F,
    at: &'static Location<'static>,
) -> Task<F::Output> {
    Task::new(core.spawn::<Shown, F>(future, at))
}

/// The task that is running, if one is: `None` outside of a run, and in a call from another thread.
///
/// A destructor that runs because its task was cancelled is in that task.
///
/// # Examples
///
/// ```
/// assert_eq!(boucle::current_task(), None);
/// assert!(boucle::run(async { boucle::current_task() }).is_some());
/// ```
#[must_use]
pub fn current_task() -> Option<TaskId> {
    context::with_entered(|core| core.current_task.get()).flatten()
}
