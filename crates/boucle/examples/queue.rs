//! A producer and a consumer, and room for one tick between them. Nobody ends it: press Ctrl-C.

mod course;

use std::rc::Rc;

use boucle::sync::Queue;
use boucle::{Loop, RunEnd, sleep, spawn};
use world::println;

use course::{seconds, show_timer, start_timer};

/// Puts a tick every second; waits while there is no room.
async fn producer(queue: Rc<Queue<String>>) {
    for count in 1.. {
        queue.put(format!("tick{count}")).await.expect("nobody shuts the queue down");
        sleep(seconds(1.0)).await;
    }
}

/// Says what it gets; waits while there is nothing.
async fn consumer(queue: Rc<Queue<String>>) {
    while let Ok(received) = queue.get().await {
        show_timer(format_args!("got {received}"));
    }
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    let queue = Rc::new(Queue::new(1));
    spawn(producer(Rc::clone(&queue)));
    spawn(consumer(queue));
    start_timer();
    if event_loop.run_forever() == Ok(RunEnd::Interrupted) {
        println!("bye");
    }
}
