//! Nobody who is ready waits for ever: a program that asks again and again whether another task has gone on would
//! not end otherwise, and that would be no mistake of its own.

use super::Choice;

/// So many steps of others a task waits at the most.
const PATIENCE: u32 = 200;

/// How long each task has been ready.
#[derive(Debug, Default)]
pub(super) struct Fair {
    /// At which step each was first seen to be ready, since its last one.
    since: Vec<Option<u32>>,
    /// How many steps there were.
    n_steps: u32,
}

impl Fair {
    /// An execution begins.
    pub(super) fn begin(&mut self) {
        self.since.clear();
        self.n_steps = 0;
    }

    /// The place of a task that has waited for too long.
    pub(super) fn overdue(&mut self, choice: &Choice<'_>) -> Option<usize> {
        let now = self.n_steps;
        self.n_steps += 1;
        let mut overdue = None;
        for (place, task) in choice.ready.iter().enumerate() {
            let since = *at(&mut self.since, *task).get_or_insert(now);
            // Nothing has to be done to a program.
            if now - since > PATIENCE && !choice.is_fault(place) {
                overdue = overdue.or(Some(place));
            }
        }
        overdue
    }

    /// This one is next.
    pub(super) fn chosen(&mut self, choice: &Choice<'_>, place: usize) {
        *at(&mut self.since, choice.ready[place]) = None;
    }
}

/// What is kept of a task.
pub(super) fn at<T: Default>(all: &mut Vec<T>, task: u16) -> &mut T {
    let place = usize::from(task);
    if place >= all.len() {
        all.resize_with(place + 1, T::default);
    }
    &mut all[place]
}
