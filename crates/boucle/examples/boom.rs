//! A task that fails and that nobody asks: the loop goes on, and reports it. Press Ctrl-C.

use boucle::{Loop, RunEnd, spawn};
use world::println;

/// Fails for 0.
async fn boom(n: u32) -> u32 {
    1 / n
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    spawn(boom(1));
    spawn(boom(0));
    if event_loop.run_forever() == Ok(RunEnd::Interrupted) {
        println!("bye");
    }
}
