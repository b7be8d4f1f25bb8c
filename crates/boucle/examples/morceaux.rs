//! Two tasks in pieces: at each `await` the turn is given to whoever is ready.

mod course;

use boucle::{Loop, gather, sleep};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Says three words, and waits in between.
async fn morceaux(message: &str) -> String {
    show_timer(format_args!("{message} début"));
    sleep(seconds(0.5)).await;

    show_timer(format_args!("{message} milieu"));
    sleep(seconds(1.0)).await;

    show_timer(format_args!("{message} fin"));
    format!("{message} par morceaux")
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    start_timer();
    let one = event_loop.run_until_complete(morceaux("run"));
    println!("{:?}", one.expect("nobody stops the loop"));

    start_timer();
    let both = event_loop.run_until_complete(gather([morceaux("run1"), morceaux("run2")]));
    println!("{:?}", both.expect("nobody stops the loop").expect("neither fails"));
}
