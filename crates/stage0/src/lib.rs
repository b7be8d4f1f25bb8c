//! Stage 0: a coroutine is something you can step.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use world::boxed::Box;

/// What a coroutine and whoever steps it say to each other; Python's `None` is `None`.
pub type Value = Option<String>;

/// What comes out of a step.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// The coroutine gives the turn back, with a value.
    Yielded(Value),
    /// The coroutine has ended, with a result: Python raises `StopIteration`.
    Returned(T),
}

/// A future that is stepped by hand.
pub struct Coroutine<T> {
    /// The future, pinned in its box: between two steps it may hold references into itself.
    future: Pin<Box<dyn Future<Output = T>>>,
    /// How far it has come.
    progress: Progress,
}

/// How far a coroutine has come.
#[derive(PartialEq, Eq)]
enum Progress {
    /// It waits at its first line, where nothing can be received.
    JustStarted,
    /// It waits in a `yield_value`.
    Suspended,
    /// It has returned, and cannot be stepped again.
    Ended,
}

thread_local! {
    /// What `send` brings: a `poll` has no room for it.
    static SENT: Cell<Value> = const { Cell::new(None) };
    /// What the coroutine yields: a `Pending` has no room for it.
    static YIELDED: Cell<Value> = const { Cell::new(None) };
}

impl<T> Coroutine<T> {
    /// Makes a coroutine of `future`; nothing of it runs yet.
    pub fn new(future: impl Future<Output = T> + 'static) -> Coroutine<T> {
        Coroutine { future: Box::pin(future), progress: Progress::JustStarted }
    }

    /// Runs the coroutine until its next `yield_value`, or its end.
    ///
    /// The `yield_value` where it waits returns `value`.
    ///
    /// # Panics
    ///
    /// If the coroutine has ended. If it is just started and `value` is not `None`.
    pub fn send(&mut self, value: Option<&str>) -> Step<T> {
        match self.progress {
            Progress::JustStarted if value.is_some() => {
                panic!("can't send non-None value to a just-started coroutine")
            }
            Progress::Ended => panic!("cannot reuse already awaited coroutine"),
            _ => {}
        }

        SENT.set(value.map(str::to_owned));
        let mut cx = Context::from_waker(Waker::noop());
        match self.future.as_mut().poll(&mut cx) {
            Poll::Pending => {
                self.progress = Progress::Suspended;
                Step::Yielded(YIELDED.take())
            }
            Poll::Ready(result) => {
                self.progress = Progress::Ended;
                Step::Returned(result)
            }
        }
    }
}

/// Gives `value` to whoever steps the coroutine; returns what the next `send` brings.
pub async fn yield_value(value: &str) -> Value {
    let mut yielded = false;
    poll_fn(|_| {
        if yielded {
            return Poll::Ready(SENT.take());
        }
        yielded = true;
        YIELDED.set(Some(value.to_owned()));
        Poll::Pending
    })
    .await
}
