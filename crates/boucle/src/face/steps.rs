//! Turns in which somebody decides each step: a poll is a turn, and so is whatever else can happen.

use std::time::Duration;

use crate::cell::Runnable;
use crate::context::Core;
use crate::core::End;
use crate::data::WokenBy;
use crate::host::{Situation, Step};

impl Core {
    /// Runs turns, or the steps that somebody chooses, as [`Core::turns`] says.
    pub(super) fn run(&self, is_over: &dyn Fn() -> bool, waits_for_ever: bool) -> End {
        if self.host.has_order() {
            return self.steps(is_over, waits_for_ever);
        }
        self.turns(is_over, waits_for_ever)
    }

    /// Runs the steps that somebody chooses.
    fn steps(&self, is_over: &dyn Fn() -> bool, waits_for_ever: bool) -> End {
        // Of the run before: those that have ended are no choice.
        self.fill_choice();
        let ended = self.choice.borrow_mut().take_unwanted(Runnable::is_live);
        drop(ended);
        loop {
            self.reactor.turn_begins();
            self.fill_choice();
            if !self.has_ready() {
                self.look();
                if let Some(end) = self.end(is_over) {
                    return end;
                }
            }
            if let Some(end) = self.step(waits_for_ever) {
                return end;
            }
            self.look_after_a_turn();
            if let Some(end) = self.end(is_over) {
                return end;
            }
        }
    }

    /// Whether the turns are over.
    fn end(&self, is_over: &dyn Fn() -> bool) -> Option<End> {
        match self.stopping.replace(false) {
            true => Some(End::Stopped),
            false => is_over().then_some(End::Over),
        }
    }

    /// Takes one step: the one place where it is decided what happens next. How the turns end, if they do.
    fn step(&self, waits_for_ever: bool) -> Option<End> {
        match self.next_step() {
            Step::Cancel(task) => self.registry.cancel(self, task),
            Step::Wake(task) => self.wake_for(WokenBy::Outside, || self.wake(task)),
            Step::PassTime if self.clock.is_virtual() => {
                let deadline = self.timers.borrow().next();
                if let Some(deadline) = deadline {
                    self.clock.jump_to(deadline);
                    self.fire(deadline);
                }
            }
            Step::Look => self.look_at_descriptors(),
            Step::Stop => return Some(End::Stopped),
            Step::Stuck => return Some(End::Stuck),
            Step::Poll(place) if self.has_ready() => self.poll(place),
            Step::Idle | Step::PassTime if self.has_ready() => self.poll(0),
            Step::Idle | Step::Poll(_) | Step::PassTime => {
                if !self.idle(waits_for_ever) {
                    return Some(End::Stuck);
                }
            }
        }
        None
    }

    /// Polls the task at this place among those that can be chosen, else the first.
    fn poll(&self, place: usize) {
        // What came while somebody chose is no choice, but can be the first.
        self.fill_choice();
        let mut choice = self.choice.borrow_mut();
        let place = if place < choice.keys().len() { place } else { 0 };
        let task = choice.take(place);
        drop(choice);
        if let Some(task) = task {
            self.run_task::<true>(task);
        }
    }

    /// Asks what happens next.
    fn next_step(&self) -> Step {
        let next_deadline = self.timers.borrow().next();
        let after = next_deadline.map(|it| it.saturating_sub(self.clock.now()));
        // Out while somebody chooses, who may spawn: what comes meanwhile is ready, and no choice yet.
        let (keys, begin) = self.choice.borrow_mut().lend_keys();
        let step = self.host.step(&Situation {
            ready: &keys[begin..],
            next_deadline: after.map(Duration::from_nanos),
            is_awaited: !self.quiescent.is_empty(),
            is_open: self.n_abroad.get() > 0 || self.reactor.has_waiters(),
            works_abroad: self.n_abroad.get() > 0,
        });
        self.choice.borrow_mut().take_back((keys, begin));
        step
    }
}
