//! The panes: which one the keys scroll, where each of them stands, and what can be clicked in it.

use std::collections::BTreeMap;

use boucle_trace::TaskNo;

use super::{App, View};
use crate::screen;

/// A pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pane {
    /// What each task does, from left to right.
    Lanes,
    /// What happens now, and why.
    Now,
    /// The tasks at the moment.
    Tasks,
    /// Who is ready.
    Ready,
    /// The timers that are set.
    Timers,
    /// The objects that tasks share.
    Objects,
    /// What is suspicious.
    Findings,
    /// What was printed.
    Output,
    /// The source, with a line marked.
    Source,
    /// The events around the moment.
    Events,
    /// What each task did in all.
    Summary,
}

/// All of them, in the order in which Tab goes through them.
const ALL: [Pane; 11] = [
    Pane::Lanes,
    Pane::Now,
    Pane::Tasks,
    Pane::Ready,
    Pane::Timers,
    Pane::Objects,
    Pane::Source,
    Pane::Events,
    Pane::Output,
    Pane::Findings,
    Pane::Summary,
];

/// What is at the top of a pane: a row of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Top {
    /// Which item.
    pub(crate) item: usize,
    /// Which of its rows: it may be wrapped.
    pub(crate) row: usize,
}

/// Where something leads that is clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To the place where so many events have been played.
    Position(usize),
    /// The task is chosen.
    Task(TaskNo),
}

/// Which pane the keys scroll, and where each of them stands.
#[derive(Clone, Debug)]
pub(crate) struct Panes {
    /// The pane that was chosen; none: the first that can be scrolled.
    pub(crate) focus: Option<Pane>,
    /// Those that were scrolled. The others show what is going on.
    pub(crate) tops: BTreeMap<Pane, Top>,
}

impl Panes {
    pub(super) fn new() -> Panes {
        Panes { focus: None, tops: BTreeMap::new() }
    }

    /// Shows in each pane what is going on, but in those that do not change.
    pub(super) fn follow(&mut self) {
        self.tops.retain(|pane, _| *pane == Pane::Summary);
    }
}

impl App {
    /// The pane that the keys scroll.
    pub(crate) fn focus(&self) -> Pane {
        self.panes.focus.unwrap_or(match self.view {
            View::Whole => Pane::Lanes,
            View::Moment if self.run.sources.is_empty() => Pane::Events,
            View::Moment => Pane::Source,
        })
    }

    /// The next pane; one that has no place of its own takes another's.
    pub(super) fn next_pane(&mut self, forwards: bool) {
        let at = ALL.iter().position(|it| *it == self.focus()).unwrap_or(0);
        let step = if forwards { 1 } else { ALL.len() - 1 };
        self.panes.focus = Some(ALL[(at + step) % ALL.len()]);
        let name = screen::name(self.focus());
        self.message = Some(format!("{name}: PageUp and PageDown scroll it").into());
    }

    /// Scrolls a pane by so many rows, or by its height.
    pub(super) fn scroll(&mut self, pane: Pane, rows: Scroll) {
        if let Some(top) = screen::scrolled(self, pane, rows) {
            self.panes.tops.insert(pane, top);
        }
    }
}

/// How far a pane is scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scroll {
    /// By so many rows.
    Rows(isize),
    /// By its height, down or up.
    Page(bool),
}
