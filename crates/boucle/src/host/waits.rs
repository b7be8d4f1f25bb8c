//! The waits of tasks, as those are told who watch: each has a beginning and an end.

use std::time::Duration;

use super::Host;
use crate::data::{Spot, TaskId, Wait, WaitsFor, Who};
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
