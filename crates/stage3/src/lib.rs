//! Stage 3: a task can hand the turn back, and so it can wait for a time.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Poll, Waker};

use world::collections::VecDeque;
use world::step;
use world::time::{Duration, Instant};

/// A task of any kind, in a box of its own: so they all fit into one queue.
pub type Coroutine = Pin<Box<dyn Future<Output = ()>>>;

/// Runs all `tasks` to their ends, in turn, one step each.
pub fn run_tasks<const N: usize>(tasks: [Coroutine; N]) {
    let mut tasks = VecDeque::from(tasks);

    // The first task of the queue is taken.
    while let Some(mut task) = tasks.pop_front() {
        match step(&mut task, Waker::noop()) {
            // The task goes on: it is put back, at the end of the queue.
            Poll::Pending => tasks.push_back(task),
            Poll::Ready(()) => {} // The task has ended.
        }
    }
}

/// Something that one task waits for, and that another one sets.
#[derive(Default)]
pub struct Waiter {
    /// Whether it has been set.
    done: Cell<bool>,
}

impl Waiter {
    /// Makes a waiter that has not been set.
    pub fn new() -> Waiter {
        Waiter::default()
    }

    /// Lets those who wait go on, at their next turn.
    pub fn set(&self) {
        self.done.set(true);
    }

    /// Waits until the waiter is set. Dropping the future loses nothing: what is set stays set.
    pub async fn wait(&self) {
        poll_fn(|_| if self.done.get() { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Gives the turn back to the loop, once.
pub async fn interrupt() {
    let mut turn = Some(());
    poll_fn(|_| if turn.take().is_some() { Poll::Pending } else { Poll::Ready(()) }).await;
}

/// Waits until `t`, asking at every turn whether it has come.
pub async fn sleep_until(t: Instant) {
    while Instant::now() < t {
        interrupt().await;
    }
}

/// Waits for `duration`; not even for a turn if it is zero.
pub async fn sleep(duration: Duration) {
    sleep_until(Instant::now() + duration).await;
}
