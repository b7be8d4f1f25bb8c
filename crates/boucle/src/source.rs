//! Something that has a descriptor, and its places in the reactors of the loops that wait for it.

use std::future::poll_fn;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use crate::cell;
use crate::context::budget;
use crate::context::elsewhere;
use crate::context::elsewhere::{call_later_elsewhere, require_entered};
use crate::core::Core;
use crate::data::LoopId;
use crate::host::SystemCall;
use crate::reactor::{Direction, Key, Ticket, Watcher};

/// Something that has a descriptor, which must not block.
///
/// Any thread may have it, and any loop may wait for it: whoever polls it first has it watched. A call
/// is tried before anybody waits.
#[derive(Debug)]
pub(crate) struct Source<T: AsFd> {
    /// What has the descriptor; `None` only at the end of its life. Lent by shared reference only, so
    /// that its descriptor stays what it is.
    io: Option<T>,
    /// The first loop that watched it, set once, and its key in there: read without a lock.
    home: Home,
    /// All loops that watch it: mostly one.
    registrations: Mutex<Vec<Registration>>,
}

/// A loop, and a key in it. Whoever is in that loop, and finds it here, has the key that was set before.
#[derive(Debug, Default)]
struct Home {
    /// Which loop; zero for none.
    event_loop: AtomicU32,
    /// The key; set before the loop.
    key: AtomicUsize,
}

/// A loop that watches a descriptor.
#[derive(Debug)]
struct Registration {
    event_loop: LoopId,
    key: Key,
    /// To have it forgotten, from any thread.
    watcher: Arc<Watcher>,
}

impl<T: AsFd> Source<T> {
    pub(crate) fn new(io: T) -> Source<T> {
        Source { io: Some(io), home: Home::default(), registrations: Mutex::default() }
    }

    /// What has the descriptor.
    pub(crate) fn io(&self) -> &T {
        self.io.as_ref().expect("it is there until the end")
    }

    /// What has the descriptor, which no loop watches any more.
    pub(crate) fn into_inner(mut self) -> T {
        self.forget();
        self.io.take().expect("it is there until the end")
    }

    /// Calls the system until it does not say `WouldBlock`, and waits in between. For a trait that
    /// polls: it does not say when it stops to wait, and a wake too many may follow.
    pub(crate) fn poll_io<R>(
        &self,
        cx: &Context<'_>,
        direction: Direction,
        call: SystemCall,
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        let is_drained = |_: &R| false;
        require_entered(|core| {
            self.poll_as(core, cx, (direction, call), Ticket::POLLER, f, is_drained)
        })
    }

    /// As [`poll_io`](Source::poll_io), awaited. Dropping the future waits no longer; nothing was done.
    pub(crate) fn io_when_ready<R>(
        &self,
        direction: Direction,
        call: SystemCall,
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> impl Future<Output = io::Result<R>> {
        self.io_until_drained(direction, call, f, |_| false)
    }

    /// As [`io_when_ready`](Source::io_when_ready), and says whether the call was content with less than
    /// it was offered.
    // Not `async`: a state machine less to go through.
    pub(crate) fn io_until_drained<R>(
        &self,
        direction: Direction,
        call: SystemCall,
        mut f: impl FnMut(&T) -> io::Result<R>,
        is_drained: impl Fn(&R) -> bool,
    ) -> impl Future<Output = io::Result<R>> {
        let mut waiting = Waiting { direction, ticket: Ticket::POLLER, at: None };
        poll_fn(move |cx| {
            require_entered(|core| {
                if waiting.ticket == Ticket::POLLER {
                    waiting.ticket = core.reactor.ticket();
                }
                let ticket = waiting.ticket;
                let polled = self.poll_as(core, cx, (direction, call), ticket, &mut f, &is_drained);
                let key = || Some((core.id(), self.key_in(core)?));
                waiting.at = if polled.is_pending() { key() } else { None };
                polled
            })
        })
    }

    fn poll_as<R>(
        &self,
        core: &Core,
        cx: &Context<'_>,
        (direction, call): (Direction, SystemCall),
        ticket: Ticket,
        mut f: impl FnMut(&T) -> io::Result<R>,
        is_drained: impl Fn(&R) -> bool,
    ) -> Poll<io::Result<R>> {
        ready!(budget::poll_charge(cx));
        loop {
            let key = self.key_in(core);
            let is_ready = key.is_none_or(|key| core.reactor.is_ready(key, direction));
            if is_ready {
                match core.call(call, || f(self.io())) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Ok(done) => {
                        if let Some(key) = key.filter(|_| is_drained(&done)) {
                            core.reactor.drained(key, direction);
                        }
                        return Poll::Ready(Ok(done));
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            let key = match key {
                Some(key) => {
                    if is_ready {
                        core.reactor.block(key, direction);
                    }
                    key
                }
                None => self.enter(core, direction)?,
            };
            core.reactor.wait(core, (key, self.io()), direction, (ticket, cx.waker()))?;
            return Poll::Pending;
        }
    }

    /// Has the loop watch it from now on, if it does not: what cannot be waited for says so now, not
    /// only when a call would block. Calls in this direction are tried at once all the same.
    pub(crate) fn watch(&self, direction: Direction) -> io::Result<()> {
        require_entered(|core| match self.key_in(core) {
            Some(_) => Ok(()),
            None => {
                let other = match direction {
                    Direction::Read => Direction::Write,
                    Direction::Write => Direction::Read,
                };
                self.enter(core, other).map(drop)
            }
        })
    }

    /// A call was content with less than it was offered.
    pub(crate) fn drained(&self, direction: Direction) {
        cell::with_entered(|core| {
            if let Some(key) = self.key_in(core) {
                core.reactor.drained(key, direction);
            }
        });
    }

    /// Its place in the reactor of a loop, if it has one.
    fn key_in(&self, core: &Core) -> Option<Key> {
        if self.home.event_loop.load(Ordering::Acquire) == core.id().number() {
            return Some(Key::unpack(self.home.key.load(Ordering::Relaxed)));
        }
        if self.home.event_loop.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let registrations = self.registrations();
        registrations.iter().find(|it| it.event_loop == core.id()).map(|it| it.key)
    }

    /// Has a loop watch it, after a call in this direction has said `WouldBlock`.
    fn enter(&self, core: &Core, blocked: Direction) -> io::Result<Key> {
        let key = core.reactor.enter(core, self.io(), blocked)?;
        let watcher = Arc::clone(core.reactor.watcher(core)?);
        let mut registrations = self.registrations();
        // Those of loops that are gone have nobody to wake, and keep descriptors.
        registrations.retain(|it| {
            let is_there = elsewhere::is_there(it.event_loop);
            if !is_there {
                it.watcher.remove(self.io());
            }
            is_there
        });
        if self.home.event_loop.load(Ordering::Relaxed) == 0 {
            self.home.key.store(key.pack(), Ordering::Relaxed);
            self.home.event_loop.store(core.id().number(), Ordering::Release);
        }
        // Mostly there is one, and a connection shall be small.
        registrations.reserve_exact(1);
        registrations.push(Registration { event_loop: core.id(), key, watcher });
        Ok(key)
    }

    fn registrations(&self) -> MutexGuard<'_, Vec<Registration>> {
        self.registrations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the watch of all loops; the descriptor may be closed after that, and not before.
    fn forget(&mut self) {
        let Some(io) = &self.io else { return };
        let registrations = self.registrations.get_mut().unwrap_or_else(PoisonError::into_inner);
        for Registration { event_loop, key, watcher } in registrations.drain(..) {
            watcher.remove(io);
            in_loop(event_loop, move |core| core.reactor.leave(core, key));
        }
    }
}

impl<T: AsFd> Drop for Source<T> {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Calls `f` with a loop: at once if this thread is in it, else as soon as that one looks.
fn in_loop(event_loop: LoopId, f: impl FnOnce(&Core) + Send + 'static) {
    let is_here = cell::with_entered(|core| core.id() == event_loop);
    if is_here == Some(true) {
        cell::with_entered(f);
    } else {
        call_later_elsewhere(event_loop, f);
    }
}

/// One that waits, and says when it stops.
struct Waiting {
    direction: Direction,
    /// Which waiter; that of a poller before the first poll.
    ticket: Ticket,
    /// Where it waits.
    at: Option<(LoopId, Key)>,
}

impl Waiting {
    /// It waits no longer.
    #[cold]
    fn stop(&self, event_loop: LoopId, key: Key) {
        let (direction, ticket) = (self.direction, self.ticket);
        in_loop(event_loop, move |core| core.reactor.stop_waiting(core, key, direction, ticket));
    }
}

impl Drop for Waiting {
    #[inline]
    fn drop(&mut self) {
        // Mostly it has got what it waited for.
        if let Some((event_loop, key)) = self.at {
            self.stop(event_loop, key);
        }
    }
}
