//! The parts of a program that runs several loops one after the other: which one is under way.

use std::collections::HashSet;

use world::{Event, TaskId};

/// How a stage's program begins the heading of a part.
const HEADING: &str = "-- ";

/// The parts so far. A new one begins with a heading where no task is left, or with a task that is queued then.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The heading of each, without its dashes.
    pub(super) names: Vec<Option<String>>,
    /// The tasks that have not ended.
    alive: HashSet<TaskId>,
    /// Whether the last part has had a task.
    has_run: bool,
}

impl Parts {
    /// Which part is under way, counted from 0; none before the program has done anything.
    pub(super) fn now(&self) -> Option<usize> {
        self.names.len().checked_sub(1)
    }

    /// Notes what happens.
    pub(super) fn happened(&mut self, event: &Event) {
        match event {
            Event::Printed(line) => {
                let name = line.strip_prefix(HEADING).filter(|_| self.alive.is_empty());
                if name.is_some() || self.names.is_empty() {
                    self.begin(name);
                }
            }
            Event::Queued { task, .. } => {
                if self.names.is_empty() || (self.alive.is_empty() && self.has_run) {
                    self.begin(None);
                }
                self.has_run = true;
                self.alive.insert(*task);
            }
            Event::Ended(task) | Event::Panicked(task) | Event::Dropped(task) => {
                self.alive.remove(task);
            }
            _ => {}
        }
    }

    fn begin(&mut self, name: Option<&str>) {
        self.names.push(name.map(str::to_owned));
        self.has_run = false;
    }
}
