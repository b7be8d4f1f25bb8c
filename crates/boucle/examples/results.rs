//! What becomes of a task: its value or its panic is in the `Task`, also long after its end.

mod course;

use boucle::{Loop, spawn};
use world::println;

use course::{seconds, sequence, start_timer};

/// Calls itself `n - 1` times, then fails.
async fn boom(n: u32) {
    println!("running boom({n})");
    assert!(n > 1, "boom");
    Box::pin(boom(n - 1)).await;
}

/// Cannot do it either, but says so by a `Result`: for the loop, nothing has happened.
async fn careful(text: &str) -> i32 {
    text.parse().unwrap_or_else(|error| {
        println!("cannot read {text:?}: {error}");
        0
    })
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    let task_ok = spawn(sequence("dummy", seconds(3.0)));
    println!("result: {}", task_ok.result().expect_err("the loop does not run yet"));
    println!("exception: {}", task_ok.exception().expect_err("the loop does not run yet"));

    let task_ko = spawn(boom(4));
    let caught = spawn(careful("boom"));
    start_timer();
    event_loop.run();

    println!("result: {}", task_ok.result().expect("it did not fail"));
    println!("again: {}", task_ok.result().expect("it did not fail"));
    println!("exception: {:?}", task_ok.exception().expect("it has ended"));
    println!("caught inside: {}", caught.result().expect("it did not fail"));
    // Who looks has read it: there will be no report.
    println!("exception: {:?}", task_ko.exception().expect("it has ended"));
    println!("result: {}", task_ko.result().expect_err("it failed"));
    let awaited = event_loop.run_until_complete(task_ko).expect("nobody stops the loop");
    println!("awaited: {}", awaited.expect_err("it failed"));
}
