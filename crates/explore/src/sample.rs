//! Some orders of a program that has too many: with few deviations from the loop's own, and by chance.

mod coverage;
mod deviations;
mod fair;
mod fifo;
mod pct;
mod pos;
mod races;
mod redo;
mod shrink;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeSet;
use std::fmt::Debug;

use oorandom::Rand32;

use crate::budget::Budget;
use crate::explore::Explore;
use crate::report::Found;
use crate::search::foot::Task;
use crate::search::order::{Event, HappensBefore};
use crate::strategy::Strategy;
use crate::world::execution::Runner;
use crate::world::faults::{Doing, Fault, Limits, Plan};
use crate::world::names::{Names, Who};
use crate::world::{Choose, World};

use coverage::Coverage;
use deviations::Deviations;
use pct::Pct;
use pos::Pos;
use races::Races;
use walk::Walk;

pub(crate) use fifo::Width;

/// At most so many deviations are tried where nobody says how many.
const N_DEVIATIONS: u32 = 3;

/// So often may the system bring something later than before.
const N_CHANGED: u32 = 3;

/// A step is to be chosen.
pub(crate) struct Choice<'a> {
    /// The tasks that are ready, the longest one first.
    ready: &'a [Task],
    /// The place of the one that the loop itself would take.
    own: usize,
    /// What they are called.
    names: &'a Names,
}

impl<'a> Choice<'a> {
    fn new(ready: &'a [Task], names: &'a Names) -> Choice<'a> {
        let own = ready.iter().position(|it| !is_fault(names, *it)).unwrap_or(0);
        Choice { ready, own, names }
    }

    /// Whether it is no task of the program that would be next, but something that is done to it.
    fn is_fault(&self, place: usize) -> bool {
        is_fault(self.names, self.ready[place])
    }
}

/// Whether it is no task of the program, but something that is done to it.
fn is_fault(names: &Names, task: Task) -> bool {
    matches!(names.who(task), Who::Fault(..))
}

/// An execution has ended.
pub(crate) struct Ended<'a> {
    /// Its steps.
    events: &'a [Event],
    /// Which of them comes before which.
    order: &'a HappensBefore,
    /// Whether two steps that could change places were never seen in this order.
    is_new: bool,
    /// What could have been done to the program.
    possible: &'a BTreeSet<Fault>,
    /// Whether all that was to be done to it was done, and changed something.
    has_effect: bool,
}

/// Who chooses the orders.
pub(crate) trait Sampler {
    /// An execution begins, and so many may still be made; `false` if none is left to be tried.
    fn begin(&mut self, n_left: u64, dice: &mut Rand32) -> bool;

    /// What is done to the program in the execution that has begun, if it is not chosen by chance.
    fn plan(&self) -> Option<&Plan> {
        None
    }

    /// The place of the next task; `None` if the program is not what it was.
    fn choose(&mut self, choice: &Choice<'_>, dice: &mut Rand32) -> Option<usize>;

    /// The step is over.
    fn took(&mut self, event: &Event);

    /// The execution has ended. Returns whether it counts.
    fn end(&mut self, ended: &Ended<'_>) -> bool;

    /// How many deviations were tried, all of them, if that is what is tried.
    fn width(&self) -> Option<Width> {
        None
    }
}

/// Lets a sampler choose, and notes what is seen.
struct Sampling {
    sampler: Box<dyn Sampler>,
    dice: Rand32,
    coverage: Coverage,
    /// The steps of the execution that is under way.
    events: Vec<Event>,
    /// How many tasks were ready before each of them.
    n_ready: Vec<usize>,
    /// Those that were ready at its beginning.
    begin: Vec<Task>,
    /// The order that matters in the last one.
    order: HappensBefore,
    /// Whether the program was not what it was.
    has_changed: bool,
    /// What may be done to the program, and what could have been done so far.
    limits: Limits,
    possible: BTreeSet<Fault>,
}

impl Choose for Sampling {
    fn choose(&mut self, ready: &[Task], names: &Names) -> Option<Task> {
        if self.events.is_empty() {
            self.begin = ready.to_vec();
        }
        let choice = Choice::new(ready, names);
        self.n_ready.push((0..ready.len()).filter(|it| !choice.is_fault(*it)).count());
        let place = self.sampler.choose(&choice, &mut self.dice);
        self.has_changed |= place.is_none();
        Some(ready[place?])
    }

    fn took(&mut self, event: Event, _: &[Task]) {
        self.sampler.took(&event);
        self.events.push(event);
    }
}

impl Sampling {
    /// An execution begins, and so many may still be made. Returns what is done to the program in it; `None` if
    /// no order is left to be tried.
    fn begin(&mut self, n_left: u64) -> Option<Plan> {
        self.events.clear();
        self.n_ready.clear();
        if !self.sampler.begin(n_left, &mut self.dice) {
            return None;
        }
        Some(self.sampler.plan().cloned().unwrap_or_else(|| self.some_plan()))
    }

    /// Some of what could have been done so far.
    fn some_plan(&mut self) -> Plan {
        let mut plan = Plan::new();
        if self.limits.are_none() || self.possible.is_empty() {
            return plan;
        }
        for _ in 0..self.dice.rand_range(0..self.limits.n_all() + 1) {
            let place = self.dice.rand_range(0..self.possible.len() as u32) as usize;
            let mut more = plan.clone();
            more.extend(self.possible.iter().nth(place));
            if self.limits.allow_all(&more) {
                plan = more;
            }
        }
        plan
    }

    /// The schedule of the execution that has ended. While something is still to be done to the program, each step
    /// is written; if it never is, those are left out at the end that were no choice.
    fn written(&self, written: &[Task], doing: &Doing, names: &Names) -> Vec<Task> {
        if !doing.is_left() {
            return written.to_vec();
        }
        let (explicit, end) = written.split_at(names.n_explicit(written));
        let n_ready = &self.n_ready[self.n_ready.len() - end.len()..];
        let end = end.iter().zip(n_ready).filter(|it| *it.1 > 1).map(|it| it.0);
        explicit.iter().chain(end).copied().collect()
    }

    /// The execution has ended. Returns whether it counts.
    fn end(&mut self, doing: &Doing) -> bool {
        self.order.go_on(&self.events, 0, &self.begin);
        let is_new = self.coverage.add(&self.events, &self.order);
        self.possible.extend(&doing.possible);
        let (possible, has_effect) = (&doing.possible, doing.has_effect());
        let events = &self.events;
        self.sampler.end(&Ended { events, order: &self.order, is_new, possible, has_effect })
    }
}

/// What was tried of a program that has too many orders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sampled {
    /// How many orders there were with few deviations, and how many deviations were all tried.
    pub(crate) deviating: Option<(u64, Option<Width>)>,
    /// How many orders there were by chance.
    pub(crate) n: u64,
    /// By which strategies.
    pub(crate) by: Vec<Strategy>,
    /// Whose order was seen both ways, as a line of the report.
    pub(crate) coverage: Option<String>,
    /// How much of what comes next would be new, in percent.
    pub(crate) unseen: Option<u32>,
    /// The program is not the same each time.
    pub(crate) changed: Option<String>,
    /// Whether the program uses descriptors.
    pub(crate) is_outside: bool,
}

impl Explore {
    /// Tries orders by these strategies, one after another: the deviations get half, all others the same.
    pub(crate) fn sample<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        strategies: &[Strategy],
        budget: &mut Budget,
        found: &mut Found,
    ) -> Sampled {
        let mut sampled = Sampled::default();
        let is_alone = strategies.len() == 1;
        let chooser = Sampling {
            sampler: Box::new(Walk::default()),
            dice: Rand32::new(0),
            coverage: Coverage::default(),
            events: Vec::new(),
            n_ready: Vec::new(),
            begin: Vec::new(),
            order: HappensBefore::default(),
            has_changed: false,
            limits: self.limits.clone(),
            possible: BTreeSet::new(),
        };
        let runner = Runner::new(World::new(chooser, self.n_steps));
        let world = &runner.world;
        for (place, strategy) in strategies.iter().enumerate() {
            let n_parts = match strategy {
                Strategy::Fifo(_) if !is_alone => 2,
                _ => (strategies.len() - place) as u32,
            };
            let mut part = budget.part(n_parts);
            {
                let chooser = &mut world.borrow_mut().chooser;
                chooser.sampler = sampler(*strategy, is_alone, self);
                chooser.dice =
                    Rand32::new(self.seed ^ self.shard.salt().wrapping_mul(place as u64 + 1));
            }
            let (n, changed) = run_all(&runner, program, &mut part, budget.n_spent(), found);
            budget.settle(&part);
            match strategy {
                Strategy::Fifo(_) => {
                    sampled.deviating = Some((n, world.borrow().chooser.sampler.width()));
                }
                _ => {
                    sampled.n += n;
                    sampled.by.push(*strategy);
                }
            }
            if changed {
                let how = "a task that was ready before is not ready now".to_owned();
                sampled.changed = Some(how);
                break;
            }
            let is_all = sampled.deviating.is_some_and(|it| it.1 == Some(Width::Everything));
            if is_all && world.borrow().outside.is_met {
                // Nothing is left to chance but what the system does.
                break;
            }
        }
        let coverage = &world.borrow().chooser.coverage;
        sampled.coverage = coverage.says(&world.borrow().names);
        sampled.is_outside = world.borrow().outside.is_met;
        sampled.unseen = (sampled.n > 0).then(|| coverage.unseen());
        sampled
    }
}

/// All strategies that choose by chance.
pub(crate) const BY_CHANCE: [Strategy; 5] =
    [Strategy::Walk, Strategy::Pct(2), Strategy::Pct(3), Strategy::Pos, Strategy::Races];

/// What is tried where each order that matters is too much.
pub(crate) fn instead() -> Vec<Strategy> {
    [&[Strategy::Fifo(N_DEVIATIONS)], &BY_CHANCE[..]].concat()
}

fn sampler(strategy: Strategy, is_alone: bool, explore: &Explore) -> Box<dyn Sampler> {
    match strategy {
        // One after another, all that fit: where it is not alone, others spend better what does not fit.
        Strategy::Fifo(most) => {
            Box::new(Deviations::new(most, !is_alone, explore.shard, explore.limits.clone()))
        }
        Strategy::Pct(depth) => Box::new(Pct::new(depth)),
        Strategy::Pos => Box::new(Pos::default()),
        Strategy::Races => Box::new(Races::default()),
        Strategy::Walk | Strategy::Auto | Strategy::Exhaustive => Box::new(Walk::default()),
    }
}

/// Tries orders until there are no more, or the budget is spent; so many executions were made before. Returns how many count, and whether the program was
/// not what it was.
fn run_all<F: Future<Output: Debug>>(
    runner: &Runner<Sampling>,
    program: &impl Fn() -> F,
    budget: &mut Budget,
    n_before: u64,
    found: &mut Found,
) -> (u64, bool) {
    let (mut n, mut n_changed, world) = (0, 0, &runner.world);
    while !budget.is_spent() {
        {
            let world = &mut *world.borrow_mut();
            let Some(plan) = world.chooser.begin(budget.n_left()) else { break };
            world.doing = Doing::new(world.chooser.limits.clone(), &plan);
        }
        let outcome = runner.run(program);
        budget.spend();
        let world = &mut *world.borrow_mut();
        let counts = world.chooser.end(&world.doing);
        if let Some(outcome) = outcome.filter(|_| counts) {
            if !outcome.is_closed {
                let World { chooser, written, doing, names, .. } = world;
                let written = chooser.written(written, doing, names);
                found.add(&outcome, names.n_letters(&written), || names.schedule(&written));
                if outcome.is_failure {
                    found.first_failure.get_or_insert(n_before + budget.n_spent());
                }
            }
            n += 1;
        }
        if world.outside.is_met {
            budget.is_outside();
        }
        if std::mem::take(&mut world.chooser.has_changed) {
            n_changed += 1;
            if !world.outside.is_met || n_changed > N_CHANGED {
                return (n, true);
            }
        }
    }
    (n, false)
}
