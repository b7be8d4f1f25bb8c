//! A failure, explained: its shortest order, what stands still in it, what would have to be the other way round, and
//! both orders beside each other.

use std::fmt::Debug;

use crate::schedule::Schedule;
use crate::why::again::{Again, Run, Wanted};
use crate::why::beside::beside;
use crate::why::film::Film;
use crate::why::passes::{Passes, Swap, nearest};
use crate::why::shortest::{n_switches, shortest};
use crate::why::stuck::Stuck;
use crate::why::words::{Words, turn_of};

/// Why something fails.
#[derive(Clone, Debug, Default)]
pub(crate) struct Explained {
    /// In a few lines.
    pub(crate) lines: Vec<String>,
    /// The order that fails and the nearest that passes, beside each other; empty if none is near.
    pub(crate) lanes: String,
    /// The order that passes.
    pub(crate) passes: Option<Schedule>,
    /// Both as recordings.
    pub(crate) film: Option<Film>,
}

impl<P, F> Again<'_, P>
where
    P: Fn() -> F,
    F: Future<Output: Debug>,
{
    /// Runs an order once more that came to this: an order that stands for the same, with as few changes of the task
    /// as can be.
    ///
    /// # Errors
    ///
    /// What it comes to now, if that is something else.
    pub(crate) fn see(&self, schedule: &Schedule, says: &str) -> Result<Run, String> {
        match self.run(&Wanted::Schedule(schedule)) {
            None => Err("is another program's".to_owned()),
            Some(run) if run.outcome.says == says => {
                // Once more as the search does it: so what is done to the program has its place in the order.
                let same = self.run(&Wanted::Steps(run.tasks(), &run.plan));
                // What is done to a task is then part of the step that it comes behind.
                let is_same = |it: &Run| {
                    it.outcome == run.outcome && (!run.plan.is_empty() || it.events == run.events)
                };
                match same {
                    Some(same) if is_same(&same) => Ok(self.shorter(same)),
                    Some(_) if run.plan.is_empty() => Err("does something else".to_owned()),
                    _ => Ok(self.shorter(run)),
                }
            }
            Some(run) => Err(format!("comes to {}", run.outcome.says)),
        }
    }

    /// An order that stands for the same, with as few changes of the task as can be.
    fn shorter(&self, run: Run) -> Run {
        let tasks = run.tasks();
        let short = shortest(&tasks, &run.order());
        if n_switches(&short) >= n_switches(&tasks) {
            return run;
        }
        match self.run(&Wanted::Steps(short.clone(), &run.plan)) {
            Some(it) if it.outcome == run.outcome && it.tasks() == short => it,
            // Tasks share something unseen.
            _ => run,
        }
    }

    /// Explains what fails.
    pub(crate) fn explain(&self, says: &str, fails: &Run) -> Explained {
        let stuck = fails.seen.is_stuck.then(|| Stuck::new(self, fails));
        let passes = nearest(self, fails).map(|it| Passes { run: self.shorter(it.run), ..it });
        let cast = self.cast.borrow();
        let mut all = vec![&fails.seen];
        all.extend(passes.as_ref().map(|it| &it.run.seen));
        let words = Words::new(&cast, &all);
        let mut lines = stuck.map_or_else(Vec::new, |it| it.lines(&fails.seen, &words));
        let mut lanes = String::new();
        if let Some(Passes { run, swaps }) = &passes {
            let each = swaps.iter().map(|it| self.swap(*it, fails, run, &words));
            let by = match run.schedule.to_string() {
                it if it.is_empty() => String::new(),
                it => format!(": {it}"),
            };
            lines.push(format!("passes if {}{by}", each.collect::<Vec<_>>().join(", and ")));
            lanes = beside(fails, run, swaps, |it| self.called(it), &words);
        }
        drop(cast);
        let passing = passes.as_ref().map(|it| it.run.schedule.clone());
        let record = |run: &Run| self.record(&Wanted::Steps(run.tasks(), &run.plan));
        let film = record(fails).map(|trace| {
            let passes = passes.and_then(|it| record(&it.run));
            Film::new(says, trace, passes)
        });
        Explained { lines, lanes, passes: passing, film }
    }

    /// What comes before what where it passes, in words.
    fn swap(&self, swap: Swap, fails: &Run, passes: &Run, words: &Words<'_>) -> String {
        let [sooner, later] = [swap.sooner, swap.later].map(|(task, n)| (self.called(task), n));
        let conflict = |run: &Run| match [&sooner, &later].map(|it| turn_of(&run.seen, &it.0, it.1))
        {
            [Some(one), Some(other)] => words.conflict(one, other),
            _ => [None, None],
        };
        // What they do where it passes, if that is known of both.
        let conflict = match conflict(passes) {
            [Some(one), Some(other)] => [Some(one), Some(other)],
            _ => conflict(fails),
        };
        let [one, other] = conflict.map(|it| it.map_or_else(String::new, |it| format!(" ({it})")));
        let step = |it: &(String, u32), what: &str| {
            let mut letters = it.0.chars();
            match (letters.next(), letters.as_str()) {
                (Some('~'), victim) => format!("the cancel of {victim}"),
                (Some('^'), victim) => format!("the needless wake of {victim}"),
                (Some('+'), _) => "the passing of time".to_owned(),
                (Some('$'), _) => "the close".to_owned(),
                _ => format!("{}'s poll {}{what}", it.0, it.1),
            }
        };
        format!("{} comes before {}", step(&sooner, &one), step(&later, &other))
    }
}
