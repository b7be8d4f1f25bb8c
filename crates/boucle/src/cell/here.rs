//! The loop that this thread is in. A wake asks it first: from inside its loop a task is woken by a
//! push onto a queue.

use std::cell::Cell;
use std::ptr;
use std::rc::Rc;

use crate::core::Core;
use crate::data::primitives::{Arc, thread_value};
use crate::structures::remote::Remote;

thread_value! {
    /// The loop that this thread is in: its remote part, to compare with, and its core. Both null
    /// outside of any; else alive, kept by the [`Entered`] that put them there.
    static HERE: (Cell<*const Remote>, Cell<*const Core>) =
        (Cell::new(ptr::null()), Cell::new(ptr::null()));
}

/// This thread is in a loop; dropping it leaves the loop for the one around it.
pub(crate) struct Entered {
    /// What was there before.
    outer: (*const Remote, *const Core),
    /// Keeps the loop alive.
    core: Rc<Core>,
}

impl Entered {
    pub(crate) fn new(core: &Rc<Core>) -> Entered {
        let core = Rc::clone(core);
        let outer = HERE.with(|(remote, here)| {
            (remote.replace(Arc::as_ptr(&core.remote)), here.replace(Rc::as_ptr(&core)))
        });
        Entered { outer, core }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        HERE.with(|(remote, core)| {
            remote.set(self.outer.0);
            core.set(self.outer.1);
        });
    }
}

/// Calls `f` with the loop that this thread is in; `None` outside of any.
pub(crate) fn with_entered<R>(f: impl FnOnce(&Core) -> R) -> Option<R> {
    let core = HERE.try_with(|(_, core)| core.get()).ok()?;
    // SAFETY: null, or alive: an `Entered` further up this thread's stack keeps it, and cannot be
    // dropped before `f` returns.
    unsafe { core.as_ref() }.map(f)
}

/// Calls `f` with the loop that this thread is in, if that has this remote part.
#[inline]
pub(super) fn with_here<R>(remote: *const Remote, f: impl FnOnce(&Core) -> R) -> Option<R> {
    let core = HERE
        .try_with(|(here, core)| if ptr::eq(here.get(), remote) { core.get() } else { ptr::null() })
        .ok()?;
    // SAFETY: as in `with_entered`.
    unsafe { core.as_ref() }.map(f)
}

/// Whether this thread is in the loop that has this remote part.
pub(super) fn is_here(remote: *const Remote) -> bool {
    HERE.try_with(|(here, _)| ptr::eq(here.get(), remote)).unwrap_or(false)
}
