//! Partial order sampling (Yuan, Yang, Gu: CAV 2018): each step has a priority by chance, and the highest one is
//! next. A step that is dependent on it gets another priority, so that each order of the two is as probable. What
//! a step will do is not known here before it does it: it is taken to use what the last one of its task has used.

use boucle::How;
use oorandom::Rand32;

use super::fair::{Fair, at};
use super::{Choice, Ended, Sampler};
use crate::search::order::Event;

/// Chooses by priorities of steps.
#[derive(Debug, Default)]
pub(super) struct Pos {
    /// The priority of the next step of each task, if it has one.
    priorities: Vec<Option<u32>>,
    /// The last step of each task.
    last: Vec<Option<Event>>,
    fair: Fair,
}

impl Sampler for Pos {
    fn begin(&mut self, _: u64, _: &mut Rand32) -> bool {
        self.priorities.clear();
        self.last.clear();
        self.fair.begin();
        true
    }

    fn choose(&mut self, choice: &Choice<'_>, dice: &mut Rand32) -> Option<usize> {
        let overdue = self.fair.overdue(choice);
        let mut highest = (0, 0);
        for (place, task) in choice.ready.iter().enumerate() {
            let priority = at(&mut self.priorities, *task).get_or_insert_with(|| dice.rand_u32());
            if place == 0 || *priority > highest.0 {
                highest = (*priority, place);
            }
        }
        let place = overdue.unwrap_or(highest.1);
        self.fair.chosen(choice, place);
        Some(place)
    }

    fn took(&mut self, event: &Event) {
        let written = || event.foot.uses.iter().filter(|it| it.1 == How::Write);
        for (task, last) in self.last.iter().enumerate() {
            let Some(last) = last else { continue };
            let is_touched = |part| last.foot.uses.iter().any(|it| it.0 == part);
            if written().any(|it| is_touched(it.0)) {
                *at(&mut self.priorities, task as u16) = None;
            }
        }
        *at(&mut self.priorities, event.task) = None;
        *at(&mut self.last, event.task) = Some(event.clone());
    }

    fn end(&mut self, _: &Ended<'_>) -> bool {
        true
    }
}
