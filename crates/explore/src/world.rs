//! One execution: a loop whose steps the search chooses, and what it tells of them.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use boucle::{Ended, How, Instrument, Order, Shared, Situation, Spawned, Step, TaskId, WokenBy};

use crate::faults::{Doing, Kind};
use crate::foot::{Count, Foot, Task};
use crate::names::{Key, NOBODY, Names, Who};
use crate::order::Event;
use crate::schedule::Schedule;

/// Who chooses the steps.
pub(crate) trait Choose {
    /// Whose step is next, of those that can take one, each by its number: first the tasks that are ready, then
    /// what can be done to them. `None`: the execution is given up.
    fn choose(&mut self, ready: &[Task], names: &Names) -> Option<Task>;

    /// The step is over.
    fn took(&mut self, event: Event, cuts_off: &[Task]);

    /// The faults that may be done at any time, as a schedule calls them; `None`: what the plan says is done, and
    /// no more.
    fn at_any_time(&self) -> Option<&BTreeSet<String>> {
        None
    }

    /// Whether the task that is polled gives its turn back, at this of the places where it could in this poll,
    /// from 1, though no plan says so.
    fn gives_up(&mut self, _place: u32) -> bool {
        false
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

/// A task of the present execution.
struct Known {
    id: TaskId,
    /// Whether it has not ended.
    is_live: bool,
    /// At how many places it could have given up so far.
    n_charged: u32,
}

/// An execution that is under way.
pub(crate) struct World<C> {
    pub(crate) names: Names,
    pub(crate) chooser: C,
    /// What is done to the program.
    pub(crate) doing: Doing,
    /// The numbers of the tasks of this execution.
    ids: HashMap<TaskId, Task>,
    /// Those tasks, by their numbers.
    tasks: HashMap<Task, Known>,
    /// The step that is under way.
    step: Option<Event>,
    /// A count is complete: the wake that is told next is that of all who have counted.
    is_counted: Option<Task>,
    /// At how many places the task that is polled could have given up in this poll.
    n_charged: u32,
    /// Those that were ready as it began, but for its own task.
    others: Vec<Task>,
    /// Whether it was the last step of the program.
    is_last: bool,
    /// Whether it was closed.
    pub(crate) is_closed: bool,
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
            doing: Doing::default(),
            ids: HashMap::new(),
            tasks: HashMap::new(),
            step: None,
            is_counted: None,
            n_charged: 0,
            others: Vec::new(),
            is_last: false,
            is_closed: false,
            schedule: Schedule::default(),
            n_steps: 0,
            n_most,
            trouble: None,
        }
    }

    /// Another execution begins.
    pub(crate) fn begin(&mut self) {
        self.ids.clear();
        self.tasks.clear();
        (self.step, self.is_last, self.n_steps, self.trouble) = (None, false, 0, None);
        (self.is_closed, self.is_counted) = (false, None);
        self.schedule.0.clear();
        self.doing.begin();
    }

    /// The step that is under way is over.
    pub(crate) fn end_step(&mut self) {
        let Some(mut event) = self.step.take() else { return };
        if event.task == NOBODY {
            let mut all: Vec<Task> = self.tasks.keys().copied().collect();
            all.sort_unstable();
            let is_live = |it| self.tasks.get(&it).is_some_and(|it| it.is_live);
            self.doing.next_epoch(is_live, &self.names, &all);
            for fault in self.doing.all_open() {
                event.foot.wakes(self.names.fault(fault.kind, fault.victim));
            }
        } else {
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
        let mut ready: Vec<Task> = at.ready.iter().map(|it| self.ids[it]).collect();
        let n_ready = ready.len();
        if n_ready > 0 && at.next_deadline.is_some() {
            self.doing.note(Kind::Slow, NOBODY);
        }
        self.add_faults(&mut ready);
        let can_idle = at.next_deadline.is_some() || at.is_awaited;
        let may_idle = ready.is_empty() || self.chooser.at_any_time().is_some();
        if n_ready == 0 && can_idle && may_idle {
            ready.insert(0, NOBODY);
        }
        if ready.is_empty() {
            return Step::Stuck;
        }
        let is_told = n_ready > 1 || self.doing.is_left();
        let Some(task) = self.chooser.choose(&ready, &self.names) else { return self.give_up() };
        if is_told || !matches!(self.names.who(task), Who::Task) && task != NOBODY {
            self.schedule.0.push(self.names.called(task).to_owned());
        }
        let place = ready.iter().position(|it| *it == task).expect("it is one of them");
        self.others = ready;
        self.others.remove(place);
        self.n_charged = 0;
        let foot = Foot { is_barrier: task == NOBODY, ..Foot::default() };
        self.step = Some(Event { task, foot });
        match self.names.who(task) {
            Who::Nobody => Step::Idle,
            Who::Task => Step::Poll(place),
            Who::Fault(kind, victim) => self.disturb(kind, victim, at),
        }
    }

    /// Adds what can be done now.
    fn add_faults(&mut self, ready: &mut Vec<Task>) {
        let World { doing, names, chooser, tasks, .. } = self;
        match chooser.at_any_time() {
            None => ready.extend(doing.all_open().map(|it| names.fault(it.kind, it.victim))),
            Some(all) => {
                let mut victims: Vec<Task> = tasks.keys().copied().collect();
                victims.sort_unstable();
                let one = |kind, victim| (kind, victim);
                let to_tasks = victims
                    .iter()
                    .flat_map(|it| [Kind::Cancel, Kind::Wake].map(|kind| one(kind, *it)));
                for (kind, victim) in
                    to_tasks.chain([Kind::Slow, Kind::Close].map(|it| one(it, NOBODY)))
                {
                    let fault = names.fault(kind, victim);
                    if all.contains(names.called(fault)) {
                        ready.push(fault);
                    }
                }
            }
        }
    }

    /// Does something to the program.
    fn disturb(&mut self, kind: Kind, victim: Task, at: &Situation<'_>) -> Step {
        let known = self.tasks.get(&victim);
        let is_live = known.is_some_and(|it| it.is_live);
        let id = known.map(|it| it.id);
        let is_ready = id.is_some_and(|it| at.ready.contains(&it));
        let has_effect = match kind {
            Kind::Cancel => is_live,
            Kind::Wake => is_live && !is_ready,
            // Else it is as if time had passed since nothing could go on.
            Kind::Slow => at.next_deadline.is_some() && !at.ready.is_empty(),
            Kind::Yield | Kind::Close => true,
        };
        self.doing.done(kind, victim, has_effect);
        if let Some(step) = self.step.as_mut().filter(|_| victim != NOBODY) {
            step.foot.wakes(victim);
        }
        match (kind, id) {
            (Kind::Cancel, Some(id)) => Step::Cancel(id),
            (Kind::Wake, Some(id)) => Step::Wake(id),
            (Kind::Close, _) => {
                (self.is_last, self.is_closed) = (true, true);
                Step::Stop
            }
            _ => {
                self.uses(Key::Shared(Shared::Clock), How::Write);
                self.uses(Key::Shared(Shared::Timers), How::Write);
                Step::PassTime
            }
        }
    }

    /// Whether the task that is polled gives its turn back.
    fn gives_up(&mut self, task: TaskId) -> bool {
        let (Some(number), Some(_)) = (self.ids.get(&task).copied(), &self.step) else {
            return false;
        };
        let Some(known) = self.tasks.get_mut(&number) else { return false };
        known.n_charged += 1;
        self.n_charged += 1;
        let gives_up =
            self.doing.gives_up(number, known.n_charged) || self.chooser.gives_up(self.n_charged);
        if gives_up {
            // Before the poll in which it does, as often as it could have done so.
            let called = format!("{}{}", Kind::Yield.sign(), self.names.called(number));
            let place = self.schedule.0.len().saturating_sub(1);
            let signs = std::iter::repeat_n(called, self.n_charged as usize);
            self.schedule.0.splice(place..place, signs);
        }
        gives_up
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
        let Some(number) = self.ids.get(&task).copied() else { return };
        if self.is_counted.take_if(|it| *it == number).is_some() {
            return;
        }
        if let Some(step) = &mut self.step {
            step.foot.wakes(number);
        }
    }

    fn spawned(&mut self, task: TaskId, spawned: Spawned) {
        let number = self.names.task(spawned.path);
        self.ids.insert(task, number);
        self.tasks.insert(number, Known { id: task, is_live: true, n_charged: 0 });
        self.wakes(task);
        self.uses(Key::Shared(Shared::Tasks), How::Add);
        self.doing.spawned(number, self.names.is_main(number));
        if let Some(step) = &mut self.step {
            for fault in self.doing.all_open().filter(|it| it.victim == number) {
                step.foot.wakes(self.names.fault(fault.kind, fault.victim));
            }
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

    fn gives_up(&mut self, task: TaskId) -> bool {
        self.0.borrow_mut().gives_up(task)
    }
}

impl<C: Choose> Instrument for Seat<C> {
    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        self.0.borrow_mut().spawned(task, spawned);
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

    fn counted(&self, shared: Shared, waiting: TaskId, is_last: bool) {
        let world = &mut *self.0.borrow_mut();
        world.uses(Key::Shared(shared), How::Add);
        let Some(waiting) = world.ids.get(&waiting).copied() else { return };
        let part = world.names.part(Key::Shared(shared));
        if let Some(step) = &mut world.step {
            step.foot.counts.push(Count { part, waiting, is_last });
            world.is_counted = is_last.then_some(waiting);
        }
    }

    fn task_done(&self, task: TaskId, _how: Ended) {
        let world = &mut *self.0.borrow_mut();
        let Some(number) = world.ids.get(&task).copied() else { return };
        if let Some(known) = world.tasks.get_mut(&number) {
            known.is_live = false;
        }
        world.uses(Key::End(number), How::Write);
        world.uses(Key::Shared(Shared::Tasks), How::Add);
        // The first task is the program itself.
        world.is_last |= world.names.is_main(number) && world.step.is_some();
    }
}
