//! Who waits, in order: the one list that every primitive is made of.
//!
//! Road: stage 8.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::context::elsewhere::call_later_elsewhere;

use crate::cell;
use crate::data::LoopId;
use crate::data::WaitsFor;
use crate::host::report;
use crate::structures::wake::Wake;

/// Those who wait, first come first.
///
/// ```text
///             1 enter                 2 grant                 3 polled
///   (nobody) ─────────▶ WAITING ──────────────────▶ GRANTED ───────────▶ (nobody)
///       ▲                  │ 4 leave                  │ 5 leave, pass_on
///       └──────────────────┴──────────────────────────┘
/// ```
///
/// 1, 3 `Waiting::poll`; 2 `grant`, `grant_all`; 4, 5 `Waiting::drop`. Only 5 concerns others: what
/// was granted goes to the next one.
#[derive(Default)]
pub(super) struct WaitList {
    /// How many wait; kept beside `line`, so that nobody borrows it to learn that there is no one.
    n_waiting: Cell<usize>,
    /// Where they stand; never borrowed while a waker is called, cloned or dropped.
    line: RefCell<Line>,
}

/// The places of those who wait. Who has a ticket below `first` has been granted.
#[derive(Default)]
struct Line {
    /// The ticket of the first place.
    first: u64,
    /// `None` where somebody has left; never at either end, so the first one is found at once.
    places: VecDeque<Option<Parked>>,
}

/// How to wake one who waits, from wherever the thread is then.
struct Parked {
    /// How to wake it from its loop.
    wake: Wake,
    /// The loop that it waits in; `None` outside of any, and then `wake` is foreign.
    event_loop: Option<LoopId>,
}

impl WaitList {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.n_waiting.get()
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.n_waiting.get() == 0
    }

    /// Waits until this one is granted; `what` says what is, for those who watch.
    ///
    /// If the future is dropped after it was granted and before it was polled, it calls `pass_on`.
    pub(super) fn wait<F: Fn()>(&self, what: &'static str, pass_on: F) -> Waiting<'_, F> {
        Waiting { list: self, what, ticket: None, pass_on }
    }

    /// Grants the first one; `false` if nobody waits.
    pub(super) fn grant(&self) -> bool {
        if self.is_empty() {
            return false;
        }
        let parked = self.line.borrow_mut().remove_first();
        if let Some(parked) = parked {
            self.n_waiting.set(self.n_waiting.get() - 1);
            parked.wake();
        }
        true
    }

    /// Grants all who wait now, the first one first.
    pub(super) fn grant_all(&self) {
        // Not those who come meanwhile: a foreign waker may run anything.
        for _ in 0..self.len() {
            self.grant();
        }
    }

    /// Takes a place at the end.
    fn enter(&self, waker: &Waker) -> u64 {
        let parked = Parked::new(waker);
        self.n_waiting.set(self.n_waiting.get() + 1);
        let mut line = self.line.borrow_mut();
        line.places.push_back(Some(parked));
        line.end() - 1
    }

    /// Whether the one with this ticket has been granted; if not, `waker` is the one to wake now.
    fn poll(&self, ticket: u64, waker: &Waker) -> Poll<()> {
        let is_known = match self.line.borrow().place(ticket) {
            None => return Poll::Ready(()),
            Some(parked) => parked.will_wake(waker),
        };
        if !is_known {
            let parked = Parked::new(waker);
            let unused = self.line.borrow_mut().replace(ticket, Some(parked));
            drop(unused);
        }
        Poll::Pending
    }

    /// Gives up a place; `false` if it had been granted.
    fn leave(&self, ticket: u64) -> bool {
        let unused = {
            let mut line = self.line.borrow_mut();
            if line.place(ticket).is_none() {
                return false;
            }
            let unused = line.replace(ticket, None);
            line.trim();
            unused
        };
        self.n_waiting.set(self.n_waiting.get() - 1);
        drop(unused);
        true
    }
}

impl Line {
    /// The ticket of the next one who comes.
    fn end(&self) -> u64 {
        self.first + self.places.len() as u64
    }

    /// Who has this ticket; `None` once it is granted.
    fn place(&self, ticket: u64) -> Option<&Parked> {
        let place = usize::try_from(ticket.checked_sub(self.first)?).ok()?;
        self.places.get(place)?.as_ref()
    }

    /// Puts another one into the place of this ticket, which is not granted.
    fn replace(&mut self, ticket: u64, parked: Option<Parked>) -> Option<Parked> {
        let place = usize::try_from(ticket - self.first).expect("a place in a list fits");
        std::mem::replace(&mut self.places[place], parked)
    }

    fn remove_first(&mut self) -> Option<Parked> {
        let parked = self.places.pop_front()?;
        self.first += 1;
        self.trim();
        parked
    }

    /// Takes out the places at both ends that were given up. Their tickets are nobody's: the last
    /// ones may be given again.
    fn trim(&mut self) {
        while let Some(None) = self.places.front() {
            self.places.pop_front();
            self.first += 1;
        }
        while let Some(None) = self.places.back() {
            self.places.pop_back();
        }
    }
}

impl Parked {
    fn new(waker: &Waker) -> Parked {
        Parked { wake: Wake::new(waker), event_loop: here() }
    }

    /// Whether this wakes the owner of `waker`. Two loops may have tasks of the same number.
    fn will_wake(&self, waker: &Waker) -> bool {
        self.event_loop == here() && self.wake.will_wake(waker)
    }

    /// Wakes it, from inside its loop, another one, or none.
    fn wake(self) {
        let Parked { wake, event_loop } = self;
        match wake {
            Wake::Task(id) if event_loop != here() => {
                if let Some(event_loop) = event_loop {
                    call_later_elsewhere(event_loop, move |core| core.wake(id));
                }
            }
            // No loop guards this thread; who is next in the line must be woken all the same.
            Wake::Foreign(waker) if here().is_none() => report::guard(|| waker.wake()),
            // A foreign one finds its way from any loop, which guards itself against it.
            wake => {
                cell::with_entered(|core| wake.wake(core));
            }
        }
    }
}

/// The loop that this thread is in.
fn here() -> Option<LoopId> {
    cell::with_entered(|core| core.id())
}

impl fmt::Debug for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} waiting", self.len())
    }
}

/// What [`WaitList::wait`] returns.
pub(super) struct Waiting<'a, F: Fn()> {
    /// Where it waits.
    list: &'a WaitList,
    /// What it waits for, in words.
    what: &'static str,
    /// Its place; `None` before the first poll and after the last.
    ticket: Option<u64>,
    /// Called if it is dropped with something that was granted to it.
    pass_on: F,
}

impl<F: Fn()> Future for Waiting<'_, F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(ticket) = self.ticket else {
            self.ticket = Some(self.list.enter(cx.waker()));
            cell::with_entered(|core| core.waits(|| WaitsFor::Sync(self.what)));
            return Poll::Pending;
        };
        let poll = self.list.poll(ticket, cx.waker());
        if poll.is_ready() {
            self.ticket = None;
        }
        poll
    }
}

/// It has no part that others point to: `pass_on` is only called.
impl<F: Fn()> Unpin for Waiting<'_, F> {}

impl<F: Fn()> Drop for Waiting<'_, F> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            if !self.list.leave(ticket) {
                (self.pass_on)();
            }
        }
    }
}
