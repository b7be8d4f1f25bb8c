//! Who goes round in a program that does not end: those that were polled at its last steps.

use std::collections::VecDeque;

use crate::search::foot::Task;
use crate::world::names::{NOBODY, Names};

/// So many steps are the last ones.
const N_LAST: usize = 64;

/// The last steps of an execution.
#[derive(Debug, Default)]
pub(crate) struct Round {
    last: VecDeque<Task>,
}

impl Round {
    /// An execution begins.
    pub(crate) fn begin(&mut self) {
        self.last.clear();
    }

    /// A step of this task.
    pub(crate) fn add(&mut self, task: Task) {
        if self.last.len() == N_LAST {
            self.last.pop_front();
        }
        self.last.push_back(task);
    }

    /// What a program that was cut did at the end, in words.
    pub(crate) fn says(&self, names: &Names) -> String {
        // Who has gone its way once has not gone round.
        let n_steps = |task: Task| self.last.iter().filter(|it| **it == task).count();
        let mut tasks: Vec<Task> = self.last.iter().copied().collect();
        tasks.sort_unstable();
        tasks.dedup();
        tasks.retain(|it| n_steps(*it) > 1);
        let time = if tasks.first() == Some(&NOBODY) { ", and time passes" } else { "" };
        let called: Vec<_> =
            tasks.iter().filter(|it| **it != NOBODY).map(|it| names.called(*it)).collect();
        let go = if called.len() == 1 { "goes" } else { "go" };
        match &called[..] {
            [] => format!("it does not end{time}"),
            [all @ .., last] if !all.is_empty() => {
                format!("it does not end: {} and {last} {go} round{time}", all.join(", "))
            }
            [one, ..] => format!("it does not end: {one} {go} round{time}"),
        }
    }
}
