//! `std::boxed`, as far as the road needs it: a future in a box, which is polled by hand.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;

use crate::steps::Steps;

/// `std`'s `Box` of a future; in a recording, each of its polls is told.
///
/// # Examples
///
/// ```
/// use std::pin::Pin;
/// use std::task::{Context, Waker};
/// use world::boxed::Box;
/// use world::{Event, TaskId};
///
/// let recording = world::record(|| {
///     let mut task: Pin<Box<dyn Future<Output = i32>>> = Box::pin(async { 42 });
///     assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
/// });
/// let events: Vec<_> = recording.moments().iter().map(|it| it.event.clone()).collect();
/// let task = TaskId(1);
/// assert_eq!(events, [Event::Made(task), Event::PollBegins(task), Event::Ended(task)]);
/// ```
pub struct Box<F: ?Sized> {
    /// The future, which tells.
    steps: Steps<F>,
}

impl<T> Box<dyn Future<Output = T>> {
    /// Puts a future into a box of its own, where it stays.
    pub fn pin(future: impl Future<Output = T> + 'static) -> Pin<Box<dyn Future<Output = T>>> {
        Pin::new(Box { steps: Steps::new(std::boxed::Box::pin(future)) })
    }
}

impl<F: ?Sized> Deref for Box<F> {
    type Target = Steps<F>;

    fn deref(&self) -> &Steps<F> {
        &self.steps
    }
}

impl<F: ?Sized> DerefMut for Box<F> {
    fn deref_mut(&mut self) -> &mut Steps<F> {
        &mut self.steps
    }
}

impl<F: ?Sized> fmt::Debug for Box<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Box").finish_non_exhaustive()
    }
}
