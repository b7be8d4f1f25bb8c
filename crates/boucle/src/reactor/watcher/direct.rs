//! Linux asked directly: one system call a wait, where a portable one takes five; and the end of what
//! comes, and urgent data, are told apart from other data, so that a short count means that all is read.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use polling::Poller;
use rustix::buffer::spare_capacity;
use rustix::event;
use rustix::event::epoll::{EventData, EventFlags};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, epoll};

use super::Seen;
use crate::reactor::Key;

/// The bell's number. The poller's own is the one above.
const BELL: u64 = usize::MAX as u64 - 1;

/// What the direct way needs beside the poller.
#[derive(Debug)]
pub(super) struct Direct {
    /// Written to by whoever rings; never read: each write is a change, and told once.
    bell: OwnedFd,
}

/// What one wait has told.
pub(crate) struct Events(Vec<epoll::Event>);

impl Direct {
    pub(super) fn new(poller: &Poller) -> io::Result<Direct> {
        let bell = event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let changes = EventFlags::IN | EventFlags::ET;
        epoll::add(poller, &bell, EventData::new_u64(BELL), changes)?;
        Ok(Direct { bell })
    }

    /// Watches also the end of what comes, and urgent data, for a descriptor that the poller watches.
    pub(super) fn watch_marks(
        &self,
        poller: &Poller,
        source: BorrowedFd<'_>,
        key: Key,
    ) -> io::Result<()> {
        let marks = EventFlags::RDHUP | EventFlags::PRI;
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::ET | marks;
        Ok(epoll::modify(poller, source, EventData::new_u64(key.pack() as u64), flags)?)
    }

    pub(super) fn ring(&self) -> io::Result<()> {
        rustix::io::write(&self.bell, &1_u64.to_ne_bytes())?;
        Ok(())
    }

    pub(super) fn wait(
        &self,
        poller: &Poller,
        events: &mut Events,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        // One that is too long for the system is for ever.
        let mut timeout = timeout.and_then(|it| Timespec::try_from(it).ok());
        if let Some(limit) = timeout.filter(|it| it.tv_nsec % 1_000_000 != 0) {
            // Its own timeout has a grain of a millisecond; that of `poll` has none.
            event::poll(&mut [PollFd::new(poller, PollFlags::IN)], Some(&limit))?;
            timeout = Some(Timespec { tv_sec: 0, tv_nsec: 0 });
        }
        epoll::wait(poller.as_fd(), spare_capacity(&mut events.0), timeout.as_ref())?;
        Ok(())
    }
}

impl Events {
    pub(super) fn with_capacity(n_events: usize) -> Events {
        Events(Vec::with_capacity(n_events))
    }

    /// What was told; the bell has no place, and wakes nobody.
    pub(super) fn seen(&self) -> impl Iterator<Item = Seen> + '_ {
        self.0.iter().map(|event| {
            // Copied out: the system packs them, and a packed field cannot be lent.
            let (flags, data) = (event.flags, event.data);
            let is_broken = flags.intersects(EventFlags::ERR | EventFlags::HUP);
            let has_marks = is_broken || flags.intersects(EventFlags::RDHUP | EventFlags::PRI);
            Seen {
                key: Key::unpack(data.u64() as usize),
                reads: has_marks || flags.contains(EventFlags::IN),
                writes: is_broken || flags.contains(EventFlags::OUT),
                has_marks,
            }
        })
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
