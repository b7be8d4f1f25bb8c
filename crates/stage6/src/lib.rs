//! Stage 6: a waiter counts, and so a task can gather others.

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

thread_local! {
    /// The loop that runs on this thread, or the last one that ran.
    static CURRENT: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

impl Loop {
    /// Makes a loop without any task.
    pub fn new() -> Loop {
        Loop::default()
    }

    /// The loop that runs on this thread, or the last one that ran; `None` before the first run.
    pub fn current() -> Option<Loop> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Adds `task` at the end of the queue; it is not started, or goes on where it was.
    pub fn add_task(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push_back(Box::pin(task));
    }

    /// Runs until all tasks have ended, also those that are added meanwhile.
    pub fn run(&self) {
        CURRENT.set(Some(self.clone()));
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

/// Something that one task waits for, and that others set, `n` times in all.
pub struct Waiter {
    /// How many times it has yet to be set.
    missing: Cell<usize>,
}

impl Waiter {
    /// Makes a waiter that is to be set `n` times.
    pub fn new(n: usize) -> Waiter {
        Waiter { missing: Cell::new(n) }
    }

    /// Counts one; the last one lets those who wait go on, at their next turn.
    pub fn set(&self) {
        self.missing.set(self.missing.get().saturating_sub(1));
    }

    /// Waits until the waiter is set. Dropping the future loses nothing: what is set stays set.
    pub async fn wait(&self) {
        while self.missing.get() > 0 {
            interrupt().await;
        }
    }
}

/// Adds all `tasks` to the current loop, and waits until all have ended.
/// Panics if no loop has run on this thread. Dropping the future ends the waiting, not the tasks.
pub async fn gather<const N: usize>(tasks: [Coroutine; N]) {
    let waiter = Rc::new(Waiter::new(N));
    for task in tasks {
        let waiter = Rc::clone(&waiter);
        Loop::current().expect("gather runs in a loop").add_task(async move {
            task.await;
            waiter.set();
        });
    }
    waiter.wait().await;
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
