//! `as_completed`: one after the other, as they end.

use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::family::{Family, News, tell_waits};
use crate::context::Identity;
use crate::context::survey::is_survey;
use crate::data::{Kind, TaskError};

/// Spawns all `children` on the current loop, now, and gives what became of each, the first to end
/// first.
///
/// Those that end in the same turn come in the order in which they ended.
///
/// # Panics
///
/// If this thread has no loop, unless there is no child.
///
/// # Cancel safety
///
/// Dropping the [`AsCompleted`] cancels the children that have not ended.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let order = event_loop.run_until_complete(async {
///     let seconds = [3, 1, 2].map(Duration::from_secs);
///     let mut sleeps = boucle::as_completed(seconds.map(boucle::sleep));
///     let mut order = Vec::new();
///     while let Some((place, result)) = sleeps.next().await {
///         result.unwrap();
///         order.push(place);
///     }
///     order
/// });
/// assert_eq!(order.unwrap(), [1, 2, 0]);
/// ```
#[doc(alias = "FuturesUnordered")]
#[doc(alias = "JoinSet")]
#[track_caller]
pub fn as_completed<I, T>(children: I) -> AsCompleted<T>
where
    I: IntoIterator,
    I::Item: IntoFuture<Output = T>,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    T: 'static,
{
    let at = Location::caller();
    let news = Rc::new(News::default());
    news.keep_order();
    let family = Family::spawn(&news, children, at);
    let identity = Identity::at(Kind::AsCompleted, at);
    AsCompleted { n_left: family.tasks.len(), family, news, identity }
}

/// What [`as_completed`] returns. Dropping it cancels those that have not ended.
///
/// # Examples
///
/// ```
/// use boucle::{as_completed, interrupt};
///
/// let event_loop = boucle::Loop::new();
/// let tree = event_loop.run_until_complete(async {
///     drop(as_completed([std::future::pending::<()>()]));
///     interrupt().await; // they are cancelled
///     boucle::all_tasks().len()
/// });
/// assert_eq!(tree, Ok(1));
/// ```
pub struct AsCompleted<T> {
    family: Family<T>,
    news: Rc<News>,
    /// What it is known by.
    identity: Identity,
    /// How many were not given yet.
    n_left: usize,
}

impl<T> AsCompleted<T> {
    /// Waits until one more has ended: its place among the children, and its result. `None` after
    /// the last one, as often as it is asked.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses none.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let mut children = boucle::as_completed([2, 0].map(|n| async move { 6 / n }));
    ///     assert!(matches!(children.next().await, Some((0, Ok(3)))));
    ///     assert!(matches!(children.next().await, Some((1, Err(_))))); // it panicked
    ///     assert!(children.next().await.is_none());
    /// });
    /// ```
    #[doc(alias = "join_next")]
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "each item has to be awaited")]
    pub fn next(&mut self) -> impl Future<Output = Option<(usize, Result<T, TaskError>)>> {
        Next { all: self, at: Location::caller() }
    }
}

/// Waits for the next one.
struct Next<'a, T> {
    all: &'a mut AsCompleted<T>,
    /// The line that waits.
    at: &'static Location<'static>,
}

impl<T> Future for Next<'_, T> {
    type Output = Option<(usize, Result<T, TaskError>)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Next { all, at } = &mut *self;
        if all.n_left == 0 {
            return Poll::Ready(None);
        }
        if is_survey(cx.waker()) {
            return all.news.stand(cx.waker(), &all.identity, at);
        }
        let Some(place) = all.news.next_ended() else {
            all.news.listen(cx);
            let tasks = all.family.not_told(&all.news, &all.identity);
            tell_waits(tasks, &all.news, || all.identity.object(), at);
            return Poll::Pending;
        };
        all.n_left -= 1;
        let result = all.family.tasks[place].take_if_done().expect("it is done");
        Poll::Ready(Some((place, result)))
    }
}

impl<T> Drop for Next<'_, T> {
    /// Between two of them nobody waits.
    fn drop(&mut self) {
        self.all.news.listen_no_more(&self.all.identity);
    }
}

impl<T> std::fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsCompleted").field("n_left", &self.n_left).finish_non_exhaustive()
    }
}
