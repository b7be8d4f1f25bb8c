//! A future that is polled by hand, in stages 0 and 1: it tells of its own steps.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::listen::{dropped, happened};
use crate::recording::Event;
use crate::sealed;
use crate::step::step;

/// A future whose polls a recording is told of; outside of one it is that future, in a box.
pub struct Steps<F: ?Sized> {
    /// The future.
    future: Pin<Box<F>>,
}

impl<F: ?Sized> Steps<F> {
    /// Says that the future was made, and will say how it is polled.
    #[must_use]
    pub fn new(future: Pin<Box<F>>) -> Steps<F> {
        let address = (&raw const *future).addr();
        if let Some(task) = sealed::with(|world| world.task_at(address)) {
            happened(Event::Made(task));
        }
        Steps { future }
    }
}

impl<F: Future + ?Sized> Future for Steps<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        step(&mut self.future, cx.waker())
    }
}

impl<F: ?Sized> Drop for Steps<F> {
    fn drop(&mut self) {
        dropped((&raw const *self.future).addr());
    }
}

impl<F: ?Sized> fmt::Debug for Steps<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps").finish_non_exhaustive()
    }
}
