//! Stage 4: the queue becomes a loop, to which tasks can be added.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use world::collections::VecDeque;
use world::step;
use world::time::{Duration, Instant};

/// A task of any kind, in a box of its own: so they all fit into one queue.
pub type Coroutine = Pin<Box<dyn Future<Output = ()>>>;

/// An event loop: runs its tasks in turn, one step each. A clone is the same loop.
#[derive(Clone, Default)]
pub struct Loop {
    /// The tasks that have not ended, next one first; borrowed only between two steps.
    tasks: Rc<RefCell<VecDeque<Coroutine>>>,
}

impl Loop {
    /// Makes a loop without any task.
    pub fn new() -> Loop {
        Loop::default()
    }

    /// Adds `task` at the end of the queue; it is not started, or goes on where it was.
    pub fn add_task(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push_back(Box::pin(task));
    }

    /// Runs until all tasks have ended, also those that are added meanwhile.
    pub fn run(&self) {
        loop {
            // The first task is taken: its step may add others, so the queue is not borrowed then.
            let Some(mut task) = self.tasks.borrow_mut().pop_front() else { break };
            match step(&mut task, Waker::noop()) {
                // The task goes on: it is put back, at the end of the queue.
                Poll::Pending => self.tasks.borrow_mut().push_back(task),
                Poll::Ready(()) => {} // The task has ended.
            }
        }
    }

    /// Adds `task`, and runs until all tasks have ended.
    pub fn run_task(&self, task: impl Future<Output = ()> + 'static) {
        self.add_task(task);
        self.run();
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
