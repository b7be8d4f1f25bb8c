//! Who runs, since when, and what each task has cost so far: sums over all events of a run.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::event::{Event, Place, PollEnd, RunEnd, TaskNo, Text, What};

/// Tasks that have ended are summed up by where they were spawned: at so many places.
const N_PLACES: usize = 1000;

/// What a task has cost so far, or several that were spawned at one place. Times are in nanoseconds.
///
/// # Examples
///
/// ```
/// assert_eq!(boucle_trace::Sum::default().n_polls, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sum {
    /// The task; none for those that have ended.
    pub task: Option<TaskNo>,
    /// Its name, if it has one.
    pub name: Option<Text>,
    /// The type of its future, if that is known.
    pub future: Option<Text>,
    /// Where it was spawned, if that is known.
    pub place: Option<Place>,
    /// How many tasks these are.
    pub n_tasks: u64,
    /// How often it was polled.
    pub n_polls: u64,
    /// How long it ran.
    pub busy: u64,
    /// The longest poll.
    pub longest_poll: u64,
    /// How long it could go on, and waited for its turn.
    pub ready: u64,
    /// How long it waited for something.
    pub waiting: u64,
    /// The longest time it waited for something.
    pub longest_wait: u64,
    /// How long it has waited by now, if it waits.
    pub waits_since: Option<u64>,
}

impl Sum {
    /// What it is called: its name, the type of its future and its number, or its number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::Sum::default().called(), "0 tasks");
    /// ```
    #[must_use]
    pub fn called(&self) -> String {
        match (&self.name, &self.future, self.task) {
            (Some(name), ..) => name.to_string(),
            (None, Some(future), Some(task)) => format!("{future} {}", task.get()),
            (None, None, Some(task)) => task.to_string(),
            (None, Some(future), None) => format!("{} {future}", self.n_tasks),
            (None, None, None) => format!("{} tasks", self.n_tasks),
        }
    }

    /// Adds what another task has cost.
    fn add(&mut self, other: &Sum) {
        self.n_tasks += other.n_tasks;
        self.n_polls += other.n_polls;
        self.busy += other.busy;
        self.longest_poll = self.longest_poll.max(other.longest_poll);
        self.ready += other.ready;
        self.waiting += other.waiting;
        self.longest_wait = self.longest_wait.max(other.longest_wait);
    }
}

/// A task that lives.
struct Known {
    sum: Sum,
    /// When its poll began, if it is being polled.
    began: Option<u64>,
    /// Since when it is ready or waits, if it is not being polled.
    since: u64,
    /// Whether it can go on.
    is_ready: bool,
    /// Whether it has ended: its last poll is still to end.
    is_over: bool,
}

impl Known {
    fn new(task: TaskNo, at: u64) -> Known {
        let sum = Sum { task: Some(task), n_tasks: 1, ..Sum::default() };
        Known { sum, began: None, since: at, is_ready: false, is_over: false }
    }

    /// What is over of how it stood.
    fn passes(&mut self, at: u64) {
        let passed = at.saturating_sub(self.since);
        self.since = at;
        if self.is_ready {
            self.sum.ready += passed;
        } else {
            self.sum.waiting += passed;
            self.sum.longest_wait = self.sum.longest_wait.max(passed);
        }
    }

    fn wakes(&mut self, at: u64) {
        if self.began.is_none() && !self.is_ready {
            self.passes(at);
        }
        self.is_ready = true;
    }

    fn poll_begins(&mut self, at: u64) {
        if self.began.is_none() {
            self.passes(at);
        }
        self.is_ready = false;
        self.began = Some(at);
    }

    fn poll_ends(&mut self, at: u64) {
        let Some(began) = self.began.take() else { return };
        let took = at.saturating_sub(began);
        self.sum.n_polls += 1;
        self.sum.busy += took;
        self.sum.longest_poll = self.sum.longest_poll.max(took);
        self.since = at;
    }

    /// Its sum by now, what is under way included.
    fn by(&self, now: u64) -> Sum {
        let mut sum = self.sum.clone();
        let passed = now.saturating_sub(self.began.unwrap_or(self.since));
        if self.began.is_some() {
            sum.busy += passed;
            sum.longest_poll = sum.longest_poll.max(passed);
        } else if self.is_ready {
            sum.ready += passed;
        } else {
            sum.waiting += passed;
            sum.longest_wait = sum.longest_wait.max(passed);
            sum.waits_since = Some(passed);
        }
        sum
    }
}

/// Watches a run as it goes on.
#[derive(Default)]
pub(super) struct Watch {
    /// The tasks that are being polled, the innermost last, and since when.
    running: Vec<(TaskNo, u64)>,
    /// The tasks that live.
    tasks: HashMap<TaskNo, Known>,
    /// Those that have ended, by their places.
    ended: BTreeMap<Option<(Text, u32)>, Sum>,
    /// How many events there were.
    pub(super) n_events: u64,
    /// The time of the last one.
    pub(super) at: u64,
    /// Whether the loop sleeps.
    pub(super) is_asleep: bool,
    /// How the run has ended, if it has.
    pub(super) end: Option<RunEnd>,
}

impl Watch {
    /// Who holds up the others, and since when.
    pub(super) fn runs(&self) -> Option<(TaskNo, u64)> {
        self.running.first().copied()
    }

    /// What a task is called.
    pub(super) fn name(&self, task: TaskNo) -> String {
        self.tasks.get(&task).map_or_else(|| task.to_string(), |it| it.sum.called())
    }

    /// How many tasks live.
    pub(super) fn n_tasks(&self) -> u64 {
        self.tasks.len() as u64
    }

    /// Where a task was spawned.
    pub(super) fn place(&self, task: TaskNo) -> Option<&Place> {
        self.tasks.get(&task)?.sum.place.as_ref()
    }

    /// What each task has cost by `now`; those that have ended at last.
    pub(super) fn sums(&self, now: u64) -> Vec<Sum> {
        let mut sums: Vec<_> = self.tasks.values().map(|it| it.by(now)).collect();
        sums.sort_by_key(|it| it.task);
        sums.extend(self.ended.values().cloned());
        sums
    }

    /// Another event.
    pub(super) fn see(&mut self, event: &Event) {
        let at = event.at;
        self.at = at;
        self.n_events += 1;
        match &event.what {
            What::Added { task, place, future, .. } => {
                let known = self.known(*task, at);
                known.sum.place.clone_from(place);
                known.sum.future.clone_from(future);
                known.wakes(at);
            }
            What::Named { task, name } => self.known(*task, at).sum.name = Some(Text::clone(name)),
            What::PollBegins { task } => {
                self.end = None;
                self.running.push((*task, at));
                self.known(*task, at).poll_begins(at);
            }
            What::PollEnds { task, how } => {
                self.running.retain(|(it, _)| it != task);
                let known = self.known(*task, at);
                known.poll_ends(at);
                known.is_ready |= *how == PollEnd::Requeued;
                if known.is_over {
                    self.bury(*task, at);
                }
            }
            What::Woken { task, .. } | What::Requeued { task } => self.known(*task, at).wakes(at),
            What::Done { task, .. } => {
                let known = self.known(*task, at);
                known.is_over = true;
                if known.began.is_none() {
                    self.bury(*task, at);
                }
            }
            What::LoopSleeps { .. } => self.is_asleep = true,
            What::LoopWakes => self.is_asleep = false,
            What::RunEnds { how } => self.end = Some(how.clone()),
            _ => {}
        }
    }

    fn known(&mut self, task: TaskNo, at: u64) -> &mut Known {
        self.tasks.entry(task).or_insert_with(|| Known::new(task, at))
    }

    /// A task has ended: its sum goes to those of its place.
    fn bury(&mut self, task: TaskNo, at: u64) {
        let Some(mut known) = self.tasks.remove(&task) else { return };
        if known.sum.n_polls == 0 {
            known.passes(at);
        }
        let place = known.sum.place.clone();
        let mut key = place.as_ref().map(|it| (Text::clone(&it.file), it.line));
        if self.ended.len() >= N_PLACES && !self.ended.contains_key(&key) {
            key = None;
        }
        let place = place.filter(|_| key.is_some());
        let future = known.sum.future.clone().filter(|_| key.is_some());
        let sum = self.ended.entry(key);
        let sum = sum.or_insert_with(|| Sum { place, future, ..Sum::default() });
        sum.add(&known.sum);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Watch;
    use crate::record;

    #[test]
    fn a_watch_sums_up_what_each_task_has_cost() {
        let trace = record(|| async {
            let child = boucle::spawn(async {
                boucle::hold_up(Duration::from_millis(5));
                boucle::sleep(Duration::from_millis(20)).await;
                boucle::hold_up(Duration::from_millis(2));
            });
            child.set_name("child");
            child.await.expect("it ends");
        });
        let mut watch = Watch::default();
        let alive = trace.events().iter().take_while(|it| it.at < 25_000_000);
        alive.for_each(|it| watch.see(it));
        let sums = watch.sums(25_000_000);
        let child = sums.iter().find(|it| it.name.as_deref() == Some("child")).expect("it lives");
        let ms = 1_000_000;
        assert_eq!((child.n_polls, child.busy, child.longest_poll), (1, 5 * ms, 5 * ms));
        assert_eq!((child.waiting, child.waits_since), (20 * ms, Some(20 * ms)));
        assert!(watch.runs().is_none());
        trace.events().iter().skip_while(|it| it.at < 25_000_000).for_each(|it| watch.see(it));
        let sums = watch.sums(trace.events().last().expect("it ran").at);
        // Both have ended: one line a place.
        assert_eq!(sums.iter().map(|it| (it.task, it.n_tasks)).collect::<Vec<_>>(), [(None, 1); 2]);
        let child = sums.iter().find(|it| it.busy > 0).expect("it worked");
        assert_eq!((child.n_polls, child.busy), (2, 7 * ms));
        assert_eq!((child.longest_poll, child.longest_wait), (5 * ms, 20 * ms));
    }
}
