//! The end of a loop: nothing of it is left, whatever destructors do.

use std::io;
use std::io::Write;

use super::{Core, Mode};
use crate::cell::Busy;

/// So often a loop that closes looks whether destructors have spawned anew.
const N_ROUNDS: usize = 100;

impl Core {
    /// Drops every task, on this thread and with the loop current, and refuses everything else.
    pub(crate) fn close(&self) {
        let _busy = Busy::new();
        self.mode.set(Mode::Closing);
        // Each of these may run code of a user, which may add to any other.
        for _ in 0..N_ROUNDS {
            // First the calls that are not made: their destructors may spawn.
            self.host.drop_each(self.remote.inbox.close());
            self.registry.drop_all(self);
            drop(self.ready.take_all());
            drop(self.choice.take());
            let wakes = self.timers.borrow_mut().take_all();
            let is_empty = self.host.drop_each(wakes)
                & self.host.drop_each(self.quiescent.take_all())
                & self.host.drop_each(self.reactor.take_waiters());
            if is_empty && self.registry.len() == 0 {
                break;
            }
        }
        if self.registry.len() > 0 {
            let _ = writeln!(
                io::stderr(),
                "boucle: {} tasks are left as the loop closes: destructors spawn without end",
                self.registry.len()
            );
        }
        self.mode.set(Mode::Closed);
    }
}
