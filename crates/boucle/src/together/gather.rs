//! `gather`: all of them, and their values in order.
//!
//! Road: stage 6.

use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::Poll;

use super::family::{Family, News, tell_waits};
use crate::context::Identity;
use crate::context::survey::is_survey;
use crate::data::{Kind, TaskError};
use crate::task::Task;

/// Runs all `children` as tasks of the current loop, and returns their values, in order.
///
/// Nothing is spawned before the first poll; then all are, in order. The first child that panics or
/// is cancelled is the result, at once, and the others go on alone. [`gather_all`] waits for all.
///
/// Tasks that were spawned before are for [`gather_tasks`]: here each would be awaited by a second
/// one.
///
/// All children are of one type: box them, `Pin<Box<dyn Future<Output = T>>>`, if they are not.
///
/// # Panics
///
/// When polled in a thread that has no loop, unless there is no child.
///
/// # Errors
///
/// What became of the first child that has no value.
///
/// # Cancel safety
///
/// Dropping the future cancels the children.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// async fn slow(seconds: u64) -> u64 {
///     boucle::sleep(Duration::from_secs(seconds)).await;
///     seconds
/// }
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let values = event_loop.run_until_complete(boucle::gather([slow(3), slow(1), slow(2)])).unwrap();
/// assert_eq!(values.unwrap(), [3, 1, 2]);
/// ```
#[doc(alias = "try_join_all")]
#[doc(alias = "FIRST_EXCEPTION")]
#[doc(alias = "join_all")]
#[track_caller]
pub fn gather<I, T>(children: I) -> impl Future<Output = Result<Vec<T>, TaskError>>
where
    I: IntoIterator,
    I::Item: IntoFuture<Output = T>,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    T: 'static,
{
    let at = Location::caller();
    async move {
        let (tasks, failed) = ended(children, at, true).await;
        in_order(tasks, failed)
    }
}

/// Runs all `children` as tasks of the current loop, and returns what became of each, in order.
///
/// As [`gather`], but a child without a value is one result among the others.
///
/// # Panics
///
/// When polled in a thread that has no loop, unless there is no child.
///
/// # Cancel safety
///
/// Dropping the future cancels the children.
///
/// # Examples
///
/// ```
/// use boucle::{TaskError, gather_all};
///
/// let results = boucle::run(gather_all([1, 0].map(|n| async move { 6 / n })));
/// assert!(matches!(results[..], [Ok(6), Err(TaskError::Panicked(_))]));
/// ```
#[doc(alias = "ALL_COMPLETED")]
#[doc(alias = "return_exceptions")]
#[doc(alias = "wait")]
#[track_caller]
pub fn gather_all<I, T>(children: I) -> impl Future<Output = Vec<Result<T, TaskError>>>
where
    I: IntoIterator,
    I::Item: IntoFuture<Output = T>,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    T: 'static,
{
    let at = Location::caller();
    async move {
        let (mut tasks, _) = ended(children, at, false).await;
        tasks.iter_mut().map(result).collect()
    }
}

/// Awaits `tasks` that were spawned before, and returns their values, in order.
///
/// As [`gather`] without the spawning: the first task that has no value is the result, at once, and
/// the others go on alone. If two fail in the same turn, it is the first in order. Each time that a
/// task ends, those that are left are looked at: for thousands, gather the futures themselves.
///
/// # Panics
///
/// If the result of a task was taken before; if one is the task that waits.
///
/// # Errors
///
/// What became of the first task that has no value.
///
/// # Cancel safety
///
/// Dropping the future cancels the tasks.
///
/// # Examples
///
/// ```
/// use boucle::{gather_tasks, spawn};
///
/// let values = boucle::run(async {
///     let tasks = [spawn(async { 1 }), spawn(async { 2 })];
///     gather_tasks(tasks).await
/// });
/// assert_eq!(values.unwrap(), [1, 2]);
/// ```
#[doc(alias = "gather")]
#[doc(alias = "join_all")]
#[track_caller]
pub fn gather_tasks<T>(
    tasks: impl IntoIterator<Item = Task<T>>,
) -> impl Future<Output = Result<Vec<T>, TaskError>> {
    let at = Location::caller();
    // Collected now, not at the first poll: dropped before that, it cancels them as well.
    let family = Family::new(tasks.into_iter().collect());
    async move {
        let news = Rc::new(News::default());
        family.tasks.iter().enumerate().for_each(|(place, task)| news.expect(task, place));
        let (tasks, failed) = all_ended(&news, family, at, true).await;
        in_order(tasks, failed)
    }
}

/// The children, when all have ended, and the place of the first one that failed; with `fails_fast`,
/// as soon as one has.
async fn ended<I, T>(
    children: I,
    at: &'static Location<'static>,
    fails_fast: bool,
) -> (Vec<Task<T>>, Option<usize>)
where
    I: IntoIterator,
    I::Item: IntoFuture<Output = T>,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    T: 'static,
{
    let news = Rc::new(News::default());
    let family = Family::spawn(&news, children, at);
    all_ended(&news, family, at, fails_fast).await
}

/// The same, of children that `news` hears of.
async fn all_ended<T>(
    news: &News,
    family: Family<T>,
    at: &'static Location<'static>,
    fails_fast: bool,
) -> (Vec<Task<T>>, Option<usize>) {
    let mut family = family;
    let identity = Identity::at(Kind::Gather, at);
    poll_fn(|cx| {
        if is_survey(cx.waker()) {
            return news.stand(cx.waker(), &identity, at);
        }
        if news.n_missing() == 0 || fails_fast && news.failed().is_some() {
            return Poll::Ready(());
        }
        news.listen(cx);
        tell_waits(family.not_told(news, &identity), news, || identity.object(), at);
        Poll::Pending
    })
    .await;
    // Those that have not ended go on alone.
    (std::mem::take(&mut family.tasks), news.failed())
}

/// The values in order; or how the first one failed.
fn in_order<T>(tasks: Vec<Task<T>>, failed: Option<usize>) -> Result<Vec<T>, TaskError> {
    let mut tasks = tasks;
    match failed {
        Some(place) => Err(result(&mut tasks[place]).err().expect("it has failed")),
        None => tasks.iter_mut().map(result).collect(),
    }
}

/// What became of a child that has ended.
fn result<T>(task: &mut Task<T>) -> Result<T, TaskError> {
    match task.take_if_done().expect("it has ended") {
        Err(TaskError::Taken) => panic!(
            "the result of the task was taken by an await before (it was spawned at {})",
            task.spawned_at()
        ),
        result => result,
    }
}
