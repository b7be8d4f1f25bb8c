//! An island: a synchronous program that has one of its functions do four things at once.

mod course;

use boucle::{Loop, gather, hold_up, sleep};
use world::println;

use course::{seconds, show_timer, start_timer};

/// What is far away: the name of each page, its size, and how many seconds it takes to come.
const PAGES: [(&str, usize, f64); 4] =
    [("f1040", 2400, 0.3), ("f1040es", 5200, 0.4), ("f1040c", 1300, 0.2), ("f1040esn", 3100, 0.3)];

/// Brings the pages one after the other.
fn mon_code_synchrone() -> Vec<String> {
    let bring = |(name, size, duration)| {
        hold_up(seconds(duration));
        format!("{name}: {size}")
    };
    PAGES.map(bring).to_vec()
}

/// Brings the pages at once. It is a plain function, and whoever calls it need not know.
fn mon_code_un_peu_asynchrone(event_loop: &Loop) -> Vec<String> {
    let bring = async |(name, size, duration)| {
        sleep(seconds(duration)).await;
        format!("{name}: {size}")
    };
    let pages = event_loop.run_until_complete(gather(PAGES.map(bring)));
    // From here on, synchronous again.
    pages.expect("nobody stops the loop").expect("none fails")
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    start_timer();
    let one_by_one = mon_code_synchrone();
    show_timer(format_args!("{one_by_one:?}"));

    start_timer();
    let at_once = mon_code_un_peu_asynchrone(event_loop);
    show_timer(format_args!("{at_once:?}"));
    println!("the same, in the same order: {}", one_by_one == at_once);
}
