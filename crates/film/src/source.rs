//! The source of a program, and which line of it runs, as near as a trace knows.

mod marks;
mod print;

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use boucle_trace::{Life, Phase, Place, Player, Printable, TaskNo, Trace, What};

pub(crate) use self::marks::Marks;

/// One file of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is, from the root of its workspace.
    pub path: Printable,
    /// Its lines.
    pub lines: Vec<Printable>,
}

/// A line of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which of the sources.
    pub source: usize,
    /// The line, from 1.
    pub line: usize,
    /// What it is about this line.
    pub here: Here,
}

/// What it is about a line that is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// The loop of a stage is there, as its phase says.
    Loop,
    /// It has just printed.
    Printed,
    /// The task waits there.
    Waits,
    /// The task has waited there, and goes on from there.
    GoesOn,
    /// The task was spawned there. Where it is now is not known.
    Spawned,
}

impl Here {
    /// It in a few words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Here::Loop => "the loop is here",
            Here::Printed => "printed here",
            Here::Waits => "waits here",
            Here::GoesOn => "goes on from here",
            Here::Spawned => "spawned here",
        }
    }
}

/// What a loop of the road writes where it does what a phase says; the first that is found is it.
const LOOP: &[(Phase, &[&str])] = &[
    (Phase::Make, &["future: Box::pin(future)", "pin!(task)"]),
    (Phase::Yield, &["Poll::Pending =>", ".is_pending()"]),
    (
        Phase::Add,
        &["push_back(Box::pin(task))", "insert(number, Box::pin(task))", "VecDeque::from(tasks)"],
    ),
    (Phase::Take, &[".pop_front()"]),
    (Phase::Step, &["match step(", ".poll(&mut cx)"]),
    (Phase::Requeue, &["Poll::Pending =>", ".push_back("]),
    (Phase::Wait, &["Poll::Pending =>"]),
    (Phase::Wake, &["ready.push_back("]),
    (Phase::End, &["Poll::Ready(()) => {}", "Poll::Ready(result) =>", ".is_pending()"]),
    (Phase::Sleep, &["poller.wait("]),
];

impl Source {
    /// A file of this path and text.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.into(), lines: text.lines().map(Printable::line).collect() }
    }

    /// The first line that has `words` in it, from 1; comments are not looked at.
    fn line_of(&self, words: &str) -> Option<usize> {
        let is_it = |line: &Printable| !line.trim_start().starts_with("//") && line.contains(words);
        self.lines.iter().position(is_it).map(|place| place + 1)
    }

    /// Whether the compiler meant this file by `path`: `a/b/../c.rs` is `a/c.rs`.
    fn is_at(&self, path: &str) -> bool {
        plain(path).ends_with(&*self.path)
    }
}

/// A path without its turns: `a/b/../c.rs` is `a/c.rs`.
pub(crate) fn plain(path: &str) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The line that is marked: where a line was printed, where the loop of a stage is, where a task waits; else
/// where it was spawned.
pub(crate) fn mark(sources: &[Source], player: &Player) -> Option<Mark> {
    let phase = player.phase();
    match &player.last()?.what {
        What::Printed { line, .. } => printed(sources, line).or_else(|| in_loop(sources, phase)),
        _ if phase == Phase::Over => None,
        _ => in_loop(sources, phase).or_else(|| {
            let running = player.state().running.last().copied();
            stands(sources, player, running.or_else(|| player.last()?.what.task())?)
        }),
    }
}

/// Where the loop of a stage is in this phase.
fn in_loop(sources: &[Source], phase: Phase) -> Option<Mark> {
    let (_, words) = LOOP.iter().find(|(it, _)| *it == phase)?;
    let source = sources.first().filter(|it| it.path.ends_with("/lib.rs"))?;
    let line = words.iter().find_map(|it| source.line_of(it))?;
    Some(Mark { source: 0, line, here: Here::Loop })
}

/// Where `text` was printed, if only one place in the sources can have done it.
fn printed(sources: &[Source], text: &str) -> Option<Mark> {
    let mut found = Vec::new();
    for (place, source) in sources.iter().enumerate() {
        let lines = print::lines_that_print(&source.lines, text);
        found.extend(
            lines.into_iter().map(|(line, n_exact)| {
                (n_exact, Mark { source: place, line, here: Here::Printed })
            }),
        );
    }
    // The one that says the most of the text itself; of two that say as much, none.
    let most = found.iter().map(|(n_exact, _)| *n_exact).max()?;
    let mut best = found.into_iter().filter(|(n_exact, _)| *n_exact == most);
    let (_, mark) = best.next()?;
    best.next().is_none().then_some(mark)
}

/// Where a task stands: in the calls that it was told of; where it said that it waits, or goes on from there;
/// else where it was added.
pub(crate) fn stands(sources: &[Source], player: &Player, task: TaskNo) -> Option<Mark> {
    let state = player.state();
    let known = state.tasks.get(&task)?;
    let ours = |it: &&Place| sources.iter().any(|source| source.is_at(&it.file));
    let mut awaits = known.awaits.iter().filter_map(|it| it.place.as_ref());
    let waits = known.waits.iter().filter_map(|it| it.place.as_ref());
    let place = awaits.rfind(ours).or_else(|| waits.filter(ours).last());
    let (place, here) = match place {
        // What it said in this poll is where it will wait; what it said before, where it did.
        Some(place) if known.waits_told && !known.is_ready => (place, Here::Waits),
        Some(place) if state.life(task) == Life::Waiting => (place, Here::Waits),
        Some(place) => (place, Here::GoesOn),
        None => match known.over.as_ref().and_then(|it| it.place.as_ref()).filter(ours) {
            Some(place) if state.life(task) != Life::Waiting => (place, Here::GoesOn),
            _ => (known.place.as_ref()?, Here::Spawned),
        },
    };
    let source = sources.iter().position(|it| it.is_at(&place.file))?;
    let line = usize::try_from(place.line).ok()?;
    (line <= sources[source].lines.len()).then_some(Mark { source, line, here })
}

/// The files that a recording names, if they lie below this directory.
pub(crate) fn named_in(trace: &Trace) -> Vec<Source> {
    const N_FILES: usize = 20;
    let mut sources: Vec<Source> = Vec::new();
    let base = trace.base().tasks.values().filter_map(|it| it.place.as_ref());
    let added = trace.events().iter().filter_map(|it| match &it.what {
        What::Added { place, .. } => place.as_ref(),
        _ => None,
    });
    // A long recording names the same few files again and again.
    let mut seen = HashSet::new();
    for place in base.chain(added).filter(|it| seen.insert(it.file.as_ref())) {
        if sources.len() < N_FILES && !sources.iter().any(|it| it.is_at(&place.file)) {
            sources.extend(below_here(&place.file));
        }
    }
    sources
}

/// A file of Rust below the present directory, by a path that goes only down.
fn below_here(path: &str) -> Option<Source> {
    const LARGEST: u64 = 1 << 20;
    let file = Path::new(path);
    let goes_down = file.components().all(|it| matches!(it, Component::Normal(_)));
    let is_rust = file.extension().is_some_and(|it| it == "rs");
    if !goes_down || !is_rust || fs::metadata(file).ok()?.len() > LARGEST {
        return None;
    }
    Some(Source::new(path, &fs::read_to_string(file).ok()?))
}

/// The first task that a mark or a search can be about, if the last event is about none.
pub(crate) fn task_of_last(player: &Player) -> Option<TaskNo> {
    let of_last = player.last().and_then(|it| it.what.task());
    of_last.or_else(|| player.state().running.last().copied())
}
