//! Where `to_thread` runs what blocks: on the pool of the crate `blocking`; in a forked child, on a thread
//! each.
//!
//! A child has the memory of the pool and none of its threads: what it asked of it would wait for ever.
//! So the pool belongs to the process that used it first.

use std::io;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// The process that used the pool first; zero if none has.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// Runs `job` on another thread, soon.
///
/// # Errors
///
/// In a forked child, if the system has no thread left; the job is dropped.
pub(super) fn run(job: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let here = process::id();
    let owner = OWNER.compare_exchange(0, here, Ordering::Relaxed, Ordering::Relaxed);
    if owner.is_ok() || owner == Err(here) {
        blocking::unblock(job).detach();
        return Ok(());
    }
    thread::Builder::new().name("boucle: to_thread".to_owned()).spawn(job).map(drop)
}
