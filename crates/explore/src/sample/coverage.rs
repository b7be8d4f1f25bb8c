//! What a sample has seen: of which two steps that could change places both orders, and how many traces only once.

use rustc_hash::FxHashMap;

use crate::search::foot::Task;
use crate::search::order::{Event, HappensBefore};
use crate::world::names::Names;

/// So many pairs and traces are remembered at the most.
const N_REMEMBERED: usize = 1 << 20;

/// So many pairs are named whose other order was not seen.
const N_NAMED: usize = 3;

/// A step, by its task and which of its task's it is, from 1.
type Step = (Task, u32);

/// In which order two steps were seen, the smaller one first or second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Ways {
    forwards: bool,
    backwards: bool,
}

impl Ways {
    fn are_both(self) -> bool {
        self.forwards && self.backwards
    }
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    pairs: FxHashMap<(Step, Step), Ways>,
    /// How often each trace was seen.
    traces: FxHashMap<u64, u32>,
    /// How many executions there were that are counted in them.
    n: u64,
}

impl Coverage {
    /// Adds an execution. Returns whether two steps that could change places were never seen in this order.
    pub(super) fn add(&mut self, events: &[Event], order: &HappensBefore) -> bool {
        let mut is_new = false;
        if !order.races.is_empty() {
            let steps = steps(events);
            for race in &order.races {
                let (first, second) = (steps[race.first], steps[race.second]);
                let pair = (first.min(second), first.max(second));
                if self.pairs.len() >= N_REMEMBERED && !self.pairs.contains_key(&pair) {
                    continue;
                }
                let ways = self.pairs.entry(pair).or_default();
                let way = if first < second { &mut ways.forwards } else { &mut ways.backwards };
                is_new |= !std::mem::replace(way, true);
            }
        }
        let trace = order.trace();
        if self.traces.len() < N_REMEMBERED || self.traces.contains_key(&trace) {
            *self.traces.entry(trace).or_default() += 1;
            self.n += 1;
        }
        is_new
    }

    /// How much of what comes next would be new, in percent: as much as was seen only once (Good, Turing).
    pub(super) fn unseen(&self) -> u32 {
        let n_once = self.traces.values().filter(|it| **it == 1).count() as u64;
        u32::try_from(100 * n_once / self.n.max(1)).expect("it is a percentage")
    }

    /// The pairs as a line of a report, if there are any.
    pub(super) fn says(&self, names: &Names) -> Option<String> {
        let n_all = self.pairs.len();
        let n_both = self.pairs.values().filter(|it| it.are_both()).count();
        let mut missing: Vec<(Step, Step)> = Vec::new();
        for (&(smaller, larger), ways) in &self.pairs {
            if !ways.are_both() {
                missing.push(if ways.forwards { (larger, smaller) } else { (smaller, larger) });
            }
        }
        missing.sort_unstable();
        let step = |(task, index): &Step| format!("{}'s step {index}", names.called(*task));
        let named = missing.iter().take(N_NAMED);
        let named: Vec<_> = named
            .map(|(first, second)| format!("{} before {}", step(first), step(second)))
            .collect();
        let more = if missing.len() > N_NAMED { " …" } else { "" };
        let missing = if named.is_empty() {
            String::new()
        } else {
            format!("; not seen: {}{more}", named.join(", "))
        };
        let pairs = if n_all == 1 { "pair" } else { "pairs" };
        (n_all > 0)
            .then(|| format!("{n_both} of {n_all} conflicting {pairs} seen both ways{missing}"))
    }
}

/// Each step by its task and which of its task's it is.
fn steps(events: &[Event]) -> Vec<Step> {
    let mut n_steps: Vec<u32> = Vec::new();
    let step = |event: &Event| {
        let n = super::fair::at(&mut n_steps, event.task);
        *n += 1;
        (event.task, *n)
    };
    events.iter().map(step).collect()
}
