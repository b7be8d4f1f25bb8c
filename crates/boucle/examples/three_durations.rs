//! Three tasks, and a run until the medium one has ended: one has ended before it, one is left.

mod course;

use boucle::{Loop, all_tasks, spawn};
use world::println;

use course::{seconds, sequence, show_timer, start_timer};

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    spawn(sequence("short", seconds(1.0)));
    spawn(sequence("long", seconds(3.0)));
    start_timer();
    event_loop.run_until_complete(sequence("medium", seconds(2.0))).expect("nobody stops the loop");
    println!("{} task is left", all_tasks().len());

    // Its time passes also while no loop runs: it ends one second later, or at once if that is over.
    event_loop.run();
    show_timer(format_args!("{} tasks are left", all_tasks().len()));
}
