//! The course's tasks: one returns, one fails and is read, one fails and nobody reads it.

use stage11::{Loop, TaskError, gather, sleep};
use world::println;
use world::time::Duration;

/// Says when it starts and when it ends, `delay` seconds later; returns ten times the delay.
async fn sequence(message: &str, delay: u64) -> u64 {
    println!(">>> {message}");
    sleep(Duration::from_secs(delay)).await;
    println!("<<< {message}");
    10 * delay
}

/// Calls itself `n - 1` times, then fails.
async fn boom(n: u32) {
    println!("running boom({n})");
    assert!(n > 1, "boom");
    Box::pin(boom(n - 1)).await;
}

/// Gathers two that return and, if asked to, waits for one that fails.
async fn both() -> Result<Vec<u64>, TaskError> {
    gather([sequence("short", 1), sequence("long", 2)]).await
}

/// Runs one that returns, two that return, then the two that fail beside one that goes on.
pub fn main() {
    let event_loop = Loop::new();

    let value = event_loop.run_until_complete(sequence("dummy", 3));
    println!("returned {}", value.expect("it does not fail"));
    let values = event_loop.run_until_complete(both()).expect("nobody has it stopped");
    println!("returned {:?}", values.expect("none of the two fails"));

    let read = event_loop.add_task(boom(4));
    let other = event_loop.add_task(sequence("other", 1));
    event_loop.add_task(boom(1)); // Nobody keeps it, so nobody can read how it ends.
    event_loop.run();

    match read.result() {
        Ok(()) => println!("no exception"),
        Err(error) => println!("read: {error}"),
    }
    println!("the other one returned {}", other.result().expect("it goes on, whatever others do"));
}
