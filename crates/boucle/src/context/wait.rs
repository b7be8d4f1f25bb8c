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
use super::{
    Core, Identity, budget, discard, here, park, survey, wait_ends_in, will_wake_parked,
    with_entered,
};
use crate::cell;
use crate::data::{How, Leaf, LoopId, Spot, TaskId, Wait, WaitsFor};
use crate::structures::line::Line;
use crate::structures::waiters::Ticket;
use crate::structures::wake::{Parked, Wake};

/// Something that a task waits for in a line.
pub(crate) trait Wanted {
    /// What it has then.
    type Output;

    /// What is waited for, in words, for those who watch.
    const WHAT: &'static str;

    /// The line.
    fn line(&self) -> &Line;

    /// What it stands at, for those who watch.
    fn identity(&self) -> Option<&Identity>;

    /// Has it now, if there is nothing to wait for. After a no of this, no code of a user runs before the
    /// place in the line is taken.
    fn try_now(&mut self) -> Option<Self::Output>;

    /// Notes how what it waits for is used in that line: as a wait begins, goes on or is given up.
    #[inline(always)]
    fn uses(&self, _step: WaitStep, at: &'static Location<'static>) {
        if let Some(identity) = self.identity() {
            identity.uses_at(How::Write, at);
        }
    }

    /// A place in the line was taken.
    fn entered(&mut self) {}

    /// Has what was granted. `None`: it cannot be had after all, and the next poll begins anew.
    fn granted(&mut self) -> Option<Self::Output>;

    /// Gives what was granted to the next one: nobody is left who would have it.
    fn pass_on(&mut self) {}
}

/// What one does who waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitStep {
    /// Has it now, or takes a place.
    Begins,
    /// Looks whether it was granted.
    GoesOn,
    /// Gives its place up.
    GivesUp,
}

/// Waits for something. Charges the budget first, so that nobody who need not wait keeps the turn for ever.
/// Dropped before it is ready, it leaves the line.
pub(crate) struct Waiting<W: Wanted> {
    wanted: W,
    place: Place,
    /// The line that waits, for those who watch.
    at: &'static Location<'static>,
}

/// The place of one who waits. That those who watch know of it is told by which of these it is: so that
/// takes no room.
#[derive(Clone, Copy)]
enum Place {
    /// It has none: it has not entered, or was told that it is granted.
    Nowhere,
    /// One that nobody watches.
    Unseen(Ticket),
    /// One that those who watch were told of.
    Told(Ticket),
}

impl Place {
    #[inline(always)]
    fn ticket(self) -> Option<Ticket> {
        match self {
            Place::Nowhere => None,
            Place::Unseen(ticket) | Place::Told(ticket) => Some(ticket),
        }
    }
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
        Waiting { wanted, place: Place::Nowhere, at }
    }

    /// Whether it waits in another line than this one.
    pub(crate) fn waits_elsewhere(&self, line: &Line) -> bool {
        let mine = self.wanted.line();
        !ptr::eq(mine, line) && self.place.ticket().is_some_and(|it| mine.is_waiting(it))
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
            let task = cell::task_in(core, waker)?;
            let parked = Parked { wake: Wake::Task(task), event_loop: Some(core.id()) };
            let ticket = self.wanted.line().enter(parked);
            Some((ticket, core.host.is_observed() && self.tell(core, ticket, Some(task), true)))
        });
        let Some((ticket, is_told)) = entered.flatten() else { return self.enter_foreign(waker) };
        self.place = if is_told { Place::Told(ticket) } else { Place::Unseen(ticket) };
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
        let ticket = self.wanted.line().enter(parked);
        self.place = self.tell_here(ticket, None, true);
        self.wanted.entered();
        Poll::Pending
    }

    /// Lets those who watch know what it waits for, at this place, which wakes `task`, or else is foreign; if
    /// the place is not new, it may have waited there before. Whether they know of it then.
    #[cold]
    #[inline(never)]
    fn tell(&self, core: &Core, ticket: Ticket, task: Option<TaskId>, is_new: bool) -> bool {
        let wait = || {
            let object = self.wanted.identity().map(|it| core.object_of(it));
            Wait { on: WaitsFor::Sync(W::WHAT), object, at: Some(self.at) }
        };
        let spot = || self.spot(ticket);
        match is_new {
            true => core.wait_begins(spot, task, wait),
            false => core.wait_goes_on(spot, task, wait),
        }
    }

    /// The same in the loop that this thread is in.
    #[cold]
    fn tell_here(&self, ticket: Ticket, task: Option<TaskId>, is_new: bool) -> Place {
        match with_entered(|core| self.tell(core, ticket, task, is_new)) {
            Some(true) => Place::Told(ticket),
            _ => Place::Unseen(ticket),
        }
    }

    /// Where the wait is noted.
    fn spot(&self, ticket: Ticket) -> Spot {
        Spot::Line(ptr::from_ref(self.wanted.line()).addr(), ticket.number())
    }

    /// Lets those who watch know that it waits no longer, in this loop if that is known.
    #[cold]
    #[inline(never)]
    fn tell_end(&self, ticket: Ticket, event_loop: Option<LoopId>) {
        wait_ends_in(event_loop, self.spot(ticket));
    }

    /// It has a place, or was granted.
    #[inline(never)]
    fn go_on(&mut self, ticket: Ticket, cx: &Context<'_>) -> Poll<W::Output> {
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        if self.wanted.line().is_waiting(ticket) && self.still_waits(ticket, cx) {
            return Poll::Pending;
        }
        if let Place::Told(_) = self.place {
            self.tell_end(ticket, None);
        }
        self.place = Place::Nowhere;
        match self.wanted.granted() {
            Some(output) => Poll::Ready(output),
            None => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    /// It is polled again: from now on the waker of this poll is the one to wake, in the loop of this poll.
    /// Whether it still waits then.
    fn still_waits(&mut self, ticket: Ticket, cx: &Context<'_>) -> bool {
        let line = self.wanted.line();
        if line.is_known(ticket, |it| will_wake_parked(it, cx.waker())) == Some(true) {
            return true;
        }
        // Cloned first, then put into the place, if that is still there.
        let parked = park(cx.waker());
        let task = parked.wake.task();
        let before = line.replace(ticket, parked);
        let event_loop = before.event_loop;
        discard(before);
        if !self.wanted.line().is_waiting(ticket) {
            return false;
        }
        self.is_handed_on(ticket, event_loop, task);
        true
    }

    /// It waited in that loop, and goes on in this one, where it wakes `task`, or else is foreign.
    #[cold]
    fn is_handed_on(&mut self, ticket: Ticket, from: Option<LoopId>, task: Option<TaskId>) {
        if from != here()
            && let Place::Told(_) = self.place
        {
            self.tell_end(ticket, from);
        }
        self.place = self.tell_here(ticket, task, false);
    }

    /// Says where it waits, in a survey.
    #[cold]
    fn stand(&self, waker: &Waker) -> Poll<W::Output> {
        let is_known = |core: &Core, task| {
            let wakes = |ticket| self.wanted.line().is_known(ticket, |it| it.wakes(core, task));
            self.place.ticket().and_then(wakes) == Some(true)
        };
        survey::stand(waker, is_known, || {
            let leaf = Leaf::on(WaitsFor::Sync(W::WHAT)).at(self.at);
            self.wanted.identity().map_or(leaf.clone(), |it| leaf.at_object(it))
        })
    }

    /// It gives up.
    #[cold]
    fn leave(&mut self, ticket: Ticket) {
        let left = self.wanted.line().leave(ticket);
        let event_loop = left.as_ref().and_then(|it| it.event_loop);
        match left {
            Some(parked) => discard(parked),
            None => self.wanted.pass_on(),
        }
        if let Place::Told(_) = self.place {
            self.tell_end(ticket, event_loop);
        }
    }
}

impl<W: Wanted> Future for Waiting<W> {
    type Output = W::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<W::Output> {
        match self.place {
            Place::Nowhere => {
                self.wanted.uses(WaitStep::Begins, self.at);
                self.begin(cx)
            }
            Place::Unseen(ticket) | Place::Told(ticket) => {
                self.wanted.uses(WaitStep::GoesOn, self.at);
                self.go_on(ticket, cx)
            }
        }
    }
}

/// It has no part that others point to.
impl<W: Wanted> Unpin for Waiting<W> {}

impl<W: Wanted> Drop for Waiting<W> {
    #[inline]
    fn drop(&mut self) {
        if let Some(ticket) = self.place.ticket() {
            self.wanted.uses(WaitStep::GivesUp, self.at);
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

#[cfg(test)]
mod tests {
    use super::{Place, Ticket};

    #[test]
    fn that_somebody_watches_takes_no_room() {
        assert_eq!(size_of::<Place>(), size_of::<Option<Ticket>>());
    }
}
