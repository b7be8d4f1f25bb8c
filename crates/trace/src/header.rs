//! The first line of a recording: what it is, and how its times are meant.

use serde::{Deserialize, Serialize};

use crate::event::Text;
use crate::text::printable::Printable;

/// The name of the format, in the first line of each recording.
pub const FORMAT: &str = "boucle-trace";

/// The version of the format that is written here. All before it are read as well: of version 1 a stage's
/// tasks are known from their first polls on, and those that stop are put back in an event of its own; no
/// object is known, nor where a task stands. Of version 2 no wait has a number, nor an end of its own. Of
/// version 3 it is not told that a task is dropped in no poll, until it is done; nor what waits for a time that
/// never comes, or for the loop to be quiet.
pub const VERSION: u32 = 4;

/// What a recording says of itself.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Clock, Header};
///
/// let header = Header::new("three_tasks", Clock::Virtual);
/// assert_eq!((header.format.as_ref(), header.version), ("boucle-trace", 4));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always [`FORMAT`].
    pub format: Text,
    /// The version of the format; a newer one may mean what is not known here.
    pub version: u32,
    /// Whose time it is.
    pub clock: Clock,
    /// What was run, in a word or two.
    pub program: Text,
}

impl Header {
    /// The header of a recording that is made now.
    #[must_use]
    pub fn new(program: &str, clock: Clock) -> Header {
        Header { format: FORMAT.into(), version: VERSION, clock, program: program.into() }
    }
}

/// The first line of a recording.
#[derive(Serialize, Deserialize)]
pub(crate) struct FirstLine {
    #[serde(flatten)]
    pub(crate) header: Header,
    /// What follows: [`BYTES`], or lines of JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Text>,
}

/// How the first line says that bytes follow.
pub(crate) const BYTES: &str = "bytes";

impl Header {
    /// What stands above a picture.
    pub(crate) fn title(&self) -> Printable {
        Printable::line(format!("A run of {}", Printable::name(&*self.program)))
    }
}

/// Whose time a recording has.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Clock, record};
///
/// assert_eq!(record(|| async {}).header().clock, Clock::Virtual);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Virtual time: it stands still while something can run. Two recordings of a program are equal.
    Virtual,
    /// The time of the system.
    Real,
}
