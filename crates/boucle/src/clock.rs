//! The loop's time: real, or virtual and moved by the loop.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A clock. Its times are nanoseconds since the loop was made: five hundred years fit.
pub(crate) struct Clock {
    /// When the loop was made.
    epoch: Instant,
    /// The virtual time, if it is virtual.
    now: Option<Cell<u64>>,
}

/// The time that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

impl Clock {
    pub(crate) fn new(is_virtual: bool) -> Clock {
        Clock { epoch: Instant::now(), now: is_virtual.then(|| Cell::new(0)) }
    }

    pub(crate) fn is_virtual(&self) -> bool {
        self.now.is_some()
    }

    /// The present time.
    pub(crate) fn now(&self) -> u64 {
        match &self.now {
            Some(now) => now.get(),
            None => nanoseconds(self.epoch.elapsed()),
        }
    }

    /// Moves virtual time forward, to a time that something waits for.
    pub(crate) fn jump_to(&self, time: u64) {
        if let Some(now) = &self.now {
            now.set(now.get().max(time));
        }
    }

    /// The instant of a time.
    pub(crate) fn instant(&self, time: u64) -> Option<Instant> {
        self.epoch.checked_add(Duration::from_nanos(time))
    }

    /// The time of an instant; that of one before the loop was made is 0.
    pub(crate) fn time(&self, instant: Instant) -> u64 {
        nanoseconds(instant.saturating_duration_since(self.epoch))
    }
}

/// A duration in nanoseconds; one that is too long is `NEVER`.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}
