//! The timers of a loop, as those set them who wait for a time.

use std::time::Duration;

use super::Core;
use crate::structures::timers::TimerKey;
use crate::structures::wake::Wake;

impl Core {
    /// Sets a timer.
    pub(crate) fn set_timer(&self, deadline: u64, wake: Wake) -> TimerKey {
        super::adds_timer();
        let key = self.timers.borrow_mut().insert(deadline, wake);
        let after = || Duration::from_nanos(deadline.saturating_sub(self.now()));
        self.host.show(|it| it.timer_set(key.number(), after()));
        key
    }

    /// Lets a timer wake another one, unless it `is_known`; `false` if it is not set any more.
    pub(crate) fn rearm_timer(
        &self,
        key: TimerKey,
        is_known: impl FnOnce(&Wake) -> bool,
        wake: impl FnOnce() -> Wake,
    ) -> bool {
        match self.timers.borrow().look(key, is_known) {
            None => return false,
            Some(true) => return true,
            Some(false) => {}
        }
        // Made while nothing is borrowed: a foreign waker runs foreign code, which may unset this very timer.
        let wake = wake();
        let replaced = self.timers.borrow_mut().replace(key, wake);
        let is_set = replaced.is_ok();
        self.host.drop(replaced.unwrap_or_else(|wake| wake));
        is_set
    }

    /// Takes a timer out, if it is set.
    pub(crate) fn unset_timer(&self, key: TimerKey) {
        let unused = self.timers.borrow_mut().remove(key);
        if unused.is_some() {
            super::adds_timer();
            self.host.show(|it| it.timer_unset(key.number()));
        }
        self.host.drop(unused);
    }
}
