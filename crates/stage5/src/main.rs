//! A parent that adds two children to its loop, while it runs.

use stage5::Loop;
use stage5::interrupt;
use world::println;

/// Says when it starts and when it ends, a turn apart.
async fn child(name: &str) {
    println!("{name} starts");
    interrupt().await;
    println!("{name} ends");
}

/// Adds two children to the loop that runs it; nobody told it which loop that is.
async fn parent() {
    println!("parent starts");
    let event_loop = Loop::current().expect("the parent runs in a loop");
    event_loop.add_task(child("child 1"));
    event_loop.add_task(child("child 2"));
    println!("children queued, not yet run");
    interrupt().await;
    println!("parent ends");
}

/// Runs the parent, and so its children.
pub fn main() {
    let event_loop = Loop::new();
    event_loop.run_task(parent());
}
