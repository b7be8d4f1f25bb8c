//! What the tasks of a loop and other threads point to: its inbox; and the way from a task to its loop.
//!
//! A handle is one pointer, to its task, and finds the loop through it.
//!
//! Invariants: only the owner thread touches a `Home`. The remote part lives as long as the loop; after
//! it, as long as the owner thread has a share in one of its tasks; and as long as a waker of a task is
//! left in which the owner thread has no share any more.

use std::cell::Cell;
use std::mem;
use std::ops::Deref;
use std::ptr;
use std::ptr::NonNull;
use std::rc::Rc;

use super::{Header, Home, Mail, Remote, Schedule};
use crate::data::primitives::Arc;
use crate::structures::inbox::Inbox;
use crate::structures::loops;
#[cfg(not(boucle_loom))]
use crate::structures::loops::Reach;

// SAFETY: other threads move it, with the remote part around it, and never touch it: it is used by the
// functions below alone, on the owner thread. It has no destructor.
unsafe impl<S> Send for Home<S> {}
// SAFETY: as above.
unsafe impl<S> Sync for Home<S> {}

impl<S: Schedule> Remote<S> {
    /// The remote part of a loop on this thread.
    pub(crate) fn new() -> Remote<S> {
        let home = Home { core: Cell::new(ptr::null()), n_tasks: Cell::new(0) };
        Remote { inbox: Inbox::new(), home }
    }

    /// Whether no task, no waker and no other thread has anything of it. On its thread, and as long as that holds
    /// nobody else can have it.
    #[cfg(feature = "explore")]
    pub(crate) fn is_alone(self: &Arc<Self>) -> bool {
        self.home.n_tasks.get() == 0 && Arc::strong_count(self) == 1
    }
}

#[cfg(not(boucle_loom))]
impl<S: Schedule> Reach for Remote<S> {
    fn post(&self, call: Box<dyn FnOnce() + Send>) {
        // A loop that has closed has nothing left to change.
        drop(self.inbox.push(Mail::Call(call)));
    }
}

/// Makes a loop known to other threads, until [`leave`].
fn make_known<S: Schedule>(core: &S) {
    // The model checker's `Arc` has no weak ones: its loops are reached through what its threads hold.
    #[cfg(not(boucle_loom))]
    loops::enter(core.loop_id(), Arc::downgrade(core.remote()) as _);
    #[cfg(boucle_loom)]
    let _ = core;
}

/// A share in a loop's inbox, for other threads: as long as one is there, the loop can be woken.
pub(crate) struct Share<S: Schedule>(Arc<Remote<S>>);

impl<S: Schedule> Share<S> {
    /// One share more in the inbox of this loop. On its thread.
    pub(crate) fn of(core: &S) -> Share<S> {
        Share::in_remote(core.remote())
    }

    fn in_remote(remote: &Arc<Remote<S>>) -> Share<S> {
        remote.inbox.add_share();
        Share(Arc::clone(remote))
    }
}

impl<S: Schedule> Clone for Share<S> {
    fn clone(&self) -> Share<S> {
        Share::in_remote(&self.0)
    }
}

impl<S: Schedule> Deref for Share<S> {
    type Target = Inbox<Mail<S>>;

    fn deref(&self) -> &Inbox<Mail<S>> {
        &self.0.inbox
    }
}

impl<S: Schedule> Drop for Share<S> {
    fn drop(&mut self) {
        self.0.inbox.give_up_share();
    }
}

/// The loop can be found from now on.
pub(crate) fn open<S: Schedule>(core: &Rc<S>) {
    core.remote().home.core.set(Rc::as_ptr(core));
    make_known(&**core);
}

/// The loop is being dropped: it cannot be found any more. The remote part stays for the tasks that
/// are left.
pub(crate) fn leave<S: Schedule>(core: &S) {
    loops::leave(core.loop_id());
    let home = &core.remote().home;
    home.core.set(ptr::null());
    if home.n_tasks.get() > 0 {
        // The share that the last task gives up, in `part`.
        mem::forget(Arc::clone(core.remote()));
    }
}

/// A task was made: the owner thread has a share in one more.
pub(super) fn join<S: Schedule>(core: &S) {
    let home = &core.remote().home;
    home.n_tasks.set(home.n_tasks.get() + 1);
}

/// The owner thread has given up its share in a task of this loop.
///
/// # Safety
///
/// Called on the owner thread, once for each `join`; `remote` is the task's.
pub(super) unsafe fn part<S: Schedule>(remote: NonNull<Remote<S>>) {
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

/// Gives up a count of a loop's remote part; the last one frees it.
///
/// # Safety
///
/// The count was taken before, and `remote` is not used again by who calls this.
#[cold]
pub(super) unsafe fn give_up<S: Schedule>(remote: NonNull<Remote<S>>) {
    // SAFETY: as for this function; the pointer is an `Arc`'s.
    unsafe { Arc::decrement_strong_count(remote.as_ptr()) };
}

/// Takes a count of a loop's remote part.
///
/// # Safety
///
/// It is alive.
pub(super) unsafe fn keep<S: Schedule>(remote: NonNull<Remote<S>>) {
    // SAFETY: as for this function; the pointer is an `Arc`'s.
    unsafe { Arc::increment_strong_count(remote.as_ptr()) };
}

/// The loop of a task, unless it is gone.
///
/// # Safety
///
/// Called on the owner thread, while that has its share in the task.
pub(super) unsafe fn core_of<S: Schedule>(header: &Header<S>) -> Option<Rc<S>> {
    // SAFETY: the owner thread's share keeps the remote part.
    let core = unsafe { header.remote.as_ref().home.core.get() };
    if core.is_null() {
        return None;
    }
    // SAFETY: the pointer is an `Rc`'s, and alive: the loop's destructor begins with `leave`.
    unsafe {
        Rc::increment_strong_count(core);
        Some(Rc::from_raw(core))
    }
}
