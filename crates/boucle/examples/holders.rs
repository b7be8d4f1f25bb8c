//! Who holds what: two tasks take two locks in opposite orders, and an `Instrument` tells.

use std::panic::Location;
use std::rc::Rc;

use boucle::sync::Lock;
use boucle::{Instrument, Loop, Object, TaskId, WaitsFor, gather, interrupt};
use world::println;

/// Prints what it is told of locks.
struct Holders;

impl Instrument for Holders {
    fn object_made(&self, object: Object) {
        println!("made: {} {}, at line {}", object.kind, object.id, object.made_at.line());
    }
    fn acquired(&self, task: TaskId, object: Object) {
        println!("task {task} holds {}", object.id);
    }
    fn waits(
        &self,
        task: TaskId,
        _wait: u32,
        on: WaitsFor,
        object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        match object {
            Some(object) => println!("task {task} waits for {}", object.id),
            None => println!("task {task} waits for {on}"),
        }
    }
}

/// Takes one lock, then the other, and gives the turn back in between.
async fn both(first: Rc<Lock<()>>, second: Rc<Lock<()>>) {
    let _first = first.lock().await;
    interrupt().await;
    let _second = second.lock().await;
}

fn main() {
    deadlock(&Loop::builder().instrument(watcher()).build());
}

/// Who watches the loop of the program.
pub(crate) fn watcher() -> Rc<impl Instrument> {
    Rc::new(Holders)
}

/// Two tasks that wait for each other, on any loop that [`watcher`] watches.
pub(crate) fn deadlock(event_loop: &Loop) {
    let end = event_loop.run_until_complete(async {
        let (left, right) = (Rc::new(Lock::new(())), Rc::new(Lock::new(())));
        let one = both(Rc::clone(&left), Rc::clone(&right));
        gather([one, both(right, left)]).await
    });
    println!("{}", end.expect_err("each waits for the other"));
    // Both were cancelled then, and go in their next turn.
    event_loop.run();
}
