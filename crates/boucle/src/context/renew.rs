//! A loop that was closed, as it was when it was made.

use super::Owner;
use crate::core::{Core, Mode};
use crate::structures::ends::Ends;
use crate::structures::pace::Pace;

impl Owner {
    /// Makes the loop, which is closed, as it was when it was made; `false` if somebody has something of it.
    pub(crate) fn renew(&mut self) -> bool {
        self.core_mut().is_some_and(renew)
    }
}

/// Nobody else has this loop. It has no tasks: it was closed.
fn renew(core: &mut Core) -> bool {
    let is_alone = core.remote.is_alone() && core.reactor.watcher().is_none();
    if !is_alone || core.registry.len() > 0 || core.n_abroad.get() > 0 {
        return false;
    }
    core.remote.inbox.reopen();
    core.registry.renew();
    core.clock.begin_again();
    core.host.renew();
    core.timers.get_mut().renew();
    core.pace = Pace::default();
    core.ends = Ends::default();
    core.stopping.set(false);
    core.mode.set(Mode::Idle);
    true
}
