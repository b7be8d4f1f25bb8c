//! The course's stopwatch, and a task that says when it begins and ends.

mod course;

use boucle::{Loop, hold_up, now};
use world::println;

use course::{seconds, sequence, show_since, show_timer, start_timer};

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    // The stopwatch reads the clock of the thread's loop.
    Loop::set_current(Some(event_loop));
    start_timer();
    hold_up(seconds(1.0));
    show_timer("message");

    // Any instant is a stopwatch.
    let lap = now();
    hold_up(seconds(0.25));
    show_since(lap, "since the message");

    let ten_times = event_loop.run_until_complete(sequence("hello", seconds(0.5)));
    println!("returned {}", ten_times.expect("nobody stops the loop"));
}
