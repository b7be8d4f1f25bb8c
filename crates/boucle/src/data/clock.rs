//! The loop's time: real, or virtual and moved by the loop.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

pub(crate) use self::system::{coarse_tick, real_now};

/// One moment as `std` tells it, and as the times of loops do.
static ANCHOR: LazyLock<(Instant, u64)> = LazyLock::new(|| {
    let ask = || {
        let instant = Instant::now();
        // After it, never before: so nobody who waits for an instant is woken too early.
        let time = real_now();
        (instant.elapsed(), instant, time)
    };
    // The thread may lose the processor between the two: once, but not each time.
    let (_, instant, time) = (0..5).map(|_| ask()).min().expect("there are five");
    (instant, time)
});

/// The time that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

/// A clock. Its times are nanoseconds, counted from the same moment by all loops of a process: five hundred
/// years fit.
pub(crate) struct Clock {
    /// The virtual time, if it is virtual.
    now: Option<Cell<u64>>,
    /// When that began.
    #[cfg(feature = "explore")]
    begin: u64,
}

impl Clock {
    /// One that begins with the real time, or at `begin` if it is virtual.
    pub(crate) fn new(is_virtual: bool, begin: Option<Instant>) -> Clock {
        let now = is_virtual.then(|| Cell::new(begin.map_or_else(real_now, time)));
        Clock {
            #[cfg(feature = "explore")]
            begin: now.as_ref().map_or(0, Cell::get),
            now,
        }
    }

    /// Virtual time begins again.
    #[cfg(feature = "explore")]
    pub(crate) fn begin_again(&self) {
        if let Some(now) = &self.now {
            now.set(self.begin);
        }
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

/// The instant of a time; `None` if that is too far for an instant.
pub(crate) fn instant(time: u64) -> Option<Instant> {
    let (instant, anchored) = *ANCHOR;
    match time.checked_sub(anchored) {
        Some(after) => instant.checked_add(Duration::from_nanos(after)),
        None => instant.checked_sub(Duration::from_nanos(anchored - time)),
    }
}

/// The time of an instant; 0 if it was before all times, `NEVER` if it is too far.
pub(crate) fn time(instant: Instant) -> u64 {
    let (anchor, anchored) = *ANCHOR;
    match instant.checked_duration_since(anchor) {
        Some(after) => anchored.saturating_add(nanoseconds(after)),
        None => anchored.saturating_sub(nanoseconds(anchor.saturating_duration_since(instant))),
    }
}

/// A duration in nanoseconds; one that is too long is `NEVER`.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER)
}

/// The clocks of the system: those of Linux, which tell a time as a number.
#[cfg(all(target_os = "linux", not(boucle_loom)))]
mod system {
    use rustix::time::{ClockId, clock_gettime};

    fn ask(clock: ClockId) -> u64 {
        let time = clock_gettime(clock);
        (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64)
    }

    /// The present time of the system: that of `Instant`, which would take apart and put together what is
    /// one number here.
    pub(crate) fn real_now() -> u64 {
        ask(ClockId::Monotonic)
    }

    /// A time that changes every few milliseconds. To ask for it costs a fraction of what the time costs.
    pub(crate) fn coarse_tick() -> u64 {
        ask(ClockId::MonotonicCoarse)
    }
}

/// The clocks of the system, as `std` has them.
#[cfg(not(all(target_os = "linux", not(boucle_loom))))]
mod system {
    use std::sync::LazyLock;
    use std::time::Instant;

    /// Where times are counted from.
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// The present time of the system.
    pub(crate) fn real_now() -> u64 {
        super::nanoseconds(EPOCH.elapsed())
    }

    /// The time, in steps of four milliseconds.
    pub(crate) fn coarse_tick() -> u64 {
        real_now() / 4_000_000
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{NEVER, instant, real_now, time};

    #[test]
    fn a_time_is_that_of_its_instant_and_never_ahead_of_it() {
        let now = real_now();
        let after = Instant::now();
        assert!(time(after) >= now);
        assert!(instant(now).expect("it is near") <= after);
        assert_eq!(time(instant(now).expect("it is near")), now);
    }

    #[test]
    fn instants_of_the_past_and_the_far_future_have_times() {
        let hour = 3_600_000_000_000;
        let now = instant(hour * 2).expect("it is near");
        assert_eq!(time(now - Duration::from_nanos(hour)), hour);
        assert_eq!(time(now + Duration::from_nanos(hour)), 3 * hour);
        assert_eq!(time(now + Duration::from_secs(20_000_000_000)), NEVER);
    }
}
