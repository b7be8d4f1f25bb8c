//! The search: one execution for each order that matters, by optimal dynamic partial-order reduction with
//! wakeup trees (Abdulla, Aronsson, Jonsson, Sagonas: JACM 64, 2017). A step is a poll with all that it does.
//!
//! What the search may rely on, and what each rests on:
//! 1. A step is the same whenever what happened before it is: `Diverged` says where that does not hold.
//! 2. No step makes another task's impossible: a task that is ready stays so until it is polled.
//! 3. Two steps that are next to each other and independent lead to the same, whichever comes first.

pub(crate) mod enumerate;
mod estimate;
pub(crate) mod foot;
pub(crate) mod order;
pub(crate) mod pending;
mod shard;
pub(crate) mod swaps;
#[cfg(test)]
mod tests;
pub(crate) mod tree;

use std::sync::Arc;

use crate::search::foot::Task;
use crate::search::order::{Event, HappensBefore};
use crate::search::pending::{Pending, Sleeper, is_tried, reversed};

use estimate::Estimate;
use shard::Split;

pub(crate) use shard::Beginnings;

/// A place in the execution that is under way: what was done from here, and what else is to be tried.
#[derive(Default)]
struct Node {
    /// Those whose steps were tried from here, or before in another order that stands for the same.
    sleepers: Vec<Sleeper>,
    /// What is still to be tried.
    pending: Pending,
    /// Which tasks were ready here.
    ready: Vec<Task>,
    /// The step that was taken; none before it is over.
    taken: Option<Arc<Event>>,
}

/// Something is not as it was in an earlier execution with the same beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Diverged {
    /// At which step, from 0.
    pub(crate) step: usize,
    /// What was different.
    pub(crate) how: Difference,
}

/// What was different.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Difference {
    /// Other tasks were ready: those before, and those now.
    Ready(Vec<Task>, Vec<Task>),
    /// The step did something else.
    Foot(Task),
    /// A task that was to be next is not ready.
    Missing(Task),
}

/// All orders of one program.
#[derive(Default)]
pub(crate) struct Search {
    /// The execution that is under way, from its beginning.
    nodes: Vec<Node>,
    /// How many of them are as in the execution before.
    n_kept: usize,
    /// The place of the next step.
    at: usize,
    /// What is to be tried from there on.
    guide: Pending,
    /// Something was not as it was before.
    diverged: Option<Diverged>,
    /// Those that were ready at the beginning.
    begin: Vec<Task>,
    /// The steps of the execution that is under way, as far as they are known.
    events: Vec<Arc<Event>>,
    /// The order that matters in the last one that was not given up.
    order: HappensBefore,
    /// How many of its steps are as they were in that.
    n_ordered: usize,
    /// Where it is divided into shards, if it is.
    split: Option<Split>,
    /// How much there will be in all.
    estimate: Estimate,
    /// Whether an execution has ended, or was given up.
    has_begun: bool,
    /// How many executions have ended.
    pub(crate) n_executions: u64,
    /// How many were given up, since all that they could still do was tried.
    pub(crate) n_blocked: u64,
}

/// Whose step is next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    /// This one's.
    Task(Task),
    /// Nobody's: the execution is given up.
    GiveUp,
}

impl Search {
    /// An execution begins.
    pub(crate) fn begin(&mut self) {
        self.at = 0;
        self.diverged = None;
        self.events.truncate(self.n_kept);
        self.begin_split();
    }

    /// Whose step is next, of those that are ready; there is one at the least.
    pub(crate) fn choose(&mut self, ready: &[Task]) -> Next {
        if self.at == 0 {
            self.begin = ready.to_vec();
        }
        if let Some(node) = self.nodes.get(self.at) {
            if !is_same(&node.ready, ready) {
                let how = Difference::Ready(node.ready.clone(), ready.to_vec());
                return self.diverges(how);
            }
            if let Some(taken) = &node.taken {
                return Next::Task(taken.task);
            }
        }
        if self.at == self.nodes.len() {
            let node = self.next_node(ready);
            self.nodes.push(node);
            if self.enter(ready) {
                return Next::GiveUp;
            }
        }
        let node = &mut self.nodes[self.at];
        // What the step does is not known yet: then it is seen which orders go on from it.
        if let Some(task) = node.pending.next(&node.sleepers) {
            if !ready.contains(&task) {
                return self.diverges(Difference::Missing(task));
            }
            return Next::Task(task);
        }
        let sleeps = |it: &&Task| node.sleepers.iter().any(|sleeper| sleeper.event.task == **it);
        match ready.iter().find(|it| !sleeps(it)) {
            Some(task) => Next::Task(*task),
            None => {
                self.n_blocked += 1;
                Next::GiveUp
            }
        }
    }

    fn diverges(&mut self, how: Difference) -> Next {
        self.diverged = Some(Diverged { step: self.at, how });
        Next::GiveUp
    }

    /// The place after the last step.
    fn next_node(&mut self, ready: &[Task]) -> Node {
        let pending = std::mem::take(&mut self.guide);
        let mut node = Node { ready: ready.to_vec(), pending, ..Node::default() };
        if let Some(before) = self.nodes.last() {
            let taken = before.taken.as_ref().expect("it is over");
            let still = |it: &&Sleeper| !it.event.depends(taken);
            node.sleepers = before.sleepers.iter().filter(still).cloned().collect();
        }
        node
    }

    /// The step that was chosen is over. `cuts_off` are the tasks that are ready, and will never be polled,
    /// since this was the last step of all: each could have come before.
    pub(crate) fn took(&mut self, event: Event, cuts_off: &[Task]) {
        if self.at < self.n_kept {
            let before = self.nodes[self.at].taken.as_ref().expect("it was taken before");
            if **before != event && self.diverged.is_none() {
                let how = Difference::Foot(event.task);
                self.diverged = Some(Diverged { step: self.at, how });
            }
        } else {
            let node = &mut self.nodes[self.at];
            self.guide = node.pending.split(&event);
            for task in cuts_off {
                node.pending.add_unknown(*task);
            }
            let event = Arc::new(event);
            self.events.push(Arc::clone(&event));
            node.taken = Some(event);
        }
        self.at += 1;
    }

    /// The execution has ended, or was given up. Returns whether it counts: it was not given up, and is not another
    /// shard's.
    pub(crate) fn end(&mut self, is_over: bool) -> Result<bool, Diverged> {
        if let Some(diverged) = self.diverged.take() {
            return Err(diverged);
        }
        if self.at < self.n_kept {
            // It has ended before it did the last time.
            let missing = self.nodes[self.at].taken.as_ref().map_or(0, |it| it.task);
            return Err(Diverged { step: self.at, how: Difference::Missing(missing) });
        }
        self.nodes.truncate(self.at);
        let is_own = self.is_own(is_over);
        let counts = is_over && is_own;
        self.n_executions += u64::from(counts);
        // Where all beginnings are tried, one that is given up may be the only one to show what else there is.
        if counts || is_own && self.split.is_some() {
            self.reverse_races();
        }
        self.next();
        self.has_begun = true;
        self.count();
        Ok(counts)
    }

    /// The steps of the last execution that counts, who was ready at its beginning, and the order that matters in it.
    pub(crate) fn last(&self) -> (&[Arc<Event>], &[Task], &HappensBefore) {
        (&self.events, &self.begin, &self.order)
    }

    /// What the last execution stands for.
    #[cfg(test)]
    fn trace(&self) -> u64 {
        self.order.trace()
    }

    /// Notes all orders that are to be tried, by what could have been the other way round.
    fn reverse_races(&mut self) {
        let n_expanded = self.n_expanded();
        let Search { events, order, begin, .. } = self;
        let n_before = std::mem::replace(&mut self.n_ordered, events.len());
        order.go_on(events, n_before, begin);
        for race in order.races.iter().filter(|it| it.first >= n_expanded) {
            let happens = |one, other| order.happens(one, other);
            // One that was there before leads to what it led to, unless something new is not after its first step.
            let is_new = |place| place == race.second || !happens(race.first, place);
            if !(n_before..events.len()).any(is_new) {
                continue;
            }
            let sequence = reversed(events, happens, race.first, race.second);
            let node = &mut self.nodes[race.first];
            if !is_tried(&node.sleepers, &sequence) {
                node.pending.add(sequence);
            }
        }
    }

    /// Goes back to the last place from which something is still to be tried.
    fn next(&mut self) {
        self.guide = Pending::default();
        let n_expanded = self.n_expanded();
        loop {
            let is_blind = self.nodes.len() <= n_expanded;
            let Some(node) = self.nodes.last_mut() else { break };
            if let Some(event) = node.taken.take() {
                node.sleepers.push(Sleeper { event, is_blind });
            }
            if node.pending.next(&node.sleepers).is_some() {
                self.n_kept = self.nodes.len() - 1;
                self.n_ordered = self.n_ordered.min(self.n_kept);
                return;
            }
            self.nodes.pop();
        }
        self.n_kept = 0;
    }

    /// Whether all was tried.
    pub(crate) fn is_over(&self) -> bool {
        self.nodes.is_empty() && self.has_begun
    }
}

/// Whether these are the same tasks.
fn is_same(one: &[Task], other: &[Task]) -> bool {
    // Mostly they are in the same order too.
    one == other || one.len() == other.len() && one.iter().all(|it| other.contains(it))
}
