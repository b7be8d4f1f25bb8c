//! All orders of a program that are tried, one execution after another: those that matter, or each one.

use boucle::How;

use crate::search::enumerate::Enumeration;
use crate::search::foot::Task;
use crate::search::order::Event;
use crate::search::{Beginnings, Diverged, Next, Search};
use crate::shard::Shard;
use crate::world::Choose;
use crate::world::names::{Names, UNSEEN};

/// All orders that are tried.
pub(crate) enum Tree {
    /// Those that matter, if these tasks share something that the loop does not see.
    Reduced(Box<Search>, Vec<Task>),
    /// All.
    Every(Enumeration),
}

impl Tree {
    /// Those that matter, as far as the loop sees what tasks share, and if these share more than that.
    pub(crate) fn reduced(sharing: &[Task]) -> Tree {
        Tree::Reduced(Box::default(), sharing.to_vec())
    }

    /// Each one.
    pub(crate) fn every() -> Tree {
        Tree::Every(Enumeration::default())
    }

    /// An execution begins.
    pub(crate) fn begin(&mut self) {
        match self {
            Tree::Reduced(search, _) => search.begin(),
            Tree::Every(every) => every.begin(),
        }
    }

    /// An execution has ended, or was given up: whether it counts.
    pub(crate) fn end(&mut self, is_over: bool) -> Result<bool, Diverged> {
        match self {
            Tree::Reduced(search, _) => search.end(is_over),
            Tree::Every(every) => every.end().map(|()| is_over),
        }
    }

    /// Whether all were tried.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Tree::Reduced(search, _) => search.is_over(),
            Tree::Every(every) => every.is_over(),
        }
    }

    /// How many executions were made, also in vain, and how many of them in vain.
    pub(crate) fn n_ended(&self) -> (u64, u64) {
        match self {
            Tree::Reduced(search, _) => (search.n_executions + search.n_blocked, search.n_blocked),
            Tree::Every(every) => (every.n_executions, 0),
        }
    }

    /// How many executions there will be in all; of all orders nobody asks.
    pub(crate) fn estimate(&self) -> f64 {
        match self {
            Tree::Reduced(search, _) => search.estimate(),
            Tree::Every(_) => 0.0,
        }
    }

    /// Whether the beginnings that a search has found are enough for all shards, once that is known.
    pub(crate) fn are_enough(&self, shard: Shard) -> Option<Beginnings> {
        match self {
            Tree::Reduced(search, _) => search.are_enough(shard),
            Tree::Every(_) => Some(Beginnings::Enough),
        }
    }
}

impl Choose for Tree {
    fn choose(&mut self, ready: &[Task], _: &Names) -> Option<Task> {
        let next = match self {
            Tree::Reduced(search, _) => search.choose(ready),
            Tree::Every(every) => every.choose(ready),
        };
        match next {
            Next::Task(task) => Some(task),
            Next::GiveUp => None,
        }
    }

    fn took(&mut self, mut event: Event, cuts_off: &[Task]) {
        if let Tree::Reduced(search, sharing) = self {
            if sharing.contains(&event.task) {
                event.foot.uses(UNSEEN, How::Write);
            }
            search.took(event, cuts_off);
        }
    }
}
