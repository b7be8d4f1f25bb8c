//! What a key may stand for, and what it takes in memory.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// What a key may stand for. None is empty: then its key is gone.
pub(crate) enum Value {
    Text(Vec<u8>),
    List(VecDeque<Vec<u8>>),
    Set(BTreeSet<Vec<u8>>),
    Hash(HashMap<Vec<u8>, Vec<u8>>),
    Sorted(Sorted),
}

/// Members by their score, and scores by their member.
#[derive(Default)]
pub(crate) struct Sorted {
    pub(crate) members: BTreeSet<(Score, Vec<u8>)>,
    pub(crate) scores: HashMap<Vec<u8>, Score>,
}

/// A number that is one.
#[derive(Clone, Copy)]
pub(crate) struct Score(pub(crate) f64);

/// What keeping a piece costs besides its bytes, about.
const OVERHEAD: usize = 64;

/// What a piece takes.
pub(crate) fn cost(piece: &[u8]) -> usize {
    piece.len() + OVERHEAD
}

impl Value {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Value::Text(_) => false,
            Value::List(it) => it.is_empty(),
            Value::Set(it) => it.is_empty(),
            Value::Hash(it) => it.is_empty(),
            Value::Sorted(it) => it.members.is_empty(),
        }
    }

    pub(crate) fn cost(&self) -> usize {
        match self {
            Value::Text(it) => cost(it),
            Value::List(it) => it.iter().map(|it| cost(it)).sum(),
            Value::Set(it) => it.iter().map(|it| cost(it)).sum(),
            Value::Hash(it) => it.iter().map(|(field, value)| cost(field) + cost(value)).sum(),
            Value::Sorted(it) => it.members.iter().map(|(_, member)| 2 * cost(member)).sum(),
        }
    }
}

impl Score {
    pub(crate) fn new(text: &[u8]) -> Option<Score> {
        let score: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
        // Not the zero below zero, so that there is one only.
        (!score.is_nan()).then_some(Score(score + 0.0))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Score) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Score) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Score) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Score {}
