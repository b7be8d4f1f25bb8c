//! Two tasks that print and sleep, each at its own pace.

use stage3::run_tasks;
use stage3::sleep;
use world::println;
use world::time::Duration;

/// Prints each of `messages`, and sleeps for `sleep_time` after it.
async fn print_messages<const N: usize>(messages: [&str; N], sleep_time: Duration) {
    for message in messages {
        println!("{message}");
        sleep(sleep_time).await;
    }
}

/// Runs the two; it takes three seconds.
pub fn main() {
    run_tasks([
        Box::pin(print_messages(["foo", "bar", "baz"], Duration::from_secs(1))),
        Box::pin(print_messages(["aaa", "bbb", "ccc"], Duration::from_millis(700))),
    ]);
}
