//! Bytes become events again.

use super::kind;
use crate::event::{By, Ended, Event, On, Place, PollEnd, Reported, RunEnd, TaskNo, Text, What};

/// Why bytes are always understood: only [`Compact::push`](super::Compact::push) writes them.
const WRITTEN: &str = "the bytes were written by the same program";

/// Reads events, one after another.
pub(crate) struct Decoder<'a> {
    /// What is left.
    bytes: std::slice::Iter<'a, u8>,
    texts: &'a [Text],
    /// The time of the last event.
    at: u64,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8], texts: &'a [Text], at: u64) -> Decoder<'a> {
        Decoder { bytes: bytes.iter(), texts, at }
    }

    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = *self.bytes.next().expect(WRITTEN);
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    fn signed(&mut self) -> i32 {
        let number = self.number();
        let magnitude = i64::try_from(number >> 1).expect(WRITTEN);
        let signed = if number & 1 == 1 { -magnitude } else { magnitude };
        i32::try_from(signed).expect(WRITTEN)
    }

    fn maybe(&mut self) -> Option<TaskNo> {
        u32::try_from(self.number()).ok().and_then(TaskNo::new)
    }

    fn task(&mut self) -> TaskNo {
        self.maybe().expect(WRITTEN)
    }

    fn timer(&mut self) -> u32 {
        u32::try_from(self.number()).expect(WRITTEN)
    }

    fn text_no(&self, number: u64) -> Text {
        let number = usize::try_from(number).expect(WRITTEN);
        Text::clone(&self.texts[number])
    }

    fn text(&mut self) -> Text {
        let number = self.number();
        self.text_no(number)
    }

    fn place(&mut self) -> Option<Place> {
        let number = self.number().checked_sub(1)?;
        let file = self.text_no(number);
        Some(Place { file, line: u32::try_from(self.number()).expect(WRITTEN) })
    }

    fn by(&mut self) -> By {
        match self.number() {
            0 => By::Task(self.task()),
            1 => By::Timer,
            2 => By::Descriptor(self.signed()),
            3 => By::Thread,
            4 => By::Quiet,
            5 => By::Outside,
            _ => By::Loop,
        }
    }

    fn on(&mut self) -> On {
        match self.number() {
            0 => On::Time(self.number()),
            1 => On::Task(self.task()),
            2 => On::Readable(self.signed()),
            3 => On::Writable(self.signed()),
            4 => On::Sync(self.text()),
            _ => On::Thread,
        }
    }

    fn poll_end(&mut self) -> PollEnd {
        match self.number() {
            0 => PollEnd::Pending,
            1 => PollEnd::Ready,
            2 => PollEnd::Panicked,
            3 => PollEnd::Cancelled,
            4 => PollEnd::Over,
            _ => PollEnd::Requeued,
        }
    }

    fn ended(&mut self) -> Ended {
        match self.number() {
            0 => Ended::Value,
            1 => Ended::Panicked,
            2 => Ended::Cancelled,
            _ => Ended::Dropped,
        }
    }

    fn reported(&mut self) -> Reported {
        match self.number() {
            0 => Reported::Panic,
            1 => Reported::SlowPoll,
            2 => Reported::Io,
            _ => Reported::Limit,
        }
    }

    fn run_end(&mut self) -> RunEnd {
        match self.number() {
            0 => RunEnd::Complete,
            1 => RunEnd::Deadlock,
            2 => RunEnd::Stopped,
            3 => RunEnd::Panicked(self.text()),
            _ => RunEnd::Exit(self.signed()),
        }
    }

    // The fields are read in the order in which they stand.
    fn what(&mut self, kind: u8) -> What {
        match kind {
            kind::ADDED => What::Added { task: self.task(), by: self.maybe(), place: self.place() },
            kind::MADE => What::Made { task: self.task(), by: self.maybe() },
            kind::NAMED => What::Named { task: self.task(), name: self.text() },
            kind::POLL_BEGINS => What::PollBegins { task: self.task() },
            kind::POLL_ENDS => What::PollEnds { task: self.task(), how: self.poll_end() },
            kind::REQUEUED => What::Requeued { task: self.task() },
            kind::QUEUED_FIRST => What::QueuedFirst { task: self.task() },
            kind::UNQUEUED => What::Unqueued { task: self.task() },
            kind::PRINTED => {
                What::Printed { by: self.maybe(), error: self.number() == 1, line: self.text() }
            }
            kind::WOKEN => What::Woken { task: self.task(), by: self.by() },
            kind::WAITS => What::Waits { task: self.task(), on: self.on(), place: self.place() },
            kind::TIMER_SET => {
                What::TimerSet { by: self.maybe(), timer: self.timer(), after: self.number() }
            }
            kind::TIMER_FIRED => What::TimerFired { timer: self.timer() },
            kind::TIMER_UNSET => What::TimerUnset { by: self.maybe(), timer: self.timer() },
            kind::DESCRIPTOR_READY => {
                let (descriptor, ways) = (self.signed(), self.number());
                let (readable, writable) = (ways & 1 == 1, ways & 2 == 2);
                What::DescriptorReady { descriptor, readable, writable }
            }
            kind::LOOP_SLEEPS => What::LoopSleeps { timeout: self.number().checked_sub(1) },
            kind::LOOP_WAKES => What::LoopWakes,
            kind::DONE => What::Done { task: self.task(), how: self.ended() },
            kind::REPORTED => {
                What::Reported { task: self.maybe(), kind: self.reported(), message: self.text() }
            }
            kind::RUN_ENDS => What::RunEnds { how: self.run_end() },
            _ => unreachable!("{WRITTEN}"),
        }
    }
}

impl Iterator for Decoder<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let kind = *self.bytes.next()?;
        let after = self.number();
        self.at = self.at.saturating_add(after);
        Some(Event { at: self.at, what: self.what(kind) })
    }
}
