//! One task in a loop.

use stage4::Loop;
use stage4::sleep;
use world::println;
use world::time::Duration;

/// Prints each of `messages`, and sleeps for `sleep_time` after it.
async fn print_messages<const N: usize>(messages: [&str; N], sleep_time: Duration) {
    for message in messages {
        println!("{message}");
        sleep(sleep_time).await;
    }
}

/// Runs the one; it takes three seconds.
pub fn main() {
    let event_loop = Loop::new();
    event_loop.run_task(print_messages(["foo", "bar", "baz"], Duration::from_secs(1)));
}
