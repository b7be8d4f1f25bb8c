//! How many events a recording may have, and what is done about a program that goes on.

use crate::event::Text;

/// The limit of a run that is to end by itself, if nothing is said.
const SEALED: usize = 20_000_000;

/// So many lines more are borne with: then the one who prints them is ended by a panic.
const N_MORE: usize = 10_000;

/// How many events there may be, and how many there were.
pub(super) struct Limit {
    /// What was asked for.
    asked: Option<usize>,
    /// How many there may be.
    n_most: usize,
    /// How many there were.
    n_events: usize,
    /// How many there were since it was reached.
    n_refused: usize,
}

impl Limit {
    pub(super) fn new(asked: Option<usize>) -> Limit {
        Limit { asked, n_most: asked.unwrap_or(usize::MAX), n_events: 0, n_refused: 0 }
    }

    /// The run is one that ends by itself.
    pub(super) fn is_sealed(&mut self) {
        self.n_most = self.asked.unwrap_or(SEALED);
    }

    /// Whether there may be one more, which is counted.
    pub(super) fn allows(&mut self) -> bool {
        let is_allowed = self.n_events < self.n_most;
        self.n_events += usize::from(is_allowed);
        self.n_refused += usize::from(!is_allowed);
        is_allowed
    }

    /// What is said of the first one that there may not be.
    pub(super) fn first_word(&self) -> Option<Text> {
        (self.n_refused == 1).then(|| self.words().into())
    }

    /// Whether the loop is to be stopped.
    pub(super) fn is_reached(&self) -> bool {
        self.n_refused > 0
    }

    /// What to say to a program that prints on and on, or to a stage, which knows no other end.
    pub(super) fn last_word(&self, is_stage: bool) -> Option<String> {
        let is_enough = self.n_refused > if is_stage { 0 } else { N_MORE };
        is_enough.then(|| self.words())
    }

    fn words(&self) -> String {
        format!("the recording has reached its limit of {} events", self.n_most)
    }
}
