//! The timers of a loop, as those set them who wait for a time.

use std::time::Duration;

use super::Core;
use crate::data::{Spot, TaskId};
use crate::structures::timers::TimerKey;
use crate::structures::wake::Wake;

/// Whom a timer wakes that is waited for again.
pub(crate) enum Rearmed {
    /// Nobody: it is not set any more.
    IsOver,
    /// The same as before.
    Known,
    /// Another one: this task, or a foreign waker.
    Other(Option<TaskId>),
}

impl Core {
    /// Sets a timer.
    pub(crate) fn set_timer(&self, deadline: u64, wake: Wake) -> TimerKey {
        super::adds_timer();
        let key = self.timers.borrow_mut().insert(deadline, wake);
        let after = || Duration::from_nanos(deadline.saturating_sub(self.now()));
        self.host.show(|it| it.timer_set(key.number(), after()));
        key
    }

    /// Lets a timer wake another one, unless it `is_known`.
    pub(crate) fn rearm_timer(
        &self,
        key: TimerKey,
        is_known: impl FnOnce(&Wake) -> bool,
        wake: impl FnOnce() -> Wake,
    ) -> Rearmed {
        let is_known = self.timers.borrow().look(key, is_known);
        match is_known {
            None => {
                self.wait_ends(|| Spot::Timer(key.number()));
                return Rearmed::IsOver;
            }
            Some(true) => return Rearmed::Known,
            Some(false) => {}
        }
        // Made while nothing is borrowed: a foreign waker runs foreign code, which may unset this very timer.
        let wake = wake();
        let wakes = wake.task();
        let replaced = self.timers.borrow_mut().replace(key, wake);
        let is_set = replaced.is_ok();
        self.host.drop(replaced.unwrap_or_else(|wake| wake));
        if is_set {
            return Rearmed::Other(wakes);
        }
        self.wait_ends(|| Spot::Timer(key.number()));
        Rearmed::IsOver
    }

    /// Takes a timer out, if it is set.
    pub(crate) fn unset_timer(&self, key: TimerKey) {
        let unused = self.timers.borrow_mut().remove(key);
        if unused.is_some() {
            super::adds_timer();
            self.host.show(|it| it.timer_unset(key.number()));
        }
        self.host.drop(unused);
        self.wait_ends(|| Spot::Timer(key.number()));
    }
}
