//! Who waits for one direction of a descriptor.

use std::task::Waker;

use super::Ticket;
use crate::structures::wake::Wake;

/// Those who wait, longest first.
pub(super) type Waiters = Vec<(Ticket, Wake)>;

/// So many tasks at most are remembered that poll one direction and do not say when they stop.
const MAX_POLLERS: usize = 8;

/// Enters one who waits into a list, once.
pub(super) fn enter(
    waiters: &mut Waiters,
    ticket: Ticket,
    wake: Wake,
    waker: &Waker,
) -> Option<Unused> {
    if !waiters.is_empty() {
        return enter_more(waiters, ticket, wake, waker);
    }
    // Mostly there is one, and a connection shall be small.
    waiters.reserve_exact(1);
    waiters.push((ticket, wake));
    None
}

/// What is left over when a waiter has entered.
pub(super) enum Unused {
    /// It was there.
    Same(Wake),
    /// Another one had to go.
    Displaced(Wake),
}

/// Enters one who waits into a list that is not empty, once.
fn enter_more(waiters: &mut Waiters, ticket: Ticket, wake: Wake, waker: &Waker) -> Option<Unused> {
    if ticket != Ticket::POLLER {
        if let Some((_, before)) = waiters.iter_mut().find(|(it, _)| *it == ticket) {
            return Some(Unused::Same(std::mem::replace(before, wake)));
        }
    } else {
        // Nobody says when a poller stops: it is told from the others by its waker alone.
        let is_poller = |(it, _): &&(Ticket, Wake)| *it == Ticket::POLLER;
        if waiters.iter().filter(is_poller).any(|(_, it)| it.will_wake(waker)) {
            return Some(Unused::Same(wake));
        }
        if waiters.iter().filter(is_poller).count() >= MAX_POLLERS {
            let first = waiters.iter().position(|it| is_poller(&it));
            let displaced = first.map(|at| Unused::Displaced(waiters.remove(at).1));
            waiters.push((ticket, wake));
            return displaced;
        }
    }
    waiters.push((ticket, wake));
    None
}
