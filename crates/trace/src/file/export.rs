//! A recording as text: line-delimited JSON, for people, and for programs that read no bytes.
//!
//! The first line is the [`Header`]. If the recording begins in the middle of a run, the second line
//! is `{"base": STATE}`, the [`State`] before the first event. Each other line is an event, an array
//! of two: the time in nanoseconds, and what happened, as [`What`](crate::What) has it.
//!
//! ```text
//! {"format":"boucle-trace","version":4,"clock":"virtual","program":"greeting"}
//! [0,{"added":{"task":1,"by":null,"place":{"file":"src/main.rs","line":7}}}]
//! [0,{"poll_begins":{"task":1}}]
//! [0,{"printed":{"by":1,"error":false,"line":"Hello"}}]
//! [0,{"done":{"task":1,"how":"value"}}]
//! [0,{"poll_ends":{"task":1,"how":"ready"}}]
//! [0,{"run_ends":{"how":"complete"}}]
//! ```
//!
//! A line has 64 MiB at the most, and the base 1 GiB; a line that was printed, a report or a message
//! 8 MiB; a name 128 KiB. A recorder cuts what is longer, and a reader refuses it: so a file that is
//! no recording is not read whole.

use std::io;
use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::header::Header;
use crate::state::State;
use crate::trace::Trace;

/// The second line of a recording that begins in the middle.
#[derive(Serialize, Deserialize)]
pub(crate) struct Base<S> {
    pub(crate) base: S,
}

impl Trace {
    /// Writes the trace as line-delimited JSON, which people can read, and takes ten times the room of
    /// [`write`](Trace::write). [`Trace::read`] reads it back, equal.
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
    /// let mut text = Vec::new();
    /// trace.write_lines(&mut text).unwrap();
    /// assert_eq!(Trace::read(&text[..]).unwrap(), trace);
    /// ```
    pub fn write_lines(&self, mut to: impl Write) -> io::Result<()> {
        write_header(&mut to, &self.header, &self.base)?;
        for event in self.events() {
            write_event(&mut to, event)?;
        }
        to.flush()
    }
}

/// Writes what stands before the events.
fn write_header(mut to: impl Write, header: &Header, base: &State) -> io::Result<()> {
    serde_json::to_writer(&mut to, header)?;
    to.write_all(b"\n")?;
    if *base != State::default() {
        serde_json::to_writer(&mut to, &Base { base })?;
        to.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes one event, and ends the line.
fn write_event(mut to: impl Write, event: &Event) -> io::Result<()> {
    serde_json::to_writer(&mut to, &(event.at, &event.what))?;
    to.write_all(b"\n")
}
