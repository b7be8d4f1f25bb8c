//! Orders that had something new in them, once more and with two steps the other way round: from there it goes on
//! as before where that is possible, or by chance.

use oorandom::Rand32;
use std::collections::VecDeque;

use super::fair::Fair;
use super::{Choice, Ended, Sampler};
use crate::search::foot::Task;
use crate::search::order::Event;

/// So many orders are kept, the latest ones.
const N_KEPT: usize = 256;

/// An order that had something new in it.
#[derive(Debug)]
struct Kept {
    /// Whose steps there were.
    tasks: Vec<Task>,
    /// Orders in which two of them have changed places, by how many steps are as they were, and whose come then.
    reversed: Vec<(usize, Vec<Task>)>,
}

/// Chooses what was chosen before, but for two steps.
#[derive(Debug, Default)]
pub(super) struct Races {
    kept: VecDeque<Kept>,
    /// Whose steps are to come, as far as they can.
    plan: VecDeque<Task>,
    /// Whether chance goes on from there, and not what is left of the order.
    goes_astray: bool,
    fair: Fair,
}

impl Kept {
    fn new(ended: &Ended<'_>) -> Kept {
        let reversed = ended.order.races.iter().map(|race| {
            let between =
                (race.first + 1..race.second).filter(|it| !ended.order.happens(race.first, *it));
            let tasks = between.chain([race.second]).map(|it| ended.events[it].task);
            (race.first, tasks.collect())
        });
        Kept {
            reversed: reversed.collect(),
            tasks: ended.events.iter().map(|it| it.task).collect(),
        }
    }
}

/// One of so many.
fn one_of(n: usize, dice: &mut Rand32) -> usize {
    dice.rand_range(0..u32::try_from(n).unwrap_or(u32::MAX)) as usize
}

impl Sampler for Races {
    fn begin(&mut self, _: u64, dice: &mut Rand32) -> bool {
        self.plan.clear();
        self.fair.begin();
        self.goes_astray = dice.rand_range(0..2) == 0;
        if self.kept.is_empty() {
            return true;
        }
        let kept = &self.kept[one_of(self.kept.len(), dice)];
        if kept.reversed.is_empty() {
            return true;
        }
        let (n_same, tasks) = &kept.reversed[one_of(kept.reversed.len(), dice)];
        self.plan.extend(kept.tasks[..*n_same].iter().chain(tasks));
        if !self.goes_astray {
            // What has come early is not ready once more, and is passed over.
            self.plan.extend(&kept.tasks[*n_same..]);
        }
        true
    }

    fn choose(&mut self, choice: &Choice<'_>, dice: &mut Rand32) -> Option<usize> {
        let overdue = self.fair.overdue(choice);
        let mut planned = None;
        while let Some(task) = self.plan.pop_front() {
            planned = choice.ready.iter().position(|it| *it == task);
            if planned.is_some() {
                break;
            }
        }
        let astray = planned.or_else(|| self.goes_astray.then(|| one_of(choice.ready.len(), dice)));
        let place = overdue.or(astray).unwrap_or(choice.own);
        self.fair.chosen(choice, place);
        Some(place)
    }

    fn took(&mut self, _: &Event) {}

    fn end(&mut self, ended: &Ended<'_>) -> bool {
        if ended.is_new || self.kept.is_empty() {
            if self.kept.len() == N_KEPT {
                self.kept.pop_front();
            }
            self.kept.push_back(Kept::new(ended));
        }
        true
    }
}
