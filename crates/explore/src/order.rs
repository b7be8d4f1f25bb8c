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
#[derive(Default)]
pub(crate) struct HappensBefore {
    /// The clock of each step; its own step is counted in it.
    clocks: Vec<Clock>,
    /// Which step of its task each is, from 1.
    indices: Vec<u32>,
    /// Whose each is.
    tasks: Vec<Task>,
    /// The pairs that could change places.
    pub(crate) races: Vec<Race>,
    /// Who has used each part.
    parts: Vec<Used>,
    /// What is known of each task.
    known: Vec<Known>,
    /// The last step that all others are before or after, and the place behind it.
    barrier: Option<usize>,
    since_barrier: usize,
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
#[derive(Default)]
struct Known {
    /// Its last step.
    last: Option<usize>,
    /// What has woken it since.
    causes: Vec<Cause>,
}

/// What has made a task ready.
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

/// The one of this number, which is there from now on.
fn at<T: Default>(all: &mut Vec<T>, number: usize) -> &mut T {
    if number >= all.len() {
        all.resize_with(number + 1, T::default);
    }
    &mut all[number]
}

impl HappensBefore {
    /// The order of these steps; `ready` are the tasks that were ready at the beginning.
    pub(crate) fn new(events: &[Arc<Event>], ready: &[Task]) -> HappensBefore {
        let mut order = HappensBefore::default();
        order.go_on(events, 0, ready);
        order
    }

    /// The order of these steps, of which the first `n_kept` are as they were before.
    pub(crate) fn go_on(&mut self, events: &[Arc<Event>], n_kept: usize, ready: &[Task]) {
        self.clocks.truncate(n_kept);
        self.indices.truncate(n_kept);
        self.tasks.truncate(n_kept);
        self.races.retain(|it| it.second < n_kept);
        for part in &mut self.parts {
            part.write = None;
            part.since.clear();
        }
        for task in &mut self.known {
            task.last = None;
            task.causes.clear();
        }
        (self.barrier, self.since_barrier) = (None, 0);
        for task in ready {
            at(&mut self.known, usize::from(*task)).causes.push(Cause::Begin);
        }
        let mut before = Vec::new();
        for (place, event) in events.iter().enumerate() {
            if place >= n_kept {
                self.add(place, event, &mut before);
            }
            self.note(place, event);
        }
    }

    /// Finds the clock of a step, and with whom it could change places.
    fn add(&mut self, place: usize, event: &Event, before: &mut Vec<usize>) {
        let own = usize::from(event.task);
        at(&mut self.known, own);
        // All steps on which it depends directly, and that nothing between them hides.
        before.clear();
        for (part, how) in &event.foot.uses {
            before.extend(at(&mut self.parts, *part as usize).conflicting(*how));
        }
        before.extend(self.known[own].causes.iter().flat_map(Cause::steps));
        let counts = event.foot.counts.iter().map(|it| &it.waiting);
        let woken = event.foot.wakes.iter().chain(counts);
        before.extend(woken.filter_map(|it| self.known.get(usize::from(*it))?.last));
        before.extend(self.barrier);
        if event.foot.is_barrier {
            before.extend(self.since_barrier..place);
        }
        before.sort_unstable();
        before.dedup();

        let last = self.known[own].last;
        let mut clock = last.map_or_else(Vec::new, |it| self.clocks[it].clone());
        if clock.len() < self.known.len() {
            clock.resize(self.known.len(), 0);
        }
        // From the last one on: what it has seen is no race, since it lies between.
        for it in before.iter().rev() {
            if clock[usize::from(self.tasks[*it])] >= self.indices[*it] {
                continue;
            }
            let other = &self.clocks[*it];
            clock.iter_mut().zip(other).for_each(|(one, other)| *one = (*one).max(*other));
            // It could have come first if something else has made its task ready.
            let is_free = self.known[own].causes.iter().any(|cause| {
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
        self.tasks.push(event.task);
    }

    /// Notes what a step has done.
    fn note(&mut self, place: usize, event: &Event) {
        for (part, how) in &event.foot.uses {
            at(&mut self.parts, *part as usize).add(place, *how);
        }
        // What has woken it so far is before this step, and so before all later ones.
        let known = at(&mut self.known, usize::from(event.task));
        known.last = Some(place);
        known.causes.clear();
        for task in &event.foot.wakes {
            at(&mut self.known, usize::from(*task)).causes.push(Cause::Step(place));
        }
        for count in event.foot.counts.iter().filter(|it| it.is_last) {
            let before = self.parts[count.part as usize].since.iter().map(|it| it.0);
            let all = before.chain([place]).collect();
            at(&mut self.known, usize::from(count.waiting)).causes.push(Cause::All(all));
        }
        if event.foot.is_barrier {
            (self.barrier, self.since_barrier) = (Some(place), place + 1);
        }
    }

    /// Whether the step at `first` happens before the one at `second`, or is the same.
    pub(crate) fn happens(&self, first: usize, second: usize) -> bool {
        let seen = self.clocks[second].get(usize::from(self.tasks[first]));
        seen.is_some_and(|it| *it >= self.indices[first])
    }

    /// How many steps of each task happen before the one at this place, or are it, by the task's number.
    pub(crate) fn clock(&self, place: usize) -> &[u32] {
        &self.clocks[place]
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
            self.write = Some(place);
            self.since.clear();
        } else {
            self.since.push((place, how));
        }
    }
}
