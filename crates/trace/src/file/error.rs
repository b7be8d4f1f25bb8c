//! Why a recording cannot be read: where, and what is wrong there.

use std::io;

/// A recording cannot be read, from this line on, or from this byte.
///
/// # Examples
///
/// ```
/// use boucle_trace::Trace;
///
/// let error = Trace::read(&b"GIF89a"[..]).unwrap_err();
/// assert_eq!(error.line, 1);
/// assert_eq!(error.to_string(), "line 1: this is no recording of boucle");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", place(*line, *byte))]
pub struct ReadError {
    /// The line, from 1; of a recording in bytes that of its header.
    pub line: u64,
    /// Of a recording in bytes, how many of them stand before the event that cannot be read.
    pub byte: Option<u64>,
    /// What is wrong.
    pub problem: Problem,
}

fn place(line: u64, byte: Option<u64>) -> String {
    match byte {
        Some(byte) => format!("byte {byte}"),
        None => format!("line {line}"),
    }
}

/// What is wrong with a recording.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Problem, Trace};
///
/// let text = r#"{"format":"boucle-trace","version":99,"clock":"real","program":"p"}"#;
/// let error = Trace::read(text.as_bytes()).unwrap_err();
/// assert!(matches!(error.problem, Problem::Newer(99)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The first line is no header. It is another kind of file.
    #[error("this is no recording of boucle")]
    Foreign,
    /// The recording is of a version that is not known here. Use a newer reader;
    /// [`Trace::read_lossy`](crate::Trace::read_lossy) reads what it can.
    #[error("the recording is of version {0}, and this reads up to version {known}", known = crate::VERSION)]
    Newer(u32),
    /// The file ends in the middle of this line, or this event: the program was stopped while it wrote, or
    /// the file was cut. What stands before can be read.
    #[error("the recording ends in the middle of {0}")]
    Truncated(&'static str),
    /// The line is no event.
    #[error("the line is no event: {0}")]
    Malformed(serde_json::Error),
    /// The bytes are no event.
    #[error("the bytes are no event: {0}")]
    Senseless(&'static str),
    /// The bytes are an event of a kind that is not known here.
    #[error("an event of kind {0} is not known")]
    UnknownKind(u8),
    /// The line is longer than a line may be. Most likely it is another kind of file.
    #[error("the line is longer than {limit} bytes, and no line of a recording is")]
    LineTooLong {
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// A text of the line is longer than such a text may be.
    #[error("a {what} is longer than {limit} bytes")]
    TextTooLong {
        /// Which text: a name, say.
        what: &'static str,
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// The line is the state before the first event, and cannot be true.
    #[error("the state before the first event cannot be: {0}")]
    Base(String),
    /// Time goes back at this line.
    #[error("time goes back, from {from} ns to {to} ns")]
    TimeGoesBack {
        /// The time of the event before.
        from: u64,
        /// The time of this one.
        to: u64,
    },
    /// The system could not read.
    #[error("cannot read: {0}")]
    Io(io::Error),
}
