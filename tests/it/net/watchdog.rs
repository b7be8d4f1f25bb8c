//! A loop for a test that waits for the system: should nothing come, it fails instead of hanging.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use boucle::Loop;

/// Runs a task in a loop of its own; after ten seconds without an end, the test has failed.
#[track_caller]
pub(crate) fn run<T>(task: impl Future<Output = T>) -> T {
    boucle::run(boucle::timeout(Duration::from_secs(10), task)).expect("nothing came")
}

/// As [`run`], in a loop that is made for the test.
#[track_caller]
pub(crate) fn run_in<T>(event_loop: &Loop, task: impl Future<Output = T>) -> T {
    let ended = event_loop.run_until_complete(boucle::timeout(Duration::from_secs(10), task));
    ended.expect("the loop goes on").expect("nothing came")
}

/// Polls a future once and drops it: whether it has begun to wait.
pub(crate) async fn begins_to_wait<T>(future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}
