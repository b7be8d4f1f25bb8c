//! Two tasks, one after the other: one that never waits, and one that does.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use stage1::run_task;
use world::println;

/// Prints `message`, and ends without giving the turn back.
async fn simple_print(message: impl Display) {
    println!("{message}");
}

/// Prints `Hello`, gives the turn back once, prints `World`: a future written by hand.
#[derive(Default)]
struct ComplexWork {
    /// Whether it has been polled before.
    started: bool,
}

impl Future for ComplexWork {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if self.started {
            println!("World");
            return Poll::Ready(());
        }
        println!("Hello");
        self.started = true;
        Poll::Pending
    }
}

/// Runs the two, one after the other.
pub fn main() {
    run_task(simple_print("Hello"));
    run_task(ComplexWork::default());
}
