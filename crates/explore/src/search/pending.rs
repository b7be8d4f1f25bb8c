//! Which orders are still to be tried from a place on: each as a sequence of whose step is next.
//!
//! What stands for the same is tried once: a sequence is left out once a step that could be its first, and
//! change nothing by it, was tried before. So each is kept whole, and not merged with others: one that is
//! left out takes nobody along.

use std::sync::Arc;

use crate::search::foot::{Foot, Task};
use crate::search::order::Event;

/// The steps of one order, the next one first. The last one will be taken in another state than it was, and is
/// expected to do the same; where it does not, the search meets a new pair that could change places.
pub(crate) type Sequence = Vec<Arc<Event>>;

/// A task whose step was tried before.
#[derive(Clone, Debug)]
pub(crate) struct Sleeper {
    /// Whose step, and what it did.
    pub(crate) event: Arc<Event>,
    /// Whether it was tried where all who are ready are tried, and not what the races before ask for: then an order
    /// that it has no part in was not tried with it for sure.
    pub(crate) is_blind: bool,
}

/// How a step goes with a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum First {
    /// It is the one at this place, and could be the first.
    Is(usize),
    /// It is none of the sequence, and depends on none.
    Apart,
    /// It cannot come first.
    No,
}

/// Whether a step could come before all others of a sequence, and change nothing by it.
fn first(event: &Event, sequence: &[Arc<Event>]) -> First {
    let place = sequence.iter().position(|it| it.task == event.task);
    match place {
        // By what it has done, not by what it is expected to do there.
        Some(place) if sequence[..place].iter().all(|it| !event.depends(it)) => First::Is(place),
        Some(_) => First::No,
        None if sequence.iter().all(|it| !event.depends(it)) => First::Apart,
        None => First::No,
    }
}

/// The orders that are still to be tried from one place on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    sequences: Vec<Sequence>,
}

impl Pending {
    /// Adds an order.
    pub(crate) fn add(&mut self, sequence: Sequence) {
        if !self.sequences.contains(&sequence) {
            self.sequences.push(sequence);
        }
    }

    /// Adds a step of which it is not known what it does: anything.
    pub(crate) fn add_unknown(&mut self, task: Task) {
        let foot = Foot { is_barrier: true, ..Foot::default() };
        self.add(vec![Arc::new(Event { task, foot })]);
    }

    /// How many steps are to be tried from here at the least.
    pub(crate) fn n_first(&self) -> usize {
        let mut tasks: Vec<_> = self.sequences.iter().map(|it| it[0].task).collect();
        tasks.sort_unstable();
        tasks.dedup();
        tasks.len()
    }

    /// Whose step is next; those orders are left out that were tried by one of those who sleep.
    pub(crate) fn next(&mut self, sleepers: &[Sleeper]) -> Option<Task> {
        self.sequences.retain(|it| !is_tried(sleepers, it));
        self.sequences.first().map(|it| it[0].task)
    }

    /// The step was taken that did this: takes out what goes on from there.
    pub(crate) fn split(&mut self, taken: &Event) -> Pending {
        let mut after = Pending::default();
        self.sequences.retain_mut(|sequence| match first(taken, sequence) {
            First::No => true,
            First::Apart => {
                after.sequences.push(std::mem::take(sequence));
                false
            }
            First::Is(place) => {
                sequence.remove(place);
                if !sequence.is_empty() {
                    after.sequences.push(std::mem::take(sequence));
                }
                false
            }
        });
        after
    }
}

/// Whether one who sleeps could come first: then all that the order stands for was tried.
pub(crate) fn is_tried(sleepers: &[Sleeper], sequence: &[Arc<Event>]) -> bool {
    sleepers.iter().any(|it| match first(&it.event, sequence) {
        First::Is(_) => true,
        First::Apart => !it.is_blind,
        First::No => false,
    })
}

/// The order in which the second of two steps comes before the first: all that does not come after the first,
/// as it was, and then the second.
pub(crate) fn reversed(
    events: &[Arc<Event>],
    happens: impl Fn(usize, usize) -> bool,
    first: usize,
    second: usize,
) -> Sequence {
    let kept = (first + 1..events.len()).filter(|it| !happens(first, *it));
    kept.chain([second]).map(|place| Arc::clone(&events[place])).collect()
}

impl Event {
    /// Whether the order of the two matters.
    pub(crate) fn depends(&self, other: &Event) -> bool {
        Foot::depends(&self.foot, self.task, &other.foot, other.task)
    }
}
