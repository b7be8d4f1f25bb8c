//! A run as a whole: what each task did, from beginning to end. Players, reports and `top` look at it.

mod changes;
mod lane;
mod sums;
mod ticks;

use std::collections::HashMap;
use std::ops::Range;

use crate::event::{TaskNo, What};
use crate::state::Life;
use crate::text::printable::Printable;
use crate::trace::Trace;

pub use self::lane::{Axis, Column, Window};
pub use self::sums::{Stretch, Summary, Sums};
pub use self::ticks::{Tick, ticks};
pub use crate::text::time::duration;

/// A run as a whole. It is made in one look at all events, and then answers in proportion to what is
/// asked: a lane costs its columns, a sum the turns that it is about.
///
/// What it keeps is in proportion to the events: a [`Turn`] for each change in a task's life.
///
/// # Examples
///
/// ```
/// use boucle_trace::overview::{Axis, Column};
/// use boucle_trace::{Life, record};
///
/// let trace = record(|| boucle::sleep(std::time::Duration::from_secs(9)));
/// let overview = trace.overview();
/// let (window, task) = (overview.whole(Axis::Time), overview.tasks()[0]);
/// // The polls before and after it take no time: they are counted, and not drawn.
/// let polls: Vec<_> = overview.columns(task, &window, 5).iter().map(|it| it.n_folded).collect();
/// assert_eq!(polls, [1, 0, 0, 0, 1]);
/// assert_eq!(overview.columns(task, &window, 5)[2].life, Some(Life::Waiting));
/// ```
#[derive(Clone, Debug)]
pub struct Overview {
    trace: Trace,
    /// All tasks that the trace knows, by their numbers.
    tasks: Vec<TaskNo>,
    /// Their names as they are at the end, in the same order.
    names: Vec<Printable>,
    /// The turns of all tasks, one task after another.
    turns: Vec<Turn>,
    /// Where the turns of each task begin, and where the last one's end.
    starts: Vec<usize>,
    /// The places of events in which nothing changed: polls, wakes in vain. They neither touch nor overlap.
    idle: Vec<Range<usize>>,
    /// The places of the events that print a line.
    printed: Vec<usize>,
}

/// From here on a task does this.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Life, record};
///
/// let overview = record(|| async {}).overview();
/// let turns = overview.turns(overview.tasks()[0]);
/// let lives: Vec<_> = turns.iter().map(|it| it.life).collect();
/// assert!(matches!(lives[..], [Life::Ready, Life::Running, Life::Done(_)]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// How many events have been played when it begins.
    pub position: usize,
    /// When it begins.
    pub at: u64,
    /// What the task does.
    pub life: Life,
    /// How many polls of the task began before this turn.
    pub n_polls: usize,
}

impl Trace {
    /// The run as a whole: lanes, sums, changes.
    ///
    /// # Examples
    ///
    /// ```
    /// let overview = boucle_trace::record(|| async {}).overview();
    /// assert_eq!(overview.tasks().len(), 1);
    /// ```
    #[must_use]
    pub fn overview(&self) -> Overview {
        Overview::new(self)
    }
}

impl Overview {
    fn new(trace: &Trace) -> Overview {
        let mut state = trace.base().clone();
        let mut lives: HashMap<TaskNo, (Life, usize)> = HashMap::new();
        let mut all: Vec<(TaskNo, Turn)> = Vec::new();
        let mut printed = Vec::new();
        let begin = trace.events().first().map_or(state.now, |it| it.at);
        for task in state.tasks.keys() {
            let life = state.life(*task);
            lives.insert(*task, (life, usize::from(life == Life::Running)));
            all.push((*task, Turn { position: 0, at: begin, life, n_polls: 0 }));
        }
        let mut touched = Vec::new();
        for (place, event) in trace.events().iter().enumerate() {
            touched.extend(event.what.task());
            touched.extend(state.play(event).running());
            if matches!(event.what, What::Printed { .. }) {
                printed.push(place);
            }
            for task in touched.drain(..).filter(|it| state.tasks.contains_key(it)) {
                let life = state.life(task);
                let (before, n_polls) = match lives.get(&task) {
                    Some((before, n_polls)) => (Some(*before), *n_polls),
                    None => (None, 0),
                };
                if before != Some(life) {
                    all.push((task, Turn { position: place + 1, at: event.at, life, n_polls }));
                    lives.insert(task, (life, n_polls + usize::from(life == Life::Running)));
                }
            }
        }
        // One task after another; a task's own turns stay in their order.
        all.sort_by_key(|(task, _)| *task);
        let mut overview = Overview {
            trace: trace.clone(),
            tasks: Vec::new(),
            names: Vec::new(),
            turns: Vec::with_capacity(all.len()),
            starts: Vec::new(),
            idle: changes::idle(trace.events()),
            printed,
        };
        for (task, turn) in all {
            if overview.tasks.last() != Some(&task) {
                overview.tasks.push(task);
                overview.names.push(Printable::name(state.name(task)));
                overview.starts.push(overview.turns.len());
            }
            overview.turns.push(turn);
        }
        overview.starts.push(overview.turns.len());
        overview
    }

    /// The trace.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async {});
    /// assert_eq!(*trace.overview().trace(), trace);
    /// ```
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// All tasks that it knows, by their numbers.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { boucle::spawn(async {}).await });
    /// let numbers: Vec<_> = trace.overview().tasks().iter().map(|it| it.get()).collect();
    /// assert_eq!(numbers, [1, 2]);
    /// ```
    #[must_use]
    pub fn tasks(&self) -> &[TaskNo] {
        &self.tasks
    }

    /// The place of a task among [all of them](Overview::tasks).
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::TaskNo;
    ///
    /// let overview = boucle_trace::record(|| async {}).overview();
    /// assert_eq!(overview.place(TaskNo::new(1).unwrap()), Some(0));
    /// assert_eq!(overview.place(TaskNo::new(2).unwrap()), None);
    /// ```
    #[must_use]
    pub fn place(&self, task: TaskNo) -> Option<usize> {
        self.tasks.binary_search(&task).ok()
    }

    /// The name of a task, or its number: as it is at the end of the run.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { boucle::spawn(async {}).set_name("child") });
    /// let overview = trace.overview();
    /// assert_eq!(overview.name(overview.tasks()[1]), "child");
    /// ```
    #[must_use]
    pub fn name(&self, task: TaskNo) -> Printable {
        self.place(task).map_or_else(|| task.to_string().into(), |it| self.names[it].clone())
    }

    /// What a task did, from its beginning on; nothing if it is not known.
    ///
    /// # Examples
    ///
    /// ```
    /// let overview = boucle_trace::record(|| async {}).overview();
    /// let turns = overview.turns(overview.tasks()[0]);
    /// assert_eq!((turns[0].position, turns[1].n_polls), (1, 0));
    /// ```
    #[must_use]
    pub fn turns(&self, task: TaskNo) -> &[Turn] {
        match self.place(task) {
            Some(place) => &self.turns[self.starts[place]..self.starts[place + 1]],
            None => &[],
        }
    }

    /// What a task does after so many events; `None` before it is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Life;
    ///
    /// let overview = boucle_trace::record(|| async {}).overview();
    /// let task = overview.tasks()[0];
    /// assert_eq!(overview.life(task, 0), None);
    /// assert_eq!(overview.life(task, 2), Some(Life::Running));
    /// ```
    #[must_use]
    pub fn life(&self, task: TaskNo, position: usize) -> Option<Life> {
        let turns = self.turns(task);
        let n = turns.partition_point(|it| it.position <= position);
        n.checked_sub(1).map(|it| turns[it].life)
    }

    /// The tasks that are there after so many events, and have not ended.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { boucle::spawn(async {}).await });
    /// let overview = trace.overview();
    /// let n_tasks: Vec<_> = (0..=trace.len()).map(|it| overview.there(it).len()).collect();
    /// assert_eq!(n_tasks, [0, 1, 1, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0]);
    /// ```
    #[must_use]
    pub fn there(&self, position: usize) -> Vec<TaskNo> {
        let is_there = |place: &usize| {
            let turns = &self.turns[self.starts[*place]..self.starts[place + 1]];
            let has_ended = turns
                .last()
                .is_some_and(|it| it.position <= position && matches!(it.life, Life::Done(_)));
            turns[0].position <= position && !has_ended
        };
        (0..self.tasks.len()).filter(is_there).map(|it| self.tasks[it]).collect()
    }

    /// When it begins, and when it ends.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| boucle::sleep(std::time::Duration::from_secs(9)));
    /// assert_eq!(trace.overview().times(), (0, 9_000_000_000));
    /// ```
    #[must_use]
    pub fn times(&self) -> (u64, u64) {
        let events = self.trace.events();
        let begin = events.first().map_or(self.trace.base().now, |it| it.at);
        (begin, events.last().map_or(begin, |it| it.at))
    }

    /// The time after so many events.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| boucle::sleep(std::time::Duration::from_secs(9)));
    /// assert_eq!(trace.overview().time(trace.len()), 9_000_000_000);
    /// ```
    #[must_use]
    pub fn time(&self, position: usize) -> u64 {
        let events = self.trace.events();
        let last = position.min(events.len()).checked_sub(1);
        last.map_or(self.times().0, |it| events[it].at)
    }

    /// How many events have been played when this time is over.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| boucle::sleep(std::time::Duration::from_secs(9)));
    /// let overview = trace.overview();
    /// assert_eq!(overview.position(9_000_000_000), trace.len());
    /// assert!(overview.position(8_999_999_999) < trace.len());
    /// ```
    #[must_use]
    pub fn position(&self, time: u64) -> usize {
        self.trace.events().partition_point(|it| it.at <= time)
    }

    /// The places in [`Trace::events`] of the lines that were printed.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { world::println!("Hello") });
    /// assert_eq!(trace.overview().printed(), [2]);
    /// ```
    #[must_use]
    pub fn printed(&self) -> &[usize] {
        &self.printed
    }
}
