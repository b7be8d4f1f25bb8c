//! The clocks of a recording: the real one, as exact as the system's and several times as quick to look at; the
//! virtual one is that of its own loop.

use std::time::Instant;

use boucle::{Loop, WeakLoopHandle};

use super::nanoseconds;

/// After so many nanoseconds the system's clock is asked again: what the processor counts may be a little off,
/// and that is never more than its error in this time.
const TRUSTED: u64 = 1_000_000;

/// If the system answers as quickly as this, in nanoseconds, nobody has held up the thread meanwhile.
const QUICK: u64 = 2_000;

/// So often one tries to have a quick answer.
const N_TRIES: u32 = 8;

/// Nanoseconds since the recording began.
pub(super) struct RealClock {
    /// The system's clock.
    system: Box<dyn Fn() -> u64>,
    /// Counts in the processor, and knows how long a count lasts.
    counter: quanta::Clock,
    /// What it counted when the system's clock was asked last.
    count: u64,
    /// What the system's clock said then.
    at: u64,
}

impl RealClock {
    /// The recording began at `start`.
    pub(super) fn new(start: Instant) -> RealClock {
        RealClock::of(quanta::Clock::new(), Box::new(move || nanoseconds(start.elapsed())))
    }

    fn of(counter: quanta::Clock, system: Box<dyn Fn() -> u64>) -> RealClock {
        let mut clock = RealClock { system, counter, count: 0, at: 0 };
        clock.ask();
        clock
    }

    /// How long it is since the recording began.
    #[inline]
    pub(super) fn now(&mut self) -> u64 {
        let since = self.counter.delta_as_nanos(self.count, self.counter.raw());
        if since < TRUSTED { self.at.saturating_add(since) } else { self.ask() }
    }

    /// Asks the system.
    #[cold]
    fn ask(&mut self) -> u64 {
        for _ in 0..N_TRIES {
            self.count = self.counter.raw();
            self.at = (self.system)();
            if self.counter.delta_as_nanos(self.count, self.counter.raw()) < QUICK {
                break;
            }
        }
        self.at
    }
}

/// Whether the loop that is recorded is the one whose time this thread has.
pub(super) fn is_current(recorded: Option<&WeakLoopHandle>) -> bool {
    recorded.map_or_else(|| Loop::current().is_ok(), WeakLoopHandle::is_current)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::{RealClock, TRUSTED};

    #[test]
    fn the_counter_tells_the_time_and_the_system_corrects_it() {
        let (counter, mock) = quanta::Clock::mock();
        let system = Rc::new(Cell::new(100));
        let asked = Rc::clone(&system);
        let mut clock = RealClock::of(counter, Box::new(move || asked.get()));
        assert_eq!(clock.now(), 100);
        mock.increment(TRUSTED - 1);
        assert_eq!(clock.now(), 100 + TRUSTED - 1);
        // The counter was too slow: from here on the time is the system's again.
        system.set(5 * TRUSTED);
        mock.increment(1);
        assert_eq!(clock.now(), 5 * TRUSTED);
        mock.increment(7);
        assert_eq!(clock.now(), 5 * TRUSTED + 7);
    }

    #[test]
    fn who_is_held_up_while_the_system_answers_asks_again() {
        let (counter, mock) = quanta::Clock::mock();
        let n_asked = Rc::new(Cell::new(0));
        let n = Rc::clone(&n_asked);
        let mut clock = RealClock::of(
            counter,
            Box::new(move || {
                n.set(n.get() + 1);
                // The first answers come after a long time.
                mock.increment(if n.get() < 3 { 4 * TRUSTED } else { 10 });
                n.get() * 1_000
            }),
        );
        assert_eq!((n_asked.get(), clock.now()), (3, 3_010));
    }

    #[test]
    fn who_is_always_held_up_takes_what_there_is() {
        let (counter, mock) = quanta::Clock::mock();
        let mut clock = RealClock::of(
            counter,
            Box::new(move || {
                mock.increment(4 * TRUSTED);
                9
            }),
        );
        assert_eq!(clock.now(), 9);
    }
}
