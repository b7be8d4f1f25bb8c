//! Reading a recording: its header, then bytes or lines.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use super::lines::Lines;
use super::{BUFFER, Problem, ReadError, bytes};
use crate::header::{BYTES, VERSION};
use crate::state::State;
use crate::trace::Trace;

impl Trace {
    /// Reads a recording, be it bytes or lines of JSON.
    ///
    /// # Errors
    ///
    /// [`ReadError`] names the first place that cannot be read.
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
    /// assert!(matches!(error.problem, Problem::Truncated(_)));
    /// ```
    pub fn read(from: impl BufRead) -> Result<Trace, ReadError> {
        match Trace::read_lossy(from) {
            (Some(trace), None) => Ok(trace),
            (_, Some(error)) => Err(error),
            (None, None) => unreachable!("without a header there is an error"),
        }
    }

    /// Reads what can be read of a recording: all events before the first that cannot, and that one's
    /// error. Of a newer version it is all that means something here; events that mean nothing are
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
        let file =
            file.map_err(|error| ReadError { line: 0, byte: None, problem: Problem::Io(error) })?;
        Trace::read(BufReader::with_capacity(BUFFER, file))
    }
}

/// Reads what can be read. One function for whatever is read from: so it is compiled here, and not by
/// each crate that calls it in its own, slower way.
fn read_all(from: &mut dyn BufRead) -> (Option<Trace>, Option<ReadError>) {
    let mut lines = Lines::new(from);
    let (first, n_bytes) = match lines.header() {
        Ok(first) => first,
        Err(error) => return (None, Some(error)),
    };
    let header = first.header;
    let is_newer = header.version > VERSION;
    let mut error = is_newer.then(|| lines.error(Problem::Newer(header.version)));
    let (base, events, ended) = match first.body.as_deref() {
        None => lines.read(is_newer),
        Some(BYTES) => bytes::read(from, n_bytes, is_newer),
        Some(_) => (State::default(), Vec::new(), Some(lines.error(Problem::Foreign))),
    };
    error = error.or(ended);
    (Some(Trace { header, base: Arc::new(base), events: Arc::new(events) }), error)
}
