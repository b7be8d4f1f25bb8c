//! An event becomes bytes.

use super::{Compact, kind};
use crate::event::{By, Ended, Event, On, Place, PollEnd, Reported, RunEnd, TaskNo, What};

impl Compact {
    /// Adds an event, whose time is not before the last one's.
    pub(crate) fn push(&mut self, event: &Event) {
        let after = event.at.saturating_sub(self.last_at);
        self.last_at = self.last_at.max(event.at);
        self.n_events += 1;
        match &event.what {
            What::Added { task, by, place } => {
                self.begin(kind::ADDED, after);
                self.task(*task);
                self.maybe(*by);
                self.place(place.as_ref());
            }
            What::Made { task, by } => {
                self.begin(kind::MADE, after);
                self.task(*task);
                self.maybe(*by);
            }
            What::Named { task, name } => {
                self.begin(kind::NAMED, after);
                self.task(*task);
                let name = self.text(name);
                self.number(name);
            }
            What::PollBegins { task } => {
                self.begin(kind::POLL_BEGINS, after);
                self.task(*task);
            }
            What::PollEnds { task, how } => {
                self.begin(kind::POLL_ENDS, after);
                self.task(*task);
                self.number(poll_end(*how));
            }
            What::Requeued { task } => {
                self.begin(kind::REQUEUED, after);
                self.task(*task);
            }
            What::QueuedFirst { task } => {
                self.begin(kind::QUEUED_FIRST, after);
                self.task(*task);
            }
            What::Unqueued { task } => {
                self.begin(kind::UNQUEUED, after);
                self.task(*task);
            }
            What::Printed { by, error, line } => {
                self.begin(kind::PRINTED, after);
                self.maybe(*by);
                self.number((*error).into());
                let line = self.text(line);
                self.number(line);
            }
            What::Woken { task, by } => {
                self.begin(kind::WOKEN, after);
                self.task(*task);
                self.by(*by);
            }
            What::Waits { task, on, place } => {
                self.begin(kind::WAITS, after);
                self.task(*task);
                self.on(on);
                self.place(place.as_ref());
            }
            What::TimerSet { timer, by, after: ahead } => {
                self.begin(kind::TIMER_SET, after);
                self.maybe(*by);
                self.number((*timer).into());
                self.number(*ahead);
            }
            What::TimerFired { timer } => {
                self.begin(kind::TIMER_FIRED, after);
                self.number((*timer).into());
            }
            What::TimerUnset { timer, by } => {
                self.begin(kind::TIMER_UNSET, after);
                self.maybe(*by);
                self.number((*timer).into());
            }
            What::DescriptorReady { descriptor, readable, writable } => {
                self.begin(kind::DESCRIPTOR_READY, after);
                self.signed(*descriptor);
                self.number(u64::from(*readable) + 2 * u64::from(*writable));
            }
            What::LoopSleeps { timeout } => {
                self.begin(kind::LOOP_SLEEPS, after);
                // For ever is no time at all: the longest one is as good.
                self.number(timeout.map_or(0, |it| it.saturating_add(1)));
            }
            What::LoopWakes => self.begin(kind::LOOP_WAKES, after),
            What::Done { task, how } => {
                self.begin(kind::DONE, after);
                self.task(*task);
                self.number(ended(*how));
            }
            What::Reported { task, kind, message } => {
                self.begin(kind::REPORTED, after);
                self.maybe(*task);
                self.number(reported(*kind));
                let message = self.text(message);
                self.number(message);
            }
            What::RunEnds { how } => {
                self.begin(kind::RUN_ENDS, after);
                self.run_end(how);
            }
        }
    }

    fn begin(&mut self, kind: u8, after: u64) {
        self.bytes.push(kind);
        self.number(after);
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// A number that may be below zero: its sign is its lowest bit.
    fn signed(&mut self, number: i32) {
        let magnitude = u64::from(number.unsigned_abs());
        self.number(2 * magnitude + u64::from(number < 0));
    }

    fn task(&mut self, task: TaskNo) {
        self.number(task.get().into());
    }

    fn maybe(&mut self, task: Option<TaskNo>) {
        self.number(task.map_or(0, |it| it.get().into()));
    }

    fn place(&mut self, place: Option<&Place>) {
        match place {
            None => self.number(0),
            Some(place) => {
                let file = self.text(&place.file);
                self.number(file + 1);
                self.number(place.line.into());
            }
        }
    }

    fn by(&mut self, by: By) {
        match by {
            By::Task(task) => {
                self.number(0);
                self.task(task);
            }
            By::Timer => self.number(1),
            By::Descriptor(descriptor) => {
                self.number(2);
                self.signed(descriptor);
            }
            By::Thread => self.number(3),
            By::Quiet => self.number(4),
            By::Outside => self.number(5),
            By::Loop => self.number(6),
        }
    }

    fn on(&mut self, on: &On) {
        match on {
            On::Time(after) => {
                self.number(0);
                self.number(*after);
            }
            On::Task(task) => {
                self.number(1);
                self.task(*task);
            }
            On::Readable(descriptor) => {
                self.number(2);
                self.signed(*descriptor);
            }
            On::Writable(descriptor) => {
                self.number(3);
                self.signed(*descriptor);
            }
            On::Sync(what) => {
                let what = self.text(what);
                self.number(4);
                self.number(what);
            }
            On::Thread => self.number(5),
        }
    }

    fn run_end(&mut self, how: &RunEnd) {
        match how {
            RunEnd::Complete => self.number(0),
            RunEnd::Deadlock => self.number(1),
            RunEnd::Stopped => self.number(2),
            RunEnd::Panicked(message) => {
                let message = self.text(message);
                self.number(3);
                self.number(message);
            }
            RunEnd::Exit(status) => {
                self.number(4);
                self.signed(*status);
            }
        }
    }
}

fn poll_end(how: PollEnd) -> u64 {
    match how {
        PollEnd::Pending => 0,
        PollEnd::Ready => 1,
        PollEnd::Panicked => 2,
        PollEnd::Cancelled => 3,
        PollEnd::Over => 4,
        PollEnd::Requeued => 5,
    }
}

fn ended(how: Ended) -> u64 {
    match how {
        Ended::Value => 0,
        Ended::Panicked => 1,
        Ended::Cancelled => 2,
        Ended::Dropped => 3,
    }
}

fn reported(kind: Reported) -> u64 {
    match kind {
        Reported::Panic => 0,
        Reported::SlowPoll => 1,
        Reported::Io => 2,
        Reported::Limit => 3,
    }
}
