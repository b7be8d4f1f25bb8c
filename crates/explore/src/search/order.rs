//! Which step of an execution happens before which: the order that matters in it, and the pairs of steps in
//! which it could have been the other way round.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use boucle::How;
use rustc_hash::FxHasher;

use crate::search::foot::{Foot, Task};

/// A step that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Event {
    /// Whose it is.
    pub(crate) task: Task,
    /// What it did.
    pub(crate) foot: Foot,
}

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
    /// The clocks of all steps, one behind another: how many steps of each task have happened before, by its
    /// number; its own step is counted in it.
    clocks: Vec<u32>,
    /// How many tasks there are: so long is each clock.
    n_tasks: usize,
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
    /// On which steps the present one depends directly.
    before: Vec<usize>,
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
    pub(crate) fn new(events: &[impl Borrow<Event>], ready: &[Task]) -> HappensBefore {
        let mut order = HappensBefore::default();
        order.go_on(events, 0, ready);
        order
    }

    /// The order of these steps, of which the first `n_kept` are as they were before.
    pub(crate) fn go_on<E: Borrow<Event>>(&mut self, events: &[E], n_kept: usize, ready: &[Task]) {
        self.clocks.truncate(n_kept * self.n_tasks);
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
        self.make_room(events.iter().map(Borrow::borrow), ready);
        for task in ready {
            self.known[usize::from(*task)].causes.push(Cause::Begin);
        }
        for (place, event) in events.iter().map(Borrow::borrow).enumerate() {
            if place >= n_kept {
                self.add(place, event);
            }
            self.note(place, event);
        }
    }

    /// Has room in each clock for all tasks of which these steps know.
    fn make_room<'a>(&mut self, events: impl Iterator<Item = &'a Event>, ready: &[Task]) {
        let woken = |it: &Event| {
            let counts = it.foot.counts.iter().map(|it| it.waiting);
            it.foot.wakes.iter().copied().chain(counts).max()
        };
        let most = events.map(|it| woken(it).unwrap_or(0).max(it.task));
        let most = ready.iter().copied().chain(most).max();
        let n_tasks = most.map_or(0, |it| usize::from(it) + 1);
        if n_tasks <= self.n_tasks {
            return;
        }
        if self.n_tasks > 0 {
            let rows = self.clocks.chunks(self.n_tasks);
            let none = std::iter::repeat_n(0, n_tasks - self.n_tasks);
            self.clocks = rows.flat_map(|it| it.iter().copied().chain(none.clone())).collect();
        }
        self.n_tasks = n_tasks;
        self.known.resize_with(n_tasks, Known::default);
    }

    /// Finds the clock of a step, and with whom it could change places.
    fn add(&mut self, place: usize, event: &Event) {
        let HappensBefore { clocks, n_tasks, indices, tasks, races, parts, known, before, .. } =
            self;
        let (own, n_tasks) = (usize::from(event.task), *n_tasks);
        // All steps on which it depends directly, and that nothing between them hides.
        before.clear();
        for (part, how) in &event.foot.uses {
            before.extend(at(parts, *part as usize).conflicting(*how));
        }
        before.extend(known[own].causes.iter().flat_map(Cause::steps));
        let counts = event.foot.counts.iter().map(|it| &it.waiting);
        let woken = event.foot.wakes.iter().chain(counts);
        before.extend(woken.filter_map(|it| known[usize::from(*it)].last));
        before.extend(self.barrier);
        if event.foot.is_barrier {
            before.extend(self.since_barrier..place);
        }
        // From the last one on: what it has seen is no race, since it lies between.
        before.sort_unstable_by(|one, other| other.cmp(one));
        before.dedup();

        let last = known[own].last;
        match last {
            Some(last) => clocks.extend_from_within(last * n_tasks..(last + 1) * n_tasks),
            None => clocks.resize(clocks.len() + n_tasks, 0),
        }
        let (earlier, clock) = clocks.split_at_mut(place * n_tasks);
        let of = |step: usize| &earlier[step * n_tasks..(step + 1) * n_tasks];
        for it in before.iter().copied() {
            if clock[usize::from(tasks[it])] >= indices[it] {
                continue;
            }
            clock.iter_mut().zip(of(it)).for_each(|(one, other)| *one = (*one).max(*other));
            if event.foot.is_barrier {
                continue;
            }
            // It could have come first if something else has made its task ready.
            let happens = |later: usize| of(later)[usize::from(tasks[it])] >= indices[it];
            let is_free = known[own]
                .causes
                .iter()
                .any(|cause| cause.steps().iter().all(|cause| *cause != it && !happens(*cause)));
            if is_free {
                races.push(Race { first: it, second: place });
            }
        }
        let index = last.map_or(0, |it| indices[it]) + 1;
        clock[own] = index;
        indices.push(index);
        tasks.push(event.task);
    }

    /// Notes what a step has done.
    fn note(&mut self, place: usize, event: &Event) {
        for (part, how) in &event.foot.uses {
            at(&mut self.parts, *part as usize).add(place, *how);
        }
        // What has woken it so far is before this step, and so before all later ones.
        let known = &mut self.known[usize::from(event.task)];
        known.last = Some(place);
        known.causes.clear();
        for task in &event.foot.wakes {
            self.known[usize::from(*task)].causes.push(Cause::Step(place));
        }
        for count in event.foot.counts.iter().filter(|it| it.is_last) {
            let before = self.parts[count.part as usize].since.iter().map(|it| it.0);
            let all = before.chain([place]).collect();
            self.known[usize::from(count.waiting)].causes.push(Cause::All(all));
        }
        if event.foot.is_barrier {
            (self.barrier, self.since_barrier) = (Some(place), place + 1);
        }
    }

    /// Whether the step at `first` happens before the one at `second`, or is the same.
    pub(crate) fn happens(&self, first: usize, second: usize) -> bool {
        self.clock(second)[usize::from(self.tasks[first])] >= self.indices[first]
    }

    /// Which step of its task the one at this place is, from 1.
    pub(crate) fn index(&self, place: usize) -> u32 {
        self.indices[place]
    }

    /// How many steps of each task happen before the one at this place, or are it, by the task's number.
    pub(crate) fn clock(&self, place: usize) -> &[u32] {
        &self.clocks[place * self.n_tasks..(place + 1) * self.n_tasks]
    }

    /// The same for all executions that differ only in the order of what does not matter.
    pub(crate) fn trace(&self) -> u64 {
        // A sum: the steps may come in any order.
        (0..self.tasks.len()).map(|it| self.digest(it)).fold(0, u64::wrapping_add)
    }

    /// What a step is: whose, and what is before it.
    fn digest(&self, place: usize) -> u64 {
        let mut hasher = FxHasher::default();
        (self.tasks[place], self.indices[place]).hash(&mut hasher);
        // Those of which nothing has happened are left out: how many there are is no matter.
        let before = self.clock(place).iter().enumerate().filter(|it| *it.1 > 0);
        before.for_each(|it| it.hash(&mut hasher));
        let hash = hasher.finish();
        // Each bit of a term shall matter in each bit of the sum (the last steps of splitmix64).
        let hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^ hash >> 31
    }
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
