//! `sleep` and `sleep_until`: a timer that a task waits for.
//!
//! Road: stages 3 and 9.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::time_now;
use crate::cell;
use crate::context::elsewhere::{call_later_elsewhere, require_entered};
use crate::core::Core;
use crate::data::LoopId;
use crate::data::WaitsFor;
use crate::data::clock;
use crate::data::clock::NEVER;
use crate::structures::timers::TimerKey;
use crate::structures::wake::Wake;

/// Waits for `duration`, and never less; for one turn if it is zero, for ever if it is
/// `Duration::MAX`.
///
/// The time counts from this call. Deadlines are coalesced: a task may be woken up to 1 ms late,
/// with others, unless the loop was built with [`exact_timers`](crate::Builder::exact_timers).
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
/// use std::time::Duration;
/// use boucle::{now, sleep, spawn};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let (start, minute) = (now(), Duration::from_secs(60));
///     let longer = spawn(sleep(2 * minute));
///     sleep(minute).await;
///     assert!(!longer.done());
///     longer.await.unwrap();
///     assert_eq!(now() - start, 2 * minute); // both at the same time
/// }).unwrap();
/// ```
#[doc(alias = "sleep_forever")]
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
/// use std::time::Duration;
/// use boucle::{now, sleep_until};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let end = now() + Duration::from_secs(60);
///     sleep_until(end).await;
///     sleep_until(end).await; // has passed: for one turn
///     assert_eq!(now(), end);
/// }).unwrap();
/// ```
pub fn sleep_until(instant: Instant) -> Sleep {
    Sleep { deadline: clock::time(instant), timer: None, state: State::New }
}

/// What [`sleep`] and [`sleep_until`] return: a future that can be asked, and set to another
/// instant.
///
/// Awaiting it again after its end returns at once, until it is [`reset`](Sleep::reset).
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping it takes its timer out. It keeps its deadline while it is not polled, and may move to
/// another loop.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{now, sleep};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let start = now();
///     let mut nap = sleep(Duration::from_secs(1));
///     (&mut nap).await;
///     assert!(nap.is_elapsed());
///     assert_eq!(nap.deadline(), Some(start + Duration::from_secs(1)));
/// }).unwrap();
/// ```
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
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let end = boucle::now() + Duration::from_secs(60);
    /// assert_eq!(boucle::sleep_until(end).deadline(), Some(end));
    /// assert_eq!(boucle::sleep(Duration::MAX).deadline(), None);
    /// ```
    #[doc(alias = "when")]
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        clock::instant(self.deadline).filter(|_| self.deadline != NEVER)
    }

    /// Makes it end at another instant, earlier or later, also if it has ended.
    ///
    /// Whoever awaits it must poll it once more: what was a timer is taken out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{now, sleep};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let start = now();
    ///     let mut nap = sleep(Duration::from_secs(60));
    ///     nap.reset(start + Duration::from_secs(1));
    ///     nap.await;
    ///     assert_eq!(now() - start, Duration::from_secs(1));
    /// }).unwrap();
    /// ```
    #[doc(alias = "reschedule")]
    pub fn reset(&mut self, instant: Instant) {
        self.disarm();
        self.deadline = clock::time(instant);
        self.state = State::New;
    }

    /// Whether it was awaited to its end. That the time has passed alone does not do.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// boucle::run(async {
    ///     let mut turn = boucle::sleep(Duration::ZERO);
    ///     assert!(!turn.is_elapsed());
    ///     (&mut turn).await;
    ///     assert!(turn.is_elapsed());
    /// });
    /// ```
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
        let after = || Duration::from_nanos(deadline.saturating_sub(core.clock.now()));
        core.show(|it| it.timer_set(key.number(), after()));
        core.waits(|| WaitsFor::Time(after()));
    }

    /// Takes the timer out, wherever it is set.
    fn disarm(&mut self) {
        let Some((event_loop, key)) = self.timer.take() else { return };
        let here = cell::with_entered(|core| {
            let mine = core.id() == event_loop;
            if mine {
                take_back(core, key);
            }
            mine
        });
        if here != Some(true) {
            call_later_elsewhere(event_loop, move |core| take_back(core, key));
        }
    }
}

/// Takes a timer of this loop out, if it has not fired.
fn take_back(core: &Core, key: TimerKey) {
    let unused = core.timers.borrow_mut().remove(key);
    if unused.is_some() {
        core.show(|it| it.timer_unset(key.number()));
    }
    // Dropped when nothing is borrowed: a waker may run foreign code.
    core.guard(|| drop(unused));
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
