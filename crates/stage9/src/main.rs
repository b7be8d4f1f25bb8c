//! Stage 6's two tasks that print and sleep, and how often they were polled.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use stage9::{Loop, gather, sleep};
use world::println;
use world::time::Duration;

/// Prints each of `messages`, and sleeps for `sleep_time` after it.
async fn print_messages<const N: usize>(messages: [&str; N], sleep_time: Duration) {
    for message in messages {
        println!("{message}");
        sleep(sleep_time).await;
    }
}

/// Does `task`, and counts in `n_polls` how often it is polled.
async fn counted(task: impl Future<Output = ()>, n_polls: Rc<Cell<u32>>) {
    let mut task = pin!(task);
    poll_fn(|cx| {
        n_polls.set(n_polls.get() + 1);
        task.as_mut().poll(cx)
    })
    .await;
}

/// Gathers the two; it takes three seconds. Then tells how often they were polled.
pub fn main() {
    let event_loop = Loop::new();
    let n_polls = Rc::new(Cell::new(0));
    let slow = print_messages(["foo", "bar", "baz"], Duration::from_secs(1));
    let quick = print_messages(["aaa", "bbb", "ccc"], Duration::from_millis(700));

    event_loop.run_task(gather([
        Box::pin(counted(slow, Rc::clone(&n_polls))),
        Box::pin(counted(quick, Rc::clone(&n_polls))),
    ]));

    println!("polls of the two: {}", n_polls.get());
}
