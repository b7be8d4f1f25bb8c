//! What time it is, and waiting for it: `now`, `timeout`; `interrupt`, for a turn; `quiescent`.
//!
//! Road: stages 3 and 9.

mod sleep;

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

pub use self::sleep::{Sleep, sleep, sleep_until};
use crate::clock;
use crate::elsewhere::require_entered;
use crate::task::cell;
use crate::wake::Wake;

/// Gives the turn back once: all other tasks that are ready run, then this one goes on.
///
/// # Cancel safety
///
/// Dropping the future loses nothing but the turn.
///
/// # Examples
///
/// ```
/// use boucle::{interrupt, spawn};
///
/// boucle::run(async {
///     let other = spawn(async {});
///     interrupt().await;
///     assert!(other.done());
/// });
/// ```
#[doc(alias = "checkpoint")]
#[doc(alias = "yield_now")]
#[doc(alias = "sleep(0)")]
pub async fn interrupt() {
    let mut turn = Some(());
    poll_fn(|cx| {
        if turn.take().is_none() {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The present instant, on the loop's clock: virtual in a loop whose time is. Outside of a run,
/// real.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let slept = event_loop.run_until_complete(async {
///     let start = boucle::now();
///     boucle::sleep(Duration::from_secs(3600)).await;
///     boucle::now() - start
/// });
/// assert_eq!(slept.unwrap(), Duration::from_secs(3600));
/// ```
#[doc(alias = "monotonic")]
#[doc(alias = "current_time")]
#[doc(alias = "time")]
#[must_use]
pub fn now() -> Instant {
    clock::instant(time_now()).unwrap_or_else(Instant::now)
}

/// The present time, on the loop's clock.
fn time_now() -> u64 {
    cell::with_entered(|core| core.clock.now()).unwrap_or_else(clock::real_now)
}

/// The time was over before the future, which is dropped. Give it longer, or do without.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{Elapsed, timeout};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let never = timeout(Duration::from_secs(1), std::future::pending::<()>());
/// let error = event_loop.run_until_complete(never).unwrap().unwrap_err();
/// assert_eq!(error, Elapsed);
/// assert_eq!(error.to_string(), "the time limit has passed");
/// ```
#[doc(alias = "TimeoutError")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time limit has passed")]
pub struct Elapsed;

/// Awaits `future` for `duration` at the most. The future is polled first: if it is ready, it
/// counts.
///
/// The time counts from the first poll of the timeout. Until an instant: `end - now()` is its
/// duration. A future that never gives the turn back cannot be stopped. A [`Task`](crate::Task)
/// that is given by `&mut` goes on when the time is over.
///
/// # Panics
///
/// When polled in a thread that runs no loop, if the future is not ready.
///
/// # Errors
///
/// [`Elapsed`]; the future has been dropped then.
///
/// # Cancel safety
///
/// Dropping the timeout drops the future.
///
/// # Examples
///
/// ```
/// use std::future;
/// use std::time::Duration;
/// use boucle::{Elapsed, timeout};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let minute = Duration::from_secs(60);
///     assert_eq!(timeout(minute, async { 42 }).await, Ok(42));
///     assert_eq!(timeout(minute, future::pending::<()>()).await, Err(Elapsed));
/// }).unwrap();
/// ```
#[doc(alias = "timeout_at")]
#[doc(alias = "move_on_after")]
#[doc(alias = "fail_after")]
#[doc(alias = "wait_for")]
pub async fn timeout<T>(duration: Duration, future: impl Future<Output = T>) -> Result<T, Elapsed> {
    let mut future = pin!(future);
    let mut limit = pin!(sleep(duration));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Ok(value)),
        Poll::Pending => limit.as_mut().poll(cx).map(|()| Err(Elapsed)),
    })
    .await
}

/// Waits until nothing else in the loop can run: every other task waits, for a time or for others.
///
/// Whoever waits like this goes on before the loop sleeps, and before virtual time moves.
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping the future loses nothing.
///
/// # Examples
///
/// ```
/// boucle::run(async {
///     let busy = boucle::spawn(async {
///         for _ in 0..10 {
///             boucle::interrupt().await;
///         }
///     });
///     boucle::quiescent().await;
///     assert!(busy.done());
/// });
/// ```
#[doc(alias = "wait_all_tasks_blocked")]
pub async fn quiescent() {
    let quiet = Rc::new(Cell::new(false));
    poll_fn(|cx| {
        if quiet.get() {
            return Poll::Ready(());
        }
        let asked = (Rc::clone(&quiet), Wake::new(cx.waker()));
        require_entered(|core| core.quiescent.borrow_mut().push(asked));
        Poll::Pending
    })
    .await;
}
