//! A line: those who wait for one thing, and how to wake each. Every primitive of `sync` has one, and
//! the loop has one for `quiescent`; `context::wait` is the way into it.
//!
//! It calls nobody, and whoever it gives out is not in it any more: so nothing is borrowed while a waker
//! is called, cloned or dropped, whatever that does to the line.

use std::cell::RefCell;
use std::fmt;

use crate::structures::waiters::{Granted, Ticket, Waiters};
use crate::structures::wake::Parked;

/// Those who wait for one thing, first come first.
#[derive(Default)]
pub(crate) struct Line {
    /// Where they stand; never borrowed outside of this file.
    waiters: RefCell<Waiters<Parked>>,
}

impl Line {
    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiters.borrow().len()
    }

    /// Whether nobody waits.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.waiters.borrow().is_empty()
    }

    /// Takes a place at the end.
    #[inline(always)]
    pub(crate) fn enter(&self, parked: Parked) -> Ticket {
        self.waiters.borrow_mut().enter(parked)
    }

    /// Whether this one still waits.
    #[inline(always)]
    pub(crate) fn is_waiting(&self, ticket: Ticket) -> bool {
        self.waiters.borrow().get(ticket).is_some()
    }

    /// Whether the one with this ticket is known; `None` once it is granted. `is_known` calls nobody.
    pub(crate) fn is_known(
        &self,
        ticket: Ticket,
        is_known: impl FnOnce(&Parked) -> bool,
    ) -> Option<bool> {
        self.waiters.borrow().get(ticket).map(is_known)
    }

    /// Puts another one into the place of this ticket; returns the one that is not needed.
    pub(crate) fn replace(&self, ticket: Ticket, parked: Parked) -> Parked {
        self.waiters.borrow_mut().replace(ticket, parked)
    }

    /// Takes the one out who waits longest: it is to be woken.
    #[inline(always)]
    pub(crate) fn take_first(&self) -> Option<Parked> {
        self.waiters.borrow_mut().grant()
    }

    /// Takes all out who wait now, longest first: they are to be woken.
    pub(crate) fn take_all(&self) -> Granted<Parked> {
        self.waiters.borrow_mut().grant_all()
    }

    /// Takes the room of those back who were granted together.
    pub(crate) fn reuse(&self, granted: Granted<Parked>) {
        self.waiters.borrow_mut().reuse(granted);
    }

    /// Takes one out who gives up; `None` if it was granted before.
    pub(crate) fn leave(&self, ticket: Ticket) -> Option<Parked> {
        self.waiters.borrow_mut().leave(ticket)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} waiting", self.len())
    }
}
