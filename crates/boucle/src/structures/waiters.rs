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

    /// The number of the next one who comes: all who have entered have smaller ones.
    pub(crate) fn end(&self) -> u64 {
        self.n_entered
    }

    /// Takes the one out who waits longest, if it entered before [`end`](Waiters::end) was `end`.
    pub(crate) fn grant_before(&mut self, end: u64) -> Option<W> {
        let first = self.slots.get(self.head as usize)?;
        (first.number < end).then(|| self.take(self.head as usize))
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

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::{Ticket, Waiters};

    /// Numbers that look random and are the same in each run.
    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    #[test]
    fn it_grants_in_order_whoever_leaves() {
        for seed in 1..=200 {
            let mut state = seed * 0x9e37_79b9;
            let (mut waiters, mut model) = (Waiters::new(), VecDeque::new());
            let mut gone: Vec<Ticket> = Vec::new();
            for n in 0..600 {
                // Seeds differ in how many come for each who goes: some lists grow long and then short.
                let crowd = if n < 300 { 2 + seed % 7 } else { 1 };
                match random(&mut state) % (crowd + 2) {
                    0 => {
                        let first = model.pop_front();
                        assert_eq!(
                            waiters.grant(),
                            first.map(|it: (Ticket, u64)| it.1),
                            "seed {seed}"
                        );
                        gone.extend(first.map(|it| it.0));
                    }
                    1 if !model.is_empty() => {
                        let place = random(&mut state) as usize % model.len();
                        let (ticket, value) = model.remove(place).expect("it is there");
                        assert_eq!(waiters.leave(ticket), Some(value), "seed {seed}");
                        gone.push(ticket);
                    }
                    _ => model.push_back((waiters.enter(n), n)),
                }
                assert_eq!(waiters.len(), model.len());
            }
            assert!(waiters.iter().eq(model.iter().map(|it| &it.1)), "seed {seed}");
            for (ticket, value) in &model {
                assert_eq!(waiters.get(*ticket), Some(value), "seed {seed}");
                assert_eq!(waiters.replace(*ticket, value + 1), *value);
            }
            for ticket in gone {
                assert!(waiters.get(ticket).is_none() && waiters.leave(ticket).is_none());
                assert_eq!(waiters.replace(ticket, 7), 7, "it comes back");
            }
            while let Some((ticket, value)) = model.pop_front() {
                assert_eq!(waiters.grant(), Some(value + 1), "seed {seed}");
                assert!(waiters.leave(ticket).is_none());
            }
            assert!(waiters.is_empty() && waiters.grant().is_none());
        }
    }

    #[test]
    fn room_is_given_back_while_one_of_many_still_waits() {
        for kept in [0, 99_999, 50_000] {
            let mut waiters = Waiters::new();
            let tickets: Vec<_> = (0..100_000).map(|n| waiters.enter(n)).collect();
            for (n, ticket) in tickets.iter().enumerate() {
                assert!(n == kept || waiters.leave(*ticket) == Some(n as u64));
            }
            assert!(waiters.n_slots() <= 96, "{} for one waiter", waiters.n_slots());
            assert_eq!(waiters.get(tickets[kept]), Some(&(kept as u64)));
            assert_eq!(waiters.leave(tickets[kept]), Some(kept as u64));
        }
    }

    #[test]
    fn who_comes_and_goes_while_one_stays_costs_no_room() {
        let mut waiters = Waiters::new();
        let stays = waiters.enter(0);
        let mut last = waiters.enter(1);
        for n in 2..100_000 {
            let next = waiters.enter(n);
            assert_eq!(waiters.leave(last), Some(n - 1));
            last = next;
        }
        assert!(waiters.n_slots() <= 8, "{} for two waiters", waiters.n_slots());
        assert_eq!((waiters.get(stays), waiters.len()), (Some(&0), 2));
    }

    #[test]
    fn all_who_wait_are_granted_and_none_of_those_who_come_meanwhile() {
        let mut waiters = Waiters::new();
        let tickets: Vec<_> = (0..4).map(|n| waiters.enter(n)).collect();
        let end = waiters.end();
        let mut granted = Vec::new();
        while let Some(n) = waiters.grant_before(end) {
            granted.push(n);
            // One gives up meanwhile, and one comes for each that is granted.
            waiters.leave(tickets[2]);
            waiters.enter(n + 10);
        }
        assert_eq!(granted, [0, 1, 3]);
        assert!(waiters.iter().eq(&[10, 11, 13]));
    }

    #[test]
    fn many_who_give_up_cost_in_proportion() {
        // In any order: the first one first, the last one first, or all over the place.
        for step in [1, 39_999, 12_347] {
            let mut waiters = Waiters::new();
            let tickets: Vec<_> = (0..40_000).map(|n| waiters.enter(n)).collect();
            for n in 0..40_000 {
                waiters.leave(tickets[n * step % 40_000]).expect("it waits");
            }
            assert!(waiters.is_empty());
            assert!(waiters.n_moves < 40_000 / 8, "{} moves", waiters.n_moves);
        }
    }
}
