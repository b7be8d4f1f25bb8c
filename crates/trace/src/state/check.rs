//! Whether a state that was read can be true: what is played on from it counts and subtracts.

use super::{State, TaskState};
use crate::file::bounds::{NAME, TEXT};

/// More events than this nobody has counted: so there is always room for those that follow.
const MOST_EVENTS: u64 = 1 << 62;

impl State {
    /// What cannot be true of it, in words; `None` if it could have come from events.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let told = |wrong: bool, words: &str| wrong.then(|| words.to_owned());
        let choice = |position, place: Option<usize>, n_ready| {
            position >= self.position || place.is_some_and(|it| it >= n_ready)
        };
        told(self.position > MOST_EVENTS, "more events came before than can be counted")
            .or_else(|| {
                let wrong = self.choice.is_some_and(|it| choice(it.position, it.place, it.n_ready));
                told(wrong, "the last choice was made among fewer tasks, or later")
            })
            .or_else(|| {
                let wrong = self.asleep.is_some_and(|it| it.since > self.now);
                told(wrong, "the loop sleeps since a later time")
            })
            .or_else(|| {
                let wrong = |it: &super::Line| it.at > self.now || it.text.len() > TEXT;
                let wrong = self.output.iter().any(wrong);
                told(wrong, "a line was printed later, or is longer than a line may be")
            })
            .or_else(|| {
                let known = |task| self.tasks.get(task).is_some_and(|it| it.is_ready);
                let n_ready = self.tasks.values().filter(|it| it.is_ready).count();
                let wrong = n_ready != self.ready.len() || !self.ready.iter().all(known);
                told(wrong, "the ready queue does not hold those tasks that are ready")
            })
            .or_else(|| {
                self.tasks.iter().find_map(|(number, task)| {
                    Some(self.wrong_with(task)?.replace("TASK", &number.to_string()))
                })
            })
    }

    /// What cannot be true of a task; `TASK` stands for it.
    fn wrong_with(&self, task: &TaskState) -> Option<&'static str> {
        let later = |position, at| position >= self.position || at > self.now;
        if task.name.as_ref().is_some_and(|it| it.len() > NAME) {
            return Some("the name of TASK is too long");
        }
        if task.woken.is_some_and(|it| later(it.position, it.at)) {
            return Some("TASK was woken by a later event");
        }
        if task.waits.iter().chain(&task.over).any(|it| later(it.position, it.at)) {
            return Some("TASK waits since a later event");
        }
        if task.n_polls > self.position {
            return Some("TASK was polled more often than there were events");
        }
        if task.busy > self.now || task.poll_began.is_some_and(|it| it > self.now) {
            return Some("TASK was polled for longer than the run has lasted");
        }
        None
    }
}
