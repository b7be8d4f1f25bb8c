//! Who takes steps, and what they share: each by a number, which is the same in each execution.

use boucle::{Shared, TaskPath};
use rustc_hash::FxHashMap;

use crate::faults::Kind;
use crate::foot::{Part, Task};
use crate::schedule::name;

/// The number of those steps that are no task's and no fault: time passes since nothing else can go on, or those
/// who wait until then are woken.
pub(crate) const NOBODY: Task = 0;

/// A part that no program has: if each step writes it, each order matters.
pub(crate) const EVERYTHING: Part = 0;

/// Who takes a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// Nobody: nothing else can go on.
    Nobody,
    /// A task.
    Task,
    /// Something that is done to a task; to nobody, if it is done to all.
    Fault(Kind, Task),
}

/// A part of what tasks share.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Something that boucle tells of.
    Shared(Shared),
    /// The end of a task.
    End(Task),
    /// Whether the loop runs.
    Loop,
}

/// The numbers of who takes steps, and of parts.
pub(crate) struct Names {
    tasks: FxHashMap<TaskPath, Task>,
    faults: FxHashMap<(Kind, Task), Task>,
    parts: FxHashMap<Key, Part>,
    /// Who each is and what it is called, by its number.
    all: Vec<(Who, String)>,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            tasks: FxHashMap::default(),
            faults: FxHashMap::default(),
            parts: FxHashMap::default(),
            all: vec![(Who::Nobody, "+".to_owned())],
        }
    }
}

impl Names {
    /// The number of a task.
    pub(crate) fn task(&mut self, path: TaskPath) -> Task {
        match self.tasks.get(&path) {
            Some(task) => *task,
            None => {
                let task = self.add(Who::Task, name(&path.to_string()));
                self.tasks.insert(path, task);
                task
            }
        }
    }

    /// The number of what is done to a task, or to all.
    pub(crate) fn fault(&mut self, kind: Kind, victim: Task) -> Task {
        match self.faults.get(&(kind, victim)) {
            Some(fault) => *fault,
            None => {
                let victims = if victim == NOBODY { "" } else { self.called(victim) };
                let called = format!("{}{victims}", kind.sign());
                let fault = self.add(Who::Fault(kind, victim), called);
                self.faults.insert((kind, victim), fault);
                fault
            }
        }
    }

    fn add(&mut self, who: Who, called: String) -> Task {
        let next = Task::try_from(self.all.len());
        self.all.push((who, called));
        next.expect("a program that is explored has fewer than sixty thousand tasks")
    }

    /// The number of a part.
    pub(crate) fn part(&mut self, key: Key) -> Part {
        let next = self.parts.len() as Part + 1;
        *self.parts.entry(key).or_insert(next)
    }

    /// Who it is.
    pub(crate) fn who(&self, task: Task) -> Who {
        self.all[usize::from(task)].0
    }

    /// What it is called.
    pub(crate) fn called(&self, task: Task) -> &str {
        &self.all[usize::from(task)].1
    }

    /// Whether it is the program itself: its first task.
    pub(crate) fn is_main(&self, task: Task) -> bool {
        self.called(task) == "M"
    }
}
