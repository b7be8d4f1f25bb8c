//! What a task waits for, in the model: each is polled, and dropped.

use std::rc::Rc;

use super::{Awaiter, End, Family, Handle, Line, Model, Plan, State, Work};

/// Gives up a place; `false` if it had been granted.
fn leave(line: &mut Line, ticket: usize) -> bool {
    let place = line.iter().position(|it| it.0 == ticket);
    place.map(|it| line.remove(it)).is_some()
}

impl Model {
    /// Of no time it is one turn.
    pub(super) fn sleep(&mut self, me: usize, after: u64) -> bool {
        match &self.tasks[me].state {
            State::Yields => true,
            State::Sleeps(timer) => !self.timers.contains_key(timer),
            _ if after == 0 => {
                self.tasks[me].state = State::Yields;
                self.wake(me);
                false
            }
            _ => {
                self.tasks[me].state = State::Sleeps(self.set_timer(after, me));
                false
            }
        }
    }

    pub(super) fn await_task(&mut self, me: usize, task: usize) -> bool {
        if task == me {
            return true;
        }
        if !matches!(self.tasks[me].state, State::Awaits(_)) {
            if !self.is_kept(task) {
                return true;
            }
            self.tasks[task].handle = Handle::Used;
        }
        let Some(end) = self.tasks[task].end else {
            self.tasks[me].state = State::Awaits(task);
            self.tasks[task].awaiter = Some(Awaiter::Task(me));
            return false;
        };
        self.tasks[task].handle = Handle::Gone;
        let result: Result<(), _> = match end {
            End::Value => Ok(()),
            End::Panicked => Err("the task panicked: planted"),
            End::Cancelled => Err("the task was cancelled"),
        };
        self.say(&format!("{me} hears of {task}: {result:?}"));
        true
    }

    pub(super) fn wait_for(&mut self, me: usize, event: usize) -> bool {
        let (is_set, line) = &mut self.events[event];
        if let State::Waits(_, ticket) = self.tasks[me].state {
            return line.iter().all(|it| it.0 != ticket);
        }
        if !*is_set {
            self.n_tickets += 1;
            line.push_back((self.n_tickets, me));
            self.tasks[me].state = State::Waits(event, self.n_tickets);
        }
        *is_set
    }

    pub(super) fn wait_shortly(&mut self, me: usize, event: usize, time: u64) -> bool {
        let is_set = self.wait_for(me, event);
        let is_over = match self.limits.get(&me) {
            _ if is_set => false,
            None if time == 0 => {
                self.limits.insert(me, None);
                self.wake(me);
                false
            }
            None => {
                let timer = self.set_timer(time, me);
                self.limits.insert(me, Some(timer));
                false
            }
            Some(None) => true,
            Some(Some(timer)) => !self.timers.contains_key(timer),
        };
        if is_set || is_over {
            self.drop_wait(me);
            self.say(&format!("{me} has waited: {is_set}"));
        }
        is_set || is_over
    }

    /// Drops what a task waits in, if it does.
    fn drop_wait(&mut self, me: usize) {
        if let Some(Some(timer)) = self.limits.remove(&me) {
            self.timers.remove(&timer);
        }
        match std::mem::replace(&mut self.tasks[me].state, State::Begins) {
            State::Begins | State::Yields => {}
            State::Sleeps(timer) => drop(self.timers.remove(&timer)),
            State::Awaits(task) => self.detach(task),
            State::Waits(event, ticket) => drop(leave(&mut self.events[event].1, ticket)),
            State::Acquires(ticket) => {
                if !leave(&mut self.line, ticket) {
                    self.give_back();
                }
            }
            State::Gathers(family, children) => {
                self.families[family].parent = None;
                for child in &children {
                    self.cancel(*child);
                }
                children.into_iter().for_each(|it| self.detach(it));
            }
        }
    }

    pub(super) fn acquire(&mut self, me: usize) -> bool {
        let is_mine = match self.tasks[me].state {
            State::Acquires(ticket) => self.line.iter().all(|it| it.0 != ticket),
            _ if self.n_free > 0 => {
                self.n_free -= 1;
                true
            }
            _ => {
                self.n_tickets += 1;
                self.line.push_back((self.n_tickets, me));
                self.tasks[me].state = State::Acquires(self.n_tickets);
                false
            }
        };
        self.tasks[me].n_permits += usize::from(is_mine);
        is_mine
    }

    pub(super) fn give_back(&mut self) {
        match self.line.pop_front() {
            Some((_, task)) => self.wake(task),
            None => self.n_free += 1,
        }
    }

    pub(super) fn gather(&mut self, me: usize, plans: &[Rc<Plan>]) -> bool {
        if !matches!(self.tasks[me].state, State::Gathers(..)) {
            let family = self.families.len();
            self.families.push(Family { parent: None, n_missing: plans.len(), failed: None });
            let spawn = |it| self.spawn(Work::Plan(Rc::clone(it)), Handle::Used);
            let children: Vec<_> = plans.iter().map(spawn).collect();
            for child in &children {
                self.tasks[*child].awaiter = Some(Awaiter::Family(family));
            }
            self.tasks[me].state = State::Gathers(family, children);
        }
        let State::Gathers(family, children) = &self.tasks[me].state else { unreachable!() };
        let Family { parent, n_missing, failed } = &mut self.families[*family];
        if *n_missing > 0 && failed.is_none() {
            *parent = Some(me);
            return false;
        }
        let (failed, children) = (*failed, children.clone());
        // The panic of the first one that failed is read; a value is no report.
        for child in children {
            match Some(child) == failed || failed.is_none() {
                true => self.tasks[child].handle = Handle::Gone,
                false => self.detach(child),
            }
        }
        self.tasks[me].state = State::Begins;
        self.say(&format!("{me} has gathered: {}", failed.is_none()));
        true
    }

    /// What a future has is dropped: first what it waits for, then its permits.
    pub(super) fn drop_future(&mut self, me: usize) {
        self.drop_wait(me);
        for _ in 0..std::mem::take(&mut self.tasks[me].n_permits) {
            self.give_back();
        }
        if matches!(self.tasks[me].work, Work::Plan(_)) {
            self.say(&format!("{me} is dropped"));
        }
    }
}
