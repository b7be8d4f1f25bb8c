//! What those who watch a loop are told, and what debug mode keeps.

use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use super::Core;
use crate::instrument::{Ended, Instrument, WaitsFor, WokenBy};
use crate::task::TaskId;

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
    /// Tells who watches that a task was spawned.
    #[inline]
    pub(crate) fn task_spawned(&self, id: TaskId, at: &'static Location<'static>) {
        if let Some(instrument) = &self.instrument {
            self.tell_of_spawn(instrument, id, at);
        }
    }

    #[cold]
    fn tell_of_spawn(
        &self,
        instrument: &Rc<dyn Instrument>,
        id: TaskId,
        at: &'static Location<'static>,
    ) {
        self.guard(|| instrument.task_spawned(id, at));
    }

    /// Tells who watches that a task was woken.
    #[inline]
    pub(crate) fn task_woken(&self, id: TaskId) {
        if let Some(instrument) = &self.instrument {
            self.tell_of_wake(instrument, id);
        }
    }

    /// What debug mode knows of what a task waits for.
    pub(crate) fn waits_of(&self, id: TaskId) -> Vec<WaitsFor> {
        self.stats.borrow().get(&id).map_or_else(Vec::new, |it| it.waits_for.clone())
    }

    /// Notes what the task that is being polled begins to wait for.
    #[inline]
    pub(crate) fn waits(&self, on: impl FnOnce() -> WaitsFor) {
        if self.instrument.is_some() || self.slow_poll.is_some() {
            self.waits_watched(on());
        }
    }

    /// Whether somebody watches.
    pub(crate) fn is_watched(&self) -> bool {
        self.instrument.is_some()
    }

    #[cold]
    fn waits_watched(&self, on: WaitsFor) {
        let Some(task) = self.current_task.get() else { return };
        if self.slow_poll.is_some() {
            self.stats.borrow_mut().entry(task).or_default().waits_for.push(on);
        }
        if let Some(instrument) = &self.instrument {
            self.guard(|| instrument.waits(task, on));
        }
    }

    #[cold]
    fn tell_of_wake(&self, instrument: &Rc<dyn Instrument>, id: TaskId) {
        let by = self.current_task.get().map_or(self.wakes_for.get(), WokenBy::Task);
        self.guard(|| instrument.woken(id, by));
    }

    #[cold]
    pub(super) fn tell_of_end(&self, id: TaskId, how: Ended) {
        self.stats.borrow_mut().remove(&id);
        if let Some(instrument) = &self.instrument {
            self.guard(|| instrument.task_done(id, how));
        }
    }

    /// How often a task was polled, and how long that took, if that is counted.
    pub(crate) fn polls_of(&self, id: TaskId) -> Option<(u64, Duration)> {
        self.slow_poll?;
        Some(self.stats.borrow().get(&id).map_or((0, Duration::ZERO), |it| (it.n_polls, it.busy)))
    }
}
