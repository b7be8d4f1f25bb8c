//! What the course's examples share: a stopwatch, and a task that says when it begins and ends.

#![allow(dead_code, reason = "each example takes what it needs")]

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, Instant};

use boucle::{now, sleep};
use world::println;

thread_local! {
    /// When the stopwatch was started, on the clock of the thread's loop.
    static ZERO: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Starts the stopwatch, and says so.
pub(crate) fn start_timer() {
    println!("---------- zero");
    ZERO.set(Some(now()));
}

/// Prints how long the stopwatch has been running, then the message.
pub(crate) fn show_timer(message: impl fmt::Display) {
    show_since(ZERO.get().expect("start_timer comes first"), message);
}

/// The same, since any instant: so that there can be several stopwatches.
pub(crate) fn show_since(zero: Instant, message: impl fmt::Display) {
    let elapsed = now() - zero;
    println!("{}s + {:03}ms {message}", elapsed.as_secs(), elapsed.subsec_millis());
}

/// Says when it begins and when it ends, `delay` later; returns ten times the delay, in seconds.
pub(crate) async fn sequence(message: &str, delay: Duration) -> f64 {
    show_timer(format_args!(">>> {message}"));
    sleep(delay).await;
    show_timer(format_args!("<<< {message}"));
    10.0 * delay.as_secs_f64()
}

/// So many seconds.
pub(crate) fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}
