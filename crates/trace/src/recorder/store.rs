//! Where the events of a recorder go: memory, a ring buffer, a file.

use std::fs::File;
use std::io;
use std::io::{BufWriter, Write};

use super::Options;
use crate::event::Event;
use crate::header::Header;
use crate::json;
use crate::state::State;

/// How many lines of output a ring buffer keeps of what it has given up.
const N_LINES: usize = 1000;

/// Where events go.
pub(super) enum Store {
    /// To memory, all of them.
    Memory(Vec<Event>),
    /// To memory, the last of them.
    Ring {
        /// What those led to that were given up.
        base: Box<State>,
        /// The last ones: fewer than twice `limit`.
        events: Vec<Event>,
        /// How many there are at least.
        limit: usize,
    },
    /// To a file.
    File {
        file: BufWriter<File>,
        /// Whether it is complete before each poll.
        flush_each_poll: bool,
        /// What went wrong first; nothing is written since.
        error: Option<io::Error>,
    },
}

impl Store {
    pub(super) fn new(header: &Header, options: &Options) -> io::Result<Store> {
        if let Some(path) = &options.file {
            let file = json::create(path, options.replace)?;
            let mut file = BufWriter::with_capacity(1 << 16, file);
            json::write_header(&mut file, header, &State::default())?;
            file.flush()?;
            let flush_each_poll = options.flush_each_poll;
            return Ok(Store::File { file, flush_each_poll, error: None });
        }
        Ok(match options.last {
            None => Store::Memory(Vec::new()),
            Some(limit) => Store::Ring { base: Box::default(), events: Vec::new(), limit },
        })
    }

    pub(super) fn push(&mut self, event: Event) {
        match self {
            Store::Memory(events) => events.push(event),
            Store::Ring { base, events, limit } => {
                events.push(event);
                if events.len() >= 2 * (*limit).max(1) {
                    let n_given_up = events.len() - *limit;
                    for event in events.drain(..n_given_up) {
                        base.apply(&event);
                    }
                    base.forget(N_LINES);
                }
            }
            Store::File { file, error, .. } => {
                if error.is_none() {
                    *error = json::write_event(file, &event).err();
                }
            }
        }
    }

    /// A poll is about to begin: it may never end.
    pub(super) fn poll_begins(&mut self) {
        if matches!(self, Store::File { flush_each_poll: true, .. }) {
            self.flush();
        }
    }

    pub(super) fn flush(&mut self) {
        if let Store::File { file, error, .. } = self {
            if error.is_none() {
                *error = file.flush().err();
            }
        }
    }

    /// What went wrong with the file.
    pub(super) fn error(&self) -> io::Result<()> {
        match self {
            // An `io::Error` cannot be cloned: its kind and its words can.
            Store::File { error: Some(error), .. } => {
                Err(io::Error::new(error.kind(), error.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// What is in memory: the state before the first event, and the events.
    pub(super) fn kept(&self) -> (State, Vec<Event>) {
        match self {
            Store::Memory(events) => (State::default(), events.clone()),
            Store::Ring { base, events, .. } => (State::clone(base), events.clone()),
            Store::File { .. } => panic!("the events are in a file: `Trace::load` reads them"),
        }
    }
}
