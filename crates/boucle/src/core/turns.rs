//! One turn after the other: who is next, when the timers are looked at, when the loop sleeps.
//!
//! Road: stages 4, 9, 10.

use std::time::Duration;

use super::Core;
use crate::cell::{Mail, Runnable};
use crate::data::{TaskId, WokenBy};
use crate::structures::ready::Several;

/// Deadlines that lie this close together, in nanoseconds, are waited for together.
const GRAIN: u64 = 1_000_000;

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
            if self.stopping.get() {
                self.stopping.set(false);
                return End::Stopped;
            }
            if is_over() {
                return End::Over;
            }
            if !is_ready && !self.has_ready() && !self.idle(waits_for_ever) {
                return End::Stuck;
            }
        }
    }

    /// Whether a task can go on.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty() || self.host.has_order() && !self.choice.borrow().keys().is_empty()
    }

    /// One turn: polls the tasks that are ready as it begins, then looks at inbox and timers. Whether
    /// a task is certainly ready for the next one.
    #[inline]
    fn turn(&self) -> bool {
        self.reactor.turn_begins();
        if self.host.is_plain() {
            // Asked once a turn, not once a poll: so it costs nothing that a loop can be watched.
            self.run_ready();
        } else {
            self.run_ready_watched();
        }
        self.look_after_a_turn()
    }

    /// Looks at inbox and timers. Whether a task is certainly ready for the next turn.
    #[inline]
    pub(crate) fn look_after_a_turn(&self) -> bool {
        if self.remote.inbox.has_mail() {
            self.take_mail();
        }
        let is_ready = self.has_ready();
        if !is_ready {
            self.look();
        } else if self.timers.borrow().next().is_some() || self.reactor.has_waiters() {
            self.look_at_the_time();
        }
        is_ready
    }

    /// Polls those that are ready: somebody watches or counts.
    #[cold]
    #[inline(never)]
    fn run_ready_watched(&self) {
        self.ready.begin_turn();
        while let Some(task) = self.ready.take_next() {
            self.run_task::<true>(task);
        }
    }

    /// Those that are ready can be chosen, behind those that could before.
    pub(crate) fn fill_choice(&self) {
        if self.ready.is_empty() {
            return;
        }
        let mut choice = self.choice.borrow_mut();
        self.ready.move_to(|task| choice.push(task.id(), task));
    }

    /// A turn is over and the next one is due: wakes those whose time has come, and looks at the
    /// descriptors if a while has passed. The polls may be few, but long.
    #[inline(never)]
    fn look_at_the_time(&self) {
        if self.pace.is_time_due(self.clock.is_virtual()) {
            let now = self.clock.now();
            self.fire(now);
            if self.pace.time_is(now) {
                self.look_at_descriptors();
            }
        }
    }

    /// Polls those that are ready, the first come first.
    #[inline]
    fn run_ready(&self) {
        match self.ready.take_only() {
            Ok(None) => {}
            Ok(Some(task)) => self.run_task::<false>(task),
            Err(Several) => self.run_several(),
        }
    }

    /// The same, if there are several.
    #[inline(never)]
    fn run_several(&self) {
        let mut turn = self.ready.take_turn();
        for task in turn.drain(..) {
            self.run_task::<false>(task);
        }
        self.ready.give_back(turn);
    }

    /// Polls one task, and looks around from time to time. OBSERVED: it may be that somebody watches, or
    /// that debug mode counts.
    #[inline]
    pub(crate) fn run_task<const OBSERVED: bool>(&self, task: Runnable<Core>) {
        self.pace.poll();
        self.current_task.set(Some(task.id()));
        if OBSERVED {
            self.run_watched(task);
        } else {
            let _ = task.run(self);
        }
        self.current_task.set(None);
        if self.pace.is_to_look() {
            self.look_around();
        }
    }

    /// Polls one task, with a watch and witnesses. Of one that has ended there is nothing to tell: it was
    /// woken in its last poll.
    #[cold]
    fn run_watched(&self, task: Runnable<Core>) {
        if !task.is_live() || !self.host.is_observed() {
            let id = task.id();
            let has_ended = task.run(self).is_ready();
            return self.leave_choice(id, has_ended);
        }
        let id = task.id();
        let origin = || self.registry.look(id).map(|(origin, ..)| origin);
        let poll = self.host.begin_poll(id, || self.clock.now(), origin);
        let has_ended = task.run(self).is_ready();
        self.host.tell_rests(id);
        self.current_task.set(None);
        self.host.end_poll(poll, has_ended, || self.clock.now());
        self.leave_choice(id, has_ended);
    }

    /// A task that was woken in its last poll is no choice.
    pub(crate) fn leave_choice(&self, id: TaskId, has_ended: bool) {
        if has_ended && self.host.has_order() {
            self.fill_choice();
            let ended = self.choice.borrow_mut().take_last(id);
            drop(ended);
        }
    }

    /// Looks at the inbox, the timers and the descriptors, though tasks are ready.
    #[cold]
    fn look_around(&self) {
        self.look();
        self.look_at_descriptors();
        self.pace.looked();
    }

    /// Looks at the inbox and the timers.
    pub(crate) fn look(&self) {
        if self.remote.inbox.has_mail() {
            self.take_mail();
        }
        if self.timers.borrow().next().is_some() {
            self.fire(self.clock.now());
        }
    }

    /// Wakes those whose time has come.
    pub(crate) fn fire(&self, now: u64) {
        loop {
            let fired = self.timers.borrow_mut().fire(now);
            let Some((timer, wake)) = fired else { break };
            self.host.show_waking(|it| it.timer_fired(timer));
            self.wake_for(WokenBy::Timer, || self.wake_up(wake));
        }
    }

    /// Does what other threads have asked for.
    fn take_mail(&self) {
        for mail in self.remote.inbox.take() {
            match mail {
                Mail::Wake(letter) => self.wake_for(WokenBy::Thread, || letter.deliver(self)),
                Mail::Call(call) => self.host.guard(call),
            }
        }
    }

    /// Nothing is ready: waits for the next deadline or for mail, or jumps to the deadline.
    ///
    /// `false` if neither will ever come.
    pub(crate) fn idle(&self, waits_for_ever: bool) -> bool {
        self.pace.rest();
        let jumps = self.clock.is_virtual() && self.n_abroad.get() == 0;
        if jumps || !self.quiescent.is_empty() {
            // What sockets and other threads have brought belongs to the present time.
            self.look_at_descriptors();
            self.look();
            if self.has_ready() {
                return true;
            }
        }
        if !self.quiescent.is_empty() {
            for parked in self.quiescent.take_all() {
                self.wake_for(WokenBy::Quiet, || self.wake_up(parked.wake));
            }
            return true;
        }
        let deadline = self.timers.borrow().next();
        if let Some(deadline) = deadline.filter(|_| jumps) {
            self.clock.jump_to(deadline);
            self.fire(deadline);
            return true;
        }
        // Virtual time stands still while other threads work.
        let deadline = deadline.filter(|_| !self.clock.is_virtual());
        // A thread that works for the loop will bring mail, also if nobody awaits its answer.
        let works = self.n_abroad.get() > 0;
        let could_be_for_ever = deadline.is_none() && !waits_for_ever && !works;
        if could_be_for_ever && self.is_alone() {
            return self.remote.inbox.has_mail();
        }
        self.sleep(deadline, could_be_for_ever);
        self.look();
        self.pace.looked();
        true
    }

    /// Whether no other thread and no descriptor could ever wake it.
    fn is_alone(&self) -> bool {
        self.remote.inbox.is_alone() && !self.reactor.has_waiters()
    }

    /// Blocks the thread until there is mail, or a descriptor is ready, or the deadline has come.
    ///
    /// First come all hooks, which may do anything. From the last of them on no code of a user runs, and
    /// the one look at all that there could be to do is the last thing before the system call.
    fn sleep(&self, deadline: Option<u64>, could_be_for_ever: bool) {
        let end = deadline.and_then(|deadline| match self.exact_timers {
            true => Some(deadline),
            false => self.timers.borrow().next_together(GRAIN),
        });
        let timeout = end.map(|end| Duration::from_nanos(end.saturating_sub(self.clock.now())));
        self.host.show(|it| it.before_wait(timeout));
        let may_wait = self.may_wait(timeout);

        let is_as_it_was = self.timers.borrow().next().filter(|_| !self.clock.is_virtual());
        let is_idle = !self.has_ready() && !self.stopping.get() && is_as_it_was == deadline;
        if may_wait && is_idle && self.remote.inbox.prepare_to_sleep() {
            // Whoever gives up the last share from now on rings.
            if !(could_be_for_ever && self.is_alone()) {
                self.sleep_in_system(timeout);
            }
            self.remote.inbox.woken();
        }
        self.host.show(|it| it.after_wait());
        self.tell_descriptors();
    }
}
