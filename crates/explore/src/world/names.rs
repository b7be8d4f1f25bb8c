//! Who takes steps, and what they share: each by a number, which is the same in each execution.

use boucle::{Shared, TaskPath};
use rustc_hash::FxHashMap;

use crate::schedule::{Schedule, name};
use crate::search::foot::{Part, Task};
use crate::world::failing::Failing;
use crate::world::faults::Kind;

/// The number of those steps that are no task's and no fault: time passes since nothing else can go on, or those
/// who wait until then are woken.
pub(crate) const NOBODY: Task = 0;

/// A part that no program has: the steps of tasks that share what the loop does not see write it.
pub(crate) const UNSEEN: Part = 0;

/// Whether the loop runs.
pub(crate) const LOOP: Part = 1;

/// What the system keeps: sockets, and what is in them.
pub(crate) const SYSTEM: Part = 2;

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

/// The numbers of who takes steps, and of parts.
pub(crate) struct Names {
    tasks: FxHashMap<TaskPath, Task>,
    /// What is done, to whom; of a call that fails, the how-many-th of its poll.
    faults: FxHashMap<(Kind, Task, u32), Task>,
    shared: FxHashMap<Shared, Part>,
    /// The part that is the end of each task, by the task's number; 0 if nobody has used it.
    ends: Vec<Part>,
    /// How many parts there are.
    n_parts: Part,
    /// Who each is and what it is called, by its number.
    all: Vec<(Who, String)>,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            tasks: FxHashMap::default(),
            faults: FxHashMap::default(),
            shared: FxHashMap::default(),
            ends: Vec::new(),
            n_parts: SYSTEM + 1,
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
        self.fault_called(kind, victim, 0, || kind.sign().to_string())
    }

    /// The number of a call that fails, of those of a poll of this task.
    pub(crate) fn failing(&mut self, failing: Failing, victim: Task) -> Task {
        self.fault_called(Kind::Fail(failing.failure), victim, failing.nth, || failing.to_string())
    }

    fn fault_called(
        &mut self,
        kind: Kind,
        victim: Task,
        nth: u32,
        sign: impl FnOnce() -> String,
    ) -> Task {
        if let Some(fault) = self.faults.get(&(kind, victim, nth)) {
            return *fault;
        }
        let victims = if victim == NOBODY { "" } else { self.called(victim) };
        let called = sign() + victims;
        let fault = self.add(Who::Fault(kind, victim), called);
        self.faults.insert((kind, victim, nth), fault);
        fault
    }

    fn add(&mut self, who: Who, called: String) -> Task {
        let next = Task::try_from(self.all.len());
        self.all.push((who, called));
        next.expect("a program that is explored has fewer than sixty thousand tasks")
    }

    /// The number of something that boucle tells of.
    pub(crate) fn shared(&mut self, shared: Shared) -> Part {
        let next = self.n_parts;
        let part = *self.shared.entry(shared).or_insert(next);
        self.n_parts += Part::from(part == next);
        part
    }

    /// The number of the end of a task.
    pub(crate) fn end_of(&mut self, task: Task) -> Part {
        let place = usize::from(task);
        if place >= self.ends.len() {
            self.ends.resize(place + 1, 0);
        }
        if self.ends[place] == 0 {
            self.ends[place] = self.n_parts;
            self.n_parts += 1;
        }
        self.ends[place]
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

    /// These steps as a schedule.
    pub(crate) fn schedule(&self, written: &[Task]) -> Schedule {
        Schedule(written.iter().map(|it| self.called(*it).to_owned()).collect())
    }

    /// How many letters that has as a text.
    pub(crate) fn n_letters(&self, written: &[Task]) -> usize {
        let same = written.chunk_by(|one, other| one == other);
        same.map(|it| self.called(it[0]).len() + n_digits(it.len())).sum()
    }

    /// How many steps there are from the beginning on of which each is written.
    pub(crate) fn n_explicit(&self, written: &[Task]) -> usize {
        let last = written.iter().rposition(|it| !matches!(self.who(*it), Who::Task));
        // Who gives up does so in the poll that comes next, and there calls fail.
        let is_in_poll =
            |it: usize| matches!(self.who(written[it]), Who::Fault(Kind::Yield | Kind::Fail(_), _));
        last.map_or(0, |it| it + 1 + usize::from(is_in_poll(it)))
    }
}

/// How many digits are written behind a step that is taken so many times in a row.
fn n_digits(n: usize) -> usize {
    if n == 1 { 0 } else { n.ilog10() as usize + 1 }
}
