//! In the place of `programs`, where the player is published: the stages are not, and so nothing can be
//! played without a file.

use std::convert::Infallible;

use boucle_trace::Trace;

use crate::source::Source;

/// A program that film has in it. Here there is none.
#[derive(Debug)]
pub struct Program {
    /// Its name on the command line.
    pub name: &'static str,
    /// There is none.
    never: Infallible,
}

/// All of them: none.
pub static PROGRAMS: &[Program] = &[];

/// Why the example of this name cannot be played; there is none.
pub(crate) fn why_not(_name: &str) -> Option<&'static str> {
    None
}

impl Program {
    /// The program of this name: there is none.
    #[must_use]
    pub fn named(_name: &str) -> Option<&'static Program> {
        None
    }

    /// Its idea.
    #[must_use]
    pub fn idea(&self) -> &'static str {
        match self.never {}
    }

    /// Runs it.
    #[must_use]
    pub fn record(&self) -> Trace {
        match self.never {}
    }

    /// Its source.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        match self.never {}
    }
}

/// What stands where the programs are listed.
pub(crate) fn list() -> String {
    "  none: this player has the stages and the examples of boucle in its workspace alone\n"
        .to_owned()
}
