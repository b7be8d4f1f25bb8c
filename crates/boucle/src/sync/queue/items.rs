//! The items of a queue, and which one is next.
//!
//! Road: stage 13.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

/// The items of a queue, in an order of three.
pub(super) enum Items<T> {
    /// The oldest is next.
    Fifo(VecDeque<T>),
    /// The newest is next.
    Lifo(Vec<T>),
    /// The smallest is next. Why a box? Only who makes such a queue knows how to compare.
    Priority(Box<dyn Sorted<T>>),
}

impl<T: Ord + 'static> Items<T> {
    /// None yet; the smallest will be next, the oldest among equals.
    pub(super) fn priority() -> Items<T> {
        Items::Priority(Box::new(Heap { ranked: BinaryHeap::new(), n_pushed: 0 }))
    }
}

impl<T> Items<T> {
    /// Adds an item.
    pub(super) fn push(&mut self, item: T) {
        match self {
            Items::Fifo(items) => items.push_back(item),
            Items::Lifo(items) => items.push(item),
            Items::Priority(items) => items.push(item),
        }
    }

    /// Takes the next one out.
    pub(super) fn pop(&mut self) -> Option<T> {
        match self {
            Items::Fifo(items) => items.pop_front(),
            Items::Lifo(items) => items.pop(),
            Items::Priority(items) => items.pop(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Items::Fifo(items) => items.len(),
            Items::Lifo(items) => items.len(),
            Items::Priority(items) => items.len(),
        }
    }
}

impl<T> Default for Items<T> {
    /// None yet; the oldest will be next.
    fn default() -> Items<T> {
        Items::Fifo(VecDeque::new())
    }
}

/// Items that give the smallest first, to those who cannot compare them.
pub(super) trait Sorted<T> {
    /// Adds an item.
    fn push(&mut self, item: T);
    /// Takes the smallest one out, the oldest among equals.
    fn pop(&mut self) -> Option<T>;
    /// How many there are.
    fn len(&self) -> usize;
}

/// What is behind [`Sorted`].
struct Heap<T> {
    /// Its greatest is the next one.
    ranked: BinaryHeap<Reverse<Ranked<T>>>,
    /// How many were pushed: the next one's age.
    n_pushed: u64,
}

impl<T: Ord> Sorted<T> for Heap<T> {
    fn push(&mut self, item: T) {
        self.ranked.push(Reverse(Ranked { item, age: self.n_pushed }));
        self.n_pushed += 1;
    }

    fn pop(&mut self) -> Option<T> {
        self.ranked.pop().map(|Reverse(ranked)| ranked.item)
    }

    fn len(&self) -> usize {
        self.ranked.len()
    }
}

/// An item, and when it was pushed: equal items keep their order.
struct Ranked<T> {
    /// Compared first.
    item: T,
    /// How many were pushed before; no two have the same.
    age: u64,
}

impl<T: Ord> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.item.cmp(&other.item).then(self.age.cmp(&other.age))
    }
}

impl<T: Ord> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Ord> Eq for Ranked<T> {}
