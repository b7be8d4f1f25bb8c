//! The waits of tasks, as those are told who watch: each has a beginning and an end.

use std::mem;
use std::time::Duration;

use super::Host;
use crate::data::{Object, Spot, TaskId, Wait, WaitsFor, Who};
use crate::structures::waits::Open;

impl Host {
    /// A wait begins, and is noted at this spot; what was noted there before is over.
    #[cold]
    pub(crate) fn wait_begins(&self, spot: Spot, who: Who, wait: Wait, now: u64) {
        self.wait_ends(spot);
        let number = self.waits.borrow_mut().begin(spot, who, wait, now);
        self.show(|it| it.waits(who.task, number, wait.on, wait.object, wait.at));
    }

    /// What waits at this spot was polled again, and waits for this one from now on; for nobody, if there is
    /// none. `false` if nothing is noted there.
    #[cold]
    pub(crate) fn wait_goes_on(&self, spot: Spot, who: Option<Who>, now: u64) -> bool {
        let open = self.waits.borrow().at(spot).copied();
        match (open, who) {
            (None, _) => return false,
            (Some(_), None) => self.wait_ends(spot),
            (Some(open), Some(who)) if open.who.task == who.task => {
                self.waits.borrow_mut().set_foreign(spot, who.is_foreign);
            }
            (Some(open), Some(who)) => {
                let wait = Wait { on: open.on(now), ..open.wait };
                self.wait_begins(spot, who, wait, now);
            }
        }
        true
    }

    /// What waits at this spot waits no longer.
    #[cold]
    pub(crate) fn wait_ends(&self, spot: Spot) {
        let ended = self.waits.borrow_mut().end(spot);
        if let Some((open, number)) = ended {
            self.show(|it| it.wait_ended(open.who.task, number));
        }
    }

    /// This task, which is being polled, waits no longer for the ends of tasks at this object; it may go on.
    #[cold]
    pub(crate) fn rest_begins(&self, task: TaskId, at: Object) {
        self.rests.borrow_mut().push((task, at));
    }

    /// It goes on. `false` if its poll has ended meanwhile: then it is told that it did not wait.
    #[cold]
    pub(crate) fn rest_ends(&self, task: TaskId, at: Object) -> bool {
        let mut rests = self.rests.borrow_mut();
        let place = rests.iter().position(|it| *it == (task, at));
        place.map(|it| rests.swap_remove(it)).is_some()
    }

    /// The poll of a task ends: for what it has stopped to wait, and did not go on, it waits no longer.
    pub(crate) fn tell_rests(&self, task: TaskId) {
        if !self.rests.borrow().is_empty() {
            self.take_rests(task).into_iter().for_each(|(_, at)| self.ends_end(task, at));
        }
    }

    /// Those of a task whose poll ends.
    pub(super) fn take_rests(&self, task: TaskId) -> Vec<(TaskId, Object)> {
        let mut rests = self.rests.borrow_mut();
        let (ended, others) = mem::take(&mut *rests).into_iter().partition(|it| it.0 == task);
        *rests = others;
        ended
    }

    /// This task waits no longer for the ends of tasks at this object.
    #[cold]
    pub(crate) fn ends_end(&self, task: TaskId, at: Object) {
        let is_one =
            |it: &&Open| matches!(it.wait.on, WaitsFor::Task(_)) && it.wait.object == Some(at);
        let spots: Vec<_> = {
            let waits = self.waits.borrow();
            waits.of(task).into_iter().filter(is_one).map(|it| it.spot).collect()
        };
        spots.into_iter().for_each(|it| self.wait_ends(it));
    }

    /// The waiter of this number polls a descriptor of this key, and does not say when it stops.
    #[cold]
    pub(crate) fn poll_begins(&self, key: usize, reads: bool, number: u64) {
        self.waits.borrow_mut().polls(key, reads, number);
    }

    /// Those who polled a descriptor so are forgotten: whoever still waits polls again.
    #[cold]
    pub(crate) fn polls_end(&self, key: usize, reads: bool) {
        let pollers = self.waits.borrow_mut().take_pollers(key, reads);
        for number in pollers {
            self.wait_ends(Spot::Descriptor(key, reads, number));
        }
    }

    /// What a task waits for, of that which nothing but this says: what wakes it is a foreign waker, or an object
    /// that the loop does not know.
    pub(crate) fn waits_of(&self, id: TaskId, now: u64) -> Vec<WaitsFor> {
        let is_unknown = |it: &&Open| {
            it.who.is_foreign || matches!(it.wait.on, WaitsFor::Sync(_) | WaitsFor::Thread)
        };
        let waits = self.waits.borrow();
        let on = waits.of(id).into_iter().filter(is_unknown).map(|it| it.on(now));
        on.filter(|on| *on != WaitsFor::Time(Duration::ZERO)).collect()
    }
}

impl Open {
    /// What it waits for, as of now: of a time, how much is left.
    fn on(&self, now: u64) -> WaitsFor {
        match self.wait.on {
            WaitsFor::Time(after) => {
                let gone = Duration::from_nanos(now.saturating_sub(self.since));
                WaitsFor::Time(after.saturating_sub(gone))
            }
            on => on,
        }
    }
}
