//! When a loop that always has something to do looks at the time, at its descriptors and its inbox.

use std::cell::Cell;

use crate::data::clock::{NEVER, coarse_tick};

/// After so many polls the inbox, the timers and the descriptors are looked at, whoever else is ready.
const POLLS_BETWEEN_LOOKS: u32 = 61;
/// Turns that took less than this together are short: 20 microseconds.
const QUICK: u64 = 20_000;
/// After so many short turns the time is looked at; after each that is not short.
const SHORT_TURNS: u32 = 8;
/// When so much time has passed, the descriptors are looked at: a millisecond.
const BETWEEN_DESCRIPTORS: u64 = 1_000_000;

/// So much a task may do in one poll before it gives the turn back, though it need not wait.
pub(crate) const BUDGET: u64 = 128;

/// What has passed since the last look, and what the present poll may still do.
pub(crate) struct Pace {
    /// How much the task that is being polled may still do before it gives the turn back.
    pub(crate) budget: Cell<u64>,
    /// How many polls.
    n_polls: Cell<u32>,
    /// When the time was looked at between two turns; `NEVER` if the loop had nothing to do since.
    looked: Cell<u64>,
    /// When the descriptors were looked at, as far as that is known; `NEVER` as above.
    looked_at_descriptors: Cell<u64>,
    /// How many turns since the time was looked at.
    n_turns: Cell<u32>,
    /// After how many turns it is looked at: more if they are short.
    turns_between_looks: Cell<u32>,
    /// The tick of the coarse clock then. Why, beside the turns? Short turns may be followed by long ones.
    tick: Cell<u64>,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            budget: Cell::new(BUDGET),
            n_polls: Cell::new(0),
            looked: Cell::new(NEVER),
            looked_at_descriptors: Cell::new(NEVER),
            n_turns: Cell::new(0),
            turns_between_looks: Cell::new(1),
            tick: Cell::new(0),
        }
    }
}

impl Pace {
    /// A poll is begun.
    #[inline]
    pub(crate) fn poll(&self) {
        self.n_polls.set(self.n_polls.get() + 1);
        self.budget.set(BUDGET);
    }

    /// Whether all is to be looked at now: between two polls.
    #[inline]
    pub(crate) fn is_to_look(&self) -> bool {
        self.n_polls.get() >= POLLS_BETWEEN_LOOKS
    }

    /// All is to be looked at after the present poll.
    pub(crate) fn look_soon(&self) {
        self.n_polls.set(POLLS_BETWEEN_LOOKS);
    }

    /// All was looked at, or the loop slept.
    pub(crate) fn looked(&self) {
        self.n_polls.set(0);
        // When exactly is not known; the next look at the time says.
        self.looked_at_descriptors.set(NEVER);
    }

    /// The loop has nothing to do: how long its turns are will be seen anew.
    pub(crate) fn rest(&self) {
        self.looked.set(NEVER);
        self.looked_at_descriptors.set(NEVER);
        self.turns_between_looks.set(1);
    }

    /// A turn is over, and the next one is due: whether the time is to be looked at. In virtual time it
    /// is at hand.
    #[inline]
    pub(crate) fn is_time_due(&self, is_virtual: bool) -> bool {
        let n_turns = self.n_turns.get() + 1;
        self.n_turns.set(n_turns);
        // Asking for the time costs as much as three polls, for the tick as much as one.
        is_virtual || n_turns >= self.turns_between_looks.get() || coarse_tick() != self.tick.get()
    }

    /// It is `now`, after a turn. Whether the descriptors are to be looked at as well.
    pub(crate) fn time_is(&self, now: u64) -> bool {
        self.n_turns.set(0);
        self.tick.set(coarse_tick());
        let looked = self.looked.replace(now);
        let since = match self.looked_at_descriptors.get() {
            NEVER => {
                self.looked_at_descriptors.set(now);
                // Since the look at the time before that one, at the latest.
                if looked == NEVER { now } else { looked }
            }
            since => since,
        };
        if looked != NEVER {
            let is_quick = now.saturating_sub(looked) < QUICK;
            self.turns_between_looks.set(if is_quick { SHORT_TURNS } else { 1 });
        }
        let is_due = now.saturating_sub(since) >= BETWEEN_DESCRIPTORS;
        if is_due {
            self.looked_at_descriptors.set(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::{BETWEEN_DESCRIPTORS, POLLS_BETWEEN_LOOKS, Pace, QUICK, SHORT_TURNS, coarse_tick};

    /// Tries again what a tick of the coarse clock has disturbed.
    fn between_ticks<R>(f: impl Fn() -> R) -> R {
        loop {
            let (tick, result) = (coarse_tick(), f());
            if coarse_tick() == tick {
                return result;
            }
        }
    }

    /// After how many turns it looks at the time, when there were two looks so far apart.
    fn turns_until_look(apart: u64) -> u32 {
        between_ticks(|| {
            let pace = Pace::default();
            pace.time_is(1_000);
            pace.time_is(1_000 + apart);
            (1..).find(|_| pace.is_time_due(false)).expect("some time")
        })
    }

    #[test]
    fn so_many_polls_make_a_look_due_and_one_asks_for_it_sooner() {
        let pace = Pace::default();
        for _ in 0..3 {
            for _ in 1..POLLS_BETWEEN_LOOKS {
                pace.poll();
                assert!(!pace.is_to_look());
            }
            pace.poll();
            assert!(pace.is_to_look());
            pace.looked();
        }
        assert!(!pace.is_to_look());
        pace.look_soon();
        assert!(pace.is_to_look());
    }

    #[test]
    fn after_a_rest_turns_are_long_until_they_are_seen_to_be_short() {
        let pace = Pace::default();
        pace.time_is(1_000);
        pace.time_is(2_000);
        pace.rest();
        assert!(pace.is_time_due(false));
        // How long it rested is no turn.
        assert!(!pace.time_is(9 * BETWEEN_DESCRIPTORS));
        assert!(pace.is_time_due(false));
    }

    #[test]
    fn descriptors_are_looked_at_when_a_millisecond_has_passed_since_the_last_look_at_the_latest() {
        let pace = Pace::default();
        assert!(!pace.time_is(1_000));
        assert!(!pace.time_is(BETWEEN_DESCRIPTORS));
        assert!(pace.time_is(1_000 + BETWEEN_DESCRIPTORS));
        assert!(!pace.time_is(2 * BETWEEN_DESCRIPTORS));
        // They were looked at, nobody knows when: not before the look at the time that came before.
        pace.looked();
        assert!(!pace.time_is(2 * BETWEEN_DESCRIPTORS + 1));
        assert!(pace.time_is(3 * BETWEEN_DESCRIPTORS + 1));
        pace.looked();
        assert!(pace.time_is(4 * BETWEEN_DESCRIPTORS + 1));
    }

    #[test]
    fn a_long_turn_after_short_ones_is_seen_by_its_tick() {
        let pace = Pace::default();
        for now in [1_000, 2_000] {
            pace.time_is(now);
        }
        assert_eq!(pace.turns_between_looks.get(), SHORT_TURNS);
        // The coarse clock has ticked since.
        pace.tick.set(pace.tick.get().wrapping_sub(1));
        assert!(pace.is_time_due(false));
    }

    #[test]
    fn eight_short_turns_or_one_that_is_not_short_make_a_look_due() {
        assert_eq!(turns_until_look(QUICK - 1), SHORT_TURNS);
        assert_eq!(turns_until_look(QUICK), 1);
        // In virtual time it is at hand.
        assert!(Pace::default().is_time_due(true));
    }
}
