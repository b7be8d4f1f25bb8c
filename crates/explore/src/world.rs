//! One execution: a loop whose steps the search chooses, and what it tells of them.

mod disturbed;
pub(crate) mod execution;
pub(crate) mod failing;
pub(crate) mod faults;
pub(crate) mod names;
mod outside;
pub(crate) mod quiet;
pub(crate) mod round;
mod seat;

use std::collections::BTreeSet;

use boucle::{How, Shared, Situation, Spawned, Step, TaskId};
use rustc_hash::FxHashMap;

pub(crate) use self::seat::Seat;
use crate::search::foot::{Foot, Part, Task};
use crate::search::order::Event;
use crate::world::failing::{Call, Failure, N_CALLS};
use crate::world::faults::{Doing, Kind};
use crate::world::names::{LOOP, NOBODY, Names, Who};
use crate::world::outside::Outside;
use crate::world::round::Round;

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

    /// How a call fails that the task which is polled is about to make, though no plan says so.
    fn fails(&mut self, _call: &Call) -> Option<Failure> {
        None
    }
}

/// What went wrong with an execution, apart from what the program says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// It was given up: nothing new would have come of it.
    GivenUp,
    /// It went on for too long.
    TooLong,
    /// A thread had a word in it: when, and which.
    Thread(String),
}

/// A task of the present execution.
struct Known {
    id: TaskId,
    /// Whether it has not ended.
    is_live: bool,
    /// At how many places it could have given up so far.
    n_charged: u32,
    /// How many calls of each kind it has made.
    n_calls: [u32; N_CALLS],
    /// How often it was polled, and how often time has passed since, since nothing else could go on.
    n_polls: u32,
    n_idle: u32,
    /// How it was woken since.
    woken: Woken,
}

/// How a task was woken since its last poll.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Woken {
    /// Not at all, or as ever.
    AsEver,
    /// For no reason, which is told next.
    IsTold,
    /// For no reason alone.
    ForNothing,
}

/// What is known of a task, if it is one of the present execution.
fn known(tasks: &[Option<Known>], task: Task) -> Option<&Known> {
    tasks.get(usize::from(task))?.as_ref()
}

/// An execution that is under way.
pub(crate) struct World<C> {
    pub(crate) names: Names,
    pub(crate) chooser: C,
    /// What is done to the program.
    pub(crate) doing: Doing,
    /// What descriptors bring.
    pub(crate) outside: Outside,
    /// The numbers of the tasks of this execution.
    ids: FxHashMap<TaskId, Task>,
    /// Those tasks, by their numbers.
    tasks: Vec<Option<Known>>,
    /// The step that is under way.
    step: Option<Event>,
    /// A count is complete: the wake that is told next is that of all who have counted.
    is_counted: Option<Task>,
    /// At how many places the task that is polled could have given up in this poll.
    n_charged: u32,
    /// How many calls of each kind it has made in it.
    n_calls: [u32; N_CALLS],
    /// Those that could take a step as it began.
    ready: Vec<Task>,
    /// Whether it was the last step of the program.
    is_last: bool,
    /// Whether it was closed.
    pub(crate) is_closed: bool,
    /// The schedule: who was chosen, wherever there was a choice.
    pub(crate) written: Vec<Task>,
    /// How many steps were taken, and how many may be.
    n_steps: usize,
    n_most: usize,
    /// The last ones.
    pub(crate) round: Round,
    /// What went wrong.
    pub(crate) trouble: Option<Trouble>,
}

impl<C: Choose> World<C> {
    pub(crate) fn new(chooser: C, n_most: usize) -> World<C> {
        World {
            names: Names::default(),
            chooser,
            doing: Doing::default(),
            outside: Outside::default(),
            ids: FxHashMap::default(),
            tasks: Vec::new(),
            step: None,
            is_counted: None,
            n_charged: 0,
            n_calls: [0; N_CALLS],
            ready: Vec::new(),
            is_last: false,
            is_closed: false,
            written: Vec::new(),
            n_steps: 0,
            n_most,
            round: Round::default(),
            trouble: None,
        }
    }

    /// Another execution begins.
    pub(crate) fn begin(&mut self) {
        self.ids.clear();
        self.tasks.clear();
        (self.step, self.is_last, self.n_steps, self.trouble) = (None, false, 0, None);
        (self.is_closed, self.is_counted) = (false, None);
        self.written.clear();
        self.round.begin();
        self.doing.begin();
        self.outside.begin();
    }

    /// The step that is under way is over.
    pub(crate) fn end_step(&mut self) {
        let Some(mut event) = self.step.take() else { return };
        self.round.add(event.task);
        if event.task == NOBODY {
            self.doing.next_epoch();
            for kind in self.doing.steps() {
                event.foot.wakes(self.names.fault(kind, NOBODY));
            }
        } else {
            // The last step ends all others: none of them can come after it.
            event.foot.uses(LOOP, if self.is_last { How::Write } else { How::Read });
        }
        if self.is_last {
            self.ready.retain(|it| *it != event.task);
            self.chooser.took(event, &self.ready);
        } else {
            self.chooser.took(event, &[]);
        }
    }

    fn next(&mut self, at: &Situation<'_>) -> Step {
        if let Some(step) = self.looks().or_else(|| self.disturb_task(at)) {
            return step;
        }
        if at.works_abroad {
            self.thread(|_| "a thread works for the program".to_owned());
        }
        let can_idle = at.next_deadline.is_some() || at.is_awaited;
        if at.is_open && at.ready.is_empty() && !can_idle {
            if let Some(step) = self.waits_for_system() {
                return step;
            }
        }
        self.end_step();
        if self.trouble.is_some() {
            return Step::Stop;
        }
        self.n_steps += 1;
        if self.n_steps > self.n_most {
            self.trouble = Some(Trouble::TooLong);
            return Step::Stop;
        }
        let mut ready = std::mem::take(&mut self.ready);
        ready.clear();
        ready.extend(at.ready.iter().map(|it| self.ids[it]));
        let n_ready = ready.len();
        if n_ready > 0 && at.next_deadline.is_some() {
            self.doing.note_step(Kind::Slow);
        }
        self.add_faults(&mut ready);
        let may_idle = ready.is_empty() || self.chooser.at_any_time().is_some();
        if n_ready == 0 && can_idle && may_idle {
            ready.insert(0, NOBODY);
        }
        if ready.is_empty() {
            self.is_stuck();
            return Step::Stuck;
        }
        let is_told = n_ready > 1 || self.doing.is_left();
        let chosen = self.chooser.choose(&ready, &self.names);
        self.ready = ready;
        let Some(task) = chosen else { return self.give_up() };
        if is_told || !matches!(self.names.who(task), Who::Task) && task != NOBODY {
            self.written.push(task);
        }
        let place = self.ready.iter().position(|it| *it == task).expect("it is one of them");
        (self.n_charged, self.n_calls) = (0, [0; N_CALLS]);
        self.outside.steps();
        let foot = Foot { is_barrier: task == NOBODY, ..Foot::default() };
        self.step = Some(Event { task, foot });
        match self.names.who(task) {
            Who::Nobody => {
                self.tasks.iter_mut().flatten().for_each(|it| it.n_idle += 1);
                Step::Idle
            }
            Who::Task => {
                self.polls(task);
                Step::Poll(place)
            }
            Who::Fault(kind, victim) => self.disturb(kind, victim, at),
        }
    }

    /// A task is polled now.
    fn polls(&mut self, task: Task) {
        let Some(known) = self.known_mut(task) else { return };
        (known.n_polls, known.n_idle) = (known.n_polls + 1, 0);
        if std::mem::replace(&mut known.woken, Woken::AsEver) == Woken::ForNothing {
            self.doing.was_woken(task);
        }
    }

    fn known_mut(&mut self, task: Task) -> Option<&mut Known> {
        self.tasks.get_mut(usize::from(task))?.as_mut()
    }

    fn give_up(&mut self) -> Step {
        self.trouble.get_or_insert(Trouble::GivenUp);
        Step::Stop
    }

    fn uses_shared(&mut self, shared: Shared, how: How) {
        let part = self.names.shared(shared);
        self.uses(part, how);
    }

    fn uses(&mut self, part: Part, how: How) {
        if let Some(step) = &mut self.step {
            step.foot.uses(part, how);
        }
    }

    fn wakes(&mut self, task: TaskId) {
        let Some(number) = self.ids.get(&task).copied() else { return };
        if let Some(known) = self.known_mut(number) {
            known.woken = match known.woken {
                Woken::IsTold => Woken::ForNothing,
                Woken::ForNothing | Woken::AsEver => Woken::AsEver,
            };
        }
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
        let place = usize::from(number);
        if place >= self.tasks.len() {
            self.tasks.resize_with(place + 1, || None);
        }
        self.tasks[place] = Some(Known {
            id: task,
            is_live: true,
            n_charged: 0,
            n_calls: [0; N_CALLS],
            n_polls: 0,
            n_idle: 0,
            woken: Woken::AsEver,
        });
        self.wakes(task);
        self.uses_shared(Shared::Tasks, How::Add);
    }
}
