//! What those who watch a loop are told, and what debug mode keeps.

use std::time::Duration;

use super::Core;
use crate::data::TaskId;
use crate::data::{Ended, WaitsFor, WokenBy};
use crate::host::Instrument;

/// What debug mode keeps of a task.
#[derive(Default)]
pub(super) struct Stats {
    /// How often it was polled.
    pub(super) n_polls: u64,
    /// How long that took.
    pub(super) busy: Duration,
    /// What it began to wait for in its last poll.
    pub(super) waits_for: Vec<WaitsFor>,
}

impl Core {
    /// Who watches. With `--cfg boucle_unwatched` nobody can, and what tells them is not built:
    /// `crates/bench` measures what that saves.
    #[inline]
    fn instrument(&self) -> Option<&dyn Instrument> {
        if cfg!(boucle_unwatched) { None } else { self.instrument.as_deref() }
    }

    /// Whether somebody watches.
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.instrument().is_some()
    }

    /// Whether somebody watches, or debug mode counts.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.is_watched() || self.slow_poll.is_some()
    }

    /// Tells who watches, if somebody does. Nothing may be borrowed: it runs code of a user.
    #[inline]
    pub(crate) fn show(&self, tell: impl FnOnce(&dyn Instrument)) {
        if let Some(instrument) = self.instrument() {
            self.show_to(instrument, tell);
        }
    }

    #[cold]
    fn show_to(&self, instrument: &dyn Instrument, tell: impl FnOnce(&dyn Instrument)) {
        self.guard(|| tell(instrument));
    }

    /// Tells who watches that a task was woken.
    #[cold]
    pub(crate) fn task_woken(&self, id: TaskId) {
        self.show(|it| {
            let by = self.current_task.get().map_or(self.wakes_for.get(), WokenBy::Task);
            it.woken(id, by);
        });
    }

    /// What debug mode knows of what a task waits for.
    pub(crate) fn waits_of(&self, id: TaskId) -> Vec<WaitsFor> {
        self.stats.borrow().get(&id).map_or_else(Vec::new, |it| it.waits_for.clone())
    }

    /// Notes what the task that is being polled begins to wait for.
    #[inline]
    pub(crate) fn waits(&self, on: impl FnOnce() -> WaitsFor) {
        if self.is_observed() {
            self.waits_watched(on());
        }
    }

    #[cold]
    fn waits_watched(&self, on: WaitsFor) {
        let Some(task) = self.current_task.get() else { return };
        if self.slow_poll.is_some() {
            self.stats.borrow_mut().entry(task).or_default().waits_for.push(on);
        }
        self.show(|it| it.waits(task, on));
    }

    #[cold]
    pub(crate) fn tell_of_end(&self, id: TaskId, how: Ended) {
        self.stats.borrow_mut().remove(&id);
        self.show(|it| it.task_done(id, how));
    }

    /// How often a task was polled, and how long that took, if that is counted.
    pub(crate) fn polls_of(&self, id: TaskId) -> Option<(u64, Duration)> {
        self.slow_poll?;
        Some(self.stats.borrow().get(&id).map_or((0, Duration::ZERO), |it| (it.n_polls, it.busy)))
    }
}
