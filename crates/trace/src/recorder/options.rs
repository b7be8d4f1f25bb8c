//! How a recorder is made that is not as others are: its clock, how much it keeps, and where.

use std::path::PathBuf;

use crate::header::Clock;

/// What a recorder is made with.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Clock, Options, Recorder};
///
/// let options = Options::new().program("server").clock(Clock::Real).last(10_000);
/// let recorder = Recorder::with(options).unwrap();
/// assert_eq!(recorder.trace().header().program.as_ref(), "server");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    /// What is run, in a word or two.
    pub(super) program: String,
    /// Whose time it is.
    pub(super) clock: Clock,
    /// How many events are kept, if not all.
    pub(super) last: Option<usize>,
    /// Where the events go, if not to memory.
    pub(super) file: Option<PathBuf>,
    /// Whether a file that is there already is replaced.
    pub(super) replace: bool,
    /// Whether the file is brought up to date before each poll.
    pub(super) flush_each_poll: bool,
}

impl Options {
    /// Virtual time, all events, in memory.
    pub fn new() -> Options {
        Options {
            program: "program".to_owned(),
            clock: Clock::Virtual,
            last: None,
            file: None,
            replace: false,
            flush_each_poll: false,
        }
    }

    /// What is run, in a word or two.
    pub fn program(mut self, name: &str) -> Options {
        name.clone_into(&mut self.program);
        self
    }

    /// Whose time it is: the loop's own, or the system's.
    pub fn clock(mut self, clock: Clock) -> Options {
        self.clock = clock;
        self
    }

    /// Keeps the last `n` events at least, and at most twice as many. What came before is kept as
    /// the state that it led to, so that the rest can still be played.
    pub fn last(mut self, n: usize) -> Options {
        self.last = Some(n);
        self.file = None;
        self
    }

    /// Writes the events to a file while the program runs, and keeps none in memory.
    ///
    /// The file is complete whenever the loop sleeps, when a task has panicked, and when the recorder
    /// is dropped.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Options {
        self.file = Some(path.into());
        self.last = None;
        self
    }

    /// Whether a file that is there already is replaced; else it is an error.
    pub fn replace(mut self, yes: bool) -> Options {
        self.replace = yes;
        self
    }

    /// Whether the file is complete before each poll as well: so a task that never gives the turn
    /// back can be found in it. It costs a system call a poll.
    pub fn flush_each_poll(mut self, yes: bool) -> Options {
        self.flush_each_poll = yes;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}
