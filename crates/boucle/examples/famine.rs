//! What not to do: a task that keeps its turn starves the others.

mod course;

use boucle::{Loop, gather, hold_up, sleep};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Says three words, and keeps the turn between the last two.
async fn famine(message: &str) -> String {
    show_timer(format_args!("{message} début"));
    sleep(seconds(0.5)).await;

    show_timer(format_args!("{message} milieu"));
    // A long computation, `std::thread::sleep`, a call that blocks: all the same to the others.
    hold_up(seconds(1.0));

    show_timer(format_args!("{message} fin"));
    format!("{message} par famine")
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    start_timer();
    let both = event_loop.run_until_complete(gather([famine("run1"), famine("run2")]));
    println!("{:?}", both.expect("nobody stops the loop").expect("neither fails"));
}
