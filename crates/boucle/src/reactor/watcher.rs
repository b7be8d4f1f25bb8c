//! What the system watches for a loop, behind `polling`: epoll, kqueue, event ports or `poll`. Two
//! drivers ask it what is ready; any thread may ring its bell, or take a descriptor out.

#[cfg(all(target_os = "linux", not(polling_test_poll_backend)))]
mod direct;
#[cfg(not(all(target_os = "linux", not(polling_test_poll_backend))))]
#[path = "watcher/no_direct.rs"]
mod direct;

use std::io;
use std::mem;
use std::num::NonZeroUsize;
use std::os::fd::BorrowedFd;
use std::process;
use std::time::Duration;

use polling::{Event, PollMode, Poller};

use self::direct::Direct;
use super::{Driver, Key};
use crate::structures::inbox::Bell;

/// So many events are taken at once; those that are left come with the next wait.
const N_EVENTS: usize = 1024;

/// What the system watches for one loop.
#[derive(Debug)]
pub(crate) struct Watcher {
    /// The poller; `None` only while it is dropped.
    poller: Option<Poller>,
    /// How Linux is asked without the detours of a portable wait; `None`: by the poller.
    direct: Option<Direct>,
    /// Whether each change is told once. Else an event ends the watch over its descriptor.
    is_edge: bool,
    /// The process that made it. A forked child shares it, and must not touch it.
    process: u32,
}

/// What one wait has told.
pub(crate) enum Events {
    /// By the poller.
    Portable(polling::Events),
    /// By Linux.
    Direct(direct::Events),
}

/// One event.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) key: Key,
    pub(crate) reads: bool,
    pub(crate) writes: bool,
    /// Nothing more will come, or it is broken, or there is urgent data: reads stop there.
    pub(crate) has_marks: bool,
}

impl Watcher {
    pub(crate) fn new(driver: Driver) -> io::Result<Watcher> {
        let poller = Poller::new()?;
        let direct = match driver {
            Driver::Linux => Some(Direct::new(&poller)?),
            Driver::Portable => None,
        };
        let is_edge = poller.supports_edge();
        Ok(Watcher { poller: Some(poller), direct, is_edge, process: process::id() })
    }

    fn poller(&self) -> &Poller {
        self.poller.as_ref().expect("the poller is there until it is dropped")
    }

    /// Whether each change is told once.
    pub(crate) fn is_edge(&self) -> bool {
        self.is_edge
    }

    /// Whether the end of what comes, and urgent data, are told apart from other data.
    pub(crate) fn tells_marks(&self) -> bool {
        self.direct.is_some()
    }

    /// Watches a descriptor, in both directions if changes are told once; else none, until
    /// [`rearm`](Watcher::rearm).
    pub(crate) fn add(&self, source: BorrowedFd<'_>, key: Key) -> io::Result<()> {
        let (event, mode) = if self.is_edge {
            (Event::all(key.pack()), PollMode::Edge)
        } else {
            (Event::none(key.pack()), PollMode::Oneshot)
        };
        #[expect(unsafe_code, reason = "`polling` must be told before a descriptor is closed")]
        // SAFETY: only `Reactor::enter` adds, for a `Source` alone, which lends what it owns by shared
        // reference and calls `remove` before it closes it or hands it out; as the reactor's tests do.
        let added = unsafe { self.poller().add_with_mode(&source, event, mode) };
        added.map_err(explain)?;
        if let Some(direct) = &self.direct {
            direct.watch_marks(self.poller(), source, key)?;
        }
        Ok(())
    }

    /// Watches the directions that somebody waits for, until the next event; not where each change is
    /// told.
    pub(crate) fn rearm(
        &self,
        source: BorrowedFd<'_>,
        key: Key,
        [reads, writes]: [bool; 2],
    ) -> io::Result<()> {
        let event = Event::new(key.pack(), reads, writes);
        self.poller().modify_with_mode(source, event, PollMode::Oneshot)
    }

    /// Forgets a descriptor, before it is closed. In any thread.
    pub(crate) fn remove(&self, source: BorrowedFd<'_>) {
        // A forked child would take it from its parent.
        if process::id() == self.process {
            // Nothing is left to do if it fails: it was not watched.
            let _ = self.poller().delete(source);
        }
    }

    /// An empty list of events.
    pub(crate) fn events(&self) -> Events {
        match &self.direct {
            Some(_) => Events::Direct(direct::Events::with_capacity(N_EVENTS)),
            None => {
                let n_events = NonZeroUsize::new(N_EVENTS).expect("it is not zero");
                Events::Portable(polling::Events::with_capacity(n_events))
            }
        }
    }

    /// Waits until something is ready, or somebody rings, or for `timeout`, or less; not for longer.
    pub(crate) fn wait(&self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        match (&self.direct, events) {
            (Some(direct), Events::Direct(events)) => direct.wait(self.poller(), events, timeout),
            (None, Events::Portable(events)) => self.poller().wait(events, timeout).map(drop),
            _ => unreachable!("the events are of the same driver"),
        }
    }
}

impl Bell for Watcher {
    fn ring(&self) {
        // Neither can fail but for a descriptor that somebody else has closed.
        let _ = match &self.direct {
            Some(direct) => direct.ring(),
            None => self.poller().notify(),
        };
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let poller = self.poller.take();
        if process::id() != self.process {
            // Dropped, it would take its own descriptors out of what the parent watches.
            mem::forget(poller);
        }
    }
}

impl Events {
    /// What was told.
    pub(crate) fn seen(&self) -> impl Iterator<Item = Seen> + '_ {
        let (portable, direct) = match self {
            Events::Portable(events) => (Some(events), None),
            Events::Direct(events) => (None, Some(events)),
        };
        let portable = portable.into_iter().flat_map(polling::Events::iter).map(|event| {
            let is_broken = event.is_interrupt() || event.is_err() == Some(true);
            Seen {
                key: Key::unpack(event.key),
                reads: event.readable || is_broken,
                writes: event.writable || is_broken,
                has_marks: is_broken,
            }
        });
        portable.chain(direct.into_iter().flat_map(direct::Events::seen))
    }

    pub(crate) fn clear(&mut self) {
        match self {
            Events::Portable(events) => events.clear(),
            Events::Direct(events) => events.clear(),
        }
    }
}

/// Says what to do where the system says only that it is not permitted, or exists.
fn explain(error: io::Error) -> io::Error {
    let (kind, message) = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            let message =
                "files and devices that are always ready cannot be waited for: use `to_thread`";
            (io::ErrorKind::Unsupported, message)
        }
        io::ErrorKind::AlreadyExists => {
            let message = "the loop watches this descriptor already: share what has it";
            (io::ErrorKind::AlreadyExists, message)
        }
        _ => return error,
    };
    io::Error::new(kind, message)
}
