//! The terminal player without its terminal: what each key does, and what time does while it plays.

mod beside;
mod guess;
mod keys;
mod lens;
mod live;
mod mouse;
mod pace;
mod panes;

use boucle_trace::overview::{Overview, Summary};
use boucle_trace::{Finding, Player, Printable, TaskNo, Trace, What};

pub(crate) use self::beside::{Beside, Loops, Strand};
pub use self::guess::Guess;
pub(crate) use self::lens::Lens;
pub(crate) use self::pace::Playing;
pub(crate) use self::panes::{Pane, Panes, Scroll, Target, Top};
use crate::run::Run;
use crate::scene::Scene;
use crate::search::Search;

/// A player in a terminal.
#[derive(Debug)]
pub struct App {
    /// What is played.
    pub(crate) run: Run,
    /// The loops of its program, if there are more.
    pub(crate) loops: Loops,
    /// The place in it.
    pub(crate) player: Player,
    /// The run as a whole.
    pub(crate) overview: Overview,
    /// What each task did in all.
    pub(crate) whole: Summary,
    /// What is suspicious about it, in the order of the events.
    pub(crate) findings: Vec<Finding>,
    /// What the keys are for now.
    pub(crate) mode: Mode,
    /// What is shown.
    pub(crate) view: View,
    /// Whether it plays by itself, and how.
    pub(crate) playing: Playing,
    /// Which part the lanes show, and which is selected.
    pub(crate) lens: Lens,
    /// Which pane the keys scroll, and where each of them stands.
    pub(crate) panes: Panes,
    /// The source that is shown; none: the one whose line is marked.
    pub(crate) source: Option<usize>,
    /// The task that was chosen.
    pub(crate) chosen: Option<TaskNo>,
    /// The tasks that have not ended, if there are too many to show all of them.
    pub(crate) there: Option<Vec<TaskNo>>,
    /// What was looked for last.
    looked_for: String,
    /// The search that is under way.
    search: Option<Search>,
    /// What there is to say about the last key.
    pub(crate) message: Option<Printable>,
    /// Whether tasks share objects in this run.
    pub(crate) has_objects: bool,
    /// How many columns and rows the terminal has.
    pub(crate) size: (u16, u16),
    /// What was said last of how the run goes on.
    said_live: Option<Printable>,
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// The whole run: lanes, findings, output, a summary.
    Whole,
    /// The moment at which the player is.
    Moment,
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

/// Whether a run tells of objects.
fn has_objects(trace: &Trace) -> bool {
    let is_met = |it: &What| matches!(it, What::ObjectMade { .. });
    !trace.base().objects.is_empty() || trace.events().iter().any(|it| is_met(&it.what))
}

/// So many tasks are listed with those that have ended; of more, only those that have not.
const MANY: usize = 100;

impl App {
    /// A player at the beginning of `run`; it shows all of it.
    #[must_use]
    pub fn new(run: Run) -> App {
        let player = run.player();
        let overview = run.trace.overview();
        let mut app = App {
            findings: run.trace.lint(),
            whole: overview.sum(0..run.trace.len()),
            lens: Lens::new(&overview),
            playing: Playing::new(&overview),
            player,
            overview,
            loops: Loops::one(1),
            mode: Mode::Play,
            view: View::Whole,
            panes: Panes::new(),
            source: None,
            chosen: None,
            there: None,
            looked_for: String::new(),
            search: None,
            message: run.warning.clone(),
            has_objects: has_objects(&run.trace),
            size: (80, 24),
            said_live: None,
            run,
        };
        app.moved();
        app
    }

    /// The terminal has so many columns and rows.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
    }

    /// Asks for a prediction before anything is shown.
    pub fn ask(&mut self) {
        match Guess::about(&self.run.trace) {
            Some(guess) => self.mode = Mode::Guess(guess),
            None => self.message = Some("there is no order to predict here".into()),
        }
    }

    /// What there is to see at the moment.
    #[must_use]
    pub fn scene(&self) -> Scene {
        Scene::new(&self.run, &self.player, &self.findings)
    }

    /// How many events its player has played and undone in all: what its moves have cost.
    #[must_use]
    pub fn n_played(&self) -> u64 {
        self.player.n_played()
    }

    /// The task that is looked at: the chosen one, else the one that the last event is about.
    pub(crate) fn task(&self) -> Option<TaskNo> {
        self.chosen.or_else(|| crate::source::task_of_last(&self.player))
    }

    /// The tasks that are listed.
    pub(crate) fn listed(&self) -> Vec<TaskNo> {
        match &self.there {
            Some(there) => there.clone(),
            None => self.player.state().tasks.keys().copied().collect(),
        }
    }

    /// The player has moved, or its view: what follows it is in sight again.
    fn moved(&mut self) {
        let position = self.player.position();
        self.lens.follow(self.overview.at(position, self.lens.axis));
        self.panes.follow();
        let is_many = self.overview.tasks().len() > MANY;
        self.there = is_many.then(|| self.overview.there(position));
    }

    /// Shows the moment.
    fn show_moment(&mut self) {
        if self.view == View::Whole {
            self.toggle();
        }
    }

    /// Shows the moment instead of the whole, and back.
    fn toggle(&mut self) {
        self.view = match self.view {
            View::Whole => View::Moment,
            View::Moment => View::Whole,
        };
        self.panes = Panes::new();
        self.moved();
    }

    fn look_for(&mut self, forwards: bool) {
        if self.looked_for.is_empty() {
            self.message = Some("/ looks for words in findings, names, lines and events".into());
            return;
        }
        self.playing.is_on = false;
        let search = Search::new(&self.player, &self.looked_for, forwards);
        self.search = Some(search.among(&self.findings));
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
                if found {
                    self.show_moment();
                }
                self.moved();
            }
        }
    }
}
