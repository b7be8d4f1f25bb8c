//! `to_thread`: what blocks, on another thread.

use std::panic;
use std::panic::AssertUnwindSafe;

use crate::cell;
use crate::context::elsewhere::{call_later_elsewhere, require_entered};
use crate::core::Core;
use crate::data::LoopId;
use crate::data::TaskError;
use crate::data::WaitsFor;

/// Runs `f`, which may block, on another thread, and awaits what it returns.
///
/// The threads are a pool, shared by all loops of the process, which grows to 500 and shrinks when
/// it is idle; more calls than that wait for their turn. Nobody joins them: closing a loop does not
/// wait for a call that is stuck.
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Errors
///
/// [`TaskError::Panicked`] if `f` panics.
///
/// # Cancel safety
///
/// Nothing happens before the first poll. Dropping the future later lets a call that has begun go
/// on alone; its result is dropped.
///
/// # Examples
///
/// ```
/// use std::thread;
///
/// let here = thread::current().id();
/// let there = boucle::run(boucle::to_thread(move || thread::current().id()));
/// assert_ne!(there.unwrap(), here);
/// ```
#[doc(alias = "run_sync")]
#[doc(alias = "ThreadPoolExecutor")]
#[doc(alias = "run_in_executor")]
#[doc(alias = "spawn_blocking")]
pub async fn to_thread<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TaskError> {
    let _abroad = require_entered(Abroad::new);
    let call = blocking::unblock(move || panic::catch_unwind(AssertUnwindSafe(f)));
    call.await.map_err(TaskError::panicked)
}

/// An answer of another thread is awaited: virtual time stands still as long as this exists.
///
/// By the loop's name, so that a future that has it may go to other threads.
struct Abroad(LoopId);

impl Abroad {
    fn new(core: &Core) -> Abroad {
        core.n_abroad.set(core.n_abroad.get() + 1);
        core.waits(|| WaitsFor::Thread);
        Abroad(core.id())
    }
}

impl Drop for Abroad {
    fn drop(&mut self) {
        let end = |core: &Core| core.n_abroad.set(core.n_abroad.get() - 1);
        if cell::with_entered(|core| core.id() == self.0) == Some(true) {
            cell::with_entered(end);
        } else {
            call_later_elsewhere(self.0, end);
        }
    }
}
