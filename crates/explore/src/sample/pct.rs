//! Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: ASPLOS 2010): whoever has the
//! highest priority is next, and at a few places, by chance, that one becomes the last of all. A mistake that needs
//! as many of them is found with a probability that can be told.

use oorandom::Rand32;

use super::fair::{Fair, at};
use super::{Choice, Ended, Sampler};
use crate::search::foot::Task;
use crate::search::order::Event;

/// The task of the program itself, which is there first.
const FIRST: Task = 1;

/// The higher, the earlier. What a task spawns inherits the first number: so all that belongs to one request is
/// early or late together. The second one is its own.
type Priority = (i64, u32);

/// Chooses by priorities.
#[derive(Debug)]
pub(super) struct Pct {
    /// At so many places priorities change, and one more is the depth.
    n_changes: u32,
    /// How many steps an execution has, by those that there were.
    n_steps: u32,
    /// Before which steps priorities change.
    changes: Vec<u32>,
    /// Which step comes next.
    at: u32,
    priorities: Vec<Option<Priority>>,
    /// Who has spawned whom.
    parents: Vec<Option<Task>>,
    /// Nobody has a lower one.
    lowest: i64,
    fair: Fair,
}

impl Pct {
    /// Of this depth, from 1.
    pub(super) fn new(depth: u32) -> Pct {
        Pct {
            n_changes: depth.saturating_sub(1),
            n_steps: 1,
            changes: Vec::new(),
            at: 0,
            priorities: Vec::new(),
            parents: Vec::new(),
            lowest: 0,
            fair: Fair::default(),
        }
    }

    fn priority(&mut self, task: Task, dice: &mut Rand32) -> Priority {
        if let Some(priority) = *at(&mut self.priorities, task) {
            return priority;
        }
        let parent = at(&mut self.parents, task).filter(|it| *it != FIRST);
        let inherited = parent.and_then(|it| *at(&mut self.priorities, it));
        let first = inherited.map_or_else(|| i64::from(dice.rand_u32()), |it| it.0);
        *at(&mut self.priorities, task).insert((first, dice.rand_u32()))
    }

    fn highest(&mut self, choice: &Choice<'_>, dice: &mut Rand32) -> usize {
        let priorities: Vec<_> = choice.ready.iter().map(|it| self.priority(*it, dice)).collect();
        let places = (0..priorities.len()).max_by_key(|it| priorities[*it]);
        places.expect("somebody is ready")
    }
}

impl Sampler for Pct {
    fn begin(&mut self, _: u64, dice: &mut Rand32) -> bool {
        let n_steps = self.n_steps;
        self.changes.clear();
        self.changes.extend((0..self.n_changes).map(|_| dice.rand_range(0..n_steps)));
        (self.at, self.lowest) = (0, 0);
        self.priorities.clear();
        self.parents.clear();
        self.fair.begin();
        true
    }

    fn choose(&mut self, choice: &Choice<'_>, dice: &mut Rand32) -> Option<usize> {
        let n_changes = self.changes.iter().filter(|it| **it == self.at).count();
        self.at += 1;
        let mut place = self.highest(choice, dice);
        for _ in 0..n_changes {
            self.lowest -= 1;
            *at(&mut self.priorities, choice.ready[place]) = Some((self.lowest, 0));
            place = self.highest(choice, dice);
        }
        let place = match self.fair.overdue(choice) {
            Some(overdue) => {
                // Who has kept it waiting is behind it from now on.
                self.lowest -= 1;
                *at(&mut self.priorities, choice.ready[place]) = Some((self.lowest, 0));
                overdue
            }
            None => place,
        };
        self.fair.chosen(choice, place);
        Some(place)
    }

    fn took(&mut self, event: &Event) {
        for task in &event.foot.wakes {
            if at(&mut self.priorities, *task).is_none() {
                at(&mut self.parents, *task).get_or_insert(event.task);
            }
        }
    }

    fn end(&mut self, _: &Ended<'_>) -> bool {
        self.n_steps = self.n_steps.max(self.at);
        true
    }
}
