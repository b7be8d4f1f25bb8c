//! Which step of an execution happens before which: the order that matters in it, and the pairs of steps in
//! which it could have been the other way round.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use boucle::How;

use crate::foot::{Foot, Task};

/// A step that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Event {
    /// Whose it is.
    pub(crate) task: Task,
    /// What it did.
    pub(crate) foot: Foot,
}

/// How many steps of each task have happened before, by its number.
type Clock = Vec<u32>;

/// Two steps, each by its place, that could change places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Race {
    /// The one that came first.
    pub(crate) first: usize,
    /// The one that came second.
    pub(crate) second: usize,
}

/// The order that matters in an execution.
pub(crate) struct HappensBefore {
    /// The clock of each step; its own step is counted in it.
    clocks: Vec<Clock>,
    /// Which step of its task each is, from 1.
    indices: Vec<u32>,
    /// Whose each is.
    tasks: Vec<Task>,
    /// The pairs that could change places.
    pub(crate) races: Vec<Race>,
}

/// Who has used a part.
#[derive(Default)]
struct Used {
    /// The last step that wrote it.
    write: Option<usize>,
    /// Those that have used it since, and how.
    since: Vec<(usize, How)>,
}

/// What is known of a task.
#[derive(Clone, Default)]
struct Known {
    /// Its last step.
    last: Option<usize>,
    /// What has woken it since.
    causes: Vec<Cause>,
}

/// What has made a task ready.
#[derive(Clone)]
enum Cause {
    /// It was so from the beginning on.
    Begin,
    /// A step.
    Step(usize),
    /// All of these steps together.
    All(Vec<usize>),
}

impl Cause {
    fn steps(&self) -> &[usize] {
        match self {
            Cause::Begin => &[],
            Cause::Step(step) => std::slice::from_ref(step),
            Cause::All(steps) => steps,
        }
    }
}

impl HappensBefore {
    /// The order of these steps; `ready` are the tasks that were ready at the beginning.
    pub(crate) fn new<'a>(events: &'a [Arc<Event>], ready: &'a [Task]) -> HappensBefore {
        let all = |it: &'a Arc<Event>| {
            let counts = it.foot.counts.iter().map(|it| &it.waiting);
            it.foot.wakes.iter().chain(counts).chain([&it.task])
        };
        let n_tasks = events.iter().flat_map(all);
        let n_tasks = n_tasks.chain(ready).max().map_or(0, |it| usize::from(*it) + 1);
        let n_parts = events.iter().flat_map(|it| &it.foot.uses).map(|it| it.0 as usize + 1);
        let mut parts: Vec<Used> = Vec::new();
        parts.resize_with(n_parts.max().unwrap_or(0), Used::default);
        let mut known = vec![Known::default(); n_tasks];
        for task in ready {
            known[usize::from(*task)].causes.push(Cause::Begin);
        }
        let mut order = HappensBefore {
            clocks: Vec::with_capacity(events.len()),
            indices: Vec::with_capacity(events.len()),
            tasks: events.iter().map(|it| it.task).collect(),
            races: Vec::new(),
        };
        let (mut barrier, mut since_barrier) = (None, 0);
        for (place, event) in events.iter().enumerate() {
            let own = usize::from(event.task);
            // All steps on which it depends directly, and that nothing between them hides.
            let mut before: Vec<usize> = Vec::new();
            for (part, how) in &event.foot.uses {
                before.extend(parts[*part as usize].conflicting(*how));
            }
            before.extend(known[own].causes.iter().flat_map(Cause::steps));
            let counts = event.foot.counts.iter().map(|it| &it.waiting);
            let woken = event.foot.wakes.iter().chain(counts);
            before.extend(woken.filter_map(|it| known[usize::from(*it)].last));
            before.extend(barrier);
            if event.foot.is_barrier {
                before.extend(since_barrier..place);
            }
            order.add(place, event, known[own].last, &mut before, &known[own].causes, n_tasks);
            for (part, how) in &event.foot.uses {
                parts[*part as usize].add(place, *how);
            }
            // What has woken it so far is before this step, and so before all later ones.
            known[own] = Known { last: Some(place), ..Known::default() };
            for task in &event.foot.wakes {
                known[usize::from(*task)].causes.push(Cause::Step(place));
            }
            for count in event.foot.counts.iter().filter(|it| it.is_last) {
                let before = parts[count.part as usize].since.iter().map(|it| it.0);
                let all = before.chain([place]).collect();
                known[usize::from(count.waiting)].causes.push(Cause::All(all));
            }
            if event.foot.is_barrier {
                (barrier, since_barrier) = (Some(place), place + 1);
            }
        }
        order
    }

    fn add(
        &mut self,
        place: usize,
        event: &Event,
        last: Option<usize>,
        before: &mut Vec<usize>,
        causes: &[Cause],
        n_tasks: usize,
    ) {
        before.sort_unstable();
        before.dedup();
        let own = usize::from(event.task);
        let mut clock = last.map_or_else(|| vec![0; n_tasks], |it| self.clocks[it].clone());
        let is_before = |clock: &Clock, tasks: &[Task], indices: &[u32], it: usize| {
            clock[usize::from(tasks[it])] >= indices[it]
        };
        // From the last one on: what it has seen is no race, since it lies between.
        for it in before.iter().rev() {
            if is_before(&clock, &self.tasks, &self.indices, *it) {
                continue;
            }
            let other = &self.clocks[*it];
            clock.iter_mut().zip(other).for_each(|(one, other)| *one = (*one).max(*other));
            // It could have come first if something else has made its task ready.
            let is_free = causes.iter().any(|cause| {
                cause.steps().iter().all(|cause| *cause != *it && !self.happens(*it, *cause))
            });
            if is_free && !event.foot.is_barrier {
                self.races.push(Race { first: *it, second: place });
            }
        }
        let index = last.map_or(0, |it| self.indices[it]) + 1;
        clock[own] = index;
        self.clocks.push(clock);
        self.indices.push(index);
    }

    /// Whether the step at `first` happens before the one at `second`, or is the same.
    pub(crate) fn happens(&self, first: usize, second: usize) -> bool {
        self.clocks[second][usize::from(self.tasks[first])] >= self.indices[first]
    }

    /// The same for all executions that differ only in the order of what does not matter.
    pub(crate) fn trace(&self) -> u64 {
        let mut all: Vec<_> = (0..self.tasks.len())
            .map(|it| (self.tasks[it], self.indices[it], trimmed(&self.clocks[it])))
            .collect();
        all.sort_unstable();
        let mut hasher = DefaultHasher::new();
        all.hash(&mut hasher);
        hasher.finish()
    }
}

/// A clock without the tasks at its end of which nothing has happened.
fn trimmed(clock: &[u32]) -> &[u32] {
    let n = clock.iter().rposition(|it| *it > 0).map_or(0, |it| it + 1);
    &clock[..n]
}

impl Used {
    /// The steps that one which uses it so comes after.
    fn conflicting(&self, how: How) -> impl Iterator<Item = usize> {
        let since = self.since.iter().filter(move |(_, it)| it.conflicts(how)).map(|it| it.0);
        self.write.into_iter().chain(since)
    }

    fn add(&mut self, place: usize, how: How) {
        if how == How::Write {
            (self.write, self.since) = (Some(place), Vec::new());
        } else {
            self.since.push((place, how));
        }
    }
}
