//! The orders with few deviations from the loop's own: those with none, then all with one, and so on (delay
//! bounding, as in Emmi, Qadeer, Rakamarić: POPL 2011). Most mistakes need very few.

use std::collections::VecDeque;

use super::Choice;
use crate::shard::Shard;

/// So many orders are remembered at the most, as those that can deviate once more.
const N_REMEMBERED: u64 = 1 << 20;

/// How many deviations were tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Width {
    /// All with at most so many.
    Within(u32),
    /// All: there is no order with more.
    Everything,
}

/// Another task than the loop's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Deviation {
    /// At which choice, from 0.
    at: u32,
    /// Which of the others, from 0.
    other: u32,
}

/// An order that can deviate once more.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Parent {
    deviations: Vec<Deviation>,
    /// How many others there were at each choice after its last deviation.
    others: Vec<u32>,
    /// The next choice at which it deviates, as a place in that list, and to which other.
    next: (usize, u32),
}

impl Parent {
    /// The order with the next deviation.
    fn next(&mut self) -> Option<Vec<Deviation>> {
        let (place, other) = self.next;
        let n_others = *self.others.get(place)?;
        self.next = if other + 1 < n_others { (place, other + 1) } else { (place + 1, 0) };
        let begin = self.deviations.last().map_or(0, |it| it.at + 1);
        let deviation = Deviation { at: begin + place as u32, other };
        Some(self.deviations.iter().copied().chain([deviation]).collect())
    }
}

/// All orders with at most so many deviations, where the same is done to the program.
pub(super) struct Fifo {
    /// No more deviations than this.
    most: u32,
    /// Whether orders with one more deviation are tried only if all of them can be.
    all_or_none: bool,
    shard: Shard,
    /// How many deviations the orders have that are being tried, and how many of them are left.
    level: u32,
    n_left: u64,
    /// What they come from, and what the next ones come from.
    parents: VecDeque<Parent>,
    next_parents: VecDeque<Parent>,
    /// How many orders come from the next ones.
    n_next: u64,
    /// Whether some of those that are being tried were forgotten, and some of the next ones.
    is_partial: bool,
    next_is_partial: bool,
    /// What was tried of them all.
    pub(super) width: Option<Width>,
    /// The order that is under way, and the choice that comes next.
    deviations: Vec<Deviation>,
    at: u32,
    /// How many others there were, at each choice since the last deviation.
    others: Vec<u32>,
    /// How many orders with one deviation were met.
    n_first: u64,
    has_begun: bool,
    /// How many executions are left.
    budget: u64,
}

impl Fifo {
    pub(super) fn new(most: u32, all_or_none: bool, shard: Shard) -> Fifo {
        Fifo {
            most,
            all_or_none,
            shard,
            level: 0,
            n_left: 1,
            parents: VecDeque::new(),
            next_parents: VecDeque::new(),
            n_next: 0,
            is_partial: false,
            next_is_partial: false,
            width: None,
            deviations: Vec::new(),
            at: 0,
            others: Vec::new(),
            n_first: 0,
            has_begun: false,
            budget: 0,
        }
    }

    /// The next order with as many deviations.
    fn next(&mut self) -> Option<Vec<Deviation>> {
        while let Some(parent) = self.parents.front_mut() {
            let Some(deviations) = parent.next() else {
                self.parents.pop_front();
                continue;
            };
            if self.level == 1 {
                // The loop's own order is the piece of work before them.
                self.n_first += 1;
                if !self.shard.has(self.n_first) {
                    continue;
                }
            }
            return Some(deviations);
        }
        None
    }

    /// Goes on to the orders with one more deviation, if they are to be tried.
    fn widen(&mut self) -> bool {
        if self.level >= self.most || self.is_partial || self.next_is_partial && self.all_or_none {
            return false;
        }
        self.parents = std::mem::take(&mut self.next_parents);
        self.level += 1;
        self.is_partial = self.next_is_partial;
        self.n_left = std::mem::take(&mut self.n_next);
        if self.parents.is_empty() && !self.is_partial {
            self.width = Some(Width::Everything);
        } else if self.level == 1 {
            self.n_left = (1..=self.n_left).filter(|it| self.shard.has(*it)).count() as u64;
            if self.n_left == 0 {
                // All of them are other shards', and with them all that have more.
                self.width = Some(Width::Within(self.most));
            }
        }
        self.n_left > 0 && !(self.all_or_none && self.n_left > self.budget)
    }
    /// How many deviations the next order has.
    pub(super) fn next_level(&self) -> u32 {
        if self.n_left > 0 { self.level } else { self.level + 1 }
    }

    /// An execution begins, and so many may still be made; `false` if none is left to be tried.
    pub(super) fn begin(&mut self, n_left: u64) -> bool {
        (self.at, self.budget) = (0, n_left);
        self.others.clear();
        if !self.has_begun {
            self.has_begun = true;
            return true;
        }
        if self.n_left == 0 && !self.widen() {
            return false;
        }
        match self.next() {
            Some(deviations) => self.deviations = deviations,
            None => return false,
        }
        true
    }

    /// The place of the next task; `None` if the program is not what it was.
    pub(super) fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let n_others = choice.ready.len() - 1;
        if n_others == 0 {
            return Some(0);
        }
        let at = self.at;
        self.at += 1;
        if let Some(deviation) = self.deviations.iter().find(|it| it.at == at) {
            let other = deviation.other as usize;
            let place = if other < choice.own { other } else { other + 1 };
            return (other < n_others).then_some(place);
        }
        if self.deviations.last().is_none_or(|it| it.at < at) {
            self.others.push(n_others as u32);
        }
        Some(choice.own)
    }

    /// The execution has ended. Returns whether it is this shard's.
    pub(super) fn end(&mut self) -> bool {
        let counts = self.level > 0 || self.shard.has(0);
        self.n_left -= 1;
        let n_here: u64 = self.others.iter().map(|it| u64::from(*it)).sum();
        if self.level > 0 && self.n_next + n_here > N_REMEMBERED.min(self.budget) {
            self.next_is_partial = true;
        } else if n_here > 0 && self.level < self.most {
            self.n_next += n_here;
            self.next_parents.push_back(Parent {
                deviations: self.deviations.clone(),
                others: std::mem::take(&mut self.others),
                next: (0, 0),
            });
        }
        if self.n_left == 0 && !self.is_partial {
            self.width = Some(Width::Within(self.level));
        }
        counts
    }
}
