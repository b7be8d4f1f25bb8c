//! One execution: a loop whose steps the search chooses, and what it tells of them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use boucle::{
    Ended, How, Instrument, Order, Shared, Situation, Spawned, Step, TaskId, TaskPath, WokenBy,
};

use crate::foot::{Foot, Part, Task};
use crate::order::Event;
use crate::schedule::{Schedule, name};

/// The number of those steps that are no task's: time passes, or those who wait until nothing else can run are
/// woken.
pub(crate) const NOBODY: Task = 0;

/// A part that no program has: if each step writes it, each order matters.
pub(crate) const EVERYTHING: Part = 0;

/// Who chooses the steps.
pub(crate) trait Choose {
    /// Whose step is next, of those that are ready, each by its number; `None`: the execution is given up.
    fn choose(&mut self, ready: &[Task], names: &Names) -> Option<Task>;

    /// The step is over.
    fn took(&mut self, event: Event, cuts_off: &[Task]);
}

/// A part of what tasks share, the same in each execution.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// Something that boucle tells of.
    Shared(Shared),
    /// The end of a task.
    End(Task),
    /// Whether the loop runs.
    Loop,
}

/// The numbers of tasks and parts: the same in each execution.
#[derive(Default)]
pub(crate) struct Names {
    tasks: HashMap<TaskPath, Task>,
    parts: HashMap<Key, Part>,
    /// What each task is called, by its number less one.
    called: Vec<String>,
}

impl Names {
    fn task(&mut self, path: TaskPath) -> Task {
        let n = self.tasks.len() + 1;
        let next = Task::try_from(n).expect("fewer tasks than sixty thousand are explored");
        let task = *self.tasks.entry(path).or_insert(next);
        if task == next {
            self.called.push(name(&path.to_string()));
        }
        task
    }

    fn part(&mut self, key: Key) -> Part {
        let next = self.parts.len() as Part + 1;
        *self.parts.entry(key).or_insert(next)
    }

    /// What a task is called.
    pub(crate) fn called(&self, task: Task) -> &str {
        match usize::from(task).checked_sub(1) {
            Some(place) => &self.called[place],
            None => "time",
        }
    }
}

/// What went wrong with an execution, apart from what the program says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// It was given up: nothing new would have come of it.
    GivenUp,
    /// It went on for too long.
    TooLong,
    /// A thread or a descriptor had a word in it.
    Outside,
}

/// An execution that is under way.
pub(crate) struct World<C> {
    pub(crate) names: Names,
    pub(crate) chooser: C,
    /// The numbers of the tasks of this execution.
    ids: HashMap<TaskId, Task>,
    /// The step that is under way.
    step: Option<Event>,
    /// Those that were ready as it began, but for its own task.
    others: Vec<Task>,
    /// Whether it was the last step of the program.
    is_last: bool,
    /// Who was chosen, wherever there was a choice.
    pub(crate) schedule: Schedule,
    /// How many steps were taken, and how many may be.
    n_steps: usize,
    n_most: usize,
    /// What went wrong.
    pub(crate) trouble: Option<Trouble>,
}

impl<C: Choose> World<C> {
    pub(crate) fn new(chooser: C, n_most: usize) -> World<C> {
        World {
            names: Names::default(),
            chooser,
            ids: HashMap::new(),
            step: None,
            others: Vec::new(),
            is_last: false,
            schedule: Schedule::default(),
            n_steps: 0,
            n_most,
            trouble: None,
        }
    }

    /// Another execution begins.
    pub(crate) fn begin(&mut self) {
        self.ids.clear();
        (self.step, self.is_last, self.n_steps, self.trouble) = (None, false, 0, None);
        self.schedule.0.clear();
    }

    /// The step that is under way is over.
    pub(crate) fn end_step(&mut self) {
        let Some(mut event) = self.step.take() else { return };
        if event.task != NOBODY {
            // The last step ends all others: none of them can come after it.
            let part = self.names.part(Key::Loop);
            event.foot.uses(part, if self.is_last { How::Write } else { How::Read });
        }
        let cuts_off = if self.is_last { &self.others[..] } else { &[] };
        self.chooser.took(event, cuts_off);
    }

    fn next(&mut self, at: &Situation<'_>) -> Step {
        self.end_step();
        if at.is_open {
            self.trouble = Some(Trouble::Outside);
            return Step::Stop;
        }
        self.n_steps += 1;
        if self.n_steps > self.n_most {
            self.trouble = Some(Trouble::TooLong);
            return Step::Stop;
        }
        let ready: Vec<Task> = at.ready.iter().map(|it| self.ids[it]).collect();
        if ready.is_empty() {
            if at.next_deadline.is_none() && !at.is_awaited {
                return Step::Stuck;
            }
            return match self.chooser.choose(&[NOBODY], &self.names) {
                Some(_) => {
                    let foot = Foot { is_barrier: true, ..Foot::default() };
                    self.step = Some(Event { task: NOBODY, foot });
                    Step::Idle
                }
                None => self.give_up(),
            };
        }
        let Some(task) = self.chooser.choose(&ready, &self.names) else { return self.give_up() };
        let place = ready.iter().position(|it| *it == task).expect("it is one of them");
        if ready.len() > 1 {
            self.schedule.0.push(self.names.called(task).to_owned());
        }
        self.others = ready;
        self.others.remove(place);
        self.step = Some(Event { task, foot: Foot::default() });
        Step::Poll(place)
    }

    fn give_up(&mut self) -> Step {
        self.trouble.get_or_insert(Trouble::GivenUp);
        Step::Stop
    }

    fn uses(&mut self, key: Key, how: How) {
        let part = self.names.part(key);
        if let Some(step) = &mut self.step {
            step.foot.uses(part, how);
        }
    }

    fn wakes(&mut self, task: TaskId) {
        if let (Some(step), Some(task)) = (&mut self.step, self.ids.get(&task)) {
            step.foot.wakes(*task);
        }
    }
}

/// The world as the loop asks it and tells it.
pub(crate) struct Seat<C>(pub(crate) Rc<RefCell<World<C>>>);

impl<C: Choose> Order for Seat<C> {
    fn choose(&mut self, _: &[TaskId]) -> usize {
        0
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        self.0.borrow_mut().next(at)
    }
}

impl<C: Choose> Instrument for Seat<C> {
    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        let world = &mut *self.0.borrow_mut();
        let number = world.names.task(spawned.path);
        world.ids.insert(task, number);
        world.wakes(task);
        world.uses(Key::Shared(Shared::Tasks), How::Add);
    }

    fn woken(&self, task: TaskId, by: WokenBy) {
        let world = &mut *self.0.borrow_mut();
        if by == WokenBy::Thread {
            world.trouble = Some(Trouble::Outside);
        }
        world.wakes(task);
    }

    fn woken_in_vain(&self, task: TaskId, by: WokenBy, _has_ended: bool) {
        self.woken(task, by);
    }

    fn touched(&self, shared: Shared, how: How) {
        let world = &mut *self.0.borrow_mut();
        match shared {
            Shared::End(task) => {
                if let Some(task) = world.ids.get(&task) {
                    world.uses(Key::End(*task), how);
                }
            }
            shared => world.uses(Key::Shared(shared), how),
        }
    }

    fn task_done(&self, task: TaskId, _how: Ended) {
        let world = &mut *self.0.borrow_mut();
        let Some(number) = world.ids.get(&task).copied() else { return };
        world.uses(Key::End(number), How::Write);
        world.uses(Key::Shared(Shared::Tasks), How::Add);
        // The first task is the program itself.
        world.is_last |= world.names.called(number) == "M" && world.step.is_some();
    }
}
