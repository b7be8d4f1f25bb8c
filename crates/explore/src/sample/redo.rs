//! An order once more, by what is not the loop's own in it, some of which may be left out.

use std::collections::BTreeSet;

use super::Choice;
use crate::replay::Follow;
use crate::schedule::Schedule;
use crate::search::foot::Task;
use crate::search::order::Event;
use crate::world::Choose;
use crate::world::failing::{Call, Failing, Failure};
use crate::world::faults::Kind;
use crate::world::names::Names;

/// How an order is not the loop's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    /// It is this one's step.
    Step,
    /// It gives its turn back in it, at this place, from 1.
    GivesUp(u32),
    /// A call fails in it.
    Fails(Failing),
}

/// What is not the loop's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Deviation {
    /// At which step, from 0.
    at: usize,
    /// Whose step it is, by its name.
    task: String,
    what: What,
    /// Whether it is something that is done to the program.
    pub(super) is_fault: bool,
}

impl Deviation {
    /// Whether it is a step that would not be there.
    fn is_step(&self) -> bool {
        self.is_fault && self.what == What::Step
    }
}

/// A step that was taken.
#[derive(Clone, Debug)]
struct Taken {
    /// Whose it is, by its name.
    task: String,
    /// How many tasks were ready.
    n_ready: usize,
    /// Whether the loop would have taken another one.
    deviates: bool,
    is_fault: bool,
    /// At which place it gave its turn back, from 1; 0 if it did not.
    gives_up: u32,
    /// Which of its calls failed.
    fails: Vec<Failing>,
}

/// Runs an order once more.
#[derive(Debug, Default)]
pub(super) struct Redo {
    /// What is followed, if it is a schedule.
    follow: Option<Follow>,
    /// Otherwise, what is not the loop's own.
    wanted: Vec<Deviation>,
    /// What is done to the program.
    faults: BTreeSet<String>,
    /// So many steps may do something to it.
    n_disturbed: usize,
    taken: Vec<Taken>,
}

impl Redo {
    /// The order of a schedule.
    pub(super) fn of(schedule: &Schedule) -> Redo {
        Redo { follow: Some(Follow::new(schedule)), ..Redo::default() }
    }

    /// The order without those deviations that are at these places.
    pub(super) fn without(all: &[Deviation], left_out: &[usize]) -> Redo {
        let mut redo = Redo::default();
        // What comes after a step that is left out comes a step earlier.
        let mut n_less = 0;
        for (place, deviation) in all.iter().enumerate() {
            if left_out.contains(&place) {
                n_less += usize::from(deviation.is_step());
                continue;
            }
            let deviation = Deviation { at: deviation.at - n_less, ..deviation.clone() };
            if deviation.is_step() {
                redo.faults.insert(deviation.task.clone());
                redo.n_disturbed = deviation.at + 1;
            }
            redo.wanted.push(deviation);
        }
        redo
    }

    pub(super) fn n_steps(&self) -> usize {
        self.taken.len()
    }

    /// What was not the loop's own.
    pub(super) fn deviations(&self) -> Vec<Deviation> {
        let mut all = Vec::new();
        for (at, taken) in self.taken.iter().enumerate() {
            let deviation = |what| Deviation {
                at,
                task: taken.task.clone(),
                what,
                is_fault: taken.is_fault || what != What::Step,
            };
            all.extend(taken.deviates.then(|| deviation(What::Step)));
            let gives_up = (taken.gives_up > 0).then_some(What::GivesUp(taken.gives_up));
            let fails = taken.fails.iter().map(|it| What::Fails(*it));
            all.extend(gives_up.into_iter().chain(fails).map(deviation));
        }
        all
    }

    /// The order as a schedule, up to the last of that.
    pub(super) fn schedule(&self) -> Schedule {
        let is_done = |it: &Taken| it.is_fault || it.gives_up > 0 || !it.fails.is_empty();
        let n_explicit = self.taken.iter().rposition(is_done).map_or(0, |it| it + 1);
        let n_all = self.taken.iter().rposition(|it| it.deviates).map_or(0, |it| it + 1);
        let mut schedule = Schedule::default();
        for (at, taken) in self.taken.iter().enumerate().take(n_all.max(n_explicit)) {
            let yields = format!("{}{}", Kind::Yield.sign(), taken.task);
            schedule.0.extend(std::iter::repeat_n(yields, taken.gives_up as usize));
            schedule.0.extend(taken.fails.iter().map(|it| format!("{it}{}", taken.task)));
            if at < n_explicit || taken.n_ready > 1 {
                schedule.0.push(taken.task.clone());
            }
        }
        schedule
    }
}

impl Choose for Redo {
    fn choose(&mut self, ready: &[Task], names: &Names) -> Option<Task> {
        let at = self.taken.len();
        let choice = Choice::new(ready, names);
        let place = match &mut self.follow {
            Some(follow) => {
                let task = follow.choose(ready, names)?;
                ready.iter().position(|it| *it == task).expect("it is one of them")
            }
            None => {
                let is_it = |it: &&Deviation| it.at == at && it.what == What::Step;
                let wanted = self.wanted.iter().find(is_it).map(|it| &it.task[..]);
                let of = |wanted| ready.iter().position(|it| names.called(*it) == wanted);
                let place = wanted.and_then(of).unwrap_or(choice.own);
                if choice.is_fault(place) && wanted != Some(names.called(ready[place])) {
                    // Nothing can go on, and something was to be done later.
                    return None;
                }
                place
            }
        };
        let is_fault = choice.is_fault(place);
        self.taken.push(Taken {
            task: names.called(ready[place]).to_owned(),
            n_ready: (0..ready.len()).filter(|it| !choice.is_fault(*it)).count(),
            deviates: is_fault || place != choice.own,
            is_fault,
            gives_up: 0,
            fails: Vec::new(),
        });
        Some(ready[place])
    }

    fn took(&mut self, _: Event, _: &[Task]) {}

    fn at_any_time(&self) -> Option<&BTreeSet<String>> {
        match &self.follow {
            Some(follow) => follow.at_any_time(),
            None => (self.taken.len() < self.n_disturbed).then_some(&self.faults),
        }
    }

    fn gives_up(&mut self, place: u32) -> bool {
        let at = self.taken.len() - 1;
        let gives_up = match &mut self.follow {
            Some(follow) => follow.gives_up(place),
            None => self.wanted.iter().any(|it| it.at == at && it.what == What::GivesUp(place)),
        };
        if gives_up {
            self.taken[at].gives_up = place;
        }
        gives_up
    }

    fn fails(&mut self, call: &Call) -> Option<Failure> {
        let at = self.taken.len() - 1;
        let failure = match &mut self.follow {
            Some(follow) => follow.fails(call)?,
            None => self.wanted.iter().find_map(|it| match it.what {
                What::Fails(failing) if it.at == at && call.is(&failing) => Some(failing.failure),
                _ => None,
            })?,
        };
        self.taken[at].fails.push(Failing { nth: call.in_poll, failure });
        Some(failure)
    }
}
