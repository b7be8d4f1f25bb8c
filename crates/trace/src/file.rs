//! A recording as a file: bytes.
//!
//! The first line is the [`Header`] as JSON, so that a look at the file says what it is. After it come
//! the events, in some six bytes each; before them the state that they go on from, if the recording
//! begins in the middle of a run.
//!
//! ```text
//! {"format":"boucle-trace","version":4,"clock":"virtual","program":"greeting","body":"bytes"}
//! ```
//!
//! A file that was cut anywhere is read up to its last whole event. [`Trace::write_lines`] writes the same
//! as lines of JSON, and all that reads recordings reads both.

pub(crate) mod bounds;
mod bytes;
mod error;
mod export;
mod lines;
mod read;

use std::fs::{File, OpenOptions};
use std::io;
use std::io::{BufWriter, Write};
use std::path::Path;

pub use self::error::{Problem, ReadError};
use crate::compact::{Compact, kind};
use crate::header::{BYTES, FirstLine, Header};
use crate::state::State;
use crate::trace::Trace;

/// So many bytes are collected before they are written.
pub(crate) const BUFFER: usize = 1 << 16;

impl Trace {
    /// Writes the trace as a recording; [`Trace::read`] reads it back, equal.
    ///
    /// # Errors
    ///
    /// If `to` cannot be written to.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Trace, record};
    ///
    /// let trace = record(|| async { world::println!("Hello") });
    /// let mut bytes = Vec::new();
    /// trace.write(&mut bytes).unwrap();
    /// assert_eq!(Trace::read(&bytes[..]).unwrap(), trace);
    /// ```
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        write_head(&mut to, &self.header, &self.base)?;
        let mut compact = Compact::default();
        compact.begin_at(self.base.now);
        for event in self.events() {
            compact.push(event);
            if compact.bytes.len() >= BUFFER {
                to.write_all(&compact.bytes)?;
                compact.bytes.clear();
            }
        }
        to.write_all(&compact.bytes)?;
        to.flush()
    }

    /// Writes the trace to a file that is not there yet; with `replace`, also if it is.
    ///
    /// # Errors
    ///
    /// If the file is there, or cannot be written.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Trace, record};
    ///
    /// let path = std::env::temp_dir().join("boucle-trace-example.trace");
    /// let trace = record(|| async { 42 });
    /// trace.save(&path, true).unwrap();
    /// assert!(trace.save(&path, false).is_err());
    /// assert_eq!(Trace::load(&path).unwrap(), trace);
    /// ```
    pub fn save(&self, path: impl AsRef<Path>, replace: bool) -> io::Result<()> {
        self.write(create(path.as_ref(), replace)?)
    }

    /// Writes the trace to a file as [`save`](Trace::save) does, as lines of JSON.
    ///
    /// # Errors
    ///
    /// If the file is there, or cannot be written.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Trace, record};
    ///
    /// let path = std::env::temp_dir().join("boucle-trace-example.json");
    /// record(|| async { 42 }).save_lines(&path, true).unwrap();
    /// assert!(std::fs::read_to_string(&path).unwrap().contains(r#"{"poll_begins":{"task":1}}"#));
    /// ```
    pub fn save_lines(&self, path: impl AsRef<Path>, replace: bool) -> io::Result<()> {
        self.write_lines(BufWriter::new(create(path.as_ref(), replace)?))
    }
}

/// Makes a file; one that is there is an error, or replaced.
pub(crate) fn create(path: &Path, replace: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if replace {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let told = |error: io::Error| {
        io::Error::new(error.kind(), format!("cannot make the file {}: {error}", path.display()))
    };
    options.open(path).map_err(told)
}

/// Writes what stands before the events.
pub(crate) fn write_head(mut to: impl Write, header: &Header, base: &State) -> io::Result<()> {
    let first = FirstLine { header: header.clone(), body: Some(BYTES.into()) };
    let mut head = serde_json::to_vec(&first)?;
    head.push(b'\n');
    if *base != State::default() {
        let base = serde_json::to_vec(base)?;
        head.push(kind::BASE);
        Compact::write_number(&mut head, base.len() as u64);
        head.extend(base);
    }
    to.write_all(&head)
}
