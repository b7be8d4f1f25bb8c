//! A run that the page shows, and what the page is told of it. All of this may take long, and is done by
//! a thread.

use std::sync::{Mutex, PoisonError};

use boucle_trace::{Clock, Finding, Player, Printable};
use serde::Serialize;
use serde_json::{Value, json};

use crate::go::Go;
use crate::predict::{Question, Verdict};
use crate::run::Run;
use crate::scene::Scene;

/// A run that is shown.
pub(super) struct Shown {
    pub(super) run: Run,
    /// Moved for each question, and left wherever that was.
    player: Mutex<Player>,
    findings: Vec<Finding>,
}

/// What the page is told of a place in a run.
#[derive(Serialize)]
struct Moved {
    scene: Scene,
    /// Why the player has not moved.
    nowhere: Option<Printable>,
}

impl Shown {
    /// Plays the run once, and looks for what is suspicious.
    pub(super) fn new(run: Run) -> Shown {
        Shown { player: Mutex::new(run.player()), findings: run.trace.lint(), run }
    }

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
        // A move that panicked has left the player somewhere: it is moved anyway.
        let player = &mut *self.player.lock().unwrap_or_else(PoisonError::into_inner);
        player.seek(at);
        let is_there = go.is_none_or(|it| it.apply(player));
        let nowhere = go.filter(|_| !is_there).map(Go::nowhere);
        json!(Moved { scene: Scene::new(&self.run, player, &self.findings), nowhere })
    }

    /// What becomes of a prediction, and that in words.
    pub(super) fn verdict(&self, lines: &[String]) -> Value {
        let verdict = Verdict::on(&self.run.trace, lines);
        let says = verdict.lines();
        json!({ "verdict": verdict, "says": says })
    }

    /// The run as a file of this kind: its type, its name in plain letters, its text; nothing if there
    /// is no such kind.
    pub(super) fn file(&self, kind: &str) -> Option<(&'static str, String, String)> {
        let trace = &self.run.trace;
        let (kind, ending, text) = match kind {
            "html" => ("text/html; charset=utf-8", "html", trace.html()),
            "svg" => ("image/svg+xml", "svg", trace.svg()),
            "json" => {
                let mut bytes = Vec::new();
                trace.write_lines(&mut bytes).expect("memory takes all");
                ("application/json", "trace", String::from_utf8(bytes).expect("JSON is text"))
            }
            _ => return None,
        };
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        let name = self.run.name.chars().map(|it| if plain(it) { it } else { '_' });
        Some((kind, format!("{}.{ending}", name.collect::<String>()), text))
    }
}
