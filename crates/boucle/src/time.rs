//! What time it is, and waiting for it: `now`, `timeout`; `interrupt`, for a turn; `quiescent`. And
//! not waiting while it passes: `hold_up`. `unconstrained`, for who keeps the turn.
//!
//! Road: stages 3 and 9.

mod callback;
mod interval;
mod sleep;

use std::future::poll_fn;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

pub use self::callback::{Callback, call_at, call_later, call_soon};
pub use self::interval::{Interval, MissedTicks, interval};
pub use self::sleep::{Sleep, sleep, sleep_until};
pub(crate) use self::sleep::{sleep_at, sleep_until_at};
use crate::context;
use crate::context::wait::{Waiting, Wanted};
use crate::context::{Identity, budget, require_entered_at};
use crate::data::clock;
use crate::data::clock::Clock;
use crate::structures::line::Line;

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

/// The present instant, on the clock of the current loop: virtual in a loop whose time is. On a
/// thread that has no loop, real.
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
    context::reads_clock();
    with_clock(Clock::now).unwrap_or_else(clock::real_now)
}

/// Calls `f` with the clock of the current loop, if there is one.
fn with_clock<R>(f: impl Fn(&Clock) -> R) -> Option<R> {
    let inside = context::with_entered(|core| f(&core.clock));
    inside.or_else(|| context::current().ok().map(|it| f(&it.core().clock)))
}

/// Holds the loop up for `duration`, as a computation does that never gives the turn back: the thread
/// sleeps, and nothing else runs.
///
/// In virtual time only the clock moves. So a test can have a task that is greedy, and take no time.
/// What falls due meanwhile is seen after this poll.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{Loop, hold_up, now, sleep, spawn};
///
/// let event_loop = Loop::builder().virtual_time(true).build();
/// let late = event_loop.run_until_complete(async {
///     let start = now();
///     let patient = spawn(sleep(Duration::from_secs(1)));
///     let greedy = spawn(async { hold_up(Duration::from_secs(5)) });
///     let _ = (greedy.await, patient.await);
///     now() - start
/// });
/// assert_eq!(late, Ok(Duration::from_secs(5)));
/// ```
#[doc(alias = "time.sleep")]
#[doc(alias = "advance")]
#[doc(alias = "jump")]
pub fn hold_up(duration: Duration) {
    let by = clock::nanoseconds(duration);
    context::writes_clock();
    if with_clock(|clock| clock.advance(by)) != Some(true) {
        thread::sleep(duration);
    }
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
#[doc(alias = "expired")]
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
#[track_caller]
pub fn timeout<T>(
    duration: Duration,
    future: impl Future<Output = T>,
) -> impl Future<Output = Result<T, Elapsed>> {
    timeout_at(Location::caller(), duration, future)
}

/// The same, for who has asked for it there.
pub(crate) async fn timeout_at<T>(
    at: &'static Location<'static>,
    duration: Duration,
    future: impl Future<Output = T>,
) -> Result<T, Elapsed> {
    let mut future = pin!(future);
    let mut limit = pin!(sleep_at(at, duration));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Ok(value)),
        Poll::Pending => limit.as_mut().poll(cx).map(|()| Err(Elapsed)),
    })
    .await
}

/// Waits until nothing else in the loop can run: every other task waits, for a time or for others.
///
/// Whoever waits like this goes on before the loop sleeps, and before virtual time moves; but after all
/// whom a socket wakes that is ready by now.
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
#[track_caller]
pub fn quiescent() -> impl Future<Output = ()> {
    let at = Location::caller();
    let mut waiting: Option<Waiting<Quiet>> = None;
    poll_fn(move |cx| {
        let here = require_entered_at(at, |core| Rc::clone(&core.quiescent));
        // One that goes on in another loop means the quiet of that one.
        waiting.take_if(|it| it.waits_elsewhere(&here));
        Pin::new(waiting.get_or_insert_with(|| Waiting::new_at(at, Quiet(here)))).poll(cx)
    })
}

/// What is waited for: that nothing else in a loop can run. Its line is the loop's.
struct Quiet(Rc<Line>);

impl Wanted for Quiet {
    type Output = ();
    const WHAT: &'static str = "the loop to be quiet";

    fn line(&self) -> &Line {
        &self.0
    }

    fn identity(&self) -> Option<&Identity> {
        None
    }

    fn try_now(&mut self) -> Option<()> {
        None
    }

    fn granted(&mut self) -> Option<()> {
        Some(())
    }
}

/// Awaits `future` and never has it give the turn back but when it waits.
///
/// What a task need not wait for, an item that is there, a permit, a read, it may do 128 times in one
/// poll; then it lets the others run. In here it does so as often as it can, and meanwhile nobody else
/// runs and no timer fires: it is for what ends soon.
///
/// # Cancel safety
///
/// Dropping it drops the future.
///
/// # Examples
///
/// ```
/// use boucle::sync::Queue;
/// use boucle::{spawn, unconstrained};
///
/// boucle::run(async {
///     let queue = Queue::unbounded();
///     for item in 0..1000 {
///         queue.try_put(item).unwrap();
///     }
///     let other = spawn(async {});
///     let drain = async {
///         while !queue.is_empty() {
///             queue.get().await.unwrap();
///         }
///     };
///     unconstrained(drain).await;
///     assert!(queue.is_empty() && !other.done());
/// });
/// ```
#[doc(alias = "coop")]
#[doc(alias = "cooperative")]
pub async fn unconstrained<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| budget::uncharged(|| future.as_mut().poll(cx))).await
}

#[cfg(test)]
mod tests {
    use super::{Poll, interrupt, poll_fn, quiescent};
    use crate::{Loop, context};

    /// How many wait for the quiet of the loop that this thread is in.
    fn n_quiescent() -> Option<usize> {
        context::with_entered(|core| core.quiescent.len())
    }

    #[test]
    fn one_who_waits_for_quiet_is_remembered_once_and_forgotten_when_it_gives_up() {
        let ended = Loop::new().run_until_complete(async {
            let mut wait = Box::pin(quiescent());
            for _ in 0..100 {
                let is_ready = poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_ready())).await;
                assert_eq!((is_ready, n_quiescent()), (false, Some(1)));
                interrupt().await;
            }
            drop(wait);
            assert_eq!(n_quiescent(), Some(0));
        });
        assert_eq!(ended, Ok(()));
    }
}
