//! Which loop a thread of the pool works for: virtual time stands still while one does.
//!
//! `Core::n_abroad` counts the threads that work for a loop of virtual time. It is changed on the loop's
//! thread alone, in this order, so that time never goes on between an answer and what it wakes:
//!
//! 1. The loop counts a thread, and then asks the pool for it.
//! 2. The thread leaves its answer and wakes who awaits it; only then it brings the mail that takes it from
//!    the count. Whoever was woken lies in the inbox before that mail, or is in the ready queue.
//! 3. A thread that blocks in [`RemoteTask::wait`](super::RemoteTask::wait) until its own loop has ended
//!    a task takes itself from the count by mail. The loop counts it again as it gives the answer, before
//!    the thread goes on; a thread whose patience has ended brings mail that counts it again. Which of the
//!    two it is, is decided under the lock of the answer.
//!
//! A thread counts until it is done, also if nobody awaits its answer any more: what it still does to the
//! loop happens at the time at which it began, on every run of a test.

use std::cell::Cell;

use crate::context;
use crate::context::Core;
use crate::context::call_in;
use crate::data::LoopId;

thread_local! {
    /// The loop that this thread works for, if that has virtual time.
    static WORKS_FOR: Cell<Option<LoopId>> = const { Cell::new(None) };
}

/// A thread that works for a loop of virtual time, from when it is asked for until it is done; dropping
/// this takes it from the count.
pub(super) struct Working(LoopId);

impl Working {
    /// Counts a thread; `None` if time is real, and nobody counts.
    pub(super) fn new(core: &Core) -> Option<Working> {
        core.clock.is_virtual().then(|| {
            core.n_abroad.set(core.n_abroad.get() + 1);
            Working(core.id())
        })
    }

    /// Does its work, on its thread.
    pub(super) fn run(working: Option<Working>, work: impl FnOnce()) {
        WORKS_FOR.set(working.as_ref().map(|it| it.0));
        work();
        WORKS_FOR.set(None);
        drop(working);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        leave(self.0);
    }
}

/// Whether this thread works for this loop, and time stands still meanwhile.
pub(super) fn works_for(id: LoopId) -> bool {
    WORKS_FOR.get() == Some(id)
}

/// Counts a thread that has waited for this loop.
pub(super) fn enter(id: LoopId) {
    on(id, |core| core.n_abroad.set(core.n_abroad.get() + 1));
}

/// Takes a thread from the count: it is done, or waits for this loop.
pub(super) fn leave(id: LoopId) {
    on(id, |core| core.n_abroad.set(core.n_abroad.get() - 1));
}

/// Calls `f` on the loop's thread: now, if this is it; not at all if the loop is gone.
fn on(id: LoopId, f: impl FnOnce(&Core) + Send + 'static) {
    if context::with_entered(Core::id) == Some(id) {
        context::with_entered(f);
    } else {
        call_in(id, f);
    }
}
