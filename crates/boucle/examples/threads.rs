//! A loop a thread: a new thread has none, and makes its own; three of them run at the same time.

use std::thread;
use std::time::Duration;

use boucle::{Loop, current_task, now, sleep, spawn};
use world::println;

/// Takes its time, on the loop of its thread.
async fn job(n_seconds: u64) -> u64 {
    sleep(Duration::from_secs(n_seconds)).await;
    10 * n_seconds
}

/// What a thread of its own has to say.
fn in_a_thread(n_seconds: u64, new_loop: fn() -> Loop) -> Vec<String> {
    let before = Loop::current().expect_err("nobody has given this thread a loop");
    let event_loop = new_loop();
    Loop::set_current(Some(&event_loop));
    let start = now();
    let task = spawn(job(n_seconds));
    event_loop.run();
    vec![
        format!("thread {n_seconds}: {before}"),
        format!("thread {n_seconds}: its own loop took {} s", (now() - start).as_secs()),
        format!("thread {n_seconds}: returned {}", task.result().expect("it does not fail")),
    ]
}

fn main() {
    program(Loop::new);
}

/// The program, on loops of any kind: a test makes some whose time is virtual.
pub(crate) fn program(new_loop: fn() -> Loop) {
    let event_loop = new_loop();
    Loop::set_current(Some(&event_loop));
    let threads = [1, 2, 3].map(|n| thread::spawn(move || in_a_thread(n, new_loop)));
    for thread in threads {
        for line in thread.join().expect("the thread does not panic") {
            println!("{line}");
        }
    }
    let inside = event_loop.run_until_complete(async { current_task().is_some() });
    println!("this thread's loop is as it was: {inside:?}");
}
