//! A fork: a task adds another one, and goes on. Nobody ends this loop: press Ctrl-C.

mod course;

use boucle::{Loop, RunEnd, sleep, spawn};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Forks `c2` after a second, and does not care what becomes of it.
async fn c1() {
    show_timer(">>> c1");
    sleep(seconds(1.0)).await;
    show_timer("forking");
    spawn(c2());
    sleep(seconds(1.0)).await;
    show_timer("<<< c1");
}

/// Is forked by `c1`.
async fn c2() {
    show_timer(">>> c2");
    sleep(seconds(2.0)).await;
    show_timer("<<< c2");
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    // From here on `spawn` adds to this loop. `event_loop.add_task(c1())` would need no such line.
    Loop::set_current(Some(event_loop));
    spawn(c1()); // Nothing happens yet: the loop does not run.
    start_timer();
    if event_loop.run_forever() == Ok(RunEnd::Interrupted) {
        println!("bye");
    }
}
