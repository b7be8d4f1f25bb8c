//! A failing order made small: with as few faults as will do, and then with as few deviations from the loop's own
//! order, as long as it fails in the same words (delta debugging, Zeller and Hildebrandt, 2002).

use std::fmt::Debug;

use super::redo::{Deviation, Redo};
use crate::explore::Explore;
use crate::report::Found;
use crate::schedule::Schedule;
use crate::world::World;
use crate::world::execution::Runner;

/// So many failures are made small.
const N_FAILURES: usize = 16;

/// So many executions, and so many steps, are made for each of them.
const N_EXECUTIONS: u32 = 400;
const N_STEPS: usize = 400_000;

/// A failing order, by what is not the loop's own in it, and in full.
type Failing = (Vec<Deviation>, Schedule);

/// A failure that is made small.
struct Shrink<'a, P> {
    program: &'a P,
    runner: Runner<Redo>,
    /// The failure, in its words.
    says: &'a str,
    /// How many executions and steps are left.
    n_left: u32,
    n_steps_left: usize,
}

impl<F: Future<Output: Debug>, P: Fn() -> F> Shrink<'_, P> {
    /// Runs an order; what it is if it fails in the same words.
    fn attempt(&mut self, redo: Redo) -> Option<Failing> {
        if self.n_left == 0 || self.n_steps_left == 0 {
            return None;
        }
        self.n_left -= 1;
        self.runner.world.borrow_mut().chooser = redo;
        let outcome = self.runner.run(self.program)?;
        let redo = &self.runner.world.borrow().chooser;
        self.n_steps_left = self.n_steps_left.saturating_sub(redo.n_steps());
        let is_same = outcome.is_failure && outcome.says == self.says;
        is_same.then(|| (redo.deviations(), redo.schedule()))
    }

    /// The same with as few of these deviations as will do.
    fn minimize(&mut self, mut least: Failing, of: fn(&Deviation) -> bool) -> Failing {
        let mut n_parts = 1;
        loop {
            let places: Vec<_> = (0..least.0.len()).filter(|it| of(&least.0[*it])).collect();
            if places.is_empty() || n_parts > places.len().next_power_of_two() {
                return least;
            }
            let n_each = places.len().div_ceil(n_parts);
            let fewer = places.chunks(n_each).find_map(|part| {
                let redo = Redo::without(&least.0, part);
                // Where somebody is missing the loop's own choice is taken: there are never more deviations.
                self.attempt(redo).filter(|it| it.0.len() < least.0.len())
            });
            match fewer {
                Some(fewer) => (least, n_parts) = (fewer, (n_parts / 2).max(1)),
                None => n_parts *= 2,
            }
        }
    }
}

impl Explore {
    /// Makes the orders of failures small.
    pub(crate) fn shrink<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        found: &mut Found,
    ) {
        for (says, seen) in found.failures.iter_mut().take(N_FAILURES) {
            let mut shrink = Shrink {
                program,
                runner: Runner::new(World::new(Redo::default(), self.n_steps)),
                says,
                n_left: N_EXECUTIONS,
                n_steps_left: N_STEPS,
            };
            // What does not come to the same once more is left as it is, and seen later.
            let Some(same) = shrink.attempt(Redo::of(&seen.schedule)) else { continue };
            let fewer_faults = shrink.minimize(same, |it| it.is_fault);
            seen.schedule = shrink.minimize(fewer_faults, |it| !it.is_fault).1;
        }
    }
}
