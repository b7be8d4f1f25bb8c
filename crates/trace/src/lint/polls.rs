//! Polls that are too long, that never end, or that change nothing.

use std::collections::{HashMap, HashSet};

use super::{Finding, Limits, Lint, is_cut_off};
use crate::event::{By, On, PollEnd, RunEnd, TaskNo, What};
use crate::state::State;
use crate::text::time::duration;
use crate::trace::Trace;

/// A poll that has begun.
struct Poll {
    task: TaskNo,
    /// The event that told of it.
    event: usize,
    /// When.
    at: u64,
    /// Whether the task woke itself in it.
    woke_itself: bool,
    /// Whether anything else happened in it that changes something.
    changed: bool,
    /// Whether the task waited for something known as it began.
    waited: bool,
    /// What it waited for, as it first said what it waits for now.
    waited_for: Option<HashSet<On>>,
}

/// The polls that have begun and have not ended, the innermost last.
#[derive(Default)]
struct Polls {
    stack: Vec<Poll>,
    /// Where each task's polls stand in it.
    places: HashMap<TaskNo, Vec<usize>>,
}

impl Polls {
    fn begin(&mut self, poll: Poll) {
        self.places.entry(poll.task).or_default().push(self.stack.len());
        self.stack.push(poll);
    }

    /// The innermost poll of a task.
    fn of(&mut self, task: TaskNo) -> Option<&mut Poll> {
        let place = *self.places.get(&task)?.last()?;
        self.stack.get_mut(place)
    }

    /// Ends the innermost poll of a task; those within it were left in the middle.
    fn end(&mut self, task: TaskNo) -> Option<Poll> {
        let place = *self.places.get(&task)?.last()?;
        let mut last = None;
        while self.stack.len() > place {
            last = self.stack.pop();
            if let Some(poll) = &last {
                self.places.get_mut(&poll.task).and_then(Vec::pop);
            }
        }
        last
    }
}

/// Polls of a task that changed nothing, since the last one that did.
#[derive(Default)]
struct Idle {
    /// In how many of them it woke itself.
    itself: usize,
    /// Before how many of them somebody else woke it.
    others: usize,
}

pub(super) fn find(trace: &Trace, limits: &Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut state = trace.base().clone();
    let mut polls = Polls::default();
    let mut idle: HashMap<TaskNo, Idle> = HashMap::new();
    for (event, what) in trace.events().iter().map(|it| &it.what).enumerate() {
        let at = trace.events()[event].at;
        match what {
            What::PollBegins { task } => {
                let waited = state.waits_for(*task).next().is_some();
                let (woke_itself, changed, waited_for) = (false, false, None);
                polls.begin(Poll {
                    task: *task,
                    event,
                    at,
                    woke_itself,
                    changed,
                    waited,
                    waited_for,
                });
            }
            What::PollEnds { task, how } => {
                let Some(poll) = polls.end(*task) else {
                    state.apply(&trace.events()[event]);
                    continue;
                };
                let took = at.saturating_sub(poll.at);
                if u128::from(took) > limits.poll.as_nanos() {
                    let name = state.name(*task);
                    let took = duration(took);
                    let message = format!(
                        "a poll of {name} took {took} and held up all others: let it give the turn back, or use another thread"
                    );
                    findings.push(found(Lint::LongPoll, poll.event, *task, message));
                }
                let idle = idle.entry(*task).or_default();
                if poll.changed || *how != PollEnd::Pending {
                    *idle = Idle::default();
                } else {
                    findings.extend(count(idle, &poll, &state, limits));
                }
            }
            What::Woken { task, by: By::Task(by) } if task == by => {
                if let Some(poll) = polls.of(*task) {
                    poll.woke_itself = true;
                }
            }
            What::Waits { task, on, .. } => {
                if let Some(poll) = polls.of(*task) {
                    // Who looks after a task or a descriptor says so each time; else it is a new wait.
                    let again = matches!(on, On::Task(_) | On::Readable(_) | On::Writable(_));
                    // What it waited for is forgotten with the first word about what it waits for now.
                    let waited_for = poll.waited_for.get_or_insert_with(|| {
                        state.waits_for(*task).map(|it| it.on.clone()).collect()
                    });
                    poll.changed |= !again || !waited_for.contains(on);
                }
            }
            _ => {
                if let Some(poll) = polls.stack.last_mut() {
                    poll.changed = true;
                }
            }
        }
        state.apply(&trace.events()[event]);
    }
    // A program that ended itself is in a poll for good reason, and so is one that was cut off.
    if !matches!(state.end, Some(RunEnd::Exit(_))) && !is_cut_off(trace) {
        findings.extend(polls.stack.last().map(|poll| {
            let name = state.name(poll.task);
            let message =
                format!("{name} never gave the turn back: the recording ends in its poll");
            found(Lint::NeverYielded, poll.event, poll.task, message)
        }));
    }
    findings
}

/// Counts a poll that changed nothing; the finding, if it is one too many.
fn count(idle: &mut Idle, poll: &Poll, state: &State, limits: &Limits) -> Option<Finding> {
    let known = state.tasks.get(&poll.task)?;
    let name = state.name(poll.task);
    let n = limits.in_a_row;
    if poll.woke_itself {
        idle.itself += 1;
        let message = format!(
            "{name} did nothing but wake itself in {n} polls in a row: let it wait for what it looks for"
        );
        return (idle.itself == n)
            .then(|| found(Lint::WakesItself, poll.event, poll.task, message));
    }
    let by = known.woken?.by?;
    // It had woken itself, and does not any more: it has found what it looked for. What a descriptor
    // brings is not seen, nor what a task does that waits for nothing known.
    let is_unseen = !poll.waited || matches!(by, By::Descriptor(_));
    if by == By::Task(poll.task) || is_unseen {
        *idle = Idle::default();
        return None;
    }
    idle.others += 1;
    let message = format!(
        "{name} was woken {n} times in a row, and waits for the same as before: it is woken for nothing"
    );
    (idle.others == n).then(|| found(Lint::PolledForNothing, poll.event, poll.task, message))
}

fn found(lint: Lint, event: usize, task: TaskNo, message: String) -> Finding {
    Finding { lint, event, task: Some(task), message }
}
