//! Telling those who watch what a task waits for: from when, and until when.
//!
//! Whatever waits says so as it has entered its place, and again as it is ready, is dropped, or goes on in
//! another task. Where nobody watches, that is one look at the loop.

use super::{Core, call_in, with_entered};
use crate::data::{LoopId, Object, Spot, TaskId, Wait, Who};

impl Core {
    /// A wait begins, of the task that is woken by it; if that is a foreign waker, of the one that is being
    /// polled. Whether its end is to be told. Nothing may be borrowed.
    #[inline]
    pub(crate) fn wait_begins(
        &self,
        spot: impl FnOnce() -> Spot,
        wakes: Option<TaskId>,
        wait: impl FnOnce() -> Wait,
    ) -> bool {
        self.host.is_observed() && self.tell_wait(spot(), wakes, wait)
    }

    #[cold]
    fn tell_wait(&self, spot: Spot, wakes: Option<TaskId>, wait: impl FnOnce() -> Wait) -> bool {
        let who = self.who_waits(wakes);
        match who {
            Some(who) => self.host.wait_begins(spot, who, wait(), self.clock.now()),
            None => self.host.wait_ends(spot),
        }
        who.is_some()
    }

    /// The same of one that may have been polled before: then it goes on, perhaps in another task.
    #[inline]
    pub(crate) fn wait_goes_on(
        &self,
        spot: impl FnOnce() -> Spot,
        wakes: Option<TaskId>,
        wait: impl FnOnce() -> Wait,
    ) -> bool {
        self.host.is_observed() && {
            let (spot, who) = (spot(), self.who_waits(wakes));
            match self.host.wait_goes_on(spot, who, self.clock.now()) {
                true => who.is_some(),
                false => self.tell_wait(spot, wakes, wait),
            }
        }
    }

    /// A wait ends, if one was told of. Nothing may be borrowed.
    #[inline]
    pub(crate) fn wait_ends(&self, spot: impl FnOnce() -> Spot) {
        if self.host.is_observed() {
            self.host.wait_ends(spot());
        }
    }

    /// A task waits no longer for the ends of those for which it waits at this object: what did so is ready, or
    /// dropped. If the task is being polled it may go on to wait, and that is told as the poll ends.
    #[cold]
    pub(crate) fn rests(&self, task: TaskId, at: Object) {
        match self.current_task.get() == Some(task) {
            true => self.host.rest_begins(task, at),
            false => self.host.ends_end(task, at),
        }
    }

    /// Whose a wait is that wakes this task, or a foreign waker. A task that has ended waits for nothing.
    pub(crate) fn who_waits(&self, wakes: Option<TaskId>) -> Option<Who> {
        let task = wakes.or(self.current_task.get())?;
        self.registry.look(task).map(|_| Who { task, is_foreign: wakes.is_none() })
    }
}

/// A wait of which this loop was told ends, from wherever the thread is; `None`: of the one that it is in.
#[cold]
pub(crate) fn wait_ends_in(event_loop: Option<LoopId>, spot: Spot) {
    match event_loop {
        Some(id) => call_in(id, move |core| core.host.wait_ends(spot)),
        None => drop(with_entered(|core| core.host.wait_ends(spot))),
    }
}
