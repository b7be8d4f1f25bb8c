//! A search that is divided into shards: all beginnings of some length are tried, also those that stand for the
//! same until one who sleeps is met, and each is one shard's with all that comes after it.

use std::collections::BTreeMap;

use super::{Node, Search};
use crate::search::foot::Task;
use crate::shard::Shard;

/// So many beginnings for each shard even out what is in them.
const N_BEGINNINGS: u64 = 64;

/// No beginning is longer than this.
const LONGEST: usize = 64;

/// Where a search is divided, and which part of it is tried.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// How long the beginnings are.
    length: usize,
    /// Whose beginnings are gone on with; nobody's, where they are only counted.
    shard: Option<Shard>,
    /// How many beginnings there were.
    n_beginnings: u64,
    /// How many of them with so many who sleep: the more, the less there is to be tried.
    n_alike: BTreeMap<usize, u64>,
    /// How many of them were as long, and did not end the program before.
    n_long: u64,
    /// Whether the one that is under way is another shard's.
    is_foreign: bool,
}

impl Split {
    /// Whether the next beginning is one's own; so many sleep at its end. Each shard gets as many of each kind.
    fn next_is_own(&mut self, n_sleepers: usize) -> bool {
        self.n_beginnings += 1;
        let n_alike = self.n_alike.entry(n_sleepers).or_default();
        let piece = *n_alike;
        *n_alike += 1;
        self.shard.is_some_and(|it| it.has(piece))
    }
}

/// What is known of the beginnings of some length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Beginnings {
    /// They are enough, or there will never be more.
    Enough,
    /// Longer ones are more.
    TooFew,
}

impl Search {
    /// A search of one shard alone, divided where beginnings are so long.
    pub(crate) fn of_shard(shard: Shard, length: usize) -> Search {
        let split = Split { length, shard: Some(shard), ..Split::default() };
        Search { split: Some(split), ..Search::default() }
    }

    /// A search that tries nothing but the beginnings of this length.
    pub(crate) fn of_beginnings(length: usize) -> Search {
        Search { split: Some(Split { length, ..Split::default() }), ..Search::default() }
    }

    /// Whether there are enough beginnings for these shards, once they are counted or before.
    pub(crate) fn are_enough(&self, shard: Shard) -> Option<Beginnings> {
        let split = self.split.as_ref()?;
        let enough = split.n_beginnings >= N_BEGINNINGS * u64::from(shard.n_all());
        if enough || self.is_over() && (split.n_long == 0 || split.length >= LONGEST) {
            return Some(Beginnings::Enough);
        }
        self.is_over().then_some(Beginnings::TooFew)
    }

    /// An execution begins, of which it is not known yet whose it is.
    pub(super) fn begin_split(&mut self) {
        if let Some(split) = &mut self.split {
            split.is_foreign = false;
        }
    }

    /// A new place was reached, where these are ready. Returns whether another shard goes on from it.
    pub(super) fn enter(&mut self, ready: &[Task]) -> bool {
        let (Some(split), Some(node)) = (&mut self.split, self.nodes.last_mut()) else {
            return false;
        };
        if self.at < split.length {
            ready.iter().for_each(|it| node.pending.add_unknown(*it));
        } else if self.at == split.length && lives(node) {
            split.n_long += 1;
            split.is_foreign = !split.next_is_own(node.sleepers.len());
        }
        split.is_foreign
    }

    /// Whether the execution that has ended is one's own.
    pub(super) fn is_own(&mut self, is_over: bool) -> bool {
        match &mut self.split {
            None => true,
            // It is shorter than the beginnings, and one of them.
            Some(split) if is_over && self.at <= split.length => split.next_is_own(usize::MAX),
            Some(split) => !split.is_foreign,
        }
    }

    /// How long the beginnings are that are all tried.
    pub(super) fn n_expanded(&self) -> usize {
        self.split.as_ref().map_or(0, |it| it.length)
    }
}

/// Whether something can be tried from there.
fn lives(node: &Node) -> bool {
    let sleeps = |task: &Task| node.sleepers.iter().any(|it| it.event.task == *task);
    node.ready.iter().any(|it| !sleeps(it))
}
