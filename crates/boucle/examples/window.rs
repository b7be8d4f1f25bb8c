//! A queue that limits: eight jobs, of which four may work at once. Press Ctrl-C at the end.

mod course;

use std::rc::Rc;

use boucle::sync::Queue;
use boucle::{Loop, RunEnd, sleep, spawn};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Works for one, two or three seconds, once there is room in the window.
async fn job(i: u32, window: Rc<Queue<()>>) {
    // Takes a place.
    window.put(()).await.expect("nobody shuts the window down");
    let duration = i % 3 + 1;
    show_timer(format_args!(">>> job{i} - duration {duration}"));
    sleep(seconds(duration.into())).await;
    show_timer(format_args!("<<< job{i} - duration {duration}"));
    // Gives it back. `boucle::sync::Semaphore` does so by itself.
    window.get().await.expect("its own place, at least, is there");
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    let window = Rc::new(Queue::new(4));
    for i in 0..8 {
        spawn(job(i, Rc::clone(&window)));
    }
    start_timer();
    if event_loop.run_forever() == Ok(RunEnd::Interrupted) {
        println!("bye");
    }
}
