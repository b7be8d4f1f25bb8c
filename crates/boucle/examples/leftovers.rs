//! A run that ends before all tasks have; the next one does the arrears. Press Ctrl-C at the end.

mod course;

use boucle::{Loop, RunEnd, sleep, spawn};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Takes so many seconds.
async fn job(name: &str, duration: f64) {
    show_timer(format_args!(">>> {name}"));
    sleep(seconds(duration)).await;
    show_timer(format_args!("<<< {name}"));
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    spawn(job("long", 2.0));
    start_timer();
    event_loop.run_until_complete(job("short", 1.0)).expect("nobody stops the loop");
    println!("done");

    // Something is left to do.
    start_timer();
    if event_loop.run_forever() == Ok(RunEnd::Interrupted) {
        println!("bye");
    }
}
