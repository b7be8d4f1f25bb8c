//! The runs that the page can show: programs are run when they are first asked for, files are brought.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use boucle::to_thread;
use boucle_trace::{Clock, Finding, Player, Printable};
use serde::Serialize;
use serde_json::{Value, json};

use crate::go::Go;
use crate::predict::Question;
use crate::programs::{PROGRAMS, Program};
use crate::run::Run;
use crate::scene::Scene;

/// So many files are kept that were brought; the oldest goes first.
const N_FILES: usize = 8;

/// All runs.
#[derive(Default)]
pub(crate) struct Shelf {
    /// The runs that have been asked for, by what the page calls them; the oldest first.
    runs: RefCell<VecDeque<(String, Rc<Shown>)>>,
    /// How many files were brought.
    n_files: Cell<usize>,
    /// What the command line asked for.
    first: Option<String>,
}

/// A run that is shown.
pub(super) struct Shown {
    pub(super) run: Run,
    /// Moved for each question, and left wherever that was.
    player: RefCell<Player>,
    findings: Vec<Finding>,
}

/// What the page is told of a place in a run.
#[derive(Serialize)]
struct Moved {
    scene: Scene,
    /// Why the player has not moved.
    nowhere: Option<Printable>,
}

impl Shelf {
    /// A shelf with the programs, and with the run that the command line asked for.
    pub(crate) fn new(run: Option<Run>) -> Shelf {
        let mut shelf = Shelf::default();
        if let Some(run) = run {
            let is_program = Program::named(&run.name).is_some();
            let id = if is_program { run.name.to_string() } else { shelf.next_file() };
            shelf.first = Some(id.clone());
            shelf.put(id, run);
        }
        shelf
    }

    /// What there is to choose from.
    pub(super) fn list(&self) -> Value {
        let programs: Vec<_> = PROGRAMS
            .iter()
            .map(|it| json!({ "id": it.name, "name": it.name, "idea": it.idea() }))
            .collect();
        let runs = self.runs.borrow();
        let files: Vec<_> = runs
            .iter()
            .filter(|(id, _)| Program::named(id).is_none())
            .map(|(id, it)| json!({ "id": id, "name": it.run.name, "idea": it.run.idea }))
            .collect();
        json!({ "programs": programs, "files": files, "first": self.first })
    }

    /// The run of this name; a program is run if it has not been yet.
    pub(super) async fn run(&self, id: &str) -> Option<Rc<Shown>> {
        if let Some(shown) = self.get(id) {
            return Some(shown);
        }
        let program = PROGRAMS.iter().find(|it| it.name == id)?;
        // On a thread of its own: a program may have a loop, and here is one already.
        let run = to_thread(|| Run::of(program)).await.ok()?;
        // Somebody else may have asked for it meanwhile.
        Some(self.get(id).unwrap_or_else(|| self.put(id.to_owned(), run)))
    }

    /// Keeps a file that was brought, and says what it is called from now on.
    pub(super) fn bring(&self, run: Run) -> (String, Rc<Shown>) {
        let id = self.next_file();
        let shown = self.put(id.clone(), run);
        let mut runs = self.runs.borrow_mut();
        let is_file = |(id, _): &(String, Rc<Shown>)| Program::named(id).is_none();
        if runs.iter().filter(|it| is_file(it)).count() > N_FILES {
            let oldest = runs.iter().position(is_file).expect("there are some");
            runs.remove(oldest);
        }
        (id, shown)
    }

    fn next_file(&self) -> String {
        self.n_files.set(self.n_files.get() + 1);
        format!("file-{}", self.n_files.get())
    }

    fn get(&self, id: &str) -> Option<Rc<Shown>> {
        let runs = self.runs.borrow();
        runs.iter().find(|(it, _)| it == id).map(|(_, shown)| Rc::clone(shown))
    }

    fn put(&self, id: String, run: Run) -> Rc<Shown> {
        let (player, findings) = (RefCell::new(run.player()), run.trace.lint());
        let shown = Rc::new(Shown { run, player, findings });
        self.runs.borrow_mut().push_back((id, Rc::clone(&shown)));
        shown
    }
}

impl Shown {
    /// What the page has to know of a run before it shows a moment of it.
    pub(super) fn facts(&self, id: &str) -> Value {
        let run = &self.run;
        let sources: Vec<_> =
            run.sources.iter().map(|it| json!({ "path": it.path, "lines": it.lines })).collect();
        json!({
            "id": id,
            "name": run.name,
            "idea": run.idea,
            "len": run.trace.len(),
            "is_virtual": run.trace.header().clock == Clock::Virtual,
            "sources": sources,
            "question": Question::about(&run.trace),
            "warning": run.warning,
        })
    }

    /// What there is to see after a move from a place.
    pub(super) fn scene(&self, at: usize, go: Option<&Go>) -> Value {
        let player = &mut *self.player.borrow_mut();
        player.seek(at);
        let is_there = go.is_none_or(|it| it.apply(player));
        let nowhere = go.filter(|_| !is_there).map(Go::nowhere);
        json!(Moved { scene: Scene::new(&self.run, player, &self.findings), nowhere })
    }
}
