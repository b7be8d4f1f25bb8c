//! Debug mode: a poll that takes longer than 100 ms is reported, with the name of its task.

mod course;

use boucle::{Loop, hold_up, interrupt, spawn};
use world::println;

use course::seconds;

/// Works a little, three times.
async fn polite() {
    for _ in 0..3 {
        hold_up(seconds(0.01));
        interrupt().await;
    }
}

/// Works much, at one go.
async fn greedy() {
    hold_up(seconds(0.3));
}

fn main() {
    // The same as to set BOUCLE_DEBUG=1, for this loop alone.
    program(&Loop::builder().debug(true).build());
}

/// The program, on any loop in debug mode.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    spawn(polite()).set_name("polite");
    event_loop.run();
    println!("polite: nothing is reported");
    spawn(greedy()).set_name("greedy");
    event_loop.run();
    println!("greedy: has been reported");
}
