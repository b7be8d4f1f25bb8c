//! `interval`: ticks at a steady pace.

use std::panic::Location;
use std::time::{Duration, Instant};

use crate::context::budget;
use crate::time::{now, sleep_until_at};

/// What an interval does when it is late: when a tick is asked for more than a period after it was
/// due.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{MissedTicks, interval, now, sleep};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let mut dues = Vec::new();
///     for missed in [MissedTicks::Burst, MissedTicks::Delay, MissedTicks::Skip] {
///         let start = now();
///         let mut ticks = interval(Duration::from_secs(1)).missed_ticks(missed);
///         sleep(Duration::from_millis(2_500)).await;
///         for _ in 0..3 {
///             dues.push((ticks.tick().await - start).as_secs_f64());
///         }
///     }
///     assert_eq!(dues, [0.0, 1.0, 2.0, 0.0, 3.5, 4.5, 0.0, 3.0, 4.0]);
/// }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTicks {
    /// Ticks as often as it missed, one after the other, until it is in time again.
    #[default]
    Burst,
    /// Ticks once, and from then on a period after that.
    Delay,
    /// Ticks once, and goes on with the next tick that lies ahead.
    Skip,
}

/// Ticks now, and then every `period`.
///
/// It keeps the pace: a tick is due a period after the one before was due, however long the work in
/// between takes. [`MissedTicks`] says what becomes of ticks that were missed.
///
/// # Panics
///
/// If `period` is zero.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let start = boucle::now();
///     let mut ticks = boucle::interval(Duration::from_secs(1));
///     for second in 0..3 {
///         assert_eq!(ticks.tick().await - start, Duration::from_secs(second));
///     }
/// }).unwrap();
/// ```
#[track_caller]
#[must_use]
pub fn interval(period: Duration) -> Interval {
    assert!(!period.is_zero(), "an interval needs a period longer than zero");
    Interval { period, missed: MissedTicks::default(), next: Some(now()) }
}

/// What [`interval`] returns.
///
/// It sets no timer unless a [`tick`](Interval::tick) is awaited; dropping it changes nothing.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{interval, now, sleep};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// let took = event_loop.run_until_complete(async {
///     let (start, mut ticks) = (now(), interval(Duration::from_secs(10)));
///     for _ in 0..3 {
///         ticks.tick().await;
///         sleep(Duration::from_secs(7)).await; // work
///     }
///     now() - start
/// });
/// assert_eq!(took, Ok(Duration::from_secs(27)));
/// ```
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    missed: MissedTicks,
    /// When the next tick is due; `None`: never.
    next: Option<Instant>,
}

impl Interval {
    /// Says what to do when it is late; [`MissedTicks::Burst`] unless said otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{MissedTicks, interval, now, sleep};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let start = now();
    ///     let mut ticks = interval(Duration::from_secs(1)).missed_ticks(MissedTicks::Skip);
    ///     sleep(Duration::from_millis(2_500)).await;
    ///     ticks.tick().await; // the one of the start
    ///     assert_eq!(ticks.tick().await - start, Duration::from_secs(3));
    /// }).unwrap();
    /// ```
    #[doc(alias = "set_missed_tick_behavior")]
    #[must_use]
    pub fn missed_ticks(mut self, missed: MissedTicks) -> Interval {
        self.missed = missed;
        self
    }

    /// Waits for the next tick; returns when it was due.
    ///
    /// Returns at once if that has passed. It gives the turn back only if it must wait, and after the task
    /// has done 128 such things in one poll.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop, if it has to wait.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no tick.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let mut ticks = boucle::interval(Duration::from_secs(1));
    ///     let first = ticks.tick().await; // at once
    ///     assert_eq!(ticks.tick().await - first, Duration::from_secs(1));
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn tick(&mut self) -> impl Future<Output = Instant> {
        self.tick_at(Location::caller())
    }

    /// As `tick`, for what was made at `at`.
    async fn tick_at(&mut self, at: &'static Location<'static>) -> Instant {
        budget::charge().await;
        let Some(due) = self.next else { return std::future::pending().await };
        if due > now() {
            sleep_until_at(at, due).await;
        }
        let late = now().saturating_duration_since(due);
        let next = match self.missed {
            MissedTicks::Delay if late > self.period => now().checked_add(self.period),
            MissedTicks::Skip if late > self.period => {
                // As many periods as have passed; a remainder never loses more than one.
                let into = late.as_nanos() % self.period.as_nanos();
                let into = Duration::from_nanos(u64::try_from(into).unwrap_or(u64::MAX));
                now().checked_add(self.period.saturating_sub(into))
            }
            _ => due.checked_add(self.period),
        };
        self.next = next;
        due
    }
}
