//! `std::time`: `Duration` is `std`'s own; `Instant` is `std`'s, or virtual in a recording.

use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::sync::LazyLock;
use std::time;

pub use std::time::Duration;

use crate::sealed;

/// What a look at the clock costs in a recording: 1 ms, unless [`Recorder::tick`](crate::Recorder::tick) says else.
///
/// A loop that waits by looking never blocks. If looking took no time, its time would stand still.
pub const TICK: Duration = Duration::from_millis(1);

/// The instant at which every recording begins.
static BEGINNING: LazyLock<time::Instant> = LazyLock::new(time::Instant::now);

/// `std`'s `Instant`; in a recording, a moment of virtual time.
///
/// An instant that was taken outside a recording means nothing inside it.
///
/// # Examples
///
/// ```
/// use world::time::{Duration, Instant};
///
/// world::record(|| {
///     let start = Instant::now();
///     assert_eq!(start.elapsed(), Duration::from_millis(1)); // one look
///     assert_eq!(start.elapsed(), Duration::from_millis(2)); // one more
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instant(time::Instant);

impl Instant {
    /// The present moment; in a recording this look costs one [`TICK`].
    ///
    /// # Panics
    ///
    /// If virtual time has gone further than an instant can say. If a recording has reached its
    /// [`poll_limit`](crate::Recorder::poll_limit) with looks.
    #[must_use]
    pub fn now() -> Instant {
        let virtual_now = sealed::with(|world| {
            let now = world.now;
            world.now = now.saturating_add(world.tick);
            world.looks().map(|()| now)
        });
        Instant(match virtual_now {
            Some(Err(limit)) => panic!("{limit}"),
            Some(Ok(now)) => BEGINNING
                .checked_add(now)
                .expect("virtual time stays within what an instant can say"),
            None => time::Instant::now(),
        })
    }

    /// How long ago this instant was; in a recording this is a look at the clock.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.duration_since(earlier.0)
    }

    /// The time from `earlier` to this instant; `None` if `earlier` is later.
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// This instant plus `duration`, if an instant can say it.
    #[must_use]
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Instant)
    }

    /// This instant minus `duration`, if an instant can say it.
    #[must_use]
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Instant)
    }
}

impl Ord for Instant {
    fn cmp(&self, other: &Instant) -> Ordering {
        if let Some(None) = COMPARED.get() {
            COMPARED.set(Some(Some(*self)));
        }
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Instant {
    fn partial_cmp(&self, other: &Instant) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

thread_local! {
    /// While somebody asks for it: the first instant that was compared since.
    static COMPARED: Cell<Option<Option<Instant>>> = const { Cell::new(None) };
}

/// The first instant that is compared when `key` is: what it is sorted by. As virtual time; `None` if
/// there is no instant in it.
pub(crate) fn compared_in<K: Ord>(key: &K) -> Option<Duration> {
    COMPARED.set(Some(None));
    // Whatever it says: what it compares on the way is what is asked for.
    let _ = key.cmp(key);
    let Instant(found) = COMPARED.take()??;
    Some(found.saturating_duration_since(*BEGINNING))
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        self.0 += duration;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    fn sub(self, duration: Duration) -> Instant {
        Instant(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        self.0 -= duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}
