//! A group of tasks that ends as one: none outlives it, and no error is lost.

mod error;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;
use std::task::Poll;

pub use self::error::GroupError;
use super::family::{Family, News, spawn_child, tell_waits};
use crate::context;
use crate::context::Identity;
use crate::context::survey::is_survey;
use crate::data::{Kind, TaskError};
use crate::sync::Event;

/// Runs `body`, which may spawn children into its group, and waits for all of them.
///
/// If a child panics, or the body does, the others are cancelled, and the body as well; then the
/// group waits until their futures are dropped. Whatever is spawned meanwhile is cancelled too.
///
/// # Panics
///
/// When a child is spawned in a thread that has no loop.
///
/// # Errors
///
/// [`GroupError`] holds every panic.
///
/// # Cancel safety
///
/// Dropping the future drops the body and cancels the children; nobody waits for them then.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{sleep, task_group};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let sum = event_loop.run_until_complete(task_group(async |group| {
///     let two = group.spawn(async {
///         sleep(Duration::from_secs(1)).await;
///         2
///     });
///     let three = group.spawn(async { 3 });
///     two.value().await.unwrap() + three.value().await.unwrap()
/// }));
/// assert_eq!(sum.unwrap().unwrap(), 5);
///
/// let error = boucle::run(task_group(async |group| {
///     group.spawn(async { panic!("boom") });
///     std::future::pending::<()>().await;
/// }));
/// assert_eq!(error.unwrap_err().to_string(), "1 task of the group failed: the task panicked: boom");
/// ```
#[doc(alias = "open_nursery")]
#[doc(alias = "CancelScope")]
#[doc(alias = "TaskGroup")]
#[doc(alias = "nursery")]
#[track_caller]
pub fn task_group<R>(
    body: impl AsyncFnOnce(&TaskGroup) -> R,
) -> impl Future<Output = Result<R, GroupError>> {
    run_group(body, Location::caller())
}

/// The same, made at this place.
async fn run_group<R>(
    body: impl AsyncFnOnce(&TaskGroup) -> R,
    at: &'static Location<'static>,
) -> Result<R, GroupError> {
    let identity = Identity::at(Kind::TaskGroup, at);
    let group = TaskGroup { inner: Rc::default() };
    let inner = &*group.inner;
    // Why not leave it to the family? A child that has a clone of the group keeps it alive.
    let _bound = Bound(inner);
    let mut body = Some(Box::pin(body(&group)));
    let mut value = None;

    poll_fn(|cx| {
        let surveyed = is_survey(cx.waker());
        if surveyed && body.is_none() {
            return inner.news.stand(cx.waker(), &identity, at);
        }
        if !surveyed {
            inner.news.listen(cx);
        }
        if let Some(future) = &mut body {
            let polled = panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
            match polled {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(it)) => {
                    value = Some(it);
                    inner.drop_body(&mut body);
                }
                Err(payload) => {
                    // Kept first: the destructors of the body may panic as well.
                    inner.body_failed(payload);
                    inner.drop_body(&mut body);
                }
            }
        }
        if surveyed && body.is_some() {
            return inner.news.stay(cx.waker());
        }
        if inner.news.failed().is_some() && !inner.is_failing.get() {
            inner.drop_body(&mut body);
            inner.fail();
        }
        let is_over = body.is_none() && inner.news.n_missing() == 0;
        if is_over {
            return Poll::Ready(());
        }
        if surveyed {
            return inner.news.stand(cx.waker(), &identity, at);
        }
        let waits = inner.family.borrow_mut().not_told(&inner.news, &identity);
        tell_waits(waits, &inner.news, || identity.object(), at);
        Poll::Pending
    })
    .await;

    let errors = inner.take_errors();
    match value {
        Some(value) if errors.is_empty() => Ok(value),
        _ => Err(GroupError { errors }),
    }
}

/// Cancels the children when the group's future is dropped, and reports what nobody will be given.
struct Bound<'a>(&'a Inner);

impl Drop for Bound<'_> {
    fn drop(&mut self) {
        self.0.fail();
        for error in self.0.take_errors() {
            let TaskError::Panicked(panic) = error else { continue };
            // The guard tells the exception handler. The panic hook has seen it before.
            let resume = || panic::resume_unwind(panic.into_payload());
            context::with_entered(|core| core.host.guard(resume));
        }
    }
}

/// The group that a child is spawned into. A clone is the same group.
///
/// A child that is to spawn its siblings takes one along.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// let n_done = Rc::new(Cell::new(0));
/// let count = Rc::clone(&n_done);
/// boucle::run(boucle::task_group(async |group| {
///     let same = group.clone();
///     group.spawn(async move {
///         same.spawn(async move { count.set(count.get() + 1) });
///     });
/// })).unwrap();
/// assert_eq!(n_done.get(), 1); // waited for
/// ```
#[derive(Clone)]
pub struct TaskGroup {
    inner: Rc<Inner>,
}

/// A group.
#[derive(Default)]
struct Inner {
    /// Who has ended.
    news: Rc<News>,
    /// The children, less some that are done.
    family: RefCell<Family<()>>,
    /// What went wrong, of those that were forgotten.
    errors: RefCell<Vec<TaskError>>,
    /// What went wrong in the body: its panic, and that of its destructor.
    body_errors: RefCell<Vec<TaskError>>,
    /// Whether all that is there and all that comes is to be cancelled.
    is_failing: Cell<bool>,
}

impl Inner {
    /// Cancels all children, and those that come.
    fn fail(&self) {
        self.is_failing.set(true);
        // Out meanwhile: who watches may spawn into the group as a task is woken.
        let tasks = std::mem::take(&mut self.family.borrow_mut().tasks);
        tasks.iter().for_each(|task| {
            task.cancel();
        });
        let mut family = self.family.borrow_mut();
        let newer = std::mem::replace(&mut family.tasks, tasks);
        family.tasks.extend(newer);
    }

    /// The body has panicked, or its destructor: the children are cancelled.
    fn body_failed(&self, payload: Box<dyn Any + Send>) {
        self.body_errors.borrow_mut().push(TaskError::panicked(payload));
        self.fail();
    }

    /// Drops the body; what its destructors do is an error of the group as any other.
    fn drop_body<F>(&self, body: &mut Option<F>) {
        let body = body.take();
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| drop(body))) {
            self.body_failed(payload);
        }
    }

    /// Takes out what went wrong so far: in the children, then in the body.
    fn take_errors(&self) -> Vec<TaskError> {
        self.forget_the_done();
        let mut errors = self.errors.take();
        errors.append(&mut self.body_errors.take());
        errors
    }

    /// Takes the children that are done out, and keeps their errors.
    fn forget_the_done(&self) {
        let done = self.family.borrow_mut().take_done();
        for mut task in done {
            if let Some(Err(error @ TaskError::Panicked(_))) = task.take_if_done() {
                self.errors.borrow_mut().push(error);
            }
        }
    }
}

impl Default for Family<()> {
    fn default() -> Family<()> {
        Family::new(Vec::new())
    }
}

impl TaskGroup {
    /// Spawns a child into the group: it starts at the next turn.
    ///
    /// A child that is spawned after the group has ended is cancelled before it starts.
    ///
    /// # Panics
    ///
    /// If this thread has no loop, or the loop is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{now, sleep, task_group};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let start = now();
    ///     task_group(async |group| {
    ///         for seconds in [3, 1, 2] {
    ///             group.spawn(sleep(Duration::from_secs(seconds)));
    ///         }
    ///     }).await.unwrap();
    ///     assert_eq!(now() - start, Duration::from_secs(3)); // all have ended
    /// }).unwrap();
    /// ```
    #[doc(alias = "create_task")]
    #[doc(alias = "start_soon")]
    #[track_caller]
    pub fn spawn<T: 'static>(&self, child: impl Future<Output = T> + 'static) -> GroupTask<T> {
        self.spawn_at(child, Location::caller())
    }

    #[track_caller]
    fn spawn_at<F: Future + 'static>(
        &self,
        child: F,
        at: &'static Location<'static>,
    ) -> GroupTask<F::Output> {
        let slot = Rc::new(Slot { value: RefCell::new(None), has_ended: Event::new() });
        let end = EndOfSlot(Rc::clone(&slot));
        let fills_slot = async move {
            let value = child.await;
            end.0.value.replace(Some(value));
            drop(end);
        };
        let inner = &self.inner;
        let n_tasks = inner.family.borrow().tasks.len();
        if n_tasks > 2 * inner.news.n_missing() + 16 {
            inner.forget_the_done();
        }
        let task = spawn_child::<F, _>(&inner.news, 0, fills_slot, at);
        if inner.is_failing.get() {
            task.cancel();
        }
        inner.family.borrow_mut().tasks.push(task);
        GroupTask { slot }
    }
}

impl fmt::Debug for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<TaskGroup, {} tasks>", self.inner.news.n_missing())
    }
}

/// Where a child leaves its value.
struct Slot<T> {
    value: RefCell<Option<T>>,
    /// Set when the child has ended, with a value or without.
    has_ended: Event,
}

/// Says that the child has ended, when it is dropped.
struct EndOfSlot<T>(Rc<Slot<T>>);

impl<T> Drop for EndOfSlot<T> {
    fn drop(&mut self) {
        self.0.has_ended.set();
    }
}

/// A child of a group. Dropping it changes nothing: the group has the child.
///
/// It cannot be cancelled alone: a group ends as one. [`spawn`](crate::spawn) gives what can be.
///
/// # Examples
///
/// ```
/// boucle::run(boucle::task_group(async |group| {
///     let child = group.spawn(async { 42 });
///     assert_eq!(child.value().await, Some(42));
/// })).unwrap();
/// ```
pub struct GroupTask<T> {
    slot: Rc<Slot<T>>,
}

impl<T> GroupTask<T> {
    /// Waits until the child has ended; `None` if it has no value: it panicked, or was cancelled
    /// with its group.
    ///
    /// If it panics while the body of its group waits here, the body is dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the value, now or when it comes; the child goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{sleep, task_group};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// let sum = event_loop.run_until_complete(task_group(async |group| {
    ///     let children = [1, 2].map(|n| group.spawn(async move {
    ///         sleep(Duration::from_secs(n)).await;
    ///         n
    ///     }));
    ///     let mut sum = 0;
    ///     for child in children {
    ///         sum += child.value().await.unwrap_or_default();
    ///     }
    ///     sum
    /// }));
    /// assert_eq!(sum.unwrap().unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn value(self) -> impl Future<Output = Option<T>> {
        self.value_at(Location::caller())
    }

    async fn value_at(self, at: &'static Location<'static>) -> Option<T> {
        self.slot.has_ended.wait_at(at).await;
        self.slot.value.take()
    }
}

impl<T> fmt::Debug for GroupTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupTask").field("has_ended", &self.slot.has_ended.is_set()).finish()
    }
}
