//! The loop's time: real, or virtual and moved by the loop.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Where the times of all loops are counted from: so a deadline means the same in each.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

/// A clock. Its times are nanoseconds since the process first asked: five hundred years fit.
pub(crate) struct Clock {
    /// The virtual time, if it is virtual; it begins with the real one.
    now: Option<Cell<u64>>,
}

impl Clock {
    pub(crate) fn new(is_virtual: bool) -> Clock {
        Clock { now: is_virtual.then(|| Cell::new(real_now())) }
    }

    pub(crate) fn is_virtual(&self) -> bool {
        self.now.is_some()
    }

    /// The present time.
    pub(crate) fn now(&self) -> u64 {
        self.now.as_ref().map_or_else(real_now, Cell::get)
    }

    /// Moves virtual time forward by so many nanoseconds; `false` if time is real.
    pub(crate) fn advance(&self, by: u64) -> bool {
        self.jump_to(self.now().saturating_add(by));
        self.is_virtual()
    }

    /// Moves virtual time forward, to a time that something waits for.
    pub(crate) fn jump_to(&self, time: u64) {
        if let Some(now) = &self.now {
            now.set(now.get().max(time));
        }
    }
}

/// The present time of the system.
pub(crate) fn real_now() -> u64 {
    nanoseconds(EPOCH.elapsed())
}

/// The instant of a time; `None` if that is too far for an instant.
pub(crate) fn instant(time: u64) -> Option<Instant> {
    EPOCH.checked_add(Duration::from_nanos(time))
}

/// The time of an instant; that of one before the process first asked is 0.
pub(crate) fn time(instant: Instant) -> u64 {
    nanoseconds(instant.saturating_duration_since(*EPOCH))
}

/// A duration in nanoseconds; one that is too long is `NEVER`.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}

/// How often a coarse clock has ticked: every few milliseconds. To ask it costs a fraction of what the
/// time costs.
#[cfg(all(target_os = "linux", not(boucle_loom)))]
pub(crate) fn coarse_tick() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::MonotonicCoarse);
    // Any number that changes with it will do.
    (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
}

/// Where there is no such clock: the time, in steps of four milliseconds.
#[cfg(not(all(target_os = "linux", not(boucle_loom))))]
pub(crate) fn coarse_tick() -> u64 {
    real_now() / 4_000_000
}
