//! Reading lines of JSON: all of them, or as far as they go.

use std::io;
use std::io::{BufRead, Read};

use super::bounds::{BASE, LINE, NAME, too_long};
use super::export::Base;
use super::{Problem, ReadError};
use crate::event::Event;
use crate::header::{FORMAT, FirstLine};
use crate::state::State;

/// The lines of a recording.
pub(super) struct Lines<'a> {
    from: &'a mut dyn BufRead,
    /// The number of the last line that was read, from 1.
    line: u64,
    /// That line.
    text: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(from: &'a mut dyn BufRead) -> Lines<'a> {
        Lines { from, line: 0, text: Vec::new() }
    }

    /// Something is wrong with the line that was read last.
    pub(super) fn error(&self, problem: Problem) -> ReadError {
        ReadError { line: self.line, byte: None, problem }
    }

    /// Reads the next line; whether there is one.
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.text.clear();
        self.line += 1;
        let limit = self.limit().map_err(|error| self.error(Problem::Io(error)))?;
        let most = limit as u64 + 1;
        let read = Read::take(&mut *self.from, most).read_until(b'\n', &mut self.text);
        let n = read.map_err(|error| self.error(Problem::Io(error)))?;
        if n > limit {
            self.text.clear();
            return Err(self.error(Problem::LineTooLong { limit }));
        }
        Ok(n > 0)
    }

    /// How long the next line may be.
    fn limit(&mut self) -> io::Result<usize> {
        match self.line {
            // The header is two names and two words.
            1 => Ok(8 * NAME),
            2 if self.from.fill_buf()?.first() == Some(&b'{') => Ok(BASE),
            _ => Ok(LINE),
        }
    }

    /// Reads the header, and how many bytes it has.
    pub(super) fn header(&mut self) -> Result<(FirstLine, u64), ReadError> {
        if !self.advance()? {
            return Err(self.error(Problem::Foreign));
        }
        let first = serde_json::from_slice::<FirstLine>(&self.text);
        let known = first.ok().filter(|it| it.header.format.as_ref() == FORMAT);
        let first = known.ok_or_else(|| self.error(Problem::Foreign))?;
        if first.header.program.len() > NAME {
            let (what, limit) = ("name", NAME);
            return Err(self.error(Problem::TextTooLong { what, limit }));
        }
        Ok((first, self.text.len() as u64))
    }

    /// Reads the lines behind the header; and what ended that too early.
    pub(super) fn read(mut self, is_newer: bool) -> (State, Vec<Event>, Option<ReadError>) {
        let (mut base, mut events) = (State::default(), Vec::new());
        loop {
            match self.next_into(&mut base, &mut events) {
                Ok(true) => {}
                Ok(false) => return (base, events, None),
                Err(it) if is_newer && matches!(it.problem, Problem::Malformed(_)) => {}
                Err(it) => return (base, events, Some(it)),
            }
        }
    }

    /// Reads the next line; whether there was one.
    fn next_into(&mut self, base: &mut State, events: &mut Vec<Event>) -> Result<bool, ReadError> {
        if !self.advance()? {
            return Ok(false);
        }
        let problem = match serde_json::from_slice::<Event>(&self.text) {
            Ok(event) => {
                let from = events.last().map_or(base.now, |it| it.at);
                if event.at < from {
                    Problem::TimeGoesBack { from, to: event.at }
                } else if let Some((what, limit)) = too_long(&event.what) {
                    Problem::TextTooLong { what, limit }
                } else {
                    events.push(event);
                    return Ok(true);
                }
            }
            Err(_) if self.line == 2 && self.text.starts_with(b"{") => {
                match serde_json::from_slice::<Base<State>>(&self.text) {
                    Ok(read) => match read.base.contradiction() {
                        None => {
                            *base = read.base;
                            return Ok(true);
                        }
                        Some(words) => Problem::Base(words),
                    },
                    Err(error) => Lines::malformed(error),
                }
            }
            Err(error) => Lines::malformed(error),
        };
        Err(self.error(problem))
    }

    /// A line that cannot be understood: cut off, or wrong.
    fn malformed(error: serde_json::Error) -> Problem {
        if error.is_eof() { Problem::Truncated("the line") } else { Problem::Malformed(error) }
    }
}
