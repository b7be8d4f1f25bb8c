//! Tasks that are forgotten: one that nobody awaited before the run ended, many that pile up.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Limits, Lint};
use crate::event::{On, Place, RunEnd, TaskNo, What};
use crate::state::{Life, State};
use crate::text::words::{place_of, waits};
use crate::trace::Trace;

/// What is known of the tasks that are left as a run ends.
struct Left<'a> {
    state: State,
    /// Those that somebody has waited for.
    awaited: BTreeSet<TaskNo>,
    /// How many tasks were spawned at each place.
    n_spawned: BTreeMap<(&'a str, u32), usize>,
}

pub(super) fn find(trace: &Trace, limits: &Limits) -> Vec<Finding> {
    let events = trace.events();
    let Some(end) = events.iter().rposition(|it| is_begin_of_end(&it.what)) else {
        return Vec::new();
    };
    let is_end = |it: &What| matches!(it, What::RunEnds { .. });
    let n_before = if is_end(&events[end].what) { end } else { end + 1 };
    let mut left = Left {
        state: trace.state_at(n_before),
        awaited: BTreeSet::new(),
        n_spawned: BTreeMap::new(),
    };
    for event in events {
        match &event.what {
            What::Waits { on: On::Task(task), .. } => drop(left.awaited.insert(*task)),
            What::Added { place: Some(place), .. } => {
                *left.n_spawned.entry((&*place.file, place.line)).or_default() += 1;
            }
            _ => {}
        }
    }
    let mut findings = left.piles(end, limits);
    let is_complete = events[end].what == What::RunEnds { how: RunEnd::Complete };
    // Where they pile up, each of them is not told of.
    if is_complete && findings.is_empty() {
        findings.extend(left.unawaited(end));
    }
    findings
}

/// The last event that belongs to the program: the end of its run, or what it did last. What is dropped
/// after the end is not left over by then.
fn is_begin_of_end(what: &What) -> bool {
    matches!(
        what,
        What::RunEnds { .. } | What::PollEnds { .. } | What::LoopSleeps { .. } | What::Woken { .. }
    )
}

impl Left<'_> {
    /// The tasks that stand and that nobody has awaited, by the places where they were spawned.
    fn standing(&self) -> BTreeMap<(&str, u32), Vec<TaskNo>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (task, known) in &self.state.tasks {
            // One that was woken last thing may have been cancelled so.
            let is_left = match self.state.life(*task) {
                Life::Waiting => true,
                Life::Ready => known.n_polls == 0,
                Life::Running | Life::Done(_) => false,
            };
            if let Some(place) = known.place.as_ref().filter(|_| is_left) {
                if !self.awaited.contains(task) {
                    all.entry((&*place.file, place.line)).or_default().push(*task);
                }
            }
        }
        all
    }

    /// Tasks of one place that wait and wait, and hardly one of which ever ended.
    fn piles(&self, event: usize, limits: &Limits) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (place, tasks) in self.standing() {
            let n_spawned = self.n_spawned.get(&place).copied().unwrap_or(tasks.len());
            let n_ended = n_spawned.saturating_sub(tasks.len());
            if tasks.len() < limits.tasks || n_ended * 10 > n_spawned {
                continue;
            }
            let place = Place { file: place.0.into(), line: place.1 };
            let message = format!(
                "{} tasks that were spawned at {} wait, and {n_ended} have ended: they pile up. {} {}",
                tasks.len(),
                place_of(&place),
                self.state.name(tasks[0]),
                self.waits(tasks[0]),
            );
            findings.push(Finding { lint: Lint::TaskPile, event, task: Some(tasks[0]), message });
        }
        findings
    }

    /// Tasks that were at work as the run ended.
    fn unawaited(&self, event: usize) -> Vec<Finding> {
        let standing = self.standing();
        let mut tasks: Vec<_> = standing.into_values().flatten().collect();
        tasks.sort_unstable();
        let told = |task: TaskNo| {
            let message = format!(
                "the run ended before {} did, and nobody awaits it: it {}",
                self.state.name(task),
                self.waits(task)
            );
            Finding { lint: Lint::UnawaitedTask, event, task: Some(task), message }
        };
        tasks.into_iter().map(told).collect()
    }

    /// What a task waits for, in words.
    fn waits(&self, task: TaskNo) -> String {
        if self.state.life(task) == Life::Ready {
            return "is ready".to_owned();
        }
        let on = self.state.waits_for(task).next();
        match on {
            Some(wait) => format!("waits {}", waits(&wait.on, wait.object, &self.state)),
            None => "waits, and nobody knows for what".to_owned(),
        }
    }
}
