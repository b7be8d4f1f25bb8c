//! What a loop does about its descriptors that the reactor must not: asking `Faults` before a system
//! call, telling hooks and the exception handler, waking, dropping wakers. Sockets come in here.
//!
//! Road: stages 7 and 10.

use std::io;
use std::thread;
use std::time::Duration;

use super::Core;
#[cfg(all(unix, not(boucle_loom)))]
use crate::data::WokenBy;
use crate::data::primitives;
use crate::host::{Report, SystemCall};
use crate::reactor::Told;

/// After a wait that failed, the next one is tried so much later.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

impl Core {
    /// Asks the system what is ready, without waiting, and wakes who waits for it.
    pub(crate) fn look_at_descriptors(&self) {
        let at_once = Some(Duration::ZERO);
        if self.reactor.is_watching() && self.may_wait(at_once) {
            self.sleep_in_system(at_once);
            self.tell_descriptors();
        }
    }

    /// Asks whether the next wait in the system is to fail; if so, that is its end, and it is told. Runs
    /// code of a user: what is ready is to be looked at after it.
    pub(crate) fn may_wait(&self, timeout: Option<Duration>) -> bool {
        let fault = self.reactor.watcher().and_then(|_| self.host.fault(SystemCall::Wait));
        match fault {
            Some(error) => {
                self.wait_has_failed(error, timeout);
                false
            }
            None => true,
        }
    }

    /// Sleeps until something is ready, or somebody rings, or for `timeout`. Runs no code of a user
    /// before; what is ready is told by [`tell_descriptors`](Core::tell_descriptors).
    pub(crate) fn sleep_in_system(&self, timeout: Option<Duration>) {
        if self.reactor.watcher().is_none() {
            primitives::park(timeout);
        } else if let Err(error) = self.reactor.ask(timeout) {
            self.wait_has_failed(error, timeout);
        }
    }

    #[cold]
    fn wait_has_failed(&self, error: io::Error, timeout: Option<Duration>) {
        if error.kind() != io::ErrorKind::Interrupted {
            self.host.tell(Report::io("cannot wait for descriptors", error));
            // Whatever it is, it shall not make the loop spin.
            thread::sleep(timeout.map_or(AFTER_FAILURE, |it| it.min(AFTER_FAILURE)));
        }
    }

    /// Wakes who waits for what the system said is ready.
    pub(crate) fn tell_descriptors(&self) {
        let mut all = self.reactor.tell();
        all.drain(..).for_each(|told| self.tell_of_descriptor(told));
        self.reactor.reuse(all);
    }
}

/// There are no descriptors.
#[cfg(not(all(unix, not(boucle_loom))))]
impl Core {
    fn tell_of_descriptor(&self, told: Told) {
        match told {}
    }
}

#[cfg(all(unix, not(boucle_loom)))]
impl Core {
    /// One thing that the system has told.
    #[inline]
    fn tell_of_descriptor(&self, told: Told) {
        match told {
            Told::Ready { key, descriptor, reads, writes } => {
                self.host.show_waking(|it| it.io_ready(descriptor, reads, writes));
                if self.host.is_observed() {
                    // Those who say when they stop do so as they are polled.
                    let ways = [(reads, true), (writes, false)].into_iter().filter(|it| it.0);
                    ways.for_each(|(_, reads)| self.host.polls_end(key.pack(), reads));
                }
            }
            Told::Wake(descriptor, wake) => {
                self.wake_for(WokenBy::Descriptor(descriptor), || self.wake_up(wake));
            }
        }
    }
}
