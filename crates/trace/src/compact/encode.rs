//! An event becomes bytes.

use super::{Compact, kind};
use crate::event::{
    Await, By, Ended, Event, ObjectNo, On, Place, PollEnd, Reported, RunEnd, TaskNo, Text, What,
};

impl Compact {
    /// Adds an event, whose time is not before the last one's.
    pub(crate) fn push(&mut self, event: &Event) {
        let after = event.at.saturating_sub(self.last_at);
        self.last_at = self.last_at.max(event.at);
        self.n_events += 1;
        if self.texts.is_full() {
            self.texts.clear();
            self.bytes.push(kind::TEXTS_END);
        }
        match &event.what {
            What::Added { task, by, place, future } => {
                self.begin(kind::ADDED, after);
                self.task(*task);
                self.maybe(*by);
                self.place(place.as_ref());
                self.maybe_text(future.as_ref());
            }
            What::Made { task, by } => {
                self.begin(kind::MADE, after);
                self.task(*task);
                self.maybe(*by);
            }
            What::Named { task, name } => {
                self.begin(kind::NAMED, after);
                self.task(*task);
                self.text(name);
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
            What::DropBegins { task } => {
                self.begin(kind::DROP_BEGINS, after);
                self.task(*task);
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
                self.text(line);
            }
            What::Woken { task, by } => {
                self.begin(kind::WOKEN, after);
                self.task(*task);
                self.by(*by);
            }
            What::WokenInVain { task, by } => {
                self.begin(kind::WOKEN_IN_VAIN, after);
                self.task(*task);
                self.by(*by);
            }
            What::Waits { task, on, object, place, wait } => {
                self.begin(wait.map_or(kind::WAITS, |_| kind::NUMBERED_WAIT), after);
                self.task(*task);
                wait.iter().for_each(|it| self.number((*it).into()));
                self.on(on);
                self.number(object.map_or(0, |it| it.get().into()));
                self.place(place.as_ref());
            }
            What::WaitEnds { task, wait } => {
                self.begin(kind::WAIT_ENDS, after);
                self.task(*task);
                self.number((*wait).into());
            }
            What::ObjectMade { object, kind, place } => {
                self.begin(kind::OBJECT_MADE, after);
                self.object(*object);
                self.text(kind);
                self.place(place.as_ref());
            }
            What::ObjectNamed { object, name } => {
                self.begin(kind::OBJECT_NAMED, after);
                self.object(*object);
                self.text(name);
            }
            What::ObjectGone { object } => {
                self.begin(kind::OBJECT_GONE, after);
                self.object(*object);
            }
            What::Acquired { task, object } => {
                self.begin(kind::ACQUIRED, after);
                self.task(*task);
                self.object(*object);
            }
            What::Released { object, by } => {
                self.begin(kind::RELEASED, after);
                self.object(*object);
                self.maybe(*by);
            }
            What::Stands { task, awaits } => {
                self.begin(kind::STANDS, after);
                self.task(*task);
                self.number(awaits.len() as u64);
                awaits.iter().for_each(|it| self.await_of(it));
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
                self.number(timeout.is_some().into());
                if let Some(timeout) = timeout {
                    self.number(*timeout);
                }
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
                self.text(message);
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

    #[inline]
    fn number(&mut self, number: u64) {
        Compact::write_number(&mut self.bytes, number);
    }

    /// Writes a number: seven bits a byte.
    #[inline]
    pub(crate) fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
        while number >= 0x80 {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
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

    fn object(&mut self, object: ObjectNo) {
        self.number(object.get().into());
    }

    /// A text: 1 and the text itself where it comes for the first time, else two more than its number. 0
    /// stands for none.
    fn text(&mut self, text: &Text) {
        match self.texts.number(text) {
            Some(number) => self.number(number + 2),
            None => {
                self.texts.add(text);
                self.number(1);
                self.number(text.len() as u64);
                self.bytes.extend_from_slice(text.as_bytes());
            }
        }
    }

    fn maybe_text(&mut self, text: Option<&Text>) {
        match text {
            Some(text) => self.text(text),
            None => self.number(0),
        }
    }

    fn place(&mut self, place: Option<&Place>) {
        self.maybe_text(place.map(|it| &it.file));
        if let Some(place) = place {
            self.number(place.line.into());
        }
    }

    fn await_of(&mut self, it: &Await) {
        self.number(it.level.into());
        self.text(&it.what);
        self.place(it.place.as_ref());
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
                self.number(4);
                self.text(what);
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
                self.number(3);
                self.text(message);
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
