//! The terminal player without its terminal: what each key does, and what time does while it plays.

mod guess;
mod live;

use std::time::Duration;

use boucle_trace::{Finding, Player, Printable, TaskNo};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub use self::guess::Guess;
use crate::go::Go;
use crate::run::Run;
use crate::scene::Scene;
use crate::search::Search;

/// So many speeds there are; each is twice the one before, the first an event a second.
const N_SPEEDS: u32 = 11;

/// A player in a terminal.
#[derive(Debug)]
pub struct App {
    /// What is played.
    pub(crate) run: Run,
    /// The place in it.
    player: Player,
    /// What is suspicious about it.
    findings: Vec<Finding>,
    /// What the keys are for now.
    pub(crate) mode: Mode,
    /// Whether it plays by itself.
    is_playing: bool,
    /// How fast: two to this power of events a second.
    speed: u32,
    /// The source that is shown; none: the one whose line runs.
    pub(crate) source: Option<usize>,
    /// The task that was chosen with the arrows.
    pub(crate) chosen: Option<TaskNo>,
    /// What was looked for last.
    looked_for: String,
    /// The search that is under way.
    search: Option<Search>,
    /// What there is to say about the last key.
    pub(crate) message: Option<Printable>,
    /// What was said last of how the run goes on.
    said_live: Option<Printable>,
}

/// What the keys are for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They move.
    Play,
    /// They write what is looked for.
    Search(String),
    /// The keys are shown; any key goes back.
    Help,
    /// They choose the lines of a prediction.
    Guess(Guess),
}

impl App {
    /// A player at the beginning of `run`.
    #[must_use]
    pub fn new(run: Run) -> App {
        App {
            player: run.player(),
            findings: run.trace.lint(),
            mode: Mode::Play,
            is_playing: false,
            speed: 2,
            source: None,
            chosen: None,
            looked_for: String::new(),
            search: None,
            message: run.warning.clone(),
            said_live: None,
            run,
        }
    }

    /// Asks for a prediction before anything is shown.
    pub fn ask(&mut self) {
        match Guess::about(&self.run.trace) {
            Some(guess) => self.mode = Mode::Guess(guess),
            None => self.message = Some("there is no order to predict here".into()),
        }
    }

    /// What there is to see.
    #[must_use]
    pub fn scene(&self) -> Scene {
        Scene::new(&self.run, &self.player, &self.findings)
    }

    /// Whether it plays by itself.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// How many events a second are played.
    #[must_use]
    pub fn speed(&self) -> u32 {
        1 << self.speed
    }

    /// How long to wait for a key before [`tick`](App::tick); as long as it takes, if nothing plays and
    /// nothing is looked for.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        if self.search.is_some() {
            return Some(Duration::ZERO);
        }
        self.is_playing.then(|| Duration::from_secs(1) / self.speed())
    }

    /// Plays the next event, if it plays; or looks further.
    pub fn tick(&mut self) {
        self.look_on();
        if self.is_playing && !self.player.step() {
            self.is_playing = false;
        }
    }

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
                    self.player.seek(position);
                }
            },
        }
        true
    }

    /// A key of the player itself.
    fn key_moves(&mut self, key: KeyCode) -> bool {
        match key {
            KeyCode::Char('q') | KeyCode::Esc => return false,
            KeyCode::Right | KeyCode::Char('l') => self.go(&Go::Step),
            KeyCode::Left | KeyCode::Char('h') => self.go(&Go::Back),
            KeyCode::Char('p') | KeyCode::PageDown => self.go(&Go::NextPoll),
            KeyCode::Char('P') | KeyCode::PageUp => self.go(&Go::PreviousPoll),
            KeyCode::Char('o') => self.go(&Go::NextOutput),
            KeyCode::Char('O') => self.go(&Go::PreviousOutput),
            KeyCode::Char('t') => self.go(&Go::NextOf(self.chosen)),
            KeyCode::Char('T') => self.go(&Go::PreviousOf(self.chosen)),
            KeyCode::Home | KeyCode::Char('0') => self.go(&Go::Start),
            KeyCode::End | KeyCode::Char('$') => self.go(&Go::End),
            KeyCode::Up => self.choose(false),
            KeyCode::Down => self.choose(true),
            KeyCode::Char(' ') => {
                self.is_playing = !self.is_playing && self.player.next().is_some();
            }
            KeyCode::Char('+' | '=') => self.faster(true),
            KeyCode::Char('-') => self.faster(false),
            KeyCode::Char('s') => self.other_source(),
            KeyCode::Char('/') => self.mode = Mode::Search(String::new()),
            KeyCode::Char('n') => self.look_for(true),
            KeyCode::Char('N') => self.look_for(false),
            KeyCode::Char('g') => {
                self.is_playing = false;
                self.ask();
            }
            KeyCode::Char('?') => self.mode = Mode::Help,
            _ => self.message = Some("? shows the keys".into()),
        }
        true
    }

    fn go(&mut self, go: &Go) {
        self.is_playing = false;
        if !go.apply(&mut self.player) {
            self.message = Some(go.nowhere());
        }
    }

    fn look_for(&mut self, forwards: bool) {
        if self.looked_for.is_empty() {
            self.message = Some("/ looks for words in what happens".into());
            return;
        }
        self.is_playing = false;
        self.search = Some(Search::new(&self.player, &self.looked_for, forwards));
        self.look_on();
    }

    /// Goes on with the search.
    fn look_on(&mut self) {
        let Some(search) = &mut self.search else { return };
        match search.go_on(&mut self.player) {
            None => {
                let said = format!("looks for \"{}\"; any key ends it", search.words);
                self.message = Some(said.into());
            }
            Some(found) => {
                self.message = (!found).then(|| search.nowhere());
                self.search = None;
            }
        }
    }

    fn faster(&mut self, yes: bool) {
        self.speed =
            if yes { (self.speed + 1).min(N_SPEEDS - 1) } else { self.speed.saturating_sub(1) };
        self.message = Some(format!("{} events a second", self.speed()).into());
    }

    /// Chooses the task below or above; beyond the last and the first, none.
    fn choose(&mut self, down: bool) {
        let tasks: Vec<_> = self.scene().tasks.iter().map(|it| it.number).collect();
        let chosen = self.chosen.map(TaskNo::get);
        let at = tasks.iter().position(|it| Some(*it) == chosen);
        let place = match (at, down) {
            (None, true) => Some(0),
            (None, false) => tasks.len().checked_sub(1),
            (Some(at), true) => Some(at + 1),
            (Some(at), false) => at.checked_sub(1),
        };
        self.chosen = place.and_then(|it| tasks.get(it)).and_then(|it| TaskNo::new(*it));
    }

    /// Shows the next of the sources; after the last one, that whose line runs.
    fn other_source(&mut self) {
        let next = self.source.map_or(0, |it| it + 1);
        self.source = (next < self.run.sources.len()).then_some(next);
        self.message = Some(match self.source {
            Some(source) => format!("shows {}", self.run.sources[source].path).into(),
            None => "shows the source whose line runs".into(),
        });
    }
}
