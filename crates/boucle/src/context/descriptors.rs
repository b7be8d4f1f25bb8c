//! What the descriptors of a loop, each a `Source`, ask of it.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use super::{Core, Identity};
use crate::data::{Spot, TaskId, Wait};
use crate::host::SystemCall;
use crate::reactor::{Direction, Drained, Entered, Key, Ticket, Watcher};
use crate::structures::wake::Wake;

/// Where one waits: a descriptor that the loop watches, and what it is known by.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) key: Key,
    pub(crate) descriptor: BorrowedFd<'a>,
    pub(crate) identity: &'a Identity,
    /// The line that waits, where it is known.
    pub(crate) at: Option<&'static Location<'static>>,
}

impl Place<'_> {
    /// What one waits for here, in this direction.
    fn wait(&self, direction: Direction) -> Wait {
        let on = direction.waits_for(self.descriptor.as_raw_fd());
        Wait { on, object: Some(self.identity.object()), at: self.at }
    }
}

/// Where the wait of this waiter is noted.
fn spot(key: Key, direction: Direction, number: u64) -> Spot {
    Spot::Descriptor(key.pack(), direction == Direction::Read, number)
}

impl Core {
    /// What the system watches for this loop; made now, if it was not.
    pub(crate) fn watcher(&self) -> io::Result<&Arc<Watcher>> {
        if let Some(watcher) = self.reactor.watcher() {
            return Ok(watcher);
        }
        let watcher = self.call(SystemCall::Register, || self.reactor.open(self.driver))?;
        self.remote.inbox.sleeps_at(watcher);
        Ok(watcher)
    }

    /// Watches a descriptor, of which a call in this direction has said `WouldBlock`; until
    /// [`leave_descriptor`](Core::leave_descriptor).
    pub(crate) fn enter_descriptor(
        &self,
        source: BorrowedFd<'_>,
        blocked: Direction,
    ) -> io::Result<(Key, Arc<Watcher>)> {
        let watcher = self.watcher()?;
        let key = self.call(SystemCall::Register, || self.reactor.enter(source, blocked))?;
        Ok((key, Arc::clone(watcher)))
    }

    /// Forgets a descriptor, which the system must have forgotten before.
    pub(crate) fn leave_descriptor(&self, key: Key) {
        self.host.drop_each(self.reactor.leave(key));
        if self.host.is_observed() {
            [true, false].into_iter().for_each(|reads| self.host.polls_end(key.pack(), reads));
        }
    }

    /// Whether a call in this direction is worth a try.
    pub(crate) fn is_descriptor_ready(&self, key: Key, direction: Direction) -> bool {
        self.reactor.is_ready(key, direction)
    }

    /// A call has said `WouldBlock`.
    pub(crate) fn block_descriptor(&self, key: Key, direction: Direction) {
        self.reactor.block(key, direction);
    }

    /// A call has proved that nothing is left, or no room.
    pub(crate) fn drained_descriptor(&self, key: Key, direction: Direction, proof: Drained) {
        self.reactor.drained(key, direction, proof);
    }

    /// Remembers who waits for a direction that is blocked, and says when it stops: by the ticket
    /// that this returns. With the ticket of before it keeps its place.
    pub(crate) fn wait_for_descriptor(
        &self,
        place: Place<'_>,
        direction: Direction,
        ticket: Option<Ticket>,
        waker: &Waker,
    ) -> io::Result<Ticket> {
        let wake = self.begin_to_wait(place, direction, waker)?;
        let (before, wakes) = (ticket, wake.task());
        let (ticket, unused) = self.reactor.wait(place.key, direction, ticket, wake);
        self.host.drop_each(unused);
        if let Some(before) = before.filter(|it| *it != ticket) {
            // It was ready, and is not any more.
            self.wait_ends(|| spot(place.key, direction, before.number()));
        }
        let wait = || place.wait(direction);
        self.wait_goes_on(|| spot(place.key, direction, ticket.number()), wakes, wait);
        Ok(ticket)
    }

    /// Remembers who polls a direction that is blocked, and does not say when it stops.
    pub(crate) fn poll_descriptor(
        &self,
        place: Place<'_>,
        direction: Direction,
        waker: &Waker,
    ) -> io::Result<()> {
        let wake = self.begin_to_wait(place, direction, waker)?;
        let wakes = wake.task();
        match self.reactor.poll(place.key, direction, wake) {
            (_, Entered::Known(unused)) => self.host.drop(unused),
            (number, Entered::New(cleared)) => {
                self.tell_poll(place, direction, number, wakes, !cleared.is_empty());
                // They have to ask again, if they still wait: nobody is forgotten.
                cleared.into_iter().for_each(|(_, it)| self.wake_up(it));
            }
        }
        Ok(())
    }

    /// Lets those who watch know of one who polls, and if the others had to go, of that.
    #[inline]
    fn tell_poll(
        &self,
        place: Place<'_>,
        direction: Direction,
        number: u64,
        wakes: Option<TaskId>,
        is_alone: bool,
    ) {
        if self.host.is_observed() {
            let (key, reads) = (place.key.pack(), direction == Direction::Read);
            if is_alone {
                self.host.polls_end(key, reads);
            }
            let wait = || place.wait(direction);
            if self.wait_begins(|| spot(place.key, direction, number), wakes, wait) {
                self.host.poll_begins(key, reads, number);
            }
        }
    }

    /// How to wake one who is about to wait. All that runs code of a user comes first, and all that
    /// may fail.
    fn begin_to_wait(
        &self,
        Place { key, descriptor, .. }: Place<'_>,
        direction: Direction,
        waker: &Waker,
    ) -> io::Result<Wake> {
        let wake = self.wake_for_owner(waker);
        if !self.watcher()?.is_edge() {
            let rearm = || self.reactor.rearm(key, descriptor, direction);
            self.call(SystemCall::Register, rearm)?;
        }
        Ok(wake)
    }

    /// Whether this task waits for a direction: as the one with this ticket, or as one who polls.
    pub(crate) fn waits_for_descriptor(
        &self,
        key: Key,
        direction: Direction,
        ticket: Option<Ticket>,
        task: TaskId,
    ) -> bool {
        self.reactor.is_waiting(key, direction, ticket, task)
    }

    /// Forgets one who waited.
    pub(crate) fn stop_waiting(&self, key: Key, direction: Direction, ticket: Ticket) {
        if let Some(unused) = self.reactor.stop_waiting(key, direction, ticket) {
            self.host.drop_each([unused]);
        }
        self.wait_ends(|| spot(key, direction, ticket.number()));
    }
}
