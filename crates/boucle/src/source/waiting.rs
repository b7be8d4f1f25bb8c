//! A call that waits until its descriptor is ready.

use std::io;
use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::panic::Location;
use std::task::{Context, Poll, Waker};

use super::{Source, in_loop};
use crate::context::survey::is_survey;
use crate::context::{Core, require_entered, survey};
use crate::data::LoopId;
use crate::host::SystemCall;
use crate::reactor::{Direction, Drained, Key, Ticket};

/// One that makes a call, and waits if it must; and says when it stops to wait, at the latest as it is
/// dropped.
#[derive(Debug)]
pub(crate) struct Waiting<'a, T: AsFd> {
    pub(super) source: &'a Source<T>,
    pub(super) operation: (Direction, SystemCall),
    /// The line that waits, for those who watch.
    pub(super) line: &'static Location<'static>,
    /// Where it waits.
    pub(super) at: Option<At>,
}

/// Where one waits: a ticket is one of the line of this key in this loop, and of no other.
#[derive(Debug)]
pub(super) struct At {
    event_loop: LoopId,
    key: Key,
    ticket: Ticket,
}

impl<T: AsFd> Waiting<'_, T> {
    /// Calls the system until it does not say `WouldBlock`, and waits in between. `finish` makes the
    /// result, and perhaps proves that nothing is left.
    pub(crate) fn poll<R, V>(
        &mut self,
        cx: &Context<'_>,
        f: impl FnMut(&T) -> io::Result<R>,
        finish: impl Fn(R) -> (V, Option<Drained>),
    ) -> Poll<io::Result<V>> {
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        require_entered(|core| match self.source.attempt(core, cx, self.operation, f, finish) {
            ControlFlow::Break(polled) => {
                if polled.is_ready() {
                    self.stop();
                }
                polled
            }
            ControlFlow::Continue(key) => {
                self.wait(core, key, cx)?;
                Poll::Pending
            }
        })
    }

    fn wait(&mut self, core: &Core, key: Key, cx: &Context<'_>) -> io::Result<()> {
        let event_loop = core.id();
        // One that began in another loop waits there no longer.
        if self.at.as_ref().is_some_and(|at| (at.event_loop, at.key) != (event_loop, key)) {
            self.stop();
        }
        let ticket = self.at.as_ref().map(|at| at.ticket);
        let (direction, _) = self.operation;
        let place = self.source.place(key, Some(self.line));
        let ticket = core.wait_for_descriptor(place, direction, ticket, cx.waker())?;
        self.at = Some(At { event_loop, key, ticket });
        Ok(())
    }

    /// Says where it waits, in a survey.
    #[cold]
    fn stand<R>(&self, waker: &Waker) -> Poll<R> {
        let (direction, _) = self.operation;
        let is_known = |core: &Core, task| {
            let at = self.at.as_ref().filter(|at| at.event_loop == core.id());
            at.is_some_and(|at| core.waits_for_descriptor(at.key, direction, Some(at.ticket), task))
        };
        survey::stand(waker, is_known, || self.source.leaf(direction).at(self.line))
    }

    /// It waits no longer.
    #[inline]
    fn stop(&mut self) {
        // Mostly it need not wait at all.
        if let Some(At { event_loop, key, ticket }) = self.at.take() {
            let (direction, _) = self.operation;
            in_loop(event_loop, move |core| core.stop_waiting(key, direction, ticket));
        }
    }
}

impl<T: AsFd> Drop for Waiting<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.stop();
    }
}
