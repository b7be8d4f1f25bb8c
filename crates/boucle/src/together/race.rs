//! `race`: the first of several futures. `shield`: one that goes on though nobody waits.

use std::future::poll_fn;
use std::panic::Location;
use std::pin::Pin;
use std::task::Poll;

use crate::context::require_current_at;
use crate::data::TaskError;
use crate::task::spawn_in;

/// Awaits all `futures` in this task, until one is ready: its place, and its value. The others are
/// dropped.
///
/// They are polled in order: if two are ready at the same time, the first of them wins. What is
/// given by `&mut` is not dropped: `race(tasks.iter_mut())` leaves the other tasks as they are.
///
/// # Panics
///
/// If there is no future: nobody would ever win.
///
/// # Cancel safety
///
/// Dropping the future drops them all, but what was given by `&mut`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{race, sleep, spawn};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let seconds = [3, 1, 2].map(Duration::from_secs);
///     assert_eq!(race(seconds.map(sleep)).await, (1, ()));
///
///     let mut tasks = seconds.map(|delay| spawn(sleep(delay)));
///     let (first, result) = race(tasks.iter_mut()).await;
///     assert!(first == 1 && result.is_ok());
///     assert!(!tasks[0].done()); // it goes on
/// }).unwrap();
/// ```
#[doc(alias = "wait")]
#[doc(alias = "select_all")]
#[doc(alias = "select")]
#[doc(alias = "FIRST_COMPLETED")]
#[track_caller]
pub fn race<I, T>(futures: I) -> impl Future<Output = (usize, T)>
where
    I: IntoIterator,
    I::Item: IntoFuture<Output = T>,
{
    race_at(Location::caller(), futures)
}

/// As [`race`], for what was made at `at`.
async fn race_at<I, T>(at: &'static Location<'static>, futures: I) -> (usize, T)
where
    I: IntoIterator,
    I::Item: IntoFuture<Output = T>,
{
    let futures = futures.into_iter().map(|it| Box::pin(it.into_future()));
    let mut futures: Vec<Pin<Box<_>>> = futures.collect();
    assert!(
        !futures.is_empty(),
        "a race needs at least one future: nobody would ever win (this was made at {at})"
    );
    poll_fn(|cx| {
        for (place, future) in futures.iter_mut().enumerate() {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                return Poll::Ready((place, value));
            }
        }
        Poll::Pending
    })
    .await
}

/// Runs `future` as a task of its own, and awaits it: whoever drops this does not cancel it.
///
/// # Panics
///
/// When polled in a thread that has no loop.
///
/// # Errors
///
/// What became of the task, if it has no value.
///
/// # Cancel safety
///
/// Nothing happens before the first poll. Dropping the future later lets the task go on alone.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use std::time::Duration;
/// use boucle::{Elapsed, shield, sleep, timeout};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let saved = Rc::new(Cell::new(false));
///     let flag = Rc::clone(&saved);
///     let save = shield(async move {
///         sleep(Duration::from_secs(2)).await;
///         flag.set(true);
///     });
///     assert!(timeout(Duration::from_secs(1), save).await.is_err());
///     sleep(Duration::from_secs(2)).await;
///     assert!(saved.get());
/// }).unwrap();
/// ```
#[track_caller]
pub fn shield<T: 'static>(
    future: impl Future<Output = T> + 'static,
) -> impl Future<Output = Result<T, TaskError>> {
    let at = Location::caller();
    async move { require_current_at(at, |core| spawn_in(core, future, at)).await }
}
