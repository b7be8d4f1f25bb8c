//! An order once more, or one like it: for those who explain what came of it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use boucle::{Faults, Instrument, Order, Situation, Step, SystemCall, TaskId};
use boucle_trace::{Recorder, Trace};

use crate::replay::Follow;
use crate::schedule::Schedule;
use crate::search::foot::Task;
use crate::search::order::{Event, HappensBefore};
use crate::why::both::Both;
use crate::why::witness::{Called, Cast, Seen, Witness};
use crate::world::execution::{Outcome, run_as};
use crate::world::failing::{Call, Failure};
use crate::world::faults::{Doing, Fault, Kind, Limits, Plan, When};
use crate::world::names::{NOBODY, Names, Who};
use crate::world::{Choose, Seat, World};

/// So many steps are taken for the explanations of one report, all together.
const N_STEPS: usize = 200_000;

/// A program whose orders are run once more. Tasks and objects are the same in all of them.
pub(crate) struct Again<'a, P> {
    /// What is run.
    program: &'a P,
    /// Knows tasks and parts by the same numbers in all orders.
    world: Rc<RefCell<World<Guide>>>,
    /// The tasks and objects of all orders.
    pub(crate) cast: Rc<RefCell<Cast>>,
    /// So many steps may still be taken.
    left: Cell<usize>,
}

/// An order that was run.
#[derive(Debug)]
pub(crate) struct Run {
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// How to see it again.
    pub(crate) schedule: Schedule,
    /// Its steps.
    pub(crate) events: Vec<Arc<Event>>,
    /// The tasks that were ready at the beginning.
    pub(crate) begin: Vec<Task>,
    /// Those that were ready as the program ended, and were never polled again.
    pub(crate) cut_off: Vec<Task>,
    /// What its steps did.
    pub(crate) seen: Seen,
    /// What is done to the program in it.
    pub(crate) plan: Plan,
}

impl Run {
    /// Which of its steps happens before which.
    pub(crate) fn order(&self) -> HappensBefore {
        HappensBefore::new(&self.events, &self.begin)
    }

    /// Whose steps they are.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        self.events.iter().map(|it| it.task).collect()
    }
}

/// Which order is to be run.
pub(crate) enum Wanted<'a> {
    /// That of a schedule.
    Schedule(&'a Schedule),
    /// That of these steps, as near to it as can be, in which this is done to the program.
    Steps(Vec<Task>, &'a Plan),
}

impl<P, F> Again<'_, P>
where
    P: Fn() -> F,
    F: Future<Output: Debug>,
{
    /// Of this program, whose orders have so many steps at the most.
    pub(crate) fn new(program: &P, n_steps: usize) -> Again<'_, P> {
        Again {
            program,
            world: Rc::new(RefCell::new(World::new(Guide::default(), n_steps))),
            cast: Rc::default(),
            left: Cell::new(N_STEPS),
        }
    }

    /// Whether there may be more.
    pub(crate) fn may_go_on(&self) -> bool {
        self.left.get() > 0
    }

    /// What a task is called in schedules.
    pub(crate) fn called(&self, task: Task) -> String {
        self.world.borrow().names.called(task).to_owned()
    }

    /// Runs an order; none if the schedule is another program's.
    pub(crate) fn run(&self, wanted: &Wanted<'_>) -> Option<Run> {
        let witness = Rc::new(Witness::new(Rc::clone(&self.cast)));
        let seat = Seat(Rc::clone(&self.world));
        self.run_watched(wanted, seat, &witness, Rc::clone(&witness) as Rc<dyn Instrument>)
    }

    /// Runs an order, and records it.
    pub(crate) fn record(&self, wanted: &Wanted<'_>) -> Option<Trace> {
        let recorder = Rc::new(Recorder::new());
        let listening = recorder.listen();
        let witness = Rc::new(Witness::new(Rc::clone(&self.cast)));
        let both = Both(Rc::clone(&witness) as _, Rc::clone(&recorder) as _);
        let seat = Seat(Rc::clone(&self.world));
        let run = self.run_watched(wanted, seat, &witness, Rc::new(both));
        drop(listening);
        run.map(|_| recorder.trace())
    }

    /// Runs an order, and where it stands still, wakes this task once, for no reason. Returns what comes of that,
    /// and how many steps there were before it.
    pub(crate) fn prod(&self, wanted: &Wanted<'_>, whom: &Called) -> Option<(Run, usize)> {
        let witness = Rc::new(Witness::new(Rc::clone(&self.cast)));
        let n_before = Rc::new(Cell::new(None));
        let prod = Prod {
            seat: Seat(Rc::clone(&self.world)),
            witness: Rc::clone(&witness),
            whom: Rc::clone(whom),
            n_before: Rc::clone(&n_before),
        };
        let run = self.run_watched(wanted, prod, &witness, Rc::clone(&witness) as _)?;
        Some((run, n_before.get()?))
    }

    fn run_watched(
        &self,
        wanted: &Wanted<'_>,
        order: impl Order + 'static,
        witness: &Rc<Witness>,
        instrument: Rc<dyn Instrument>,
    ) -> Option<Run> {
        {
            let world = &mut *self.world.borrow_mut();
            let none = Plan::new();
            let (way, plan) = match wanted {
                Wanted::Schedule(schedule) => (Way::Follow(Follow::new(schedule)), &none),
                Wanted::Steps(steps, plan) => (Way::Steps(steps.clone()), *plan),
            };
            world.chooser = Guide { way, ..Guide::default() };
            world.doing = Doing::new(Limits::default(), plan);
        }
        let seat: Rc<dyn Instrument> = Rc::new(Seat(Rc::clone(&self.world)));
        let watch = Rc::new(Both(seat, instrument));
        let calls = Calls { seat: Seat(Rc::clone(&self.world)), witness: Rc::clone(witness) };
        let outcome = run_as(&self.world, order, watch, calls, self.program);
        let world = &mut *self.world.borrow_mut();
        let guide = std::mem::take(&mut world.chooser);
        self.left.set(self.left.get().saturating_sub(guide.events.len().max(1)));
        // What a plan says and what was not done is not in the schedule: that would be another plan's.
        let fits = match &guide.way {
            Way::Follow(follow) => follow.fits(),
            Way::Steps(_) => !world.doing.is_left(),
        };
        let (schedule, plan) = match wanted {
            Wanted::Schedule(schedule) => ((*schedule).clone(), guide.plan(&world.names)),
            Wanted::Steps(_, plan) => (world.names.schedule(&world.written), (*plan).clone()),
        };
        Some(Run {
            outcome: outcome.filter(|_| fits)?,
            schedule,
            events: guide.events,
            begin: guide.begin,
            cut_off: guide.cut_off,
            seen: witness.seen(),
            plan,
        })
    }
}

/// How a guide knows whose step is next.
#[derive(Debug)]
enum Way {
    /// By a schedule.
    Follow(Follow),
    /// These are next; one that is not ready is put off.
    Steps(Vec<Task>),
}

/// Chooses the steps of an order that was thought of.
#[derive(Debug)]
pub(crate) struct Guide {
    /// How it knows whose step is next.
    way: Way,
    /// What was done.
    events: Vec<Arc<Event>>,
    /// Who was ready at the beginning.
    begin: Vec<Task>,
    /// Who was ready as the last step was taken.
    cut_off: Vec<Task>,
    /// Whose step is under way.
    current: Task,
    /// At how many places each task could have given its turn back so far.
    n_charged: HashMap<Task, u32>,
    /// At which of them which task did.
    gave_up: Vec<(Task, u32)>,
    /// Which call of which task has failed, the how-many-th of its kind.
    failed: Vec<(Task, Failure, u32)>,
}

impl Default for Guide {
    fn default() -> Guide {
        Guide {
            way: Way::Steps(Vec::new()),
            events: Vec::new(),
            begin: Vec::new(),
            cut_off: Vec::new(),
            current: NOBODY,
            n_charged: HashMap::new(),
            gave_up: Vec::new(),
            failed: Vec::new(),
        }
    }
}

impl Guide {
    /// What was done to the program, and when: all of it would be done again by a plan.
    fn plan(&self, names: &Names) -> Plan {
        let at = |kind, victim, place| Fault { kind, victim, when: When::Place(place) };
        let gave_up = self.gave_up.iter().map(|it| at(Kind::Yield, it.0, it.1));
        let failed = self.failed.iter().map(|it| at(Kind::Fail(it.1), it.0, it.2));
        let tasks: Vec<Task> = self.events.iter().map(|it| it.task).collect();
        let n = |task, tasks: &[Task]| tasks.iter().filter(|it| **it == task).count() as u32;
        let done = tasks.iter().enumerate().filter_map(|(place, task)| {
            let before = &tasks[..place];
            let Who::Fault(kind, victim) = names.who(*task) else { return None };
            let when = if victim == NOBODY {
                When::Epoch(n(NOBODY, before))
            } else {
                let is_begin =
                    |it: &Event, task: Task| it.task == task || it.foot.wakes.contains(&task);
                let first = self.events.iter().position(|it| is_begin(it, victim)).unwrap_or(0);
                let last = before.iter().rposition(|it| *it == victim).unwrap_or(first).min(place);
                When::Behind { n_polls: n(victim, before), n_idle: n(NOBODY, &tasks[last..place]) }
            };
            Some(Fault { kind, victim, when })
        });
        done.chain(gave_up).chain(failed).collect()
    }
}

impl Choose for Guide {
    fn choose(&mut self, ready: &[Task], names: &Names) -> Option<Task> {
        if self.events.is_empty() {
            self.begin = ready.to_vec();
        }
        let chosen = match &mut self.way {
            Way::Follow(follow) => follow.choose(ready, names),
            Way::Steps(steps) => {
                let next = steps.iter().position(|it| ready.contains(it));
                next.map(|it| steps.remove(it)).or_else(|| ready.first().copied())
            }
        };
        self.current = chosen.unwrap_or(NOBODY);
        chosen
    }

    fn at_any_time(&self) -> Option<&BTreeSet<String>> {
        match &self.way {
            Way::Follow(follow) => follow.at_any_time(),
            Way::Steps(_) => None,
        }
    }

    fn gives_up(&mut self, place: u32) -> bool {
        let n = self.n_charged.entry(self.current).or_default();
        *n += 1;
        let gives_up = match &mut self.way {
            Way::Follow(follow) => follow.gives_up(place),
            Way::Steps(_) => false,
        };
        if gives_up {
            self.gave_up.push((self.current, *n));
        }
        gives_up
    }

    fn fails(&mut self, call: &Call) -> Option<Failure> {
        let Way::Follow(follow) = &mut self.way else { return None };
        let failure = follow.fails(call)?;
        self.failed.push((self.current, failure, call.in_all));
        Some(failure)
    }

    fn took(&mut self, event: Event, cuts_off: &[Task]) {
        self.events.push(Arc::new(event));
        self.cut_off = cuts_off.to_vec();
    }
}

/// Lets calls fail, and has it written down.
struct Calls {
    /// Decides which.
    seat: Seat<Guide>,
    witness: Rc<Witness>,
}

impl Faults for Calls {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        let error = self.seat.before(call);
        self.witness.calls(call, error.as_ref());
        error
    }
}

/// Wakes one task once, as everything stands still.
struct Prod {
    /// Decides all else.
    seat: Seat<Guide>,
    /// Knows the task by its name.
    witness: Rc<Witness>,
    /// The task that is woken.
    whom: Called,
    /// How many steps there were before.
    n_before: Rc<Cell<Option<usize>>>,
}

impl Order for Prod {
    fn choose(&mut self, _: &[TaskId]) -> usize {
        0
    }

    fn gives_up(&mut self, task: TaskId) -> bool {
        self.seat.gives_up(task)
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        let step = Order::step(&mut self.seat, at);
        let whom = self.witness.live(&self.whom);
        match (step, whom, self.n_before.get()) {
            (Step::Stuck, Some(whom), None) => {
                self.n_before.set(Some(self.witness.n_turns()));
                Step::Wake(whom)
            }
            _ => step,
        }
    }
}
