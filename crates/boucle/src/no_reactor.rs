//! Where there are no descriptors: in models, and on systems that are no Unix. The loop sleeps all the
//! same.

#[path = "reactor/driver.rs"]
mod driver;

use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use self::driver::Driver;
use crate::data::TaskId;
use crate::data::WaitsFor;
use crate::structures::wake::Wake;

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

/// What events have brought: nothing.
pub(crate) enum Told {}

impl Reactor {
    pub(crate) fn watcher(&self) -> Option<&Arc<Watcher>> {
        None
    }

    pub(crate) fn is_watching(&self) -> bool {
        false
    }

    pub(crate) fn has_waiters(&self) -> bool {
        false
    }

    pub(crate) fn waits(&self) -> Vec<(TaskId, WaitsFor)> {
        Vec::new()
    }

    pub(crate) fn turn_begins(&self) {}

    pub(crate) fn take_waiters(&self) -> Vec<Wake> {
        Vec::new()
    }

    pub(crate) fn ask(&self, _timeout: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn tell(&self) -> Vec<Told> {
        Vec::new()
    }

    pub(crate) fn reuse(&self, _told: Vec<Told>) {}
}
