//! What there is to see at a moment of a run, in words: the terminal and the page draw the same. All of
//! it is printable by its type, whoever made the recording.

use std::sync::Arc;

use boucle_trace::{Ended, Finding, Life, Player, Printable, TaskNo, TaskState};
use serde::Serialize;

use crate::run::Run;
use crate::source::mark;

/// So many tasks are shown at the most, and so many lines of output.
const MOST: usize = 100;

/// A moment of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scene {
    /// How many events have been played.
    pub position: usize,
    /// How many there are.
    pub len: usize,
    /// The time, in seconds.
    pub now: Printable,
    /// What the loop is doing: a word.
    pub phase: Printable,
    /// The same in a sentence.
    pub phase_says: Printable,
    /// The last event in words.
    pub told: Option<Printable>,
    /// Why this task runs now.
    pub why: Option<Printable>,
    /// What is suspicious about the last event.
    pub findings: Vec<Printable>,
    /// The task that the last event is about.
    pub task: Option<u32>,
    /// The tasks.
    pub tasks: Vec<Row>,
    /// How many more there are.
    pub n_more_tasks: usize,
    /// The names of those that are ready, next one first.
    pub ready: Vec<Printable>,
    /// How many more are ready.
    pub n_more_ready: usize,
    /// The timers that are set, earliest first.
    pub timers: Vec<Printable>,
    /// Until when the loop sleeps, if it does.
    pub asleep: Option<Printable>,
    /// The last lines of the output.
    pub output: Vec<Printed>,
    /// Whether the last line of the output is what just happened.
    pub just_printed: bool,
    /// The source with the line that is marked, and the line, from 1.
    pub mark: Option<(usize, usize)>,
    /// What it is about that line: the loop is there, the task waits there, was spawned there.
    pub mark_says: Option<&'static str>,
}

/// A task at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its number.
    pub number: u32,
    /// Its name.
    pub name: Printable,
    /// `running`, `ready`, `waiting`, `done` or `failed`.
    pub life: &'static str,
    /// What it does, in words: for what it waits, how it ended.
    pub says: Printable,
    /// How often it was polled.
    pub n_polls: u64,
}

/// A line that was printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Printed {
    /// When, in seconds.
    pub at: Printable,
    /// By whom, if a task did it.
    pub by: Option<Printable>,
    /// Whether it went to stderr.
    pub error: bool,
    /// What it says.
    pub text: Printable,
}

impl Scene {
    /// What there is to see where `player` is; `findings` is what is suspicious about the run, in the
    /// order of the events.
    #[must_use]
    pub fn new(run: &Run, player: &Player, findings: &[Finding]) -> Scene {
        let (tasks, n_more_tasks) = rows(player);
        Scene { tasks, n_more_tasks, ..Scene::without_tasks(run, player, findings) }
    }

    /// The same without the tasks, which take a look at all of them.
    pub(crate) fn without_tasks(run: &Run, player: &Player, findings: &[Finding]) -> Scene {
        let state = player.state();
        let phase_says = player.phase().to_string();
        let (phase, _) = phase_says.split_once(':').unwrap_or((&phase_says, ""));
        let surplus = state.output.len().saturating_sub(MOST);
        let mark = mark(&run.sources, player);
        Scene {
            position: player.position(),
            len: player.trace().len(),
            now: player.seconds(state.now).into(),
            phase: phase.into(),
            told: player.told().map(|(who, what)| format!("{who} {what}").into()),
            why: player.why().map(Printable::from),
            findings: found(player.position(), findings),
            task: crate::source::task_of_last(player).map(TaskNo::get),
            tasks: Vec::new(),
            n_more_tasks: state.tasks.len(),
            ready: state.ready.iter().take(MOST).map(|it| name(player, *it)).collect(),
            n_more_ready: state.ready.len().saturating_sub(MOST),
            timers: timers(player),
            asleep: asleep(player),
            output: state.output[surplus..].iter().map(|it| printed(player, it)).collect(),
            just_printed: matches!(
                player.last().map(|it| &it.what),
                Some(boucle_trace::What::Printed { .. })
            ),
            mark: mark.map(|it| (it.source, it.line)),
            mark_says: mark.map(|it| it.here.says()),
            phase_says: phase_says.into(),
        }
    }
}

/// What is suspicious about the last of so many events.
fn found(position: usize, findings: &[Finding]) -> Vec<Printable> {
    let Some(last) = position.checked_sub(1) else { return Vec::new() };
    let first = findings.partition_point(|it| it.event < last);
    let found = findings[first..].iter().take_while(|it| it.event == last);
    found.map(|it| it.message.as_str().into()).collect()
}

/// The tasks, in the order of their numbers; if there are many, those that have not ended.
fn rows(player: &Player) -> (Vec<Row>, usize) {
    let state = player.state();
    let is_many = state.tasks.len() > MOST;
    let is_shown = |(task, it): &(&TaskNo, &Arc<TaskState>)| {
        !is_many || it.done.is_none() || state.running.contains(task)
    };
    let shown = state.tasks.iter().filter(is_shown).take(MOST);
    let rows: Vec<_> = shown.map(|(task, _)| row(player, *task)).collect();
    let n_more = state.tasks.len() - rows.len();
    (rows, n_more)
}

/// A task as it is now.
pub(crate) fn row(player: &Player, task: TaskNo) -> Row {
    let state = player.state();
    let (life, says) = match state.life(task) {
        Life::Running => ("running", "runs".to_owned()),
        Life::Ready => {
            ("ready", state.ready.place(task).map_or_else(|| "is ready".to_owned(), says_place))
        }
        Life::Waiting => ("waiting", waits(player, task)),
        Life::Done(Ended::Value) => ("done", "is done".to_owned()),
        Life::Done(Ended::Panicked) => ("failed", "has panicked".to_owned()),
        Life::Done(Ended::Cancelled) => ("failed", "is cancelled".to_owned()),
        Life::Done(Ended::Dropped) => ("failed", "is dropped".to_owned()),
    };
    let n_polls = state.tasks.get(&task).map_or(0, |it| it.n_polls);
    Row { number: task.get(), name: name(player, task), life, says: says.into(), n_polls }
}

fn name(player: &Player, task: TaskNo) -> Printable {
    Printable::name(player.state().name(task))
}

/// Where a task stands in the ready queue.
fn says_place(place: usize) -> String {
    match place {
        0 => "is next".to_owned(),
        _ => format!("is ready, {place} before it"),
    }
}

/// For what a task waits.
fn waits(player: &Player, task: TaskNo) -> String {
    let waits: Vec<_> = player.waits(task).collect();
    match waits.is_empty() {
        // A stage does not say what its tasks wait for.
        true => "gave the turn back".to_owned(),
        false => format!("waits {}", waits.join(", and ")),
    }
}

fn timers(player: &Player) -> Vec<Printable> {
    let state = player.state();
    let said = state.timers.iter().take(MOST).map(|timer| {
        let at = player.seconds(timer.at);
        match timer.by {
            Some(by) => format!("{at} s, for {}", state.name(by)).into(),
            None => format!("{at} s").into(),
        }
    });
    said.collect()
}

fn asleep(player: &Player) -> Option<Printable> {
    let asleep = player.state().asleep?;
    Some(match asleep.until {
        Some(until) => {
            format!("the loop sleeps, until {} s at the most", player.seconds(until)).into()
        }
        None => "the loop sleeps until somebody wakes it".into(),
    })
}

fn printed(player: &Player, line: &boucle_trace::Line) -> Printed {
    Printed {
        at: player.seconds(line.at).into(),
        by: line.by.map(|it| name(player, it)),
        error: line.error,
        text: Printable::line(&*line.text),
    }
}
