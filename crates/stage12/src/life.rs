//! How a loop is kept running, how it is stopped, and how a thread finds it.

use std::cell::RefCell;

use super::{CURRENT, Loop, Task};

thread_local! {
    /// The loop that was set as this thread's.
    pub(crate) static DEFAULT: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

impl Loop {
    /// Runs until `stop`, also if there is no task: it then sleeps. Run again, it goes on.
    pub fn run_forever(&self) {
        self.turns(|| false);
    }

    /// Asks the loop to stop at the end of its turn. It is a flag: nobody is interrupted, nobody waits.
    /// Before a run, it makes that run a single turn. A `run_until_complete` that it ends has no value.
    pub fn stop(&self) {
        self.stopping.set(true);
    }

    /// Makes a loop the one that this thread has while none runs; returns the one before.
    pub fn set_current(event_loop: Option<&Loop>) -> Option<Loop> {
        DEFAULT.replace(event_loop.cloned())
    }
}

/// Adds `task` to the current loop. Panics if this thread has none.
pub fn spawn<T: 'static>(task: impl Future<Output = T> + 'static) -> Task<T> {
    Loop::current().expect("no loop runs on this thread, and none was set").add_task(task)
}

/// A run: while it lasts, its loop is the thread's, and no other may run there.
pub(crate) struct Running;

impl Running {
    pub(crate) fn new(event_loop: &Loop) -> Running {
        let is_free = CURRENT.with_borrow(Option::is_none);
        assert!(is_free, "a loop is already running on this thread: await, or spawn a task");
        CURRENT.set(Some(event_loop.clone()));
        Running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}
