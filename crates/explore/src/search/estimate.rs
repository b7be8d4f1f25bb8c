//! How many executions a search will have made once it is over, while it is under way: what is still to be tried
//! from a place is taken to be as much as what was tried from there (weighted backtracking, as in Kilby, Slaney,
//! Thiébaux, Walsh: AAAI 2006), and put right by how far that was off at the places that are done with.

use super::Search;

/// What is still to be tried is known late: as a search begins, it is so much more than what is known. Measured on
/// generated programs.
const UNKNOWN: f64 = 0.6;

/// What was tried from each place of the execution that is under way.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    /// By the length of the beginning.
    levels: Vec<Level>,
    /// How many executions there were.
    n_executions: u64,
    /// How far off it was at the places that are done with: the sum of the logarithms, and how many.
    off: f64,
    n_off: f64,
}

/// What was tried from one place.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// How many steps were tried, with all that comes after them.
    n_steps: u32,
    /// How many executions that took.
    n_executions: u64,
    /// How many the last of them took.
    n_last: u64,
    /// How many there were before the step that is being tried.
    begin: u64,
    /// What was expected after the first step, if there was more than one.
    expected: f64,
}

impl Search {
    /// An execution has ended, and it is known what comes next.
    pub(super) fn count(&mut self) {
        let it = &mut self.estimate;
        let begin = it.n_executions;
        it.n_executions += 1;
        // Nothing is left to be tried from the places behind this one.
        let place = self.n_kept;
        for level in it.levels.iter().skip(place + 1).filter(|it| it.expected > 0.0) {
            let n = level.n_executions + it.n_executions - level.begin;
            it.off += (n as f64 / level.expected).ln();
            it.n_off += 1.0;
        }
        it.levels.truncate(place + 1);
        let new = Level { n_steps: 0, n_executions: 0, n_last: 0, begin, expected: 0.0 };
        it.levels.resize(place + 1, new);
        let last = &mut it.levels[place];
        last.n_steps += 1;
        last.n_last = it.n_executions - last.begin;
        last.n_executions += last.n_last;
        last.begin = it.n_executions;
        if let Some(node) = self.nodes.get(place).filter(|_| last.n_steps == 1) {
            last.expected = last.n_last as f64 * (1.0 + node.pending.n_first() as f64);
        }
    }

    /// How many executions there will be in all.
    pub(crate) fn estimate(&self) -> f64 {
        let it = &self.estimate;
        let n = it.n_executions as f64;
        if self.nodes.is_empty() {
            return n;
        }
        let mut known = 0.0;
        for (level, node) in it.levels.iter().zip(&self.nodes).rev() {
            let mean = level.n_executions as f64 / f64::from(level.n_steps.max(1));
            // Who was tried before sleeps: what comes later is rather less.
            let next = match (known > 0.0, level.n_steps > 0) {
                (true, true) => mean.min(known),
                (true, false) => known,
                (false, _) => level.n_last as f64,
            };
            known += level.n_executions as f64 + next * node.pending.n_first() as f64;
        }
        let off = (it.off / it.n_off.max(1.0)).exp();
        let unknown = 1.0 + UNKNOWN * (1.0 - (n / known).min(1.0));
        (known * off * unknown).max(n)
    }
}
