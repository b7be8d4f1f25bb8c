//! Whether tasks share what the loop does not see, where there are too many orders to try each: two steps that share
//! nothing, as far as it sees, change places, and all must come to the same. If it does not, it is found out which
//! two steps it was.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::search::foot::{Foot, Task};
use crate::search::order::{Event, HappensBefore};
use crate::world::execution::{Outcome, Runner};
use crate::world::faults::{Doing, Limits, Plan};
use crate::world::names::{Names, UNSEEN};
use crate::world::{Choose, World};

/// So many executions are looked at from the first one on, and later ones now and then.
const N_LOOKED_AT: u64 = 500;

/// Longer executions are not looked at: pairs are many there.
const N_STEPS: usize = 400;

/// Of so many executions all that can changes places at once.
const N_AT_ONCE: usize = 200;

/// So many pairs are remembered at the most.
const N_REMEMBERED: usize = 20_000;

/// A step, by its task and which of its task's it is, from 1.
pub(crate) type Step = (Task, u32);

/// An execution in which two steps could change places.
struct Known {
    plan: Plan,
    events: Vec<Arc<Event>>,
    /// Which step of its task each is.
    indices: Vec<u32>,
    /// Who was ready at the beginning.
    begin: Vec<Task>,
    outcome: Outcome,
}

/// Two steps of an execution, by their places, that share nothing as far as the loop sees.
struct Pair {
    known: Rc<Known>,
    first: usize,
    second: usize,
}

/// Pairs of steps that share nothing, as far as the loop sees.
#[derive(Default)]
pub(crate) struct Pairs {
    /// Those of each two tasks, in the order in which they were met.
    of_tasks: BTreeMap<(Task, Task), Vec<Pair>>,
    seen: FxHashSet<(Step, Step)>,
    n_executions: u64,
    /// Whether two steps of some execution could change places, whichever they are.
    are_some: bool,
}

/// What the swaps have shown.
pub(crate) enum Swapped {
    /// So many of so many pairs were swapped, and have come to the same.
    Same(usize, usize),
    /// These two steps share something, as the swap of this number has shown.
    Share(Step, Step, usize),
    /// The order itself does not come to the same once more.
    Changed(String),
}

impl Pairs {
    /// Looks for pairs in an execution that has ended.
    pub(crate) fn look(
        &mut self,
        (events, begin, order): (&[Arc<Event>], &[Task], &HappensBefore),
        plan: &Plan,
        outcome: &Outcome,
    ) {
        self.n_executions += 1;
        // If each step is before the next one, each is before all later ones.
        if (1..events.len()).all(|it| order.happens(it - 1, it)) {
            return;
        }
        self.are_some = true;
        let is_looked_at = self.n_executions <= N_LOOKED_AT || self.n_executions.is_power_of_two();
        if !is_looked_at || events.len() > N_STEPS || self.seen.len() >= N_REMEMBERED {
            return;
        }
        let mut known = None;
        for second in 0..events.len() {
            for first in (0..second).filter(|it| !order.happens(*it, second)) {
                let step = |place: usize| (events[place].task, order.index(place));
                let (one, other) = (step(first), step(second));
                if !self.seen.insert((one.min(other), one.max(other))) {
                    continue;
                }
                let known = known.get_or_insert_with(|| {
                    Rc::new(Known {
                        plan: plan.clone(),
                        events: events.to_vec(),
                        indices: (0..events.len()).map(|it| order.index(it)).collect(),
                        begin: begin.to_vec(),
                        outcome: outcome.clone(),
                    })
                });
                let tasks = (one.0.min(other.0), one.0.max(other.0));
                let pair = Pair { known: Rc::clone(known), first, second };
                self.of_tasks.entry(tasks).or_default().push(pair);
            }
        }
    }

    /// Whether no two steps can change places, in any execution: then each order matters.
    pub(crate) fn are_none(&self) -> bool {
        !self.are_some
    }

    /// The executions that they are in.
    fn known(&self) -> Vec<&Rc<Known>> {
        let mut all: Vec<&Rc<Known>> = Vec::new();
        for pair in self.of_tasks.values().flatten() {
            if !all.iter().any(|it| Rc::ptr_eq(it, &pair.known)) {
                all.push(&pair.known);
            }
        }
        all
    }

    /// All, in turn of each two tasks.
    fn in_turn(&self) -> Vec<&Pair> {
        let longest = self.of_tasks.values().map(Vec::len).max().unwrap_or(0);
        (0..longest).flat_map(|n| self.of_tasks.values().filter_map(move |it| it.get(n))).collect()
    }

    /// Swaps them one after another, so many at the most. The names are those by which the steps are known.
    pub(crate) fn swap<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
        n_steps: usize,
        n_most: usize,
        names: &mut Names,
    ) -> Swapped {
        let mut world = World::new(Exactly::default(), n_steps);
        world.names = std::mem::take(names);
        let audit = Audit { program, runner: Runner::new(world) };
        let swapped = audit.all(&self.known(), &self.in_turn(), n_most);
        *names = std::mem::take(&mut audit.runner.world.borrow_mut().names);
        swapped
    }
}

/// Runs orders that should come to the same.
struct Audit<'a, P> {
    program: &'a P,
    runner: Runner<Exactly>,
}

impl<F: Future<Output: Debug>, P: Fn() -> F> Audit<'_, P> {
    /// First of each execution all at once, then each pair alone.
    fn all(&self, known: &[&Rc<Known>], pairs: &[&Pair], n_most: usize) -> Swapped {
        let at_once = known.iter().take(N_AT_ONCE).map(|it| (&***it, last_first(it)));
        let alone = pairs.iter().map(|it| (&*it.known, swapped(it)));
        let mut n = 0;
        for (known, order) in at_once.chain(alone).take(n_most) {
            n += 1;
            if !self.is_same(known, &order) {
                return self.differs(known, &order, n);
            }
        }
        Swapped::Same(n.saturating_sub(known.len().min(N_AT_ONCE)), pairs.len())
    }

    /// In this order it does not come to the same: why not.
    fn differs(&self, known: &Known, order: &[usize], n: usize) -> Swapped {
        let own: Vec<usize> = (0..known.events.len()).collect();
        if !self.is_same(known, &own) {
            let says = &known.outcome.says;
            return Swapped::Changed(format!("an order that came to {says} does not any more"));
        }
        let (one, other) = self.who(known, &own, order);
        let step = |place: usize| (known.events[place].task, known.indices[place]);
        Swapped::Share(step(one), step(other), n)
    }

    /// Whether the steps in this order do the same, each, and come to the same.
    fn is_same(&self, known: &Known, order: &[usize]) -> bool {
        {
            let world = &mut *self.runner.world.borrow_mut();
            let steps = order.iter().map(|it| known.events[*it].task).collect();
            world.chooser = Exactly { steps, ..Exactly::default() };
            world.doing = Doing::new(Limits::default(), &known.plan);
        }
        let outcome = self.runner.run(self.program);
        let done = &self.runner.world.borrow().chooser.done;
        let are_same =
            order.iter().zip(done).all(|(place, event)| is_like(&known.events[*place].foot, event));
        outcome.as_ref() == Some(&known.outcome) && done.len() == order.len() && are_same
    }

    /// Which two steps it is that must not change places, by their places: of those that do on the way from one order
    /// to another, which does not come to the same.
    fn who(&self, known: &Known, own: &[usize], swapped: &[usize]) -> (usize, usize) {
        // Without any of the changes it comes to the same, with all of them it does not.
        let (mut same, mut other) = (0, on_the_way(own, swapped, usize::MAX).1);
        while other - same > 1 {
            let middle = usize::midpoint(same, other);
            match self.is_same(known, &on_the_way(own, swapped, middle).0) {
                true => same = middle,
                false => other = middle,
            }
        }
        let [before, after] = [same, other].map(|it| on_the_way(own, swapped, it).0);
        let place = (0..before.len()).find(|it| before[*it] != after[*it]).unwrap_or(0);
        (before[place], after[place])
    }
}

/// The order in which those come first that came last, as far as they can.
fn last_first(known: &Known) -> Vec<usize> {
    let order = HappensBefore::new(&known.events, &known.begin);
    let n = known.events.len();
    // How many steps are before each that are not placed yet; `None`: it is placed.
    let n_before = |step| (0..step).filter(|it| order.happens(*it, step)).count();
    let mut left: Vec<Option<usize>> = (0..n).map(|it| Some(n_before(it))).collect();
    let mut all = Vec::with_capacity(n);
    while let Some(next) = left.iter().rposition(|it| *it == Some(0)) {
        left[next] = None;
        all.push(next);
        for later in (next + 1..n).filter(|it| order.happens(next, *it)) {
            left[later] = left[later].map(|it| it - 1);
        }
    }
    all
}

/// The order in which the two have changed places, one right behind the other; all that does not come after the first
/// one comes before them.
fn swapped(pair: &Pair) -> Vec<usize> {
    let Pair { known, first, second } = pair;
    let order = HappensBefore::new(&known.events, &known.begin);
    let (after, before): (Vec<_>, Vec<_>) =
        (first + 1..*second).partition(|it| order.happens(*first, *it));
    let begin = (0..*first).chain(before).chain([*second, *first]);
    begin.chain(after).chain(second + 1..known.events.len()).collect()
}

/// The order on the way from one to another in which so many times two that stand next to each other have changed
/// places, at the most; and how many times that was.
fn on_the_way(from: &[usize], to: &[usize], n_most: usize) -> (Vec<usize>, usize) {
    let (mut order, mut n) = (from.to_vec(), 0);
    for (place, step) in to.iter().enumerate() {
        if n == n_most {
            break;
        }
        let at = order.iter().position(|it| it == step).unwrap_or(place);
        let n_here = (at - place).min(n_most - n);
        order[at - n_here..=at].rotate_right(1);
        n += n_here;
    }
    (order, n)
}

/// Whether two steps do the same. Which one of those is the last that add to a count is no matter.
fn is_like(one: &Foot, other: &Foot) -> bool {
    let told = |it: &Foot| {
        let (mut uses, mut wakes) = (it.uses.clone(), it.wakes.clone());
        uses.retain(|it| it.0 != UNSEEN);
        uses.sort_unstable();
        wakes.sort_unstable();
        let mut counts: Vec<_> = it.counts.iter().map(|it| (it.part, it.waiting)).collect();
        counts.sort_unstable();
        (uses, wakes, counts, it.is_barrier)
    };
    told(one) == told(other)
}

/// Takes these steps, and no other.
#[derive(Default)]
struct Exactly {
    steps: Vec<Task>,
    /// What they have done.
    done: Vec<Foot>,
}

impl Choose for Exactly {
    fn choose(&mut self, ready: &[Task], _: &Names) -> Option<Task> {
        self.steps.get(self.done.len()).copied().filter(|it| ready.contains(it))
    }

    fn took(&mut self, event: Event, _: &[Task]) {
        self.done.push(event.foot);
    }
}
