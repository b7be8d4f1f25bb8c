//! Who owns a loop: as long as there is an owner it is open. The last one that goes closes it; whoever
//! holds its memory for a moment, to wake a task say, is none.

use std::rc::Rc;

use crate::cell;
use crate::cell::Entered;
use crate::core::{Core, Mode, Settings};

/// An owner of a loop. A clone is one more.
pub(crate) struct Owner {
    core: Rc<Core>,
}

impl Owner {
    /// Makes a loop, and its first owner.
    pub(crate) fn new(settings: Settings) -> Owner {
        Owner::of(Core::new(settings))
    }

    /// One owner more of the loop that this thread is in.
    pub(crate) fn entered() -> Option<Owner> {
        cell::entered().map(Owner::of)
    }

    fn of(core: Rc<Core>) -> Owner {
        core.n_owners.set(core.n_owners.get() + 1);
        Owner { core }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// The inside of the loop, if nobody else has it.
    #[cfg(feature = "explore")]
    pub(super) fn core_mut(&mut self) -> Option<&mut Core> {
        Rc::get_mut(&mut self.core)
    }

    /// Goes into the loop with this thread.
    pub(crate) fn enter(&self) -> Entered<Core> {
        Entered::new(&self.core)
    }
}

impl Clone for Owner {
    fn clone(&self) -> Owner {
        Owner::of(Rc::clone(&self.core))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let n_owners = self.core.n_owners.get() - 1;
        self.core.n_owners.set(n_owners);
        let is_open = matches!(self.core.mode.get(), Mode::Idle | Mode::Running);
        if n_owners == 0 && is_open {
            // From inside another loop, say from a task of it: this thread is in both for a while.
            let entered = Entered::new(&self.core);
            entered.core().close();
        }
    }
}
