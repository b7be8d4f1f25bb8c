//! The same order in what matters, with as few changes of the task as can be.

use std::collections::{HashMap, VecDeque};

use crate::search::foot::Task;
use crate::search::order::HappensBefore;

/// So many states are looked at; of an order that has more, one is taken that is short enough.
const N_STATES: usize = 1 << 16;

/// How often another task is next.
pub(crate) fn n_switches(tasks: &[Task]) -> usize {
    tasks.windows(2).filter(|it| it[0] != it[1]).count()
}

/// Whose steps are next in an order of the same steps that stands for the same, with the fewest changes of the
/// task.
pub(crate) fn shortest(tasks: &[Task], order: &HappensBefore) -> Vec<Task> {
    let steps = Steps::new(tasks, order);
    steps.fewest().unwrap_or_else(|| steps.few())
}

/// How many steps of each task were taken, and whose was the last one.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    /// By the place of the task among all.
    taken: Box<[u32]>,
    /// Its place; none before the first step.
    last: Option<usize>,
}

/// The steps of an order.
struct Steps<'a> {
    /// The tasks that have steps.
    tasks: Vec<Task>,
    /// The steps of each, by their places in the order.
    of: Vec<Vec<usize>>,
    /// What has to happen before what.
    order: &'a HappensBefore,
}

impl<'a> Steps<'a> {
    fn new(tasks: &[Task], order: &'a HappensBefore) -> Steps<'a> {
        let mut all = tasks.to_vec();
        all.sort_unstable();
        all.dedup();
        let places = |task: &Task| (0..tasks.len()).filter(|it| tasks[*it] == *task).collect();
        let of = all.iter().map(places).collect();
        Steps { tasks: all, of, order }
    }

    fn begin(&self) -> State {
        State { taken: vec![0; self.tasks.len()].into(), last: None }
    }

    /// The state after the next step of a task, if all that has to happen before it has.
    fn after(&self, state: &State, own: usize) -> Option<State> {
        let place = *self.of[own].get(state.taken[own] as usize)?;
        let clock = self.order.clock(place);
        let has_happened = |other: usize| {
            let needed = clock.get(usize::from(self.tasks[other])).copied().unwrap_or(0);
            other == own || state.taken[other] >= needed
        };
        if !(0..self.tasks.len()).all(has_happened) {
            return None;
        }
        let mut after = State { taken: state.taken.clone(), last: Some(own) };
        after.taken[own] += 1;
        Some(after)
    }

    /// Breadth first, where it costs nothing to stay with the task: the first way to the end is the shortest.
    fn fewest(&self) -> Option<Vec<Task>> {
        let n: usize = self.of.iter().map(Vec::len).sum();
        let begin = self.begin();
        let mut known: HashMap<State, (usize, Option<State>)> = HashMap::new();
        known.insert(begin.clone(), (0, None));
        let mut left = VecDeque::from([(0, begin)]);
        while let Some((cost, state)) = left.pop_front() {
            if known[&state].0 < cost {
                continue;
            }
            if state.taken.iter().map(|it| *it as usize).sum::<usize>() == n {
                return Some(self.way(&known, state));
            }
            for own in 0..self.tasks.len() {
                let Some(after) = self.after(&state, own) else { continue };
                let stays = state.last.is_none_or(|it| it == own);
                let cost = cost + usize::from(!stays);
                if known.get(&after).is_some_and(|it| it.0 <= cost) {
                    continue;
                }
                known.insert(after.clone(), (cost, Some(state.clone())));
                if stays {
                    left.push_front((cost, after));
                } else {
                    left.push_back((cost, after));
                }
            }
            if known.len() > N_STATES {
                return None;
            }
        }
        None
    }

    /// The tasks on the way to a state.
    fn way(&self, known: &HashMap<State, (usize, Option<State>)>, end: State) -> Vec<Task> {
        let mut tasks = Vec::new();
        let mut state = end;
        while let (Some(own), Some((_, Some(before)))) = (state.last, known.get(&state)) {
            tasks.push(self.tasks[own]);
            state = before.clone();
        }
        tasks.reverse();
        tasks
    }

    /// Stays with each task as long as it can, and goes on with the one that can stay longest.
    fn few(&self) -> Vec<Task> {
        let (mut state, mut tasks) = (self.begin(), Vec::new());
        let run = |state: &State, own| {
            let next = |it: &State| self.after(it, own);
            std::iter::successors(next(state), next).last()
        };
        loop {
            let runs = (0..self.tasks.len()).filter_map(|own| run(&state, own));
            let size = |it: &State| it.taken.iter().sum::<u32>();
            let Some(best) = runs.max_by_key(size) else { return tasks };
            let own = best.last.expect("a step was taken");
            let n = best.taken[own] - state.taken[own];
            tasks.extend(std::iter::repeat_n(self.tasks[own], n as usize));
            state = best;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use boucle::How;

    use super::{Steps, n_switches, shortest};
    use crate::search::foot::{Foot, Part, Task};
    use crate::search::order::{Event, HappensBefore};

    /// Steps that write these parts.
    fn steps(all: &[(Task, Option<Part>)]) -> Vec<Arc<Event>> {
        let event = |(task, part): &(Task, Option<Part>)| {
            let mut foot = Foot::default();
            part.iter().for_each(|it| foot.uses(*it, How::Write));
            // Each gives the turn back.
            foot.wakes(*task);
            Arc::new(Event { task: *task, foot })
        };
        all.iter().map(event).collect()
    }

    #[test]
    fn steps_that_do_not_matter_are_put_together_and_those_that_do_stay_as_they_are() {
        // Two that take turns, and meet twice: 1 before 2, then 2 before 1.
        let mut all = Vec::new();
        for n in 0..10 {
            let part = |wanted: &[usize]| wanted.contains(&n).then_some(7);
            all.extend([(1, part(&[3])), (2, part(&[5])), (1, part(&[8]))]);
        }
        let events = steps(&all);
        let tasks: Vec<_> = events.iter().map(|it| it.task).collect();
        let order = HappensBefore::new(&events, &[1, 2]);
        let short = shortest(&tasks, &order);
        assert_eq!((n_switches(&tasks), n_switches(&short)), (20, 2));
        assert_eq!(short.len(), tasks.len());
        // It stands for the same.
        let mut left = [1, 2].map(|task| events.iter().filter(move |it| it.task == task));
        let again: Vec<_> = short
            .iter()
            .map(|it| Arc::clone(left[usize::from(*it) - 1].next().expect("as many")))
            .collect();
        assert_eq!(HappensBefore::new(&again, &[1, 2]).trace(), order.trace());
    }

    #[test]
    fn where_it_is_too_much_it_is_short_all_the_same() {
        let all: Vec<_> = (0..60).map(|it| (it % 6 + 1, None)).collect();
        let events = steps(&all);
        let tasks: Vec<_> = events.iter().map(|it| it.task).collect();
        let order = HappensBefore::new(&events, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(n_switches(&Steps::new(&tasks, &order).few()), 5);
    }
}
