//! Two tasks that print and sleep, and a third one that gathers them.

use stage6::Loop;
use stage6::gather;
use stage6::sleep;
use world::println;
use world::time::Duration;

/// Prints each of `messages`, and sleeps for `sleep_time` after it.
async fn print_messages<const N: usize>(messages: [&str; N], sleep_time: Duration) {
    for message in messages {
        println!("{message}");
        sleep(sleep_time).await;
    }
}

/// Gathers the two; it takes three seconds.
pub fn main() {
    let event_loop = Loop::new();
    event_loop.run_task(gather([
        Box::pin(print_messages(["foo", "bar", "baz"], Duration::from_secs(1))),
        Box::pin(print_messages(["aaa", "bbb", "ccc"], Duration::from_millis(700))),
    ]));
}
