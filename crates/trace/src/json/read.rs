//! Reading a recording: all of it, or as far as it goes.

use std::fs::File;
use std::io;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::bounds::{BASE, LINE, NAME, too_long};
use super::{Base, Problem, ReadError};
use crate::event::Event;
use crate::header::{FORMAT, Header, VERSION};
use crate::state::State;
use crate::trace::Trace;

impl Trace {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// [`ReadError`] names the first line that cannot be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Problem, Trace};
    ///
    /// let text = r#"{"format":"boucle-trace","version":1,"clock":"real","program":"p"}
    /// [5,"loop_wakes"]
    /// [7,"loop_wa"#;
    /// let error = Trace::read(text.as_bytes()).unwrap_err();
    /// assert_eq!(error.line, 3);
    /// assert!(matches!(error.problem, Problem::Truncated));
    /// ```
    pub fn read(from: impl BufRead) -> Result<Trace, ReadError> {
        match Trace::read_lossy(from) {
            (Some(trace), None) => Ok(trace),
            (_, Some(error)) => Err(error),
            (None, None) => unreachable!("without a header there is an error"),
        }
    }

    /// Reads what can be read of a recording: all lines before the first that cannot, and that one's
    /// error. Of a newer version it is all that means something here; lines that mean nothing are
    /// left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Trace;
    ///
    /// let text = r#"{"format":"boucle-trace","version":1,"clock":"real","program":"p"}
    /// [5,"loop_wakes"]
    /// [7,"loop_wa"#;
    /// let (trace, error) = Trace::read_lossy(text.as_bytes());
    /// assert_eq!(trace.unwrap().len(), 1);
    /// assert_eq!(error.unwrap().line, 3);
    /// ```
    pub fn read_lossy(mut from: impl BufRead) -> (Option<Trace>, Option<ReadError>) {
        read_all(&mut from)
    }

    /// Reads a recording from a file.
    ///
    /// # Errors
    ///
    /// As [`read`](Trace::read) does; a file that cannot be opened is an error of line 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Problem, Trace};
    ///
    /// let error = Trace::load("there is no such file").unwrap_err();
    /// assert!(matches!(error.problem, Problem::Io(_)));
    /// ```
    pub fn load(path: impl AsRef<Path>) -> Result<Trace, ReadError> {
        let file = File::open(path);
        let file = file.map_err(|error| ReadError { line: 0, problem: Problem::Io(error) })?;
        Trace::read(BufReader::with_capacity(1 << 16, file))
    }
}

/// Reads what can be read. One function for whatever is read from: so it is compiled here, and not by
/// each crate that calls it in its own, slower way.
fn read_all(from: &mut dyn BufRead) -> (Option<Trace>, Option<ReadError>) {
    let mut lines = Lines { from, line: 0, text: Vec::new() };
    let header = match lines.header() {
        Ok(header) => header,
        Err(error) => return (None, Some(error)),
    };
    let newer = header.version > VERSION;
    let mut error = newer.then(|| lines.error(Problem::Newer(header.version)));
    let (mut base, mut events) = (State::default(), Vec::new());
    loop {
        match lines.next_into(&mut base, &mut events) {
            Ok(true) => {}
            Ok(false) => break,
            Err(it) if newer && matches!(it.problem, Problem::Malformed(_)) => {}
            Err(it) => {
                error.get_or_insert(it);
                break;
            }
        }
    }
    (Some(Trace { header, base: Arc::new(base), events: Arc::new(events) }), error)
}

/// The lines of a recording.
struct Lines<'a> {
    from: &'a mut dyn BufRead,
    /// The number of the last line that was read, from 1.
    line: u64,
    /// That line.
    text: Vec<u8>,
}

impl Lines<'_> {
    fn error(&self, problem: Problem) -> ReadError {
        ReadError { line: self.line, problem }
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

    fn header(&mut self) -> Result<Header, ReadError> {
        if !self.advance()? {
            return Err(self.error(Problem::Foreign));
        }
        let header = serde_json::from_slice::<Header>(&self.text);
        let known = header.ok().filter(|it| it.format.as_ref() == FORMAT);
        let header = known.ok_or_else(|| self.error(Problem::Foreign))?;
        if header.program.len() > NAME {
            let (what, limit) = ("name", NAME);
            return Err(self.error(Problem::TextTooLong { what, limit }));
        }
        Ok(header)
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
        if error.is_eof() { Problem::Truncated } else { Problem::Malformed(error) }
    }
}
