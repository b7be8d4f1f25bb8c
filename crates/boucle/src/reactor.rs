//! Which descriptors are ready, and who waits for them. It calls nobody: it fills a list of whom to wake.
//! `core/descriptors` wakes them, and asks what a user has to say before; `Source` is a descriptor as the
//! sockets have it; [`Watcher`] is what the system watches.
//!
//! A descriptor has a *place* here from the first time that somebody must wait for it. For each of its
//! two directions the place knows whether the next system call is worth a try, and who waits.
//!
//! ```text
//!            1 event                       2 a call says `WouldBlock`, or proves that nothing is left
//!   BLOCKED ─────────▶ READY     READY ─────────────────────────────────────────────────────▶ BLOCKED
//! ```
//!
//! What holds, and which type keeps it:
//!
//! - A direction is BLOCKED only if a call said so after the last event. The system tells every change
//!   once ("edge"): so no event is missed, none asked for twice. A short count says so only with a
//!   [`Drained`], which only a [`Moved`] of a kind that [`Drains`] gives, by what the system was offered.
//! - An event for a descriptor that was closed before finds nobody: a [`Key`] is a place and a number
//!   that the next owner of the place does not have, and [`Places`] looks at both.
//! - A [`Ticket`] names one waiter for good: [`Line`] looks at its number, which is never given twice. Its
//!   owner keeps it with the loop and the key where it was given (`Waiting`, in `source`).
//! - Entering, leaving and waking cost the same however many wait: [`Waiters`], [`Pollers`], [`Line`].
//! - Nothing in here is borrowed while code of a user runs: it has only data and [`Wake`]s, and gives
//!   those back that are to be woken or dropped. It is given a `BorrowedFd`, never what has it.
//!
//! [`Drains`]: self::moved::Drains
//! [`Waiters`]: crate::structures::waiters::Waiters
//! [`Pollers`]: self::pollers::Pollers
//!
//! Road: stages 7 and 10.

mod driver;
mod key;
mod line;
mod moved;
mod places;
mod pollers;
#[cfg(test)]
mod tests;
mod watcher;

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

pub use self::driver::Driver;
pub(crate) use self::key::Key;
use self::line::Line;
pub(crate) use self::line::Ticket;
pub(crate) use self::moved::{Drained, Moved};
use self::places::Places;
pub(crate) use self::pollers::Entered;
pub(crate) use self::watcher::Watcher;
use self::watcher::{Events, Seen};
use crate::data::TaskId;
use crate::data::WaitsFor;
use crate::structures::wake::Wake;

/// Room for more than so many that are to be woken is given back.
const MANY_TOLD: usize = 4096;

/// The descriptors of a loop. It asks nothing of the system until the first of them must be waited for.
#[derive(Default)]
pub(crate) struct Reactor {
    /// What the system watches.
    watcher: OnceCell<Arc<Watcher>>,
    /// The descriptors that were waited for and live.
    places: RefCell<Places<Place>>,
    /// How many waiters there are in all places: changed by `change` and `empty` alone, with the lines.
    n_waiters: Cell<usize>,
    /// The last number that was given, to a descriptor or to a waiter.
    n_given: Cell<u64>,
    /// The turn of the loop, to see who polls again soon after it was woken.
    turn: Cell<u32>,
    /// What the system told at the last wait.
    events: RefCell<Option<Events>>,
    /// Empty room for those who are to be woken.
    told: Cell<Vec<Told>>,
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
    /// What one waits for who waits for this direction.
    pub(crate) fn waits_for(self, descriptor: RawFd) -> WaitsFor {
        match self {
            Direction::Read => WaitsFor::Readable(descriptor),
            Direction::Write => WaitsFor::Writable(descriptor),
        }
    }
}

/// What events have brought.
pub(crate) enum Told {
    /// A descriptor is ready; those who are to be woken for it come after this.
    Ready { key: Key, descriptor: RawFd, reads: bool, writes: bool },
    /// One who waited for this descriptor.
    Wake(RawFd, Wake),
}

/// A descriptor.
struct Place {
    /// Its number, for those who watch.
    descriptor: RawFd,
    /// READY or BLOCKED: reading, then writing.
    is_ready: [bool; 2],
    /// Whether a short count does not mean that all is read: nothing more will come, or there was urgent
    /// data, at which a read stops. Once set it stays.
    has_marks: bool,
    /// Who waits: to read, then to write.
    lines: [Line; 2],
}

impl Reactor {
    /// What the system watches for this loop, if there is something.
    pub(crate) fn watcher(&self) -> Option<&Arc<Watcher>> {
        self.watcher.get()
    }

    /// Has the system watch for this loop from now on.
    pub(crate) fn open(&self, driver: Driver) -> io::Result<&Arc<Watcher>> {
        if let Some(watcher) = self.watcher.get() {
            return Ok(watcher);
        }
        let watcher = Arc::new(Watcher::new(driver)?);
        self.events.replace(Some(watcher.events()));
        Ok(self.watcher.get_or_init(|| watcher))
    }

    /// Whether there is a descriptor to look at.
    pub(crate) fn is_watching(&self) -> bool {
        self.watcher.get().is_some() && !self.places.borrow().is_empty()
    }

    /// Whether somebody waits for a descriptor.
    pub(crate) fn has_waiters(&self) -> bool {
        self.n_waiters.get() > 0
    }

    /// The tasks that wait here, and for what.
    pub(crate) fn waits(&self) -> Vec<(TaskId, WaitsFor)> {
        let places = self.places.borrow();
        let mut places: Vec<_> = places.iter().collect();
        places.sort_unstable_by_key(|(key, _)| key.place());
        let mut waits = Vec::new();
        for (_, place) in places {
            for (line, direction) in place.lines.iter().zip([Direction::Read, Direction::Write]) {
                let tasks = line.iter().filter_map(Wake::task);
                waits.extend(tasks.map(|task| (task, direction.waits_for(place.descriptor))));
            }
        }
        waits
    }

    /// Another turn of the loop begins.
    #[inline]
    pub(crate) fn turn_begins(&self) {
        self.turn.set(self.turn.get().wrapping_add(1));
    }

    // ----------------------------------------------------------------------- descriptors

    /// Gives a place to a descriptor, of which a call in this direction has said `WouldBlock`. Whoever
    /// calls this owns it, and calls [`Watcher::remove`] and [`leave`](Reactor::leave) before closing it.
    pub(crate) fn enter(&self, source: BorrowedFd<'_>, blocked: Direction) -> io::Result<Key> {
        let watcher = self.watcher.get().expect("it is opened before a descriptor enters");
        let mut places = self.places.borrow_mut();
        let key = Key::new(places.vacant(), self.give())?;
        watcher.add(source, key)?;
        let is_ready = [Direction::Read, Direction::Write].map(|it| it != blocked);
        let (descriptor, lines) = (source.as_raw_fd(), [Line::Nobody, Line::Nobody]);
        places.insert(key, Place { descriptor, is_ready, has_marks: false, lines });
        Ok(key)
    }

    /// Takes the place back. The system must have forgotten the descriptor before. Who waited there is to
    /// be dropped.
    #[must_use = "wakers run code of a user as they are dropped"]
    pub(crate) fn leave(&self, key: Key) -> Vec<Wake> {
        let mut waited = Vec::new();
        if let Some(mut place) = self.places.borrow_mut().remove(key) {
            place.lines.iter_mut().for_each(|it| self.empty(it, |wake| waited.push(wake)));
        }
        waited
    }

    /// Takes out all who wait, to be dropped: the loop closes.
    #[must_use = "wakers run code of a user as they are dropped"]
    pub(crate) fn take_waiters(&self) -> Vec<Wake> {
        let mut waited = Vec::new();
        for line in self.places.borrow_mut().values_mut().flat_map(|it| &mut it.lines) {
            self.empty(line, |wake| waited.push(wake));
        }
        waited
    }

    /// Whether a call in this direction is worth a try.
    pub(crate) fn is_ready(&self, key: Key, direction: Direction) -> bool {
        // Nobody has a key to a place that is gone; if so, the system shall say it.
        self.places.borrow().get(key).is_none_or(|it| it.is_ready[direction as usize])
    }

    /// A call has said `WouldBlock`.
    pub(crate) fn block(&self, key: Key, direction: Direction) {
        if let Some(place) = self.places.borrow_mut().get_mut(key) {
            place.is_ready[direction as usize] = false;
        }
    }

    /// A call has proved that nothing is left, or no room: true if the next change will be told.
    pub(crate) fn drained(&self, key: Key, direction: Direction, _proof: Drained) {
        let Some(watcher) = self.watcher.get() else { return };
        let mut places = self.places.borrow_mut();
        let Some(place) = places.get_mut(key) else { return };
        let is_told = match direction {
            Direction::Read => watcher.tells_marks() && !place.has_marks,
            Direction::Write => watcher.is_edge(),
        };
        if is_told {
            place.is_ready[direction as usize] = false;
        }
    }

    // ----------------------------------------------------------------------- who waits

    /// Has the system watch what is waited for, and this direction, until the next event: where it does
    /// not tell each change.
    pub(crate) fn rearm(
        &self,
        key: Key,
        source: BorrowedFd<'_>,
        direction: Direction,
    ) -> io::Result<()> {
        let Some(watcher) = self.watcher.get() else { return Ok(()) };
        let mut awaited = [false; 2];
        if let Some(place) = self.places.borrow().get(key) {
            awaited = [0, 1].map(|side: usize| !place.lines[side].is_empty());
        }
        awaited[direction as usize] = true;
        watcher.rearm(source, key, awaited)
    }

    /// Remembers who waits for a direction that is BLOCKED, in the place of its ticket if it still has
    /// one. Returns a [`Wake`] that is not needed.
    pub(crate) fn wait(
        &self,
        key: Key,
        direction: Direction,
        ticket: Option<Ticket>,
        wake: Wake,
    ) -> (Ticket, Option<Wake>) {
        let number = self.give();
        let entered = self.change(key, direction, |line| match ticket {
            None => (line.enter(number, wake), None),
            Some(ticket) => match line.replace(ticket, wake) {
                Ok(before) => (ticket, Some(before)),
                Err(wake) => (line.enter(number, wake), None),
            },
        });
        entered.expect("who waits for a descriptor keeps its place")
    }

    /// Forgets one who waited; it is to be dropped.
    #[must_use = "a waker runs code of a user as it is dropped"]
    pub(crate) fn stop_waiting(&self, key: Key, direction: Direction, who: Ticket) -> Option<Wake> {
        self.change(key, direction, |line| line.leave(who))?
    }

    /// Whether this task waits for a direction: as the one with this ticket, or as one who polls.
    pub(crate) fn is_waiting(
        &self,
        key: Key,
        direction: Direction,
        ticket: Option<Ticket>,
        task: TaskId,
    ) -> bool {
        let places = self.places.borrow();
        places.get(key).is_some_and(|it| it.lines[direction as usize].has(ticket, task))
    }

    /// Remembers who polls a direction that is BLOCKED, and does not say when it stops; under this number,
    /// if it is new.
    #[must_use = "who had to go must be woken"]
    pub(crate) fn poll(&self, key: Key, direction: Direction, wake: Wake) -> (u64, Entered) {
        let (number, turn) = (self.give(), self.turn.get());
        let entered = self.change(key, direction, |line| line.poll(number, wake, turn));
        (number, entered.expect("who polls a descriptor keeps its place"))
    }

    /// Changes a line, and how many wait.
    fn change<R>(
        &self,
        key: Key,
        direction: Direction,
        f: impl FnOnce(&mut Line) -> R,
    ) -> Option<R> {
        let mut places = self.places.borrow_mut();
        let line = &mut places.get_mut(key)?.lines[direction as usize];
        let before = line.len();
        let result = f(line);
        self.n_waiters.set(self.n_waiters.get() + line.len() - before);
        Some(result)
    }

    /// Takes all out of a line.
    fn empty(&self, line: &mut Line, take: impl FnMut(Wake)) {
        self.n_waiters.set(self.n_waiters.get() - line.len());
        line.take_all(take);
    }

    /// A number that nobody has.
    fn give(&self) -> u64 {
        self.n_given.set(self.n_given.get() + 1);
        self.n_given.get()
    }

    // ----------------------------------------------------------------------- what the system tells

    /// Asks the system what is ready, for `timeout` at the most; [`tell`](Reactor::tell) says it.
    pub(crate) fn ask(&self, timeout: Option<Duration>) -> io::Result<()> {
        match (self.watcher.get(), &mut *self.events.borrow_mut()) {
            (Some(watcher), Some(events)) => watcher.wait(events, timeout),
            _ => Ok(()),
        }
    }

    /// What the system has told: the descriptors that are ready, and whom to wake for each.
    #[must_use = "who is in it waits no longer, and must be woken"]
    pub(crate) fn tell(&self) -> Vec<Told> {
        let mut told = self.told.take();
        if let Some(events) = &mut *self.events.borrow_mut() {
            for seen in events.seen() {
                self.tell_one(seen, &mut told);
            }
            events.clear();
        }
        told
    }

    /// Takes the list back, for the next time.
    pub(crate) fn reuse(&self, told: Vec<Told>) {
        if told.is_empty() && told.capacity() <= MANY_TOLD {
            self.told.set(told);
        }
    }

    fn tell_one(&self, seen: Seen, told: &mut Vec<Told>) {
        let is_edge = self.watcher.get().is_some_and(|it| it.is_edge());
        let mut places = self.places.borrow_mut();
        let Some(place) = places.get_mut(seen.key) else { return };
        place.has_marks |= seen.has_marks;
        // Not "edge": an event ends the watch over both directions, so who waits for the other one asks
        // again.
        let is_told = |told: bool, line: &Line| told || !is_edge && !line.is_empty();
        let reads = is_told(seen.reads, &place.lines[0]);
        let writes = is_told(seen.writes, &place.lines[1]);
        let descriptor = place.descriptor;
        told.push(Told::Ready { key: seen.key, descriptor, reads, writes });
        for side in [0, 1].into_iter().filter(|side| [reads, writes][*side]) {
            place.is_ready[side] = true;
            self.empty(&mut place.lines[side], |it| told.push(Told::Wake(descriptor, it)));
        }
    }
}
