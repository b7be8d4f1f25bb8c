//! Stage 1: a task is stepped until it ends.

use std::task::{Context, Waker};

use world::pin::pin;

/// Runs `task` to its end.
pub fn run_task(task: impl Future<Output = ()>) {
    let mut task = pin!(task);
    // Nobody will be woken: the next step comes in any case.
    let mut cx = Context::from_waker(Waker::noop());

    // As long as it gives the turn back it gets the next one: there is nobody else.
    while task.as_mut().poll(&mut cx).is_pending() {}
}
