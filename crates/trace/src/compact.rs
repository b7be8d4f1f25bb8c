//! Events in few bytes: how a recorder keeps them, a file has them, and a page carries them.
//!
//! An event is its kind, the nanoseconds since the one before, and its numbers, each in as many bytes
//! as it needs: seven bits a byte, the lowest first, the eighth says that more follow. A text stands
//! where it comes for the first time; after that it is called by its number, until all are forgotten.
//! Two kinds are no events: `TEXTS_END` forgets the texts, `BASE` is the state before the first event,
//! as JSON: its length and its bytes. From 64 on a kind is followed by its time and by the length of
//! what it says: who does not know it goes on behind it. `html/data.js` reads the same bytes.

mod decode;
mod encode;
mod texts;

use self::texts::Texts;

pub(crate) use self::decode::{Decoder, Fault};
use crate::event::Event;

/// Events, one after another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compact {
    /// The events.
    pub(crate) bytes: Vec<u8>,
    /// The texts that were written out.
    texts: Texts,
    /// The time of the last event.
    last_at: u64,
    /// How many events there are.
    n_events: usize,
}

impl Compact {
    pub(crate) fn len(&self) -> usize {
        self.n_events
    }

    /// Takes all events out, and keeps the memory for those to come.
    pub(crate) fn clear(&mut self, at: u64) {
        self.bytes.clear();
        self.texts.clear();
        self.last_at = at;
        self.n_events = 0;
    }

    /// The first event counts its time from `at`.
    pub(crate) fn begin_at(&mut self, at: u64) {
        self.last_at = at;
    }

    /// The events again; the first one counts its time from `at`.
    pub(crate) fn events(&self, at: u64) -> impl Iterator<Item = Event> {
        Decoder::new(at).all(&self.bytes)
    }
}

/// The kinds, as the first byte of an event has them.
pub(crate) mod kind {
    pub(crate) const ADDED: u8 = 0;
    pub(crate) const NAMED: u8 = 1;
    pub(crate) const POLL_BEGINS: u8 = 2;
    pub(crate) const POLL_ENDS: u8 = 3;
    pub(crate) const REQUEUED: u8 = 4;
    pub(crate) const PRINTED: u8 = 5;
    pub(crate) const WOKEN: u8 = 6;
    pub(crate) const WAITS: u8 = 7;
    pub(crate) const TIMER_SET: u8 = 8;
    pub(crate) const TIMER_FIRED: u8 = 9;
    pub(crate) const DESCRIPTOR_READY: u8 = 10;
    pub(crate) const LOOP_SLEEPS: u8 = 11;
    pub(crate) const LOOP_WAKES: u8 = 12;
    pub(crate) const DONE: u8 = 13;
    pub(crate) const REPORTED: u8 = 14;
    pub(crate) const RUN_ENDS: u8 = 15;
    pub(crate) const TIMER_UNSET: u8 = 16;
    pub(crate) const MADE: u8 = 17;
    pub(crate) const QUEUED_FIRST: u8 = 18;
    pub(crate) const UNQUEUED: u8 = 19;
    pub(crate) const WOKEN_IN_VAIN: u8 = 20;
    pub(crate) const OBJECT_MADE: u8 = 21;
    pub(crate) const OBJECT_NAMED: u8 = 22;
    pub(crate) const OBJECT_GONE: u8 = 23;
    pub(crate) const ACQUIRED: u8 = 24;
    pub(crate) const RELEASED: u8 = 25;
    pub(crate) const STANDS: u8 = 26;
    pub(crate) const WAIT_ENDS: u8 = 27;
    /// As `WAITS`, with the number of the wait before the rest.
    pub(crate) const NUMBERED_WAIT: u8 = 28;
    pub(crate) const DROP_BEGINS: u8 = 29;
    pub(crate) const TEXTS_END: u8 = 62;
    pub(crate) const BASE: u8 = 63;
    /// The first of those that later versions may have: their lengths follow.
    pub(crate) const LATER: u8 = 64;
}

#[cfg(test)]
mod tests {
    use super::Compact;
    use crate::event::{
        Await, By, Ended, Event, ObjectNo, On, Place, PollEnd, Reported, RunEnd, TaskNo, Text, What,
    };

    fn text(text: &str) -> Text {
        text.into()
    }

    /// Every kind of event, and every way that each of its parts can be.
    fn every_kind() -> Vec<What> {
        let [task, other] = [1, u32::MAX].map(|it| TaskNo::new(it).expect("it is not 0"));
        let place = Some(Place { file: text("src/main.rs"), line: 300 });
        let at = place.clone();
        let mut all = vec![
            What::Added { task, by: None, place: None, future: None },
            What::Added { task: other, by: Some(task), place, future: Some(text("job")) },
            What::Made { task, by: None },
            What::Made { task: other, by: Some(task) },
            What::QueuedFirst { task: other },
            What::Unqueued { task },
            What::Named { task, name: text("") },
            What::PollBegins { task: other },
            What::DropBegins { task: other },
            What::Requeued { task },
            What::Printed { by: None, error: false, line: text("a \"b\" \u{1f}é") },
            What::Printed { by: Some(other), error: true, line: text("src/main.rs") },
            What::TimerSet { timer: 0, by: None, after: 0 },
            What::TimerSet { timer: u32::MAX, by: Some(task), after: u64::MAX },
            What::TimerFired { timer: 0 },
            What::TimerFired { timer: u32::MAX },
            What::TimerUnset { timer: 0, by: None },
            What::TimerUnset { timer: u32::MAX, by: Some(task) },
            What::LoopSleeps { timeout: None },
            What::LoopSleeps { timeout: Some(0) },
            What::LoopSleeps { timeout: Some(u64::MAX) },
            What::LoopWakes,
        ];
        let ends = [PollEnd::Pending, PollEnd::Ready, PollEnd::Panicked, PollEnd::Cancelled];
        for how in ends.into_iter().chain([PollEnd::Over, PollEnd::Requeued]) {
            all.push(What::PollEnds { task, how });
        }
        let by = [By::Task(other), By::Timer, By::Descriptor(-1), By::Descriptor(i32::MAX)];
        let by = by.into_iter().chain([By::Thread, By::Quiet, By::Outside, By::Loop]);
        all.extend(by.clone().map(|by| What::Woken { task, by }));
        all.extend(by.map(|by| What::WokenInVain { task, by }));
        let on = [On::Time(128), On::Task(other), On::Readable(0), On::Writable(i32::MIN)];
        let on = on.into_iter().chain([On::Sync(text("an item")), On::Thread]);
        all.extend(on.map(|on| What::Waits { task, on, object: None, place: None, wait: None }));
        let [object, last] = [1, u32::MAX].map(|it| ObjectNo::new(it).expect("it is not 0"));
        let place = at.clone();
        for wait in [None, Some(0), Some(u32::MAX)] {
            let place = at.clone();
            all.push(What::Waits { task, on: On::Time(1), object: Some(last), place, wait });
        }
        all.push(What::WaitEnds { task, wait: 0 });
        all.push(What::WaitEnds { task: other, wait: u32::MAX });
        all.push(What::ObjectMade { object, kind: text("lock"), place: at });
        all.push(What::ObjectMade { object: last, kind: text(""), place: None });
        all.push(What::ObjectNamed { object, name: text("src/main.rs") });
        all.push(What::Acquired { task: other, object: last });
        all.push(What::Released { object, by: None });
        all.push(What::Released { object, by: Some(other) });
        all.push(What::ObjectGone { object });
        all.push(What::Stands { task, awaits: Vec::new() });
        let call = |level, place| Await { level, what: text("app::job"), place };
        all.push(What::Stands { task, awaits: vec![call(0, place), call(u32::MAX, None)] });
        for (readable, writable) in [(false, false), (true, false), (false, true), (true, true)] {
            all.push(What::DescriptorReady { descriptor: 7, readable, writable });
        }
        for how in [Ended::Value, Ended::Panicked, Ended::Cancelled, Ended::Dropped] {
            all.push(What::Done { task, how });
        }
        for kind in [Reported::Panic, Reported::SlowPoll, Reported::Io, Reported::Limit] {
            all.push(What::Reported { task: None, kind, message: text("oh\nno") });
        }
        let ends = [RunEnd::Complete, RunEnd::Deadlock, RunEnd::Stopped, RunEnd::Exit(-3)];
        let ends = ends.into_iter().chain([RunEnd::Panicked(text("boom"))]);
        all.extend(ends.map(|how| What::RunEnds { how }));
        all
    }

    #[test]
    fn every_kind_of_event_comes_back_from_its_bytes_and_from_its_line() {
        let times = (0_u64..).map(|it| it * it * it * 1000);
        let events: Vec<_> = times.zip(every_kind()).map(|(at, what)| Event { at, what }).collect();
        let mut compact = Compact::default();
        for event in &events {
            compact.push(event);
        }
        assert_eq!(compact.len(), events.len());
        assert_eq!(compact.events(0).collect::<Vec<_>>(), events);
        for event in &events {
            let line = serde_json::to_string(event).expect("memory takes all");
            let read: Event = serde_json::from_str(&line).expect("it was written here");
            assert_eq!(read, *event, "{line}");
        }
    }
}
