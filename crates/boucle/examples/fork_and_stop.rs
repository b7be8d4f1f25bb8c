//! A fork, and a loop that ends: the last task stops it.

mod course;

use boucle::{Loop, RunEnd, sleep, spawn};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Forks `c2_stop` after a second, and does not care what becomes of it.
async fn c1_stop() {
    show_timer(">>> c1");
    sleep(seconds(1.0)).await;
    show_timer("forking");
    spawn(c2_stop());
    sleep(seconds(1.0)).await;
    show_timer("<<< c1");
}

/// Is forked by `c1_stop`, and stops the loop.
async fn c2_stop() {
    show_timer(">>> c2");
    sleep(seconds(2.0)).await;
    show_timer("<<< c2");
    // No `await`: this raises a flag, at which the loop looks when the turn is over.
    Loop::current().expect("a task runs in a loop").stop();
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    spawn(c1_stop());
    start_timer();
    if event_loop.run_forever() == Ok(RunEnd::Interrupted) {
        println!("bye");
    }
    println!("done");
}
