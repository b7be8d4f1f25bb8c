//! Which order passes, of those that are next to one that fails: what is the other way round in it is why.

use std::collections::HashMap;
use std::fmt::Debug;

use crate::search::foot::Task;
use crate::why::again::{Again, Run, Wanted};

/// So many orders next to one are run.
const N_NEXT: usize = 128;

/// So many of those that fail as well are gone on from.
const N_DEEPER: usize = 12;

/// Of an order with more steps it is not counted how near another one is.
const N_COMPARED: usize = 400;

/// A step: whose it is, and the how-many-th of its task, from 1.
pub(crate) type Id = (Task, u32);

/// Two steps that are the other way round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Swap {
    /// The one that comes first where it passes.
    pub(crate) sooner: Id,
    /// The one that comes first where it fails.
    pub(crate) later: Id,
}

/// An order that passes.
pub(crate) struct Passes {
    /// What it has come to.
    pub(crate) run: Run,
    /// What is the other way round in it: one pair, or two.
    pub(crate) swaps: Vec<Swap>,
}

/// An order that was tried.
struct Tried {
    /// What it has come to.
    run: Run,
    /// What is the other way round in it.
    swaps: Vec<Swap>,
    /// How far it is from the one that fails.
    distance: usize,
}

/// The nearest order that passes, of those in which one pair of steps is the other way round, else of those in
/// which two are; each was run.
pub(crate) fn nearest<P, F>(again: &Again<'_, P>, fails: &Run) -> Option<Passes>
where
    P: Fn() -> F,
    F: Future<Output: Debug>,
{
    let first = next(again, fails, fails, &[]);
    let mut fail = match best(first) {
        Ok(passes) => return Some(passes),
        Err(fail) => fail,
    };
    fail.truncate(N_DEEPER);
    let second = fail.iter().flat_map(|it| next(again, fails, &it.run, &it.swaps));
    best(second.collect()).ok()
}

/// The nearest that passes; else all, the nearest first.
fn best(mut tried: Vec<Tried>) -> Result<Passes, Vec<Tried>> {
    tried.sort_by_key(|it| it.distance);
    match tried.iter().position(|it| !it.run.outcome.is_failure) {
        Some(place) => {
            let Tried { run, swaps, .. } = tried.swap_remove(place);
            Ok(Passes { run, swaps })
        }
        None => Err(tried),
    }
}

/// The orders next to `from`, those first in which something late is the other way round. `fails` is the one that
/// is explained, and `swaps` is what lies between the two.
fn next<P, F>(again: &Again<'_, P>, fails: &Run, from: &Run, swaps: &[Swap]) -> Vec<Tried>
where
    P: Fn() -> F,
    F: Future<Output: Debug>,
{
    let mut tried = Vec::new();
    for (swap, steps) in reversals(from).into_iter().take(N_NEXT) {
        let is_back = |it: &Swap| it.sooner == swap.later && it.later == swap.sooner;
        if !again.may_go_on() || swaps.iter().any(is_back) {
            continue;
        }
        let Some(run) = again.run(&Wanted::Steps(steps, &fails.plan)) else { continue };
        let swaps: Vec<_> = swaps.iter().copied().chain([swap]).collect();
        // What is told of it has to be so.
        let ids = ids(&run.tasks());
        let is_so = |it: &Swap| match (ids.get(&it.sooner), ids.get(&it.later)) {
            (Some(sooner), Some(later)) => sooner < later,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if swaps.iter().all(is_so) {
            let distance = distance(fails, &run);
            tried.push(Tried { run, swaps, distance });
        }
    }
    tried
}

/// The place of each step.
fn ids(tasks: &[Task]) -> HashMap<Id, usize> {
    let mut n_steps = HashMap::new();
    let count = |(place, task): (usize, &Task)| {
        let n: &mut u32 = n_steps.entry(*task).or_default();
        *n += 1;
        ((*task, *n), place)
    };
    tasks.iter().enumerate().map(count).collect()
}

/// Each step by whose it is.
pub(crate) fn ids_in_order(tasks: &[Task]) -> Vec<Id> {
    let mut all: Vec<_> = ids(tasks).into_iter().collect();
    all.sort_unstable_by_key(|it| it.1);
    all.into_iter().map(|it| it.0).collect()
}

/// Each pair of steps that could be the other way round, the last one first, with an order in which it is: all else
/// is as it was, as far as that goes.
fn reversals(run: &Run) -> Vec<(Swap, Vec<Task>)> {
    let (order, tasks) = (run.order(), run.tasks());
    let ids = ids_in_order(&tasks);
    let mut all = Vec::new();
    // Who was ready as the program ended could have come before that.
    if let Some(last) = tasks.len().checked_sub(1) {
        for task in &run.cut_off {
            let n = tasks.iter().filter(|it| *it == task).count() as u32;
            let swap = Swap { sooner: (*task, n + 1), later: ids[last] };
            let steps = [&tasks[..last], &[*task], &tasks[last..]].concat();
            all.push((swap, steps));
        }
    }
    let mut races = order.races.clone();
    races.sort_unstable_by_key(|it| std::cmp::Reverse((it.second, it.first)));
    for race in races {
        let (first, second) = (race.first, race.second);
        let comes_after = |it: &usize| order.happens(first, *it);
        let between = || first + 1..second;
        let sooner = between().filter(|it| !comes_after(it)).chain([second]);
        let later = [first].into_iter().chain(between().filter(comes_after));
        let all_places = (0..first).chain(sooner).chain(later).chain(second + 1..tasks.len());
        let swap = Swap { sooner: ids[second], later: ids[first] };
        all.push((swap, all_places.map(|it| tasks[it]).collect()));
    }
    all
}

/// How many pairs of steps whose order matters are the other way round, and how many steps are not there.
fn distance(fails: &Run, run: &Run) -> usize {
    if fails.events.len() > N_COMPARED {
        return 0;
    }
    let (ids, places) = (ids_in_order(&fails.tasks()), ids(&run.tasks()));
    let mut n = 0;
    for (second, event) in fails.events.iter().enumerate() {
        let Some(place) = places.get(&ids[second]) else {
            n += 1;
            continue;
        };
        let is_other = |first: &usize| {
            places.get(&ids[*first]).is_some_and(|it| it > place)
                && fails.events[*first].depends(event)
        };
        n += (0..second).filter(is_other).count();
    }
    n
}
