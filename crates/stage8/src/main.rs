//! Stage 2's two tasks, of which one waits for the other; beside them, one that is not woken but asks.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use stage8::{Loop, Waiter, interrupt};
use world::println;

/// Waits for `waiter`, and says when.
async fn wait_job(waiter: Rc<Waiter>) {
    println!("start");
    waiter.wait().await;
    println!("finished");
}

/// Prints the numbers below `n`, one a turn, then sets `waiter`.
async fn count_up_to(waiter: Rc<Waiter>, n: u32) {
    for number in 0..n {
        println!("{number}");
        interrupt().await;
    }
    waiter.set();
}

/// Does `task`, and counts in `n_polls` how often it is polled.
async fn counted(task: impl Future<Output = ()>, n_polls: Rc<Cell<u32>>) {
    let mut task = pin!(task);
    poll_fn(|cx| {
        n_polls.set(n_polls.get() + 1);
        task.as_mut().poll(cx)
    })
    .await;
}

/// Does `task` as the loop did up to stage 7: polls it at every turn.
async fn at_every_turn(task: impl Future<Output = ()>) {
    let mut task = pin!(task);
    poll_fn(|cx| {
        let poll = task.as_mut().poll(cx);
        if poll.is_pending() {
            cx.waker().wake_by_ref();
        }
        poll
    })
    .await;
}

/// Runs the two and the third; then tells how often who waits was polled.
pub fn main() {
    let event_loop = Loop::new();
    let waiter = Rc::new(Waiter::new(1));
    let (woken, asking) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));

    event_loop.add_task(counted(wait_job(Rc::clone(&waiter)), Rc::clone(&woken)));
    let other = Rc::clone(&waiter);
    let asks = at_every_turn(async move { other.wait().await });
    event_loop.add_task(counted(asks, Rc::clone(&asking)));
    event_loop.run_task(count_up_to(waiter, 5));

    println!("polls of the one that asks: {}", asking.get());
    println!("polls of the one that is woken: {}", woken.get());
}
