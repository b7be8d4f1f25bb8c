//! What each key does.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{App, Mode, Pane, Scroll, View, guess};
use crate::go::Go;

impl App {
    /// Does what a key is for; `false` if the player is to end.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        if key.kind == KeyEventKind::Release {
            return true;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            return false;
        }
        self.message = None;
        if let Some(search) = self.search.take() {
            search.leave(&mut self.player);
            return true;
        }
        match &mut self.mode {
            Mode::Play => return self.key_moves(key.code),
            Mode::Help => self.mode = Mode::Play,
            Mode::Search(words) => match key.code {
                KeyCode::Char(c) => words.push(c),
                KeyCode::Backspace if words.pop().is_some() => {}
                KeyCode::Backspace | KeyCode::Esc => self.mode = Mode::Play,
                KeyCode::Enter => {
                    self.looked_for = std::mem::take(words);
                    self.mode = Mode::Play;
                    self.look_for(true);
                }
                _ => {}
            },
            Mode::Guess(guess) => match guess.key(key.code, &self.run.trace) {
                guess::Next::Stay => {}
                guess::Next::Leave => self.mode = Mode::Play,
                guess::Next::Show(position) => {
                    self.mode = Mode::Play;
                    self.go(&Go::To(position));
                }
            },
        }
        true
    }

    /// A key of the player itself.
    fn key_moves(&mut self, key: KeyCode) -> bool {
        let position = self.player.position();
        match key {
            KeyCode::Char('q') => return false,
            KeyCode::Right | KeyCode::Char('l') => self.go(&Go::Step),
            KeyCode::Left | KeyCode::Char('h') => self.go(&Go::Back),
            KeyCode::Char('c') => {
                self.go_to(self.overview.next_change(position), "nothing changes after this");
            }
            KeyCode::Char('C') => {
                self.go_to(self.overview.previous_change(position), "nothing changed before this");
            }
            KeyCode::Char('p') => self.go(&Go::NextPoll),
            KeyCode::Char('P') => self.go(&Go::PreviousPoll),
            KeyCode::Char('o') => self.go(&Go::NextOutput),
            KeyCode::Char('O') => self.go(&Go::PreviousOutput),
            KeyCode::Char('t') => self.go(&Go::NextOf(self.chosen)),
            KeyCode::Char('T') => self.go(&Go::PreviousOf(self.chosen)),
            KeyCode::Char('f') => self.next_finding(true),
            KeyCode::Char('F') => self.next_finding(false),
            KeyCode::Char(key @ ('d' | 'D')) => self.go_to_longest(key == 'd'),
            KeyCode::Home | KeyCode::Char('0') => self.go_within(&Go::Start),
            KeyCode::End | KeyCode::Char('$') => self.go_within(&Go::End),
            KeyCode::Up => self.choose(false),
            KeyCode::Down => self.choose(true),
            KeyCode::Char(' ') => self.play(),
            KeyCode::Char('+' | '=') => self.faster(true),
            KeyCode::Char('-') => self.faster(false),
            KeyCode::Char('m') => self.other_pace(),
            KeyCode::Char(key @ ('z' | 'Z' | 'w' | 'a')) => self.key_zooms(key),
            KeyCode::Char('[') => {
                let end = self.lens.end.filter(|it| *it >= position);
                self.select(Some(position), end);
            }
            KeyCode::Char(']') => self.select(self.lens.begin.or(Some(0)), Some(position)),
            KeyCode::Char('/') => self.mode = Mode::Search(String::new()),
            KeyCode::Char('n') => self.look_for(true),
            KeyCode::Char('N') => self.look_for(false),
            KeyCode::Char('v') => self.toggle(),
            KeyCode::Tab => self.next_pane(true),
            KeyCode::BackTab => self.next_pane(false),
            KeyCode::PageDown => self.scroll(self.focus(), Scroll::Page(true)),
            KeyCode::PageUp => self.scroll(self.focus(), Scroll::Page(false)),
            KeyCode::Char('s') => self.other_source(),
            KeyCode::Char('g') => {
                self.playing.is_on = false;
                self.ask();
            }
            KeyCode::Char('x') => self.play_next_loop(),
            KeyCode::Esc => self.close(),
            KeyCode::Char('?') => self.mode = Mode::Help,
            _ => self.message = Some("? shows the keys".into()),
        }
        true
    }

    /// Closes what is open: the selection, what was scrolled, the chosen task, the zoom, the moment.
    fn close(&mut self) {
        if self.lens.begin.is_some() || self.lens.end.is_some() {
            self.lens.select(&self.overview, None, None);
        } else if self.panes.focus.is_some() || !self.panes.tops.is_empty() {
            self.panes = super::Panes::new();
        } else if self.chosen.is_some() {
            self.chosen = None;
        } else if !self.lens.is_whole() {
            self.lens.show_all();
        } else if self.view == View::Moment {
            self.playing.is_on = false;
            self.toggle();
        } else {
            self.message = Some("q quits".into());
        }
    }

    /// Moves, and shows the moment.
    pub(super) fn go(&mut self, go: &Go) {
        self.show_moment();
        self.go_within(go);
    }

    /// Moves, and shows what was shown.
    fn go_within(&mut self, go: &Go) {
        self.playing.is_on = false;
        if !go.apply(&mut self.player) {
            self.message = Some(go.nowhere());
        }
        self.moved();
    }

    /// Moves to this place, if there is one, and shows the moment.
    fn go_to(&mut self, position: Option<usize>, nowhere: &'static str) {
        match position {
            Some(position) => self.go(&Go::To(position)),
            None => self.message = Some(nowhere.into()),
        }
    }

    /// Moves to the cursor that was clicked; what is shown stays.
    pub(super) fn put(&mut self, position: usize) {
        self.playing.is_on = false;
        self.player.seek(position);
        let lanes = self.panes.tops.get(&Pane::Lanes).copied();
        self.moved();
        self.panes.tops.extend(lanes.map(|it| (Pane::Lanes, it)));
    }

    /// Moves to where the longest wait of a task begins, or its longest poll; of what is summed up, if a part
    /// is selected.
    fn go_to_longest(&mut self, is_wait: bool) {
        let Some(task) = self.task() else {
            self.message = Some("choose a task: ↑ ↓".into());
            return;
        };
        let sums = self.lens.sums.as_ref().unwrap_or(&self.whole);
        let sums = sums.tasks.iter().find(|it| it.task == task);
        let longest = sums.and_then(|it| if is_wait { it.longest_wait } else { it.longest_poll });
        let position = longest.filter(|it| it.length > 0).map(|it| it.position);
        let nowhere =
            if is_wait { "the task waited nowhere" } else { "no poll of the task took any time" };
        self.chosen = Some(task);
        self.go_to(position, nowhere);
    }

    /// Moves to the next finding, or to the one before.
    fn next_finding(&mut self, forwards: bool) {
        let position = self.player.position();
        let after = self.findings.partition_point(|it| it.event < position);
        let before = self.findings.partition_point(|it| it.event + 1 < position);
        let found = match forwards {
            true => self.findings.get(after),
            false => before.checked_sub(1).map(|it| &self.findings[it]),
        };
        let nowhere = match (self.findings.is_empty(), forwards) {
            (true, _) => "nothing is suspicious about this run",
            (_, true) => "nothing is suspicious after this",
            (_, false) => "nothing is suspicious before this",
        };
        self.go_to(found.map(|it| it.event + 1), nowhere);
    }

    /// Zooms, or shows the lanes by something else.
    fn key_zooms(&mut self, key: char) {
        let at = self.overview.at(self.player.position(), self.lens.axis);
        match key {
            'z' => self.lens.zoom(at, true),
            'Z' => self.lens.zoom(at, false),
            'w' => self.lens.show_all(),
            _ if self.loops.is_several() => {
                self.message = Some("several loops have the time in common alone".into());
            }
            _ => self.lens.other_axis(),
        }
        if !self.shows_lanes() {
            self.toggle();
        }
    }

    /// Selects from here to there, and says what happens in between.
    pub(super) fn select(&mut self, begin: Option<usize>, end: Option<usize>) {
        self.lens.select(&self.overview, begin, end);
        self.message = Some(match &self.lens.sums {
            Some(sums) => format!("{}; esc: all of it", crate::screen::says_sums(sums)).into(),
            None => "the selection begins here; ] ends it".into(),
        });
    }

    /// Chooses the task below or above; beyond the last and the first, none.
    fn choose(&mut self, down: bool) {
        let all = match self.view {
            View::Whole => self.overview.tasks(),
            View::Moment => &self.listed()[..],
        };
        let at = self.chosen.and_then(|it| all.iter().position(|task| *task == it));
        let place = match (at, down) {
            (None, true) => Some(0),
            (None, false) => all.len().checked_sub(1),
            (Some(at), true) => Some(at + 1),
            (Some(at), false) => at.checked_sub(1),
        };
        self.chosen = place.and_then(|it| all.get(it)).copied();
        self.panes.follow();
    }

    /// Shows the next of the sources; after the last one, that whose line is marked.
    fn other_source(&mut self) {
        let next = self.source.map_or(0, |it| it + 1);
        self.source = (next < self.run.sources.len()).then_some(next);
        self.message = Some(match self.source {
            Some(source) => format!("shows {}", self.run.sources[source].path).into(),
            None => "shows the source whose line is marked".into(),
        });
        self.panes.follow();
        self.show_moment();
    }
}
