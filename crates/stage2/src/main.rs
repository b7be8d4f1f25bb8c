//! Four tasks in turn; then two, of which one waits for the other.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use stage2::Waiter;
use stage2::run_tasks;
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

/// Waits for `waiter`, and says when.
async fn wait_job(waiter: Rc<Waiter>) {
    println!("start");
    waiter.wait().await;
    println!("finished");
}

/// Prints the numbers below `n`, one a turn, then sets `waiter`.
fn count_up_to(waiter: Rc<Waiter>, n: u32) -> impl Future<Output = ()> {
    let mut numbers = 0..n;
    poll_fn(move |_| match numbers.next() {
        Some(number) => {
            println!("{number}");
            Poll::Pending
        }
        None => {
            waiter.set();
            Poll::Ready(())
        }
    })
}

/// Runs the four, then the two.
pub fn main() {
    run_tasks([
        Box::pin(simple_print(1)),
        Box::pin(ComplexWork::default()),
        Box::pin(simple_print(2)),
        Box::pin(simple_print(3)),
    ]);

    let waiter = Rc::new(Waiter::new());
    run_tasks([Box::pin(wait_job(Rc::clone(&waiter))), Box::pin(count_up_to(waiter, 5))]);
}
