//! How much a task may do in one poll before it gives the turn back, though it need not wait.
//!
//! A queue that is never empty, a socket that always has data: without a limit their task would keep
//! the turn for ever, and the timers and all other tasks would starve.
//!
//! Road: stage 13.

use std::future::poll_fn;
use std::task::{Context, Poll};

use crate::structures::pace::BUDGET;

use crate::context;
use crate::context::Core;

/// More than any poll can use up.
const UNLIMITED: u64 = u64::MAX;

/// Takes one from the budget of the task that is being polled; once it is used up, wakes the task and
/// lets it wait for its next turn.
pub(crate) fn poll_charge(cx: &Context<'_>) -> Poll<()> {
    let is_left = context::with_entered(|core| match core.pace.budget.get() {
        0 => false,
        left => {
            core.pace.budget.set(left - 1);
            true
        }
    });
    #[cfg(feature = "explore")]
    let is_left = is_left.map(|it| it && !context::with_entered(gives_up_early).unwrap_or(false));
    // Outside of any loop nobody counts, and nobody starves.
    if is_left == Some(false) { give_up(cx) } else { Poll::Ready(()) }
}

/// Whether who explores orders has the task that is being polled give up early.
#[cfg(feature = "explore")]
fn gives_up_early(core: &Core) -> bool {
    core.current_task.get().is_some_and(|task| core.host.gives_up(task))
}

/// The budget is used up.
#[cold]
fn give_up(cx: &Context<'_>) -> Poll<()> {
    context::with_entered(|core| {
        // It took long: who waits for a socket or a time is not made to wait for more such polls.
        core.look_soon();
        let polled = core.current_task.get();
        if polled.is_none() || context::task_in(core, cx.waker()) != polled {
            // Not the task itself asks, but an executor inside of it, and that may poll again before the
            // task's next turn: once it is told that this takes long, it may go on.
            core.pace.budget.set(BUDGET);
        }
    });
    cx.waker().wake_by_ref();
    Poll::Pending
}

/// As [`poll_charge`], awaited before what it is charged for: dropped meanwhile, nothing was done.
pub(crate) async fn charge() {
    poll_fn(|cx| poll_charge(cx)).await;
}

/// Calls `f`, in which nothing is charged.
pub(crate) fn uncharged<R>(f: impl FnOnce() -> R) -> R {
    /// Sets the budget to what it was, also if `f` panics.
    struct Before<'a>(&'a Core, u64);
    impl Drop for Before<'_> {
        fn drop(&mut self) {
            self.0.pace.budget.set(self.1);
        }
    }

    let mut f = Some(f);
    let mut call = || f.take().expect("it is called once")();
    let called = context::with_entered(|core| {
        let _before = Before(core, core.pace.budget.replace(UNLIMITED));
        call()
    });
    called.unwrap_or_else(call)
}
