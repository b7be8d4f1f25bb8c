//! Timers that fire one after the other, faster than anybody needs to know the time.

use std::collections::{BTreeMap, VecDeque};

use super::{Finding, Limits, Lint};
use crate::event::{By, TaskNo, What};
use crate::state::State;
use crate::text::time::duration;
use crate::trace::Trace;

/// In so short a time, in nanoseconds, so many of them are a storm.
const WINDOW: u64 = 100_000_000;

pub(super) fn find(trace: &Trace, limits: &Limits) -> Option<Finding> {
    let mut fired: VecDeque<(u64, usize)> = VecDeque::new();
    for (event, it) in trace.events().iter().enumerate() {
        if !matches!(it.what, What::TimerFired { .. }) {
            continue;
        }
        fired.push_back((it.at, event));
        if fired.len() <= limits.timers {
            continue;
        }
        if let Some((at, first)) = fired.pop_front() {
            if it.at.saturating_sub(at) < WINDOW {
                return Some(told(trace, limits, (at, first), (it.at, event)));
            }
        }
    }
    None
}

/// The finding: how many timers fired from one event to another, and whom they woke most.
fn told(trace: &Trace, limits: &Limits, from: (u64, usize), to: (u64, usize)) -> Finding {
    let mut woken: BTreeMap<TaskNo, usize> = BTreeMap::new();
    // Whom the last one wakes is told after it.
    let last = trace.events().len().min(to.1 + 2);
    for event in &trace.events()[from.1..last] {
        if let What::Woken { task, by: By::Timer } = event.what {
            *woken.entry(task).or_default() += 1;
        }
    }
    let most = woken.into_iter().max_by_key(|(task, n)| (*n, std::cmp::Reverse(*task)));
    let state: State = trace.state_at(from.1);
    let whom = most
        .map_or_else(String::new, |(task, n)| format!(", and woke {} {n} times", state.name(task)));
    let message = format!(
        "{} timers fired within {}{whom}: let them be fewer, or wait for what they look for",
        limits.timers + 1,
        duration(to.0.saturating_sub(from.0)),
    );
    Finding { lint: Lint::TimerStorm, event: to.1, task: most.map(|it| it.0), message }
}
