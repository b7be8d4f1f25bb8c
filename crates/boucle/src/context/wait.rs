//! Waiting in a line: the one future of all who do, and the one way to wake them.
//!
//! ```text
//!             1 enter                 2 grant                 3 polled
//!   (nobody) ─────────▶ WAITING ──────────────────▶ GRANTED ───────────▶ (nobody)
//!       ▲                  │ 4 leave                  │ 5 leave, pass_on
//!       └──────────────────┴──────────────────────────┘
//! ```
//!
//! 1 `Waiting::begin`, unless there is nothing to wait for; 2 [`Line::grant`], [`Line::grant_all`];
//! 3 `Waiting::go_on`; 4, 5 `Waiting::drop`. Only 5 concerns others: what was granted goes to the next
//! one.
//!
//! Road: stage 8.

use std::panic::Location;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker, ready};

use super::survey::is_survey;
use super::{Core, Identity, budget, discard, park, survey, will_wake_parked, with_entered};
use crate::cell;
use crate::data::{Leaf, Wait, WaitsFor};
use crate::structures::line::Line;
use crate::structures::waiters::Ticket;
use crate::structures::wake::{Parked, Wake};

/// Something that a task waits for in a line.
pub(crate) trait Wanted {
    /// What it has then.
    type Output;

    /// What is waited for, in words, for those who watch; `None`: they are not told.
    const WHAT: Option<&'static str>;

    /// The line.
    fn line(&self) -> &Line;

    /// What it stands at, for those who watch.
    fn identity(&self) -> Option<&Identity>;

    /// Has it now, if there is nothing to wait for. After a no of this, no code of a user runs before the
    /// place in the line is taken.
    fn try_now(&mut self) -> Option<Self::Output>;

    /// Notes that what it waits for is used in that line, and perhaps changed.
    #[inline(always)]
    fn writes(&self, at: &'static Location<'static>) {
        if let Some(identity) = self.identity() {
            identity.writes_at(at);
        }
    }

    /// A place in the line was taken.
    fn entered(&mut self) {}

    /// Has what was granted. `None`: it cannot be had after all, and the next poll begins anew.
    fn granted(&mut self) -> Option<Self::Output>;

    /// Gives what was granted to the next one: nobody is left who would have it.
    fn pass_on(&mut self) {}
}

/// Waits for something. Charges the budget first, so that nobody who need not wait keeps the turn for ever.
/// Dropped before it is ready, it leaves the line.
pub(crate) struct Waiting<W: Wanted> {
    wanted: W,
    /// Its place; `None` before it has entered, and after it was told that it is granted.
    ticket: Option<Ticket>,
    /// The line that waits, for those who watch.
    at: &'static Location<'static>,
}

impl<W: Wanted> Waiting<W> {
    /// One that the caller's line waits for.
    #[inline]
    #[track_caller]
    pub(crate) fn new(wanted: W) -> Waiting<W> {
        Waiting::new_at(Location::caller(), wanted)
    }

    /// The same for that line.
    #[inline]
    pub(crate) fn new_at(at: &'static Location<'static>, wanted: W) -> Waiting<W> {
        Waiting { wanted, ticket: None, at }
    }

    /// Whether it waits in another line than this one.
    pub(crate) fn waits_elsewhere(&self, line: &Line) -> bool {
        let mine = self.wanted.line();
        !ptr::eq(mine, line) && self.ticket.is_some_and(|it| mine.is_waiting(it))
    }

    /// It has no place yet.
    #[inline]
    fn begin(&mut self, cx: &Context<'_>) -> Poll<W::Output> {
        ready!(budget::poll_charge(cx));
        match self.wanted.try_now() {
            Some(now) => Poll::Ready(now),
            None => self.enter(cx.waker()),
        }
    }

    /// Takes a place, and lets those who watch know what for.
    #[inline(never)]
    fn enter(&mut self, waker: &Waker) -> Poll<W::Output> {
        let entered = with_entered(|core| {
            let parked = park_task(core, waker)?;
            let ticket = self.wanted.line().enter(parked);
            self.tell(core);
            Some(ticket)
        });
        let Some(ticket) = entered.flatten() else { return self.enter_foreign(waker) };
        self.ticket = Some(ticket);
        self.wanted.entered();
        Poll::Pending
    }

    /// The same for one that is no task of this loop.
    #[cold]
    #[inline(never)]
    fn enter_foreign(&mut self, waker: &Waker) -> Poll<W::Output> {
        if is_survey(waker) {
            return self.stand(waker);
        }
        // Cloned, and asked again after that: it is foreign code.
        let parked = park(waker);
        if let Some(now) = self.wanted.try_now() {
            discard(parked);
            return Poll::Ready(now);
        }
        self.ticket = Some(self.wanted.line().enter(parked));
        with_entered(|core| self.tell(core));
        self.wanted.entered();
        Poll::Pending
    }

    /// Lets those who watch know what it waits for.
    fn tell(&self, core: &Core) {
        if let Some(what) = W::WHAT {
            core.waits(|| {
                let object = self.wanted.identity().map(|it| core.object_of(it));
                Wait { on: WaitsFor::Sync(what), object, at: Some(self.at) }
            });
        }
    }

    /// It has a place, or was granted.
    #[inline(never)]
    fn go_on(&mut self, ticket: Ticket, cx: &Context<'_>) -> Poll<W::Output> {
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        if self.wanted.line().is_waiting(ticket) && still_waits(self.wanted.line(), ticket, cx) {
            return Poll::Pending;
        }
        self.ticket = None;
        match self.wanted.granted() {
            Some(output) => Poll::Ready(output),
            None => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    /// Says where it waits, in a survey.
    #[cold]
    fn stand(&self, waker: &Waker) -> Poll<W::Output> {
        let is_known = |core: &Core, task| {
            let wakes = |ticket| self.wanted.line().is_known(ticket, |it| it.wakes(core, task));
            self.ticket.and_then(wakes) == Some(true)
        };
        survey::stand(waker, is_known, || {
            let leaf = match W::WHAT {
                Some(what) => Leaf::on(WaitsFor::Sync(what)),
                None => Leaf::new("that nothing else can run"),
            };
            let leaf = leaf.at(self.at);
            self.wanted.identity().map_or(leaf.clone(), |it| leaf.at_object(it))
        })
    }

    /// It gives up.
    #[cold]
    fn leave(&mut self, ticket: Ticket) {
        match self.wanted.line().leave(ticket) {
            Some(parked) => discard(parked),
            None => self.wanted.pass_on(),
        }
    }
}

impl<W: Wanted> Future for Waiting<W> {
    type Output = W::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<W::Output> {
        self.wanted.writes(self.at);
        match self.ticket {
            None => self.begin(cx),
            Some(ticket) => self.go_on(ticket, cx),
        }
    }
}

/// It has no part that others point to.
impl<W: Wanted> Unpin for Waiting<W> {}

impl<W: Wanted> Drop for Waiting<W> {
    #[inline]
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.wanted.writes(self.at);
            self.leave(ticket);
        }
    }
}

impl Line {
    /// Grants the first one; `false` if nobody waits.
    #[inline]
    pub(crate) fn grant(&self) -> bool {
        !self.is_empty() && self.grant_first()
    }

    #[inline(never)]
    fn grant_first(&self) -> bool {
        let Some(first) = self.take_first() else { return false };
        super::wake(first);
        true
    }

    /// Grants all who wait now, the first one first.
    pub(crate) fn grant_all(&self) {
        // Not those who come meanwhile: a foreign waker may run anything.
        let mut all = self.take_all();
        all.by_ref().for_each(super::wake);
        self.reuse(all);
    }
}

/// One who waits is polled again: from now on the waker of this poll is the one to wake, in the loop of
/// this poll. Whether it still waits then.
fn still_waits(line: &Line, ticket: Ticket, cx: &Context<'_>) -> bool {
    if line.is_known(ticket, |it| will_wake_parked(it, cx.waker())) == Some(true) {
        return true;
    }
    // Cloned first, then put into the place, if that is still there.
    let parked = park(cx.waker());
    discard(line.replace(ticket, parked));
    line.is_waiting(ticket)
}

/// How to wake the owner of `waker`, if it is a task of this loop. No code of a user runs.
fn park_task(core: &Core, waker: &Waker) -> Option<Parked> {
    let wake = Wake::Task(cell::task_in(core, waker)?);
    Some(Parked { wake, event_loop: Some(core.id()) })
}
