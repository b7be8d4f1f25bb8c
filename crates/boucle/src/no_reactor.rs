//! Where there are no descriptors: in models, and on systems that are no Unix. The loop sleeps all the
//! same.

use std::time::Duration;

use crate::core::Core;
use crate::data::TaskId;
use crate::data::WaitsFor;
use crate::data::primitives;

/// No descriptors.
#[derive(Default)]
pub(crate) struct Reactor;

/// Nothing is watched: there is no value of this.
pub(crate) enum Watcher {}

impl Watcher {
    pub(crate) fn ring(&self) {
        match *self {}
    }
}

impl Reactor {
    pub(crate) fn has_waiters(&self) -> bool {
        false
    }

    pub(crate) fn waits(&self) -> Vec<(TaskId, WaitsFor)> {
        Vec::new()
    }

    pub(crate) fn look(&self, _core: &Core) {}

    pub(crate) fn sleep(&self, _core: &Core, timeout: Option<Duration>) {
        primitives::park(timeout);
    }

    pub(crate) fn tell(&self, _core: &Core) {}
}
