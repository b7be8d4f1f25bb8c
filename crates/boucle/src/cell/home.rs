//! The way from a task to its loop: a handle is one pointer, and finds the loop through its task.
//!
//! Invariants: only the owner thread touches a `Home`. It lies in the loop's remote part, which lives
//! as long as the loop, and after it as long as the owner thread has a share in one of its tasks.

use std::cell::Cell;
use std::mem;
use std::ptr;
use std::ptr::NonNull;
use std::rc::Rc;

use super::Header;
use crate::core::Core;
use crate::data::primitives::Arc;
use crate::structures::remote::Remote;

/// The owner thread's part of what a loop's tasks point to.
pub(crate) struct Home {
    /// The loop; null before it is complete, and from its destructor on.
    core: Cell<*const Core>,
    /// In how many tasks the owner thread has its share, LOCAL.
    n_tasks: Cell<usize>,
}

// SAFETY: other threads move it, with the remote part around it, and never touch it: it is used by the
// functions below alone, on the owner thread. It has no destructor.
unsafe impl Send for Home {}
// SAFETY: as above.
unsafe impl Sync for Home {}

impl Home {
    pub(crate) fn new() -> Home {
        Home { core: Cell::new(ptr::null()), n_tasks: Cell::new(0) }
    }
}

/// The loop can be found from now on.
pub(crate) fn open(core: &Rc<Core>) {
    core.remote.home.core.set(Rc::as_ptr(core));
}

/// The loop is being dropped: it cannot be found any more. The remote part stays for the tasks that
/// are left.
pub(crate) fn leave(core: &Core) {
    let home = &core.remote.home;
    home.core.set(ptr::null());
    if home.n_tasks.get() > 0 {
        // The share that the last task gives up, in `part`.
        mem::forget(Arc::clone(&core.remote));
    }
}

/// A task was made: the owner thread has a share in one more.
pub(super) fn join(core: &Core) {
    let home = &core.remote.home;
    home.n_tasks.set(home.n_tasks.get() + 1);
}

/// The owner thread has given up its share in a task of this loop.
///
/// # Safety
///
/// Called on the owner thread, once for each `join`; `remote` is the task's.
pub(super) unsafe fn part(remote: NonNull<Remote>) {
    // SAFETY: alive: the loop is, or the share that `leave` left behind. Not used after it is given up.
    let is_last = unsafe {
        let home = &remote.as_ref().home;
        let n_tasks = home.n_tasks.get() - 1;
        home.n_tasks.set(n_tasks);
        n_tasks == 0 && home.core.get().is_null()
    };
    if is_last {
        // SAFETY: the loop is gone and had tasks, this one at least: `leave` left a share.
        unsafe { give_up(remote) };
    }
}

/// Gives up a share in a loop's remote part; the last one frees it.
///
/// # Safety
///
/// The share was left by `leave`, and `remote` is not used again.
#[cold]
unsafe fn give_up(remote: NonNull<Remote>) {
    // SAFETY: as for this function.
    unsafe { Arc::decrement_strong_count(remote.as_ptr()) };
}

/// The loop of a task, unless it is gone.
///
/// # Safety
///
/// Called on the owner thread, while that has its share in the task.
pub(super) unsafe fn core_of(header: &Header) -> Option<Rc<Core>> {
    // SAFETY: the owner thread's share keeps the remote part. The loop is null or alive: its
    // destructor begins with `leave`.
    let core = unsafe { header.remote.as_ref().home.core.get().as_ref() };
    core.map(Core::rc)
}
