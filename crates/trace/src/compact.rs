//! Events in few bytes: how a recorder keeps them, and how a page carries them.
//!
//! An event is its kind, the nanoseconds since the one before, and its numbers, each in as many bytes
//! as it needs: seven bits a byte, the lowest first, the eighth says that more follow. Texts are
//! numbered in a table beside. `html/data.js` reads the same bytes.

mod decode;
mod encode;

use std::collections::HashMap;

pub(crate) use self::decode::Decoder;
use crate::event::{Event, Text};

/// Events, one after another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compact {
    /// The events.
    pub(crate) bytes: Vec<u8>,
    /// The texts, by their numbers.
    pub(crate) texts: Vec<Text>,
    /// The numbers of the texts.
    numbers: HashMap<Text, u64>,
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
        self.numbers.clear();
        self.last_at = at;
        self.n_events = 0;
    }

    /// The events again; the first one counts its time from `at`.
    pub(crate) fn events(&self, at: u64) -> impl Iterator<Item = Event> {
        Decoder::new(&self.bytes, &self.texts, at)
    }

    /// The number of a text.
    fn text(&mut self, text: &Text) -> u64 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u64;
        self.texts.push(Text::clone(text));
        self.numbers.insert(Text::clone(text), number);
        number
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
}
