//! Uniform random walks (Zhao, Wolff, Mathur, Roychoudhury: ASPLOS 2025): each task in proportion to the polls that
//! it will still have, with those of the tasks that it will spawn. So an order in which a long task comes last is
//! no rarer than one in which it comes first.

use oorandom::Rand32;

use super::fair::at;
use super::{Choice, Ended, Sampler};
use crate::search::foot::Task;
use crate::search::order::Event;

/// From so many runs it is learned how many polls each task has.
const N_LEARNED: u32 = 32;

/// What was learned of a task.
#[derive(Clone, Debug, Default)]
struct Learned {
    /// In how many runs it had so many polls.
    n_polls: Vec<u32>,
    /// How many polls it still has after so many, in the mean.
    left: Vec<f32>,
    /// How many it has, and those that it spawns, in the mean.
    whole: f32,
    /// Who has spawned it.
    parent: Option<Task>,
}

/// What happens to a task in the run that is under way.
#[derive(Clone, Copy, Debug, Default)]
struct Now {
    /// How often it was polled.
    n_polls: usize,
    /// What the tasks have left that it will still spawn.
    to_come: f32,
    /// Whether it is there.
    is_there: bool,
}

/// Chooses in proportion to what is left.
#[derive(Debug, Default)]
pub(super) struct Walk {
    n_runs: u32,
    learned: Vec<Learned>,
    now: Vec<Now>,
    /// What is left of each that is ready.
    weights: Vec<f32>,
}

impl Walk {
    /// A task is there, spawned by this one.
    fn meet(&mut self, task: Task, parent: Option<Task>) {
        let now = at(&mut self.now, task);
        if std::mem::replace(&mut now.is_there, true) {
            return;
        }
        let learned = at(&mut self.learned, task);
        if self.n_runs < N_LEARNED {
            learned.parent = parent;
        } else if let Some(parent) = parent {
            let whole = learned.whole;
            let now = at(&mut self.now, parent);
            now.to_come = (now.to_come - whole).max(0.0);
        }
    }

    /// How many polls are to be expected behind this task.
    fn weight(&mut self, task: Task) -> f32 {
        let now = *at(&mut self.now, task);
        let left = at(&mut self.learned, task).left.get(now.n_polls).copied();
        left.unwrap_or(1.0) + now.to_come
    }

    /// Knows from now on what was learned.
    fn learn(&mut self) {
        for it in &mut self.learned {
            let (mut n_runs, mut n_left) = (0.0, 0.0);
            it.left = vec![0.0; it.n_polls.len()];
            for n_polls in (0..it.n_polls.len()).rev() {
                // Of those that have more polls than this, each has one more left than a place further on.
                it.left[n_polls] = if n_runs > 0.0 { n_left / n_runs } else { 1.0 };
                n_runs += it.n_polls[n_polls] as f32;
                n_left += n_runs;
            }
            let all: u32 = it.n_polls.iter().enumerate().map(|(n, runs)| n as u32 * runs).sum();
            it.whole = all as f32 / N_LEARNED as f32;
        }
        // A parent has met its children after itself, but their numbers are those of the first run.
        for child in 0..self.learned.len() {
            let own = self.learned[child].left.first().map_or(0.0, |_| self.mean(child));
            let mut up = self.learned[child].parent;
            for _ in 0..self.learned.len() {
                let Some(parent) = up else { break };
                self.learned[usize::from(parent)].whole += own;
                up = self.learned[usize::from(parent)].parent;
            }
        }
    }

    /// How many polls a task has of its own, in the mean.
    fn mean(&self, task: usize) -> f32 {
        let all = self.learned[task].n_polls.iter().enumerate();
        let all: u32 = all.map(|(n, runs)| n as u32 * runs).sum();
        all as f32 / N_LEARNED as f32
    }
}

impl Sampler for Walk {
    fn begin(&mut self, _: u64, _: &mut Rand32) -> bool {
        self.now.clear();
        if self.n_runs >= N_LEARNED {
            for place in 0..self.learned.len() {
                if let Some(parent) = self.learned[place].parent {
                    at(&mut self.now, parent).to_come += self.learned[place].whole;
                }
            }
        }
        true
    }

    fn choose(&mut self, choice: &Choice<'_>, dice: &mut Rand32) -> Option<usize> {
        for task in choice.ready {
            self.meet(*task, None);
        }
        let n = choice.ready.len();
        let place = match n {
            1 => 0,
            _ if self.n_runs < N_LEARNED => dice.rand_range(0..n as u32) as usize,
            _ => {
                self.weights.clear();
                for task in choice.ready {
                    let weight = self.weight(*task);
                    self.weights.push(weight);
                }
                let mut left = dice.rand_float() * self.weights.iter().sum::<f32>();
                let is_it = |weight: &f32| {
                    left -= weight;
                    left < 0.0
                };
                self.weights.iter().position(is_it).unwrap_or(n - 1)
            }
        };
        Some(place)
    }

    fn took(&mut self, event: &Event) {
        at(&mut self.now, event.task).n_polls += 1;
        for task in &event.foot.wakes {
            self.meet(*task, Some(event.task));
        }
    }

    fn end(&mut self, _: &Ended<'_>) -> bool {
        if self.n_runs < N_LEARNED {
            for (task, now) in self.now.iter().enumerate().filter(|it| it.1.is_there) {
                *at(&mut at(&mut self.learned, task as Task).n_polls, now.n_polls as u16) += 1;
            }
            self.n_runs += 1;
            if self.n_runs == N_LEARNED {
                self.learn();
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Learned, N_LEARNED, Walk};

    #[test]
    fn what_is_left_is_the_mean_of_those_that_have_come_so_far() {
        let learned =
            Learned { n_polls: vec![0, 0, N_LEARNED / 2, 0, N_LEARNED / 2], ..Learned::default() };
        let child = Learned { n_polls: vec![0, N_LEARNED], parent: Some(0), ..Learned::default() };
        let mut walk = Walk { learned: vec![learned, child], ..Walk::default() };
        walk.learn();
        // Half of the runs have two polls, the others four.
        assert_eq!(walk.learned[0].left, [3.0, 2.0, 2.0, 1.0, 1.0]);
        assert_eq!((walk.learned[0].whole, walk.learned[1].whole), (4.0, 1.0));
    }
}
