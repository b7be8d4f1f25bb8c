//! The loop that this thread is in. A wake asks it first: from inside its loop a task is woken by a
//! push onto a queue.

use std::cell::Cell;
use std::ptr;
use std::rc::Rc;

use super::{Here, Remote, Schedule};
use crate::data::primitives::{Arc, thread_value};

/// This thread is in a loop; dropping it leaves the loop for the one around it.
pub(crate) struct Entered<S: Schedule> {
    /// What was there before.
    outer: (*const Remote<S>, *const S),
    /// Keeps the loop alive.
    core: Rc<S>,
}

impl<S: Schedule> Entered<S> {
    pub(crate) fn new(core: &Rc<S>) -> Entered<S> {
        let core = Rc::clone(core);
        let outer = S::here().with(|here| {
            (here.remote.replace(Arc::as_ptr(core.remote())), here.core.replace(Rc::as_ptr(&core)))
        });
        Entered { outer, core }
    }

    pub(crate) fn core(&self) -> &S {
        &self.core
    }
}

impl<S: Schedule> Drop for Entered<S> {
    fn drop(&mut self) {
        S::here().with(|here| {
            here.remote.set(self.outer.0);
            here.core.set(self.outer.1);
        });
    }
}

/// The loop that this thread is in; null outside of any.
#[inline]
fn pointer<S: Schedule>() -> *const S {
    S::here().try_with(|here| here.core.get()).unwrap_or(ptr::null())
}

/// Whether this thread is in a loop.
#[inline]
pub(crate) fn is_entered<S: Schedule>() -> bool {
    !pointer::<S>().is_null()
}

/// Calls `f` with the loop that this thread is in; `None` outside of any.
#[inline]
pub(crate) fn with_entered<S: Schedule, R>(f: impl FnOnce(&S) -> R) -> Option<R> {
    // SAFETY: null, or alive: an `Entered` further up this thread's stack keeps it, and cannot be dropped
    // before `f` returns.
    unsafe { pointer::<S>().as_ref() }.map(f)
}

/// The loop that this thread is in.
pub(crate) fn entered<S: Schedule>() -> Option<Rc<S>> {
    let core = pointer::<S>();
    if core.is_null() {
        return None;
    }
    // SAFETY: alive, as in `with_entered`, and an `Rc`'s.
    unsafe {
        Rc::increment_strong_count(core);
        Some(Rc::from_raw(core))
    }
}

/// Calls `f` with the loop that this thread is in, if that has this remote part.
#[inline]
pub(super) fn with_here<S: Schedule, R>(
    remote: *const Remote<S>,
    f: impl FnOnce(&S) -> R,
) -> Option<R> {
    let is_it = |here: &Here<S>| ptr::eq(here.remote.get(), remote);
    let core =
        S::here().try_with(|here| if is_it(here) { here.core.get() } else { ptr::null() }).ok()?;
    // SAFETY: as in `with_entered`.
    unsafe { core.as_ref() }.map(f)
}

/// Whether this thread is in the loop that has this remote part.
#[inline]
pub(super) fn is_here<S: Schedule>(remote: *const Remote<S>) -> bool {
    S::here().try_with(|here| ptr::eq(here.remote.get(), remote)).unwrap_or(false)
}

thread_value! {
    /// Whether a loop runs or closes on this thread. Who only drops a result is inside a loop as well, but
    /// keeps it from nothing.
    static IS_BUSY: Cell<bool> = Cell::new(false);
}

/// Whether a loop runs or closes on this thread: then no other one can run.
pub(crate) fn is_busy() -> bool {
    IS_BUSY.with(Cell::get)
}

/// A loop runs or closes, as long as this exists.
pub(crate) struct Busy {
    /// Whether one did before.
    outer: bool,
}

impl Busy {
    pub(crate) fn new() -> Busy {
        Busy { outer: IS_BUSY.with(|it| it.replace(true)) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        IS_BUSY.with(|it| it.set(self.outer));
    }
}
