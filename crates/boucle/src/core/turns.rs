//! One turn after the other: who is next, when the timers are looked at, when the loop sleeps.
//!
//! Road: stages 4, 9, 10.

use std::time::{Duration, Instant};

use super::{Core, GRAIN, MANY, POLLS_BETWEEN_LOOKS, QUICK, SHORT_TURNS};
use crate::cell::Runnable;
use crate::context::budget::BUDGET;
use crate::data::TaskId;
use crate::data::WokenBy;
use crate::data::clock::NEVER;
use crate::data::primitives::{Arc, Ordering, fence};
use crate::host::Report;
use crate::structures::remote::Mail;

/// Why turns ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// What was waited for has come.
    Over,
    /// `stop` was called.
    Stopped,
    /// Nothing is ready, no deadline is set, and nobody else could wake anything.
    Stuck,
}

impl Core {
    /// Runs turns until `is_over` says so at the end of one, or `stop` was called, or nothing is left
    /// that could wake anything; with `waits_for_ever`, also then.
    pub(crate) fn turns(&self, is_over: &dyn Fn() -> bool, waits_for_ever: bool) -> End {
        loop {
            let is_ready = self.turn();
            if self.stopping.take() {
                return End::Stopped;
            }
            if is_over() {
                return End::Over;
            }
            if !is_ready && self.ready.borrow().is_empty() && !self.idle(waits_for_ever) {
                return End::Stuck;
            }
        }
    }

    /// One turn: polls the tasks that are ready as it begins, then looks at inbox and timers. Whether
    /// a task is certainly ready for the next one.
    #[inline]
    fn turn(&self) -> bool {
        if self.is_plain {
            // Asked once a turn, not once a poll: so it costs nothing that a loop can be watched.
            self.run_ready::<false>();
        } else {
            self.run_ready_watched();
        }
        if self.remote.has_mail() {
            self.take_mail();
        }
        let is_ready = !self.ready.borrow().is_empty();
        if !is_ready {
            self.look();
        } else if self.timers.borrow().next().is_some() || self.reactor.has_waiters() {
            self.look_at_the_time();
        }
        is_ready
    }

    /// Polls those that are ready: somebody watches, counts, or chooses the order.
    #[cold]
    #[inline(never)]
    fn run_ready_watched(&self) {
        if self.order.borrow().is_none() {
            return self.run_ready::<true>();
        }
        let n_ready = self.ready.borrow().len();
        for _ in 0..n_ready {
            let Some(task) = self.next_task() else { break };
            self.run_task::<true>(task);
        }
    }

    /// A turn is over and the next one is due: wakes those whose time has come, and looks at the
    /// descriptors if the turns took long. The polls may be few, but long.
    #[inline(never)]
    fn look_at_the_time(&self) {
        // Asking the system for the time costs as much as three polls. Virtual time is at hand.
        let n_turns = self.n_turns.get() + 1;
        if n_turns < self.turns_between_looks.get() && !self.clock.is_virtual() {
            self.n_turns.set(n_turns);
            return;
        }
        let now = self.clock.now();
        self.fire(now);
        self.n_turns.set(0);
        let looked = self.looked.replace(now);
        if looked == NEVER {
            // How long its turns are will be seen after the next one.
            return;
        }
        let took = now - looked;
        self.turns_between_looks.set(if took < QUICK { SHORT_TURNS } else { 1 });
        if took >= GRAIN {
            self.reactor.look(self);
        }
    }

    /// Polls those that are ready, the first come first.
    #[inline]
    fn run_ready<const OBSERVED: bool>(&self) {
        let mut ready = self.ready.borrow_mut();
        if ready.len() > 1 {
            drop(ready);
            return self.run_batch::<OBSERVED>();
        }
        let only = ready.pop();
        drop(ready);
        if let Some(task) = only {
            self.run_task::<OBSERVED>(task);
        }
    }

    /// Polls those that are ready, of which there are several.
    #[inline(never)]
    fn run_batch<const OBSERVED: bool>(&self) {
        // Those that are ready for the next turn come into the other room.
        let mut batch = self.ready.replace(self.spare.take());
        for task in batch.drain(..) {
            self.run_task::<OBSERVED>(task);
        }
        // Room that was needed for a moment is given back: a million tasks were spawned, say.
        if batch.capacity() <= MANY || self.ready.borrow().len() >= batch.capacity() / 8 {
            self.spare.set(batch);
        }
    }

    /// Who is next, if it is not the first come: the one place where order is decided.
    fn next_task(&self) -> Option<Runnable> {
        // Those that ended meanwhile are no choice.
        let ended = {
            let mut ready = self.ready.borrow_mut();
            let mut ended = Vec::new();
            while let Some(place) = ready.iter().position(|it| !it.is_live()) {
                ended.push(ready.remove(place));
            }
            ended
        };
        drop(ended);
        let ids: Vec<_> = self.ready.borrow().iter().map(Runnable::id).collect();
        if ids.is_empty() {
            return None;
        }
        let mut order = self.order.take()?;
        let mut chosen = 0;
        self.guard(|| chosen = order.choose(&ids));
        self.order.replace(Some(order));
        let place = if chosen < ids.len() { chosen } else { 0 };
        Some(self.ready.borrow_mut().remove(place))
    }

    /// Polls one task, and looks around from time to time. OBSERVED: it may be that somebody watches, or
    /// that debug mode counts.
    #[inline]
    fn run_task<const OBSERVED: bool>(&self, task: Runnable) {
        self.n_polls.set(self.n_polls.get() + 1);
        self.budget.set(BUDGET);
        let id = task.id();
        self.current_task.set(Some(id));
        if OBSERVED && self.is_observed() {
            self.run_watched(id, task);
        } else {
            let _ = task.run(self);
        }
        self.current_task.set(None);
        if self.n_polls.get() >= POLLS_BETWEEN_LOOKS {
            self.look_around();
        }
    }

    /// Looks at the inbox, the timers and the descriptors, though tasks are ready.
    #[cold]
    fn look_around(&self) {
        self.n_polls.set(0);
        self.look();
        self.reactor.look(self);
    }

    /// Polls one task, with a watch and witnesses.
    #[cold]
    fn run_watched(&self, id: TaskId, task: Runnable) {
        let at = self.registry.look(id).map(|(at, ..)| at);
        let name = self.name(id);
        self.show(|it| it.before_poll(id));
        if self.slow_poll.is_some() {
            self.stats.borrow_mut().entry(id).or_default().waits_for.clear();
        }
        let (start, begun) = (Instant::now(), self.clock.now());
        let poll = task.run(self);
        // Who holds a loop up in virtual time has moved its clock.
        let moved = Duration::from_nanos(self.clock.now() - begun);
        let took = start.elapsed().max(moved);
        if self.slow_poll.is_some() && poll.is_pending() {
            let mut stats = self.stats.borrow_mut();
            let stats = stats.entry(id).or_default();
            stats.n_polls += 1;
            stats.busy += took;
        }
        self.show(|it| it.after_poll(id, poll.is_ready()));
        if let Some(at) = at.filter(|_| self.slow_poll.is_some_and(|limit| took > limit)) {
            self.tell(Report::slow(id, name, at, took));
        }
    }

    /// Has the inbox, the timers and the descriptors looked at after the present poll.
    pub(crate) fn look_soon(&self) {
        self.n_polls.set(POLLS_BETWEEN_LOOKS);
    }

    /// Looks at the inbox and the timers.
    fn look(&self) {
        if self.remote.has_mail() {
            self.take_mail();
        }
        if self.timers.borrow().next().is_some() {
            self.fire(self.clock.now());
        }
    }

    /// Wakes those whose time has come.
    fn fire(&self, now: u64) {
        loop {
            let fired = self.timers.borrow_mut().fire(now);
            let Some((timer, wake)) = fired else { break };
            self.show(|it| it.timer_fired(timer));
            self.wake_for(WokenBy::Timer, || wake.wake(self));
        }
    }

    /// Wakes, and lets those who watch know for whom.
    pub(crate) fn wake_for(&self, by: WokenBy, wake: impl FnOnce()) {
        self.wakes_for.set(by);
        wake();
        self.wakes_for.set(WokenBy::Outside);
    }

    /// Does what other threads have asked for.
    fn take_mail(&self) {
        for mail in self.remote.take_mail() {
            match mail {
                Mail::Wake(letter) => self.wake_for(WokenBy::Thread, || letter.deliver(self)),
                Mail::Call(call) => self.guard(call),
            }
        }
    }

    /// Nothing is ready: waits for the next deadline or for mail, or jumps to the deadline.
    ///
    /// `false` if neither will ever come.
    fn idle(&self, waits_for_ever: bool) -> bool {
        // The next turns are looked at anew.
        self.looked.set(NEVER);
        self.turns_between_looks.set(1);
        let quiescent = self.quiescent.take();
        if !quiescent.is_empty() {
            for (quiet, wake) in quiescent {
                quiet.set(true);
                self.wake_for(WokenBy::Quiet, || wake.wake(self));
            }
            return true;
        }
        let deadline = self.timers.borrow().next();
        if self.clock.is_virtual() && self.n_abroad.get() == 0 {
            if let Some(deadline) = deadline {
                // What a socket brings belongs to the present time.
                self.reactor.look(self);
                if !self.ready.borrow().is_empty() {
                    return true;
                }
                self.clock.jump_to(deadline);
                self.fire(deadline);
                return true;
            }
        }
        // Whoever could bring mail has a share of the remote part.
        let is_alone = Arc::strong_count(&self.remote) == 1 && !self.reactor.has_waiters();
        if deadline.is_none() && !waits_for_ever && is_alone {
            // The count is a relaxed load: what its last sharer has brought is seen after this.
            fence(Ordering::Acquire);
            return self.remote.has_mail();
        }
        self.sleep(deadline);
        self.n_polls.set(0);
        self.look();
        true
    }

    /// Blocks the thread until there is mail, or the deadline has come.
    fn sleep(&self, deadline: Option<u64>) {
        let timeout = match deadline {
            None => None,
            // Virtual time stands still while other threads work.
            Some(_) if self.clock.is_virtual() => None,
            Some(deadline) => {
                let end = if self.exact_timers {
                    deadline
                } else {
                    // Up to a round time: those that come until then are woken together.
                    deadline.saturating_add(GRAIN - 1) / GRAIN * GRAIN
                };
                let now = self.clock.now();
                if deadline <= now {
                    return self.reactor.look(self);
                }
                Some(Duration::from_nanos(end - now))
            }
        };
        self.show(|it| it.before_wait(timeout));
        if self.remote.prepare_to_sleep() {
            self.reactor.sleep(self, timeout);
            self.remote.woken();
        }
        self.show(|it| it.after_wait());
        self.reactor.tell(self);
    }
}
