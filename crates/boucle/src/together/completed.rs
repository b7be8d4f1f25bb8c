//! `as_completed`: one after the other, as they end.

use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::Poll;

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
    AsCompleted { n_left: family.tasks.len(), family, news, identity, next: None }
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
    /// The one that is next, once it is known.
    next: Option<usize>,
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
        self.next_at(Location::caller())
    }

    async fn next_at(
        &mut self,
        at: &'static Location<'static>,
    ) -> Option<(usize, Result<T, TaskError>)> {
        if self.n_left == 0 {
            return None;
        }
        let place = poll_fn(|cx| {
            if is_survey(cx.waker()) {
                return self.news.stand(cx.waker(), &self.identity, at);
            }
            self.next = self.next.or_else(|| self.news.next_ended());
            self.news.listen(cx);
            if let Some(place) = self.next {
                return Poll::Ready(place);
            }
            tell_waits(self.family.not_told(&self.news), &self.news, || self.identity.object(), at);
            Poll::Pending
        })
        .await;
        self.next = None;
        self.n_left -= 1;
        let result = self.family.tasks[place].take_if_done().expect("it is done");
        Some((place, result))
    }
}

impl<T> std::fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AsCompleted").field("n_left", &self.n_left).finish_non_exhaustive()
    }
}
