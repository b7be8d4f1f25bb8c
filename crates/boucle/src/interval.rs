//! `interval`: ticks at a steady pace.

use std::time::{Duration, Instant};

use crate::time::{now, sleep_until};

/// What an interval does when it is late.
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
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    missed: MissedTicks,
    /// When the next tick is due; `None`: never.
    next: Option<Instant>,
}

impl Interval {
    /// Says what to do when it is late; [`MissedTicks::Burst`] unless said otherwise.
    #[must_use]
    pub fn missed_ticks(mut self, missed: MissedTicks) -> Interval {
        self.missed = missed;
        self
    }

    /// Waits for the next tick; returns when it was due.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no tick.
    pub async fn tick(&mut self) -> Instant {
        let Some(due) = self.next else { return std::future::pending().await };
        if due > now() {
            sleep_until(due).await;
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
