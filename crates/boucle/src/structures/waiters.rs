//! Those who wait, in order: the one list of all that tasks wait for.
//!
//! It calls nobody: it returns whom to wake, and what is to be dropped.
//!
//! ```text
//!             1 enter                 2 grant
//!   (nobody) ─────────▶ WAITING ──────────────────▶ (nobody: the ticket is granted)
//!       ▲                  │ 3 leave
//!       └──────────────────┘
//! ```
//!
//! Invariants: the slots that hold a waiter form a chain from `head` to `tail`, in the order in which
//! they entered, and so in the order of their numbers; the others form the list of free ones. A ticket
//! names the slot that its waiter entered by and a number that no other waiter of the list ever has; one
//! that was moved since is in `moved`. Entering, granting and leaving cost the same however many wait;
//! room is given back when few of many are left, at a cost that is small for each of those who went.

#[cfg(test)]
mod tests;

use std::mem;

/// The end of a chain: no slot has this place.
const NONE: u32 = u32::MAX;
/// So many slots are kept, whoever has gone.
const SMALL: usize = 32;
/// One slot of so many in use is few.
const FEW: usize = 16;

/// Those who wait, first come first.
#[derive(Debug)]
pub(crate) struct Waiters<W> {
    /// A place for each who waits, and those that are free.
    slots: Vec<Slot<W>>,
    /// Who waits longest.
    head: u32,
    /// Who came last.
    tail: u32,
    /// The first free slot; each names the next one.
    free: u32,
    /// How many wait.
    n_waiting: u32,
    /// How many have ever waited.
    n_entered: u64,
    /// Those who are in another slot than their ticket says. Boxed, as there are mostly none, and a list
    /// shall be small.
    moved: Option<Box<Moved>>,
    /// How many waiters were moved to give room back.
    #[cfg(test)]
    n_moves: usize,
}

/// Number and slot of those who were moved, by number. Some may have left since.
#[derive(Debug, Default)]
struct Moved(Vec<(u64, u32)>);

/// A place in the list.
#[derive(Debug)]
struct Slot<W> {
    /// Who waits; `None` while free.
    waiter: Option<W>,
    /// The waiter's number; of no meaning while free.
    number: u64,
    /// Who came before.
    previous: u32,
    /// Who came after; the next free slot while free.
    next: u32,
}

/// Which waiter of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ticket {
    /// The slot that it entered by.
    slot: u32,
    /// How many had entered before.
    number: u64,
}

impl Ticket {
    /// What tells its waiter from every other one of the list.
    pub(crate) fn number(self) -> u64 {
        self.number
    }
}

/// Those who were granted together, longest first: they are not in the list any more.
pub(crate) struct Granted<W> {
    slots: Vec<Slot<W>>,
    next: u32,
}

impl<W> Iterator for Granted<W> {
    type Item = W;

    #[inline]
    fn next(&mut self) -> Option<W> {
        let slot = self.slots.get_mut(self.next as usize)?;
        self.next = slot.next;
        slot.waiter.take()
    }
}

impl<W> Default for Waiters<W> {
    fn default() -> Waiters<W> {
        Waiters::new()
    }
}

impl<W> Waiters<W> {
    /// A list in which nobody waits; it has no memory yet.
    pub(crate) const fn new() -> Waiters<W> {
        Waiters {
            slots: Vec::new(),
            head: NONE,
            tail: NONE,
            free: NONE,
            n_waiting: 0,
            n_entered: 0,
            moved: None,
            #[cfg(test)]
            n_moves: 0,
        }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.n_waiting as usize
    }

    /// Whether nobody waits.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.n_waiting == 0
    }

    /// Takes a place at the end.
    #[inline(always)]
    pub(crate) fn enter(&mut self, waiter: W) -> Ticket {
        let number = self.n_entered;
        self.n_entered += 1;
        let slot = Slot { waiter: Some(waiter), number, previous: self.tail, next: NONE };
        let index = match self.slots.get_mut(self.free as usize) {
            Some(free) => {
                let index = mem::replace(&mut self.free, free.next);
                *free = slot;
                index
            }
            None => self.add(slot),
        };
        match self.slots.get_mut(self.tail as usize) {
            Some(tail) => tail.next = index,
            None => self.head = index,
        }
        self.tail = index;
        self.n_waiting += 1;
        Ticket { slot: index, number }
    }

    /// Adds a slot: none is free.
    #[cold]
    fn add(&mut self, slot: Slot<W>) -> u32 {
        if self.slots.is_empty() {
            // Mostly there is one, and a connection shall be small.
            self.slots.reserve_exact(1);
        }
        let index = u32::try_from(self.slots.len()).ok().filter(|it| *it != NONE);
        self.slots.push(slot);
        index.expect("fewer than four billion wait at once")
    }

    /// Who has this ticket; `None` once it was granted, or has left.
    #[inline(always)]
    pub(crate) fn get(&self, ticket: Ticket) -> Option<&W> {
        self.slots[self.find(ticket)?].waiter.as_ref()
    }

    /// Puts another one into the place of this ticket; returns the one that is not needed: the one that
    /// was there, or `waiter` if nobody has the ticket.
    pub(crate) fn replace(&mut self, ticket: Ticket, waiter: W) -> W {
        match self.find(ticket) {
            Some(index) => {
                let before = self.slots[index].waiter.replace(waiter);
                before.expect("a slot that is found holds a waiter")
            }
            None => waiter,
        }
    }

    /// Takes the one out who waits longest.
    #[inline(always)]
    pub(crate) fn grant(&mut self) -> Option<W> {
        (self.head != NONE).then(|| self.take(self.head as usize))
    }

    /// Takes all out who wait now.
    pub(crate) fn grant_all(&mut self) -> Granted<W> {
        let granted = Granted { slots: mem::take(&mut self.slots), next: self.head };
        (self.head, self.tail, self.free, self.n_waiting) = (NONE, NONE, NONE, 0);
        self.moved = None;
        granted
    }

    /// Gives the room of those back who were granted together, if it is little and not needed.
    pub(crate) fn reuse(&mut self, granted: Granted<W>) {
        let mut slots = granted.slots;
        if self.slots.capacity() == 0 && slots.capacity() <= SMALL {
            slots.clear();
            self.slots = slots;
        }
    }

    /// Takes one out who gives up; `None` if it was granted before.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<W> {
        self.find(ticket).map(|index| self.take(index))
    }

    /// Those who wait, longest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &W> {
        let mut next = self.head;
        std::iter::from_fn(move || {
            let slot = self.slots.get(next as usize)?;
            next = slot.next;
            slot.waiter.as_ref()
        })
    }

    /// How many slots there is memory for.
    #[cfg(test)]
    pub(crate) fn n_slots(&self) -> usize {
        self.slots.capacity() + self.moved.as_ref().map_or(0, |it| it.0.capacity())
    }

    /// The slot of who has this ticket and waits.
    #[inline(always)]
    fn find(&self, ticket: Ticket) -> Option<usize> {
        let holds = |index: usize| {
            self.slots
                .get(index)
                .is_some_and(|it| it.waiter.is_some() && it.number == ticket.number)
        };
        let index = ticket.slot as usize;
        if holds(index) {
            return Some(index);
        }
        // Mostly there are none.
        let Moved(moved) = &**self.moved.as_ref()?;
        let place = moved.binary_search_by_key(&ticket.number, |it| it.0).ok()?;
        Some(moved[place].1 as usize).filter(|it| holds(*it))
    }

    /// Takes the waiter of a slot out, which is in use.
    #[inline(always)]
    fn take(&mut self, index: usize) -> W {
        let slot = &mut self.slots[index];
        let waiter = slot.waiter.take().expect("a slot in the chain holds a waiter");
        let (previous, next) = (slot.previous, slot.next);
        slot.next = mem::replace(&mut self.free, index as u32);
        match self.slots.get_mut(previous as usize) {
            Some(it) => it.next = next,
            None => self.head = next,
        }
        match self.slots.get_mut(next as usize) {
            Some(it) => it.previous = previous,
            None => self.tail = previous,
        }
        self.n_waiting -= 1;
        if self.slots.len() > SMALL && self.len() < self.slots.len() / FEW {
            self.give_back();
        }
        waiter
    }

    /// Gives room back: the waiters move together, in order, and the rest is freed.
    #[cold]
    fn give_back(&mut self) {
        let Moved(mut moved) = self.moved.take().map(|it| *it).unwrap_or_default();
        let mut slots = Vec::with_capacity((self.len() * 2).max(1));
        let mut next = self.head;
        while next != NONE {
            let slot = &mut self.slots[next as usize];
            let index = slots.len() as u32;
            #[cfg(test)]
            {
                self.n_moves += 1;
            }
            if index != next {
                moved.push((slot.number, index));
            }
            next = slot.next;
            slots.push(Slot {
                waiter: slot.waiter.take(),
                number: slot.number,
                previous: index.checked_sub(1).unwrap_or(NONE),
                next: if next == NONE { NONE } else { index + 1 },
            });
        }
        self.free = NONE;
        self.head = if slots.is_empty() { NONE } else { 0 };
        self.tail = (slots.len() as u32).checked_sub(1).unwrap_or(NONE);
        self.slots = slots;
        // Of one that has moved twice the last place holds; those that have left are forgotten.
        let slots = &self.slots;
        moved.retain(|(number, at)| slots.get(*at as usize).is_some_and(|it| it.number == *number));
        moved.sort_unstable();
        moved.dedup_by_key(|it| it.0);
        moved.shrink_to_fit();
        self.moved = (!moved.is_empty()).then(|| Box::new(Moved(moved)));
    }
}
