//! Waiting for a time: `sleep`, `sleep_until`, `timeout`; and `interrupt`, for a turn.
//!
//! Road: stages 3 and 9.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::clock;
use crate::clock::NEVER;
use crate::core::Core;
use crate::elsewhere::{LoopId, call_later_elsewhere, require_entered};
use crate::task::cell;
use crate::timers::TimerKey;
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

/// The present instant, on the loop's clock: virtual in a loop whose time is.
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
#[doc(alias = "time")]
#[must_use]
pub fn now() -> Instant {
    clock::instant(time_now()).unwrap_or_else(Instant::now)
}

/// The present time, on the loop's clock.
fn time_now() -> u64 {
    cell::with_entered(|core| core.clock.now()).unwrap_or_else(clock::real_now)
}

/// Waits for `duration`, and never less; for one turn if it is zero, for ever if it is
/// `Duration::MAX`.
///
/// The time counts from this call. Deadlines are coalesced: a task may be woken up to 1 ms late, with
/// others, unless the loop was built with [`exact_timers`](crate::Builder::exact_timers).
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping the future takes its timer out.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
///
/// let start = Instant::now();
/// boucle::run(boucle::sleep(Duration::from_millis(5)));
/// assert!(start.elapsed() >= Duration::from_millis(5));
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    let deadline = time_now().saturating_add(clock::nanoseconds(duration));
    let state = if duration.is_zero() { State::Passed } else { State::Ahead };
    Sleep { deadline, timer: None, state }
}

/// Waits until `instant`, and never less; for one turn if it has passed.
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping the future takes its timer out.
///
/// # Examples
///
/// ```
/// boucle::run(async {
///     let start = boucle::now();
///     boucle::sleep_until(start).await; // has passed: for one turn
/// });
/// ```
pub fn sleep_until(instant: Instant) -> Sleep {
    Sleep { deadline: clock::time(instant), timer: None, state: State::New }
}

/// What [`sleep`] and [`sleep_until`] return.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct Sleep {
    /// When, on the clock of any loop; `NEVER`: never.
    deadline: u64,
    /// The timer that is set, and in which loop.
    timer: Option<(LoopId, TimerKey)>,
    /// How far it is.
    state: State,
}

/// How far a sleep is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// It has not been polled, and nobody has looked at the clock.
    New,
    /// It has not been polled, and has a time to wait for.
    Ahead,
    /// It has not been polled, and has none.
    Passed,
    /// It gives its turn back.
    Yields,
    /// It waits.
    Waiting,
    /// It has waited.
    Over,
}

impl Sleep {
    /// When it ends; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        clock::instant(self.deadline).filter(|_| self.deadline != NEVER)
    }

    /// Makes it end at another instant.
    pub fn reset(&mut self, instant: Instant) {
        self.disarm();
        self.deadline = clock::time(instant);
        self.state = State::New;
    }

    /// Whether it has waited to its end.
    #[must_use]
    pub fn is_elapsed(&self) -> bool {
        self.state == State::Over
    }

    fn arm(&mut self, core: &Core, cx: &Context<'_>) {
        let deadline = self.deadline;
        if deadline == NEVER {
            return;
        }
        // Made first: a foreign waker runs foreign code as it is cloned.
        let wake = Wake::new(cx.waker());
        let key = core.timers.borrow_mut().insert(deadline, wake);
        self.timer = Some((core.id(), key));
        if let Some(instrument) = &core.instrument {
            let after = Duration::from_nanos(deadline.saturating_sub(core.clock.now()));
            core.guard(|| instrument.timer_set(after));
        }
    }

    /// Takes the timer out, wherever it is set.
    fn disarm(&mut self) {
        let Some((event_loop, key)) = self.timer.take() else { return };
        let here = cell::with_entered(|core| {
            let mine = core.id() == event_loop;
            // Taken out, then dropped: a waker may run foreign code.
            let unused = mine.then(|| core.timers.borrow_mut().remove(key));
            core.guard(|| drop(unused));
            mine
        });
        if here != Some(true) {
            call_later_elsewhere(event_loop, move |core| {
                let unused = core.timers.borrow_mut().remove(key);
                drop(unused);
            });
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        require_entered(|core| match (&self.state, self.timer) {
            (State::Over, _) => Poll::Ready(()),
            (State::New | State::Ahead | State::Passed, _) => {
                let has_passed = match self.state {
                    State::New => self.deadline <= core.clock.now(),
                    _ => self.state == State::Passed,
                };
                if has_passed {
                    self.state = State::Yields;
                    cx.waker().wake_by_ref();
                } else {
                    self.state = State::Waiting;
                    self.arm(core, cx);
                }
                Poll::Pending
            }
            (State::Yields, _) => {
                self.state = State::Over;
                Poll::Ready(())
            }
            (State::Waiting, Some((event_loop, key))) if event_loop == core.id() => {
                let mine =
                    core.timers.borrow_mut().wake_mut(key).map(|it| it.will_wake(cx.waker()));
                match mine {
                    None => {
                        self.timer = None;
                        self.state = State::Over;
                        return Poll::Ready(());
                    }
                    Some(true) => {}
                    Some(false) => {
                        let mut wake = Some(Wake::new(cx.waker()));
                        if let Some(it) = core.timers.borrow_mut().wake_mut(key) {
                            wake = wake.map(|new| std::mem::replace(it, new));
                        }
                        core.guard(|| drop(wake));
                    }
                }
                Poll::Pending
            }
            (State::Waiting, Some(_)) => {
                // It has moved to another loop, and takes its deadline along.
                self.disarm();
                self.arm(core, cx);
                Poll::Pending
            }
            (State::Waiting, None) => Poll::Pending,
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}

/// The time was over before the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time limit has passed")]
pub struct Elapsed;

/// Awaits `future` for `duration` at the most. The future is polled first: if it is ready, it counts.
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
/// boucle::run(async {
///     assert_eq!(timeout(Duration::from_secs(1), async { 42 }).await, Ok(42));
///     let never = future::pending::<()>();
///     assert_eq!(timeout(Duration::from_millis(1), never).await, Err(Elapsed));
/// });
/// ```
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
