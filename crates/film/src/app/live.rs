//! A player whose run goes on.

use super::{App, Loops, Mode};
use crate::run::Run;

impl App {
    /// Whether the picture goes on with the run: it is at its end, and nothing else is asked for.
    pub(crate) fn goes_on(&self) -> bool {
        let is_at_end = self.player.next().is_none();
        is_at_end && self.mode == Mode::Play && self.search.is_none()
    }

    /// Plays this run, one of these loops, and shows it as the one before was shown; that one is returned.
    pub(super) fn replace(&mut self, run: Run, loops: Loops) -> App {
        let before = std::mem::replace(self, App::new(run));
        self.playing.pace = before.playing.pace;
        self.playing.speed = before.playing.speed;
        self.view = before.view;
        self.looked_for.clone_from(&before.looked_for);
        self.size = before.size;
        if let Some(times) = loops.times() {
            self.lens.widen(times);
        }
        self.loops = loops;
        before
    }

    /// Goes on to the end of the same run, of which more is known now.
    pub(crate) fn grow(&mut self, run: Run, loops: Loops) {
        let before = self.replace(run, loops);
        self.panes = before.panes;
        // What was all of the run then is not all of it now.
        self.lens.show_part(before.lens.part());
        self.lens.select_as(&before.lens, self.run.trace.len());
        self.source = before.source;
        self.chosen = before.chosen;
        self.player.seek_end();
        self.moved();
    }

    /// Says how the run goes on, if there is nothing else to say.
    pub(crate) fn say_live(&mut self, words: &str) {
        if self.message.is_none() || self.message == self.said_live {
            self.message = Some(words.into());
            self.said_live.clone_from(&self.message);
        }
    }
}
