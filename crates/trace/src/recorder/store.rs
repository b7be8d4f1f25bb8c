//! Where the events of a recorder go: memory, a ring buffer, a file.

use std::fs::File;
use std::io;
use std::io::Write;

use super::Options;
use crate::compact::Compact;
use crate::event::{Event, PollEnd, TaskNo, What};
use crate::file;
use crate::header::Header;
use crate::run::Writer;
use crate::state::{State, TaskState};

/// How many lines of output a ring buffer keeps of what it has given up.
const N_LINES: usize = 1000;

/// Where events go.
pub(super) enum Store {
    /// To memory, all of them.
    Memory(Compact),
    /// To memory, the last of them.
    Ring(Box<Ring>),
    /// To memory that other threads read.
    Tape(Box<Writer>),
    /// To a file.
    File {
        file: File,
        /// What was not written yet.
        events: Compact,
        /// Whether it is complete before each poll.
        flush_each_poll: bool,
        /// What went wrong first; nothing is written since.
        error: Option<io::Error>,
    },
}

impl Drop for Store {
    fn drop(&mut self) {
        self.flush();
    }
}

impl Store {
    pub(super) fn new(header: &Header, options: &Options) -> io::Result<Store> {
        if let Some(path) = &options.file {
            let mut file = file::create(path, options.replace)?;
            file::write_head(&mut file, header, &State::default())?;
            let (events, flush_each_poll) = (Compact::default(), options.flush_each_poll);
            return Ok(Store::File { file, events, flush_each_poll, error: None });
        }
        Ok(match options.last {
            None => Store::Memory(Compact::default()),
            Some(limit) => Store::Ring(Box::new(Ring { limit, ..Ring::default() })),
        })
    }

    pub(super) fn push(&mut self, event: &Event) {
        match self {
            Store::Memory(events) => events.push(event),
            Store::Ring(ring) => ring.push(event),
            Store::Tape(tape) => tape.push(event),
            Store::File { events, error, .. } => {
                if error.is_some() {
                    return;
                }
                events.push(event);
                if events.bytes.len() >= file::BUFFER {
                    self.flush();
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
        if let Store::File { file, events, error, .. } = self {
            if error.is_none() {
                *error = file.write_all(&events.bytes).err();
                events.bytes.clear();
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
            Store::Memory(events) => (State::default(), events.events(0).collect()),
            Store::Ring(ring) => (ring.base.clone(), ring.events()),
            Store::Tape(_) => panic!("the events are on a tape: whoever keeps it reads them"),
            Store::File { .. } => panic!("the events are in a file: `Trace::load` reads them"),
        }
    }
}

/// The last events, in two halves: when the newer one is full, the older one is given up.
#[derive(Default)]
pub(super) struct Ring {
    /// What those led to that were given up.
    base: State,
    older: Compact,
    newer: Compact,
    /// How many events are kept at least, once there were so many.
    limit: usize,
    /// The times before the first event of each half.
    times: (u64, u64),
    /// Tasks that have ended, and whose last poll has not.
    ended: Vec<TaskNo>,
}

impl Ring {
    fn push(&mut self, event: &Event) {
        self.newer.push(event);
        if self.newer.len() >= self.limit.max(1) {
            self.give_up_older();
            std::mem::swap(&mut self.older, &mut self.newer);
            self.newer.clear(event.at);
            self.times = (self.times.1, event.at);
        }
    }

    /// Plays what is given up, and forgets of it what a ring buffer has no room for: tasks that have
    /// ended, and all but the last lines. It looks at no other task: there may be a million of them.
    fn give_up_older(&mut self) {
        let Ring { base, older, ended, times, .. } = self;
        for event in older.events(times.0) {
            base.apply(&event);
            if let What::Done { task, .. } | What::PollEnds { task, .. } = event.what {
                let known = base.tasks.get(&task);
                let is_over = |it: &TaskState| {
                    it.done.is_some() || !matches!(it.last_poll, None | Some(PollEnd::Pending))
                };
                ended.extend(known.is_some_and(|it| is_over(it)).then_some(task));
            }
        }
        ended.retain(|task| {
            if base.running.contains(task) {
                return true;
            }
            if base.tasks.get(task).is_some_and(|it| !it.is_ready) {
                base.tasks.remove(task);
            }
            false
        });
        let surplus = base.output.len().saturating_sub(N_LINES);
        base.output.drain(..surplus);
    }

    fn events(&self) -> Vec<Event> {
        self.older.events(self.times.0).chain(self.newer.events(self.times.1)).collect()
    }
}
