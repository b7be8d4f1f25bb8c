//! `std::thread`, as far as the road needs it: to sleep.

use std::thread;

use crate::sealed;
use crate::time::Duration;

/// Blocks this thread for `duration`; in a recording, time jumps there at once.
///
/// # Examples
///
/// ```
/// use world::thread;
/// use world::time::{Duration, Instant};
///
/// world::record(|| {
///     let start = Instant::now();
///     thread::sleep(Duration::from_secs(60));
///     assert!(start.elapsed() >= Duration::from_secs(60));
/// });
/// ```
pub fn sleep(duration: Duration) {
    if sealed::with(|world| world.now = world.now.saturating_add(duration)).is_none() {
        thread::sleep(duration);
    }
}
