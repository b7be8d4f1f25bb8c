//! Which descriptors are ready, and who waits for them. `Source` is one of them, as the sockets have
//! it; [`Watcher`] is what the system watches.
//!
//! A descriptor has a *place* here from the first time that somebody must wait for it. For each of its
//! two directions the place knows whether the next system call is worth a try, and who waits.
//!
//! ```text
//!            1 event                       2 a call says `WouldBlock`
//!   BLOCKED ─────────▶ READY     READY ─────────────────────────────▶ BLOCKED, and wait
//! ```
//!
//! What holds:
//!
//! - A direction is BLOCKED only if a call said so, or has told it by a short count, after the last
//!   event. The system tells every change once ("edge"): so no event is missed, none asked for twice.
//! - An event for a descriptor that was closed before in the same batch finds its place empty, or
//!   taken by one with another serial number: it wakes nobody.
//! - Nothing in here is borrowed while somebody is woken.
//!
//! Road: stages 7 and 10.

mod key;
mod waiters;
mod watcher;

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::sync::Arc;
use std::task::Waker;
use std::thread;
use std::time::Duration;

use slab::Slab;

pub(crate) use self::key::{Key, Ticket};
use self::waiters::{Unused, Waiters};
pub(crate) use self::watcher::Watcher;
use self::watcher::{Events, Seen};
use crate::core::Core;
use crate::data::TaskId;
use crate::data::primitives;
use crate::data::{WaitsFor, WokenBy};
use crate::host::Report;
use crate::host::SystemCall;
use crate::structures::wake::Wake;

/// After a wait that failed, the next one is tried so much later.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

/// The descriptors of a loop. It asks nothing of the system until the first of them must be waited for.
#[derive(Default)]
pub(crate) struct Reactor {
    /// What the system watches.
    watcher: OnceCell<Arc<Watcher>>,
    /// The descriptors that were waited for and live.
    places: RefCell<Slab<Place>>,
    /// How many waiters there are in all places.
    n_waiters: Cell<usize>,
    /// The last serial number, and the last ticket, that were given.
    n_given: Cell<u64>,
    /// What the system told at the last wait; taken out while it is told on.
    events: RefCell<Option<Events>>,
}

/// One of the two ways that data goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    /// Towards us: data, connections, the end of data.
    Read,
    /// Away from us: room for data, the end of connecting.
    Write,
}

impl Direction {
    fn waits_for(self, descriptor: RawFd) -> WaitsFor {
        match self {
            Direction::Read => WaitsFor::Readable(descriptor),
            Direction::Write => WaitsFor::Writable(descriptor),
        }
    }
}

/// A descriptor.
struct Place {
    /// Tells it from those that had the place before.
    serial: usize,
    /// Its number, for those who watch.
    descriptor: RawFd,
    /// Reading, then writing.
    sides: [Side; 2],
    /// Whether nothing more will come: then a short count does not mean that all is read.
    has_ended: bool,
}

/// One direction of a descriptor.
struct Side {
    /// READY, or BLOCKED.
    is_ready: bool,
    /// Who waits, longest first.
    waiters: Waiters,
}

impl Reactor {
    /// Whether somebody waits for a descriptor.
    pub(crate) fn has_waiters(&self) -> bool {
        self.n_waiters.get() > 0
    }

    /// The tasks that wait here, and for what.
    pub(crate) fn waits(&self) -> Vec<(TaskId, WaitsFor)> {
        let mut waits = Vec::new();
        for (_, place) in self.places.borrow().iter() {
            for (side, direction) in place.sides.iter().zip([Direction::Read, Direction::Write]) {
                let tasks = side.waiters.iter().filter_map(|(_, wake)| wake.task());
                waits.extend(tasks.map(|task| (task, direction.waits_for(place.descriptor))));
            }
        }
        waits
    }

    /// Whether there is a descriptor to look at.
    pub(crate) fn is_watching(&self) -> bool {
        self.watcher.get().is_some() && !self.places.borrow().is_empty()
    }

    /// What the system watches for this loop; made now, if it was not.
    pub(crate) fn watcher(&self, core: &Core) -> io::Result<&Arc<Watcher>> {
        if let Some(watcher) = self.watcher.get() {
            return Ok(watcher);
        }
        let watcher = Arc::new(core.call(SystemCall::Register, || Watcher::new(core.driver))?);
        core.remote.sleeps_in(&watcher);
        self.events.replace(Some(watcher.events()));
        Ok(self.watcher.get_or_init(|| watcher))
    }

    /// Gives a place to a descriptor, of which a call in this direction has said `WouldBlock`.
    pub(crate) fn enter(
        &self,
        core: &Core,
        source: &impl AsFd,
        blocked: Direction,
    ) -> io::Result<Key> {
        let watcher = self.watcher(core)?;
        let side = |direction| Side { is_ready: direction != blocked, waiters: Waiters::new() };
        let key = Key::new(self.places.borrow().vacant_key(), self.give())?;
        let place = self.places.borrow_mut().insert(Place {
            serial: key.serial(),
            descriptor: source.as_fd().as_raw_fd(),
            sides: [side(Direction::Read), side(Direction::Write)],
            has_ended: false,
        });
        if let Err(error) = core.call(SystemCall::Register, || watcher.add(source, key)) {
            self.places.borrow_mut().remove(place);
            return Err(error);
        }
        Ok(key)
    }

    /// Takes the place back. The system must have forgotten the descriptor before.
    pub(crate) fn leave(&self, core: &Core, key: Key) {
        let place = {
            let mut places = self.places.borrow_mut();
            let is_it = places.get(key.place()).is_some_and(|it| it.serial == key.serial());
            is_it.then(|| places.remove(key.place()))
        };
        if let Some(place) = place {
            let n_waiters = place.sides.iter().map(|it| it.waiters.len()).sum::<usize>();
            self.n_waiters.set(self.n_waiters.get() - n_waiters);
            // Wakers run foreign code as they are dropped.
            core.guard(|| drop(place));
        }
    }

    /// Whether a call in this direction is worth a try.
    pub(crate) fn is_ready(&self, key: Key, direction: Direction) -> bool {
        self.places.borrow()[key.place()].sides[direction as usize].is_ready
    }

    /// A call has said `WouldBlock`.
    pub(crate) fn block(&self, key: Key, direction: Direction) {
        self.places.borrow_mut()[key.place()].sides[direction as usize].is_ready = false;
    }

    /// A call was content with less than it was offered: if the next change will be told, all is
    /// read, or no room is left.
    pub(crate) fn drained(&self, key: Key, direction: Direction) {
        let Some(watcher) = self.watcher.get() else { return };
        let place = &mut self.places.borrow_mut()[key.place()];
        let is_sure = match direction {
            Direction::Read => watcher.tells_the_end() && !place.has_ended,
            Direction::Write => watcher.is_edge(),
        };
        if is_sure {
            place.sides[direction as usize].is_ready = false;
        }
    }

    /// Remembers who waits for a direction that is BLOCKED.
    pub(crate) fn wait(
        &self,
        core: &Core,
        (key, source): (Key, &impl AsFd),
        direction: Direction,
        (ticket, waker): (Ticket, &Waker),
    ) -> io::Result<()> {
        let watcher = self.watcher(core)?;
        // Made first: a foreign waker runs foreign code as it is cloned.
        let wake = Wake::new(waker);
        let (unused, descriptor) = {
            let mut places = self.places.borrow_mut();
            let place = &mut places[key.place()];
            let waiters = &mut place.sides[direction as usize].waiters;
            let before = waiters.len();
            let unused = waiters::enter(waiters, ticket, wake, waker);
            self.n_waiters.set(self.n_waiters.get() + waiters.len() - before);
            (unused, place.descriptor)
        };
        core.waits(|| direction.waits_for(descriptor));
        match unused {
            Some(Unused::Same(wake)) => core.guard(|| drop(wake)),
            // It has to ask again, if it still waits: nobody is forgotten.
            Some(Unused::Displaced(wake)) => wake.wake(core),
            None => {}
        }
        if !watcher.is_edge() {
            let [reads, writes] = {
                let sides = &self.places.borrow()[key.place()].sides;
                [!sides[0].waiters.is_empty(), !sides[1].waiters.is_empty()]
            };
            core.call(SystemCall::Register, || watcher.rearm(source, key, reads, writes))?;
        }
        Ok(())
    }

    /// Forgets one who waited.
    pub(crate) fn stop_waiting(&self, core: &Core, key: Key, direction: Direction, ticket: Ticket) {
        let unused = {
            let mut places = self.places.borrow_mut();
            let place = places.get_mut(key.place()).filter(|it| it.serial == key.serial());
            let Some(place) = place else { return };
            let waiters = &mut place.sides[direction as usize].waiters;
            let Some(at) = waiters.iter().position(|(it, _)| *it == ticket) else { return };
            waiters.remove(at)
        };
        self.n_waiters.set(self.n_waiters.get() - 1);
        core.guard(|| drop(unused));
    }

    /// A ticket that nobody has.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket::new(self.give())
    }

    fn give(&self) -> u64 {
        self.n_given.set(self.n_given.get() + 1);
        self.n_given.get()
    }

    /// Asks the system what is ready, without waiting.
    pub(crate) fn look(&self, core: &Core) {
        if self.is_watching() {
            self.ask(core, Some(Duration::ZERO));
            self.tell(core);
        }
    }

    /// Sleeps until something is ready, or somebody rings, or for `timeout`. What is ready is told by
    /// [`tell`](Reactor::tell).
    pub(crate) fn sleep(&self, core: &Core, timeout: Option<Duration>) {
        match self.watcher.get() {
            Some(_) => self.ask(core, timeout),
            None => primitives::park(timeout),
        }
    }

    /// Asks the system what is ready.
    fn ask(&self, core: &Core, timeout: Option<Duration>) {
        let Some(watcher) = self.watcher.get() else { return };
        // Out while in use: what reports an error may be anything.
        let Some(mut events) = self.events.take() else { return };
        let asked =
            core.call(SystemCall::Wait, || watcher.wait(&mut events, timeout, core.exact_timers));
        self.events.replace(Some(events));
        match asked {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                core.tell(Report::io("cannot wait for descriptors", error));
                // Whatever it is, it shall not make the loop spin.
                thread::sleep(timeout.map_or(AFTER_FAILURE, |it| it.min(AFTER_FAILURE)));
            }
            _ => {}
        }
    }

    /// Wakes who waits for what is ready.
    pub(crate) fn tell(&self, core: &Core) {
        let Some(mut events) = self.events.take() else { return };
        for seen in events.seen() {
            self.tell_one(core, seen);
        }
        events.clear();
        self.events.replace(Some(events));
    }

    fn tell_one(&self, core: &Core, seen: Seen) {
        let is_edge = self.watcher.get().is_some_and(|it| it.is_edge());
        let (reads, writes, is_awaited, descriptor) = {
            let mut places = self.places.borrow_mut();
            let place = places.get_mut(seen.key.place());
            let Some(place) = place.filter(|it| it.serial == seen.key.serial()) else { return };
            let is_awaited = [0, 1].map(|side: usize| !place.sides[side].waiters.is_empty());
            // Not "edge": an event ends the watch over both directions, so who waits for the other one
            // asks again.
            let reads = seen.reads || !is_edge && is_awaited[0];
            let writes = seen.writes || !is_edge && is_awaited[1];
            place.has_ended |= seen.has_ended;
            place.sides[0].is_ready |= reads;
            place.sides[1].is_ready |= writes;
            (reads, writes, is_awaited, place.descriptor)
        };
        core.show(|it| it.io_ready(descriptor, reads, writes));
        if reads && is_awaited[0] {
            self.wake_side(core, descriptor, seen.key, Direction::Read);
        }
        if writes && is_awaited[1] {
            self.wake_side(core, descriptor, seen.key, Direction::Write);
        }
    }

    /// Wakes all who wait for one direction.
    fn wake_side(&self, core: &Core, descriptor: RawFd, key: Key, direction: Direction) {
        loop {
            let (wake, is_last) = {
                let mut places = self.places.borrow_mut();
                let place = places.get_mut(key.place()).filter(|it| it.serial == key.serial());
                let Some(place) = place else { return };
                let waiters = &mut place.sides[direction as usize].waiters;
                match waiters.len() {
                    0 => return,
                    // Mostly: nothing is moved.
                    1 => (waiters.pop().expect("there is one").1, true),
                    _ => (waiters.remove(0).1, false),
                }
            };
            self.n_waiters.set(self.n_waiters.get() - 1);
            core.wake_for(WokenBy::Descriptor(descriptor), || wake.wake(core));
            // Who has come meanwhile has seen that a call is worth a try.
            if is_last {
                return;
            }
        }
    }
}
