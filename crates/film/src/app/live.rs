//! A player whose run goes on.

use super::{App, Mode};
use crate::run::Run;

impl App {
    /// Whether the picture goes on with the run: it is at its end, and nothing else is asked for.
    pub(crate) fn goes_on(&self) -> bool {
        let is_at_end = self.player.next().is_none();
        is_at_end && self.mode == Mode::Play && self.search.is_none()
    }

    /// Goes on to the end of the same run, of which more is known now.
    pub(crate) fn grow(&mut self, run: Run) {
        let before = std::mem::replace(self, App::new(run));
        self.speed = before.speed;
        self.source = before.source;
        self.chosen = before.chosen;
        self.looked_for = before.looked_for;
        self.player.seek_end();
    }

    /// Says how the run goes on, if there is nothing else to say.
    pub(crate) fn say_live(&mut self, words: &str) {
        if self.message.is_none() || self.message == self.said_live {
            self.message = Some(words.into());
            self.said_live.clone_from(&self.message);
        }
    }
}
