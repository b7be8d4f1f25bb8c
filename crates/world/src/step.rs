//! One step of one task: the slides' `next(it)`. The stages call it, from stage 2 on.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::listen::happened;
use crate::process;
use crate::recording::{Event, TaskId};
use crate::sealed;
use crate::woken::Telling;

/// Polls `task` once: it runs until it gives the turn back (`Pending`) or ends (`Ready`).
///
/// This is `task.as_mut().poll(&mut Context::from_waker(waker))`, and nothing else in a program;
/// a recording keeps the poll as well: which task it was, and what came back. There the task is given
/// a waker around `waker`, so that the recording keeps who calls it.
///
/// # Panics
///
/// If the task panics. If a recording has reached its
/// [`poll_limit`](crate::Recorder::poll_limit).
///
/// # Examples
///
/// ```
/// use std::task::{Poll, Waker};
///
/// let mut task = Box::pin(async { 42 });
/// assert_eq!(world::step(&mut task, Waker::noop()), Poll::Ready(42));
/// ```
pub fn step<F>(task: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output>
where
    F: Future + ?Sized,
{
    let address = (&raw const **task).addr();
    let kept = match sealed::with(|world| world.poll_begins(address)) {
        Some(Err(limit)) => panic!(
            "the recording reached its limit of {limit} polls: \
             is a task waiting for something that never comes?"
        ),
        Some(Ok(task)) => {
            happened(Event::PollBegins(task));
            sealed::with(|world| world.polling.push(task));
            Some(KeptPoll { address, task, outcome: Event::Panicked(task) })
        }
        None => None,
    };

    let telling = kept.as_ref().and_then(|_| Telling::around(waker, address));
    let told = telling.clone().map(Waker::from);
    let poll = task.as_mut().poll(&mut Context::from_waker(told.as_ref().unwrap_or(waker)));
    drop(told);

    // The task may have caught what was to end the recording.
    if let Some(Some(status)) = sealed::with(|world| world.exiting) {
        process::exit(status);
    }
    if let Some(mut kept) = kept {
        kept.outcome = match poll {
            Poll::Pending => Event::Pending(kept.task),
            Poll::Ready(_) => Event::Ended(kept.task),
        };
        // Who holds it besides us may call it.
        let is_held = telling.is_some_and(|it| Arc::strong_count(&it) > 1);
        if poll.is_pending() && is_held {
            happened(Event::Waits(kept.task));
        }
    }
    poll
}

/// A poll of which a recording has kept the beginning.
struct KeptPoll {
    /// Where the future lies.
    address: usize,
    /// Whose poll it is.
    task: TaskId,
    /// What the end will be: a panic, until the poll has returned.
    outcome: Event,
}

impl Drop for KeptPoll {
    /// Keeps the end of the poll, also if it panicked; a poll that exits the program has none.
    fn drop(&mut self) {
        let is_kept = sealed::with(|world| {
            world.polling.pop();
            let is_kept = world.exiting.is_none();
            if is_kept && !matches!(self.outcome, Event::Pending(_)) {
                world.task_ends(self.address);
            }
            is_kept
        });
        if is_kept == Some(true) {
            happened(self.outcome.clone());
        }
    }
}
