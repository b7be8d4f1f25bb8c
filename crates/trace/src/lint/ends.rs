//! What a run leaves behind: panics that nobody read, wakes that were lost, tasks in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Lint, circle, is_cut_off};
use crate::event::{Ended, Event, On, Reported, RunEnd, TaskNo, What};
use crate::state::{Life, State, Wait};
use crate::trace::Trace;

pub(super) fn find(trace: &Trace) -> Vec<Finding> {
    let mut findings = panics(trace, &trace.state_at(trace.len()));
    // What a program does after a run that came to nothing is no part of it.
    let stuck = trace.events().iter().position(|it| it.what == DEADLOCK);
    let Some((place, state)) = standing(trace, stuck) else { return findings };
    if is_cut_off(trace) {
        return findings;
    }
    let is_stuck = stuck.is_some();
    let last = Last::of(&trace.events()[..stuck.unwrap_or(trace.len())]);
    let waiting: Vec<_> =
        state.tasks.keys().copied().filter(|it| state.life(*it) == Life::Waiting).collect();
    let mut n_lost = 0;
    for &task in &waiting {
        if let Some(missed) = lost(&state, &last, task, is_stuck) {
            n_lost += 1;
            let message = format!("{} {missed}", state.name(task));
            let event = last.polls.get(&task).copied().unwrap_or(place);
            findings.push(Finding { lint: Lint::LostWake, event, task: Some(task), message });
        }
    }
    // Where a wake was lost, that is the reason why nothing goes on.
    if is_stuck && n_lost == 0 && !waiting.is_empty() {
        let (task, message) = match circle::find(&state, &waiting) {
            Some((task, words)) => (Some(task), words),
            None => (None, circle::all(&state, &waiting)),
        };
        let event = stuck.unwrap_or(place);
        findings.push(Finding { lint: Lint::Deadlock, event, task, message });
    }
    findings
}

/// Where each task was polled last, and where it has ended.
#[derive(Default)]
struct Last {
    polls: BTreeMap<TaskNo, usize>,
    ends: BTreeMap<TaskNo, usize>,
}

impl Last {
    fn of(events: &[Event]) -> Last {
        let mut last = Last::default();
        for (place, event) in events.iter().enumerate() {
            match event.what {
                What::PollEnds { task, .. } => last.polls.insert(task, place),
                What::Done { task, .. } => last.ends.insert(task, place),
                _ => None,
            };
        }
        last
    }
}

/// How the loop says that nothing can go on.
const DEADLOCK: What = What::RunEnds { how: RunEnd::Deadlock };

/// The state in which the run stood still, at its end or where it was `stuck`, before its tasks were
/// dropped: after the last poll. And the place of that poll's end.
fn standing(trace: &Trace, stuck: Option<usize>) -> Option<(usize, State)> {
    let quiet = |what: &What| matches!(what, What::PollEnds { .. } | What::LoopSleeps { .. });
    let events = &trace.events()[..stuck.unwrap_or(trace.len())];
    let place = events.iter().rposition(|it| quiet(&it.what))?;
    // Where each task stands is told after that.
    Some((place, trace.state_at(stuck.unwrap_or(place + 1))))
}

/// The panics that nobody read.
fn panics(trace: &Trace, state: &State) -> Vec<Finding> {
    let mut findings = Vec::new();
    let events = || trace.events().iter().map(|it| &it.what).enumerate();
    let heard_of: BTreeSet<TaskNo> = events()
        .filter_map(|(_, what)| match what {
            What::Reported { task, .. } => *task,
            What::Waits { on: On::Task(task), .. } => Some(*task),
            _ => None,
        })
        .collect();
    // The panic of the program itself goes out of the run, right after its last poll.
    let ended = matches!(state.end, Some(RunEnd::Panicked(_)));
    let polls = |what: &What| matches!(what, What::PollBegins { .. });
    let last_poll = trace.events().iter().rposition(|it| polls(&it.what));
    let goes_out = |event: usize| ended && last_poll.is_none_or(|it| it < event);
    for (event, what) in events() {
        match what {
            What::Reported { task, kind: Reported::Panic, message } => {
                let message = message.split('\n').next().unwrap_or_default();
                let message = format!("a panic that nobody read: {message}");
                findings.push(Finding { lint: Lint::UnreadPanic, event, task: *task, message });
            }
            &What::Done { task, how: Ended::Panicked }
                if !heard_of.contains(&task) && !goes_out(event) =>
            {
                let name = state.name(task);
                let message = format!("{name} panicked, and nobody ever awaited it");
                let task = Some(task);
                findings.push(Finding { lint: Lint::UnawaitedPanic, event, task, message });
            }
            _ => {}
        }
    }
    findings
}

/// What a waiting task has missed, if it has missed something.
fn lost(state: &State, last: &Last, task: TaskNo, is_stuck: bool) -> Option<String> {
    let known = state.tasks.get(&task)?;
    let others: Vec<_> = known
        .waits
        .iter()
        .filter_map(|it| if let On::Task(other) = it.on { Some(other) } else { None })
        .collect();
    // Who waits for several need not go on before all have ended; who was polled since has seen it.
    let unseen = |other: &&TaskNo| last.ends.get(other) > last.polls.get(&task);
    if let Some(other) = others.iter().find(unseen) {
        if others.iter().all(|it| matches!(state.life(*it), Life::Done(_))) {
            let other = state.name(*other);
            return Some(format!("still waits for {other}, which has ended: its wake was lost"));
        }
    }
    let is_over =
        |it: &Wait| matches!(it.on, On::Time(after) if it.at.saturating_add(after) < state.now);
    if is_stuck && known.waits.iter().any(is_over) {
        return Some("still waits for a time that has come: its wake was lost".to_owned());
    }
    let is_silent = known.waits.is_empty() && known.n_polls > 0;
    (is_stuck && is_silent).then(|| {
        "gave the turn back, and nobody knows what it waits for: did its future keep a waker?"
            .to_owned()
    })
}
