//! Reading the bytes of a recording: all of them, or as far as they go.

use std::io::BufRead;

use super::{Problem, ReadError};
use crate::compact::{Decoder, Fault};
use crate::event::Event;
use crate::state::State;

/// Reads the events behind the header, which had so many bytes; and what ended that too early.
pub(super) fn read(
    from: &mut dyn BufRead,
    n_before: u64,
    is_newer: bool,
) -> (State, Vec<Event>, Option<ReadError>) {
    let (mut base, mut events) = (State::default(), Vec::new());
    let mut decoder = Decoder::new(0);
    decoder.n_bytes = n_before;
    decoder.skips = is_newer;
    let error = read_into(from, &mut decoder, &mut base, &mut events).err();
    (base, events, error)
}

fn read_into(
    from: &mut dyn BufRead,
    decoder: &mut Decoder,
    base: &mut State,
    events: &mut Vec<Event>,
) -> Result<(), ReadError> {
    let mut byte = decoder.n_bytes;
    let told = |byte, fault| ReadError { line: 1, byte: Some(byte), problem: problem(fault) };
    if let Some(text) = decoder.base(from).map_err(|it| told(byte, it))? {
        let read = serde_json::from_slice::<State>(&text);
        let read = read.map_err(|error| told(byte, Fault::Base(error)))?;
        if let Some(words) = read.contradiction() {
            return Err(ReadError { line: 1, byte: Some(byte), problem: Problem::Base(words) });
        }
        decoder.begin_at(read.now);
        *base = read;
    }
    loop {
        byte = decoder.n_bytes;
        match decoder.next(from).map_err(|it| told(byte, it))? {
            Some(event) => events.push(event),
            None => return Ok(()),
        }
    }
}

fn problem(fault: Fault) -> Problem {
    match fault {
        Fault::Truncated => Problem::Truncated("an event"),
        Fault::Io(error) => Problem::Io(error),
        Fault::Senseless(words) => Problem::Senseless(words),
        Fault::TooLong(what, limit) => Problem::TextTooLong { what, limit },
        Fault::Unknown(kind) => Problem::UnknownKind(kind),
        Fault::Base(error) => Problem::Base(error.to_string()),
    }
}
