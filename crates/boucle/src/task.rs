//! A task: its handle, its name, how it ended. `cell` is where it lies in memory.
//!
//! Road: stages 2 to 6.

pub(crate) mod cell;

use std::any::Any;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use crate::elsewhere::require_current;
use crate::task::cell::Raw;

/// Which task, in its loop. Never given twice to two tasks that live at the same time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(u64);

impl TaskId {
    /// No task.
    pub(crate) const NONE: TaskId = TaskId(0);
    /// Something that is no task of this loop.
    pub(crate) const FOREIGN: TaskId = TaskId(u64::MAX);
    /// Set in no task's place: two billion places are enough.
    const FAMILY: u32 = 1 << 31;

    pub(crate) fn new(place: u32, serial: u32) -> TaskId {
        TaskId(u64::from(serial) << 32 | u64::from(place))
    }

    /// Not a task but a place among the children of a family, which hears of the end of each.
    pub(crate) fn child(family: u32, place: u32) -> TaskId {
        TaskId::new(family | TaskId::FAMILY, place)
    }

    /// The family, and the place among its children, if it is such a one.
    pub(crate) fn as_child(self) -> Option<(u32, u32)> {
        let (family, place) = (self.0 as u32, (self.0 >> 32) as u32);
        let is_child = family & TaskId::FAMILY != 0 && self != TaskId::FOREIGN;
        is_child.then_some((family & !TaskId::FAMILY, place))
    }

    /// Whether it is a task of the loop, and none of the others above.
    pub(crate) fn is_task(self) -> bool {
        self != TaskId::NONE && self.0 as u32 & TaskId::FAMILY == 0
    }

    /// Its place in the registry.
    pub(crate) fn place(self) -> usize {
        (self.0 & u64::from(u32::MAX)) as usize
    }
}

impl fmt::Display for TaskId {
    /// The number of the task, counted from the loop's first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&(self.0 >> 32), f)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId({self})")
    }
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The task has not ended: await it, or run the loop.
    #[error("the task has not ended")]
    Pending,
    /// The task was cancelled, or its loop was closed: its future was dropped before its end.
    #[error("the task was cancelled")]
    Cancelled,
    /// The result was taken out by an `await` before.
    #[error("the result of the task was taken")]
    Taken,
    /// The task panicked; here is what it said.
    #[error("the task panicked: {0}")]
    Panicked(Panic),
}

impl TaskError {
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> TaskError {
        TaskError::Panicked(Panic { payload: Mutex::new(payload) })
    }
}

/// A panic that was kept: `{}` shows its message.
pub struct Panic {
    /// What was given to `panic!`; a lock, so that errors can be shared between threads.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panic {
    /// What the panic said.
    #[must_use]
    pub fn message(&self) -> String {
        let payload = self.payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "(no message)".to_owned())
    }

    /// What was given to `panic!`; `std::panic::resume_unwind` takes it to go on panicking.
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.message()).finish()
    }
}

/// A task that was spawned; awaiting it gives its result.
///
/// Dropping it lets the task go on alone. If the task then panics, or has panicked and nobody has
/// read that, the loop's exception handler is told.
///
/// # Cancel safety
///
/// `(&mut task).await` can be dropped: the task goes on, and its result stays.
///
/// # Panics
///
/// Awaiting it in itself: it would wait for ever. Awaiting it again after its result was taken.
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

    pub(crate) fn raw(&self) -> &Raw<T> {
        self.raw.as_ref().expect("the handle is there until it is dropped")
    }

    /// Which task it is.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.raw().id()
    }

    /// Where it was spawned.
    #[must_use]
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.raw().spawned_at()
    }

    /// Its name: the one it was given, or `task N`.
    #[doc(alias = "get_name")]
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.raw().core().and_then(|core| core.name(self.id()));
        name.map_or_else(|| format!("task {}", self.id()), |name| name.to_string())
    }

    /// Gives it a name, which reports and the task tree show.
    pub fn set_name(&self, name: &str) {
        if let Some(core) = self.raw().core().filter(|_| !self.done()) {
            self.raw().set_named();
            core.set_name(self.id(), name);
        }
    }

    /// Whether it has ended: with a value, a panic, or cancelled.
    #[must_use]
    pub fn done(&self) -> bool {
        self.raw().is_done()
    }

    /// Whether it was cancelled before its end.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.raw().is_cancelled()
    }

    /// Asks for the end of the task: at its next turn its future is dropped, inside the task.
    ///
    /// `false` if it has ended already. Nothing is thrown into the task: destructors clean up.
    pub fn cancel(&self) -> bool {
        self.raw().core().is_some_and(|core| self.raw().cancel(&core))
    }

    /// Looks at the result, which can be looked at again.
    ///
    /// # Errors
    ///
    /// [`TaskError::Pending`] before the end; else what became of the task. A panic counts as read.
    pub fn result(&self) -> Result<&T, &TaskError> {
        self.raw().result()
    }

    /// Takes the result, if it is there.
    pub(crate) fn take_if_done(&mut self) -> Option<Result<T, TaskError>> {
        let raw = self.raw.as_mut().expect("the handle is there until it is dropped");
        raw.is_done().then(|| raw.take())
    }

    /// Looks at the panic, if that is how the task ended; it counts as read.
    ///
    /// # Errors
    ///
    /// [`TaskError::Pending`] before the end, [`TaskError::Cancelled`] if there will be none.
    pub fn exception(&self) -> Result<Option<&Panic>, &TaskError> {
        match self.raw().result() {
            Ok(_) | Err(TaskError::Taken) => Ok(None),
            Err(TaskError::Panicked(panic)) => Ok(Some(panic)),
            Err(error) => Err(error),
        }
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let raw = self.raw.as_mut().expect("the handle is there until it is dropped");
        if !raw.is_done() {
            return self.wait(cx);
        }
        match raw.take() {
            Err(TaskError::Taken) => panic!("the result of the task was taken by an await before"),
            result => Poll::Ready(result),
        }
    }
}

impl<T> Task<T> {
    /// The task has not ended: notes who awaits it.
    #[inline(never)]
    fn wait(&self, cx: &Context<'_>) -> Poll<Result<T, TaskError>> {
        let raw = self.raw();
        let Some(core) = raw.core() else { return Poll::Ready(Err(TaskError::Cancelled)) };
        // A task of another loop is foreign here: its number means nothing.
        let awaiter = cell::task_in(&core, cx.waker());
        assert!(awaiter != Some(self.id()), "a task cannot await itself: it would wait for ever");
        core.await_task(raw, awaiter, cx.waker());
        Poll::Pending
    }
}

impl<T> Unpin for Task<T> {}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let raw = self.raw.take().expect("the handle is there until it is dropped");
        raw.detach();
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
/// # Panics
///
/// If this thread has no loop, or the loop is closed.
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
#[doc(alias = "create_task")]
#[doc(alias = "ensure_future")]
#[track_caller]
pub fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    let at = Location::caller();
    require_current(|core| core.spawn(future, at))
}

/// The task that is running, if one is.
///
/// # Examples
///
/// ```
/// assert_eq!(boucle::current_task(), None);
/// assert!(boucle::run(async { boucle::current_task() }).is_some());
/// ```
#[must_use]
pub fn current_task() -> Option<TaskId> {
    cell::with_entered(|core| core.current_task.get()).flatten()
}
