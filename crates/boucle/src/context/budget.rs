//! How much a task may do in one poll before it gives the turn back, though it need not wait.
//!
//! A queue that is never empty, a socket that always has data: without a limit their task would keep
//! the turn for ever, and the timers and all other tasks would starve.
//!
//! Road: stage 13.

use std::future::poll_fn;
use std::task::{Context, Poll};

use crate::cell;
use crate::core::Core;

/// So much a task may do in one poll.
pub(crate) const BUDGET: u32 = 128;

/// Takes one from the budget of the task that is being polled; once it is used up, wakes the task and
/// lets it wait for its next turn.
pub(crate) fn poll_charge(cx: &Context<'_>) -> Poll<()> {
    let is_left = cell::with_entered(|core| {
        let left = core.budget.get();
        core.budget.set(left.saturating_sub(1));
        left > 0
    });
    // Outside of any loop nobody counts, and nobody starves.
    if is_left == Some(false) {
        // It took long: who waits for a socket or a time is not made to wait for more such polls.
        cell::with_entered(Core::look_soon);
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    Poll::Ready(())
}

/// As [`poll_charge`], awaited before what it is charged for: dropped meanwhile, nothing was done.
pub(crate) async fn charge() {
    poll_fn(|cx| poll_charge(cx)).await;
}
