//! The items of a queue, and which one is next.
//!
//! Nothing is borrowed while items are compared: those that are compared are out of the queue meanwhile,
//! and [`Ranking`] says what the others find then. Nor while items are dropped: whoever takes them out
//! drops them.
//!
//! Road: stage 13.

use std::cell::RefCell;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::mem;

use crate::structures::room::give_back;

/// Room of so many bytes is kept, however few items there are.
const SMALL: usize = 4096;

/// The items of a queue.
pub(super) struct Items<T> {
    /// Never borrowed while code of a user runs.
    kept: RefCell<Kept<T>>,
}

/// In an order of three.
enum Kept<T> {
    /// The first is next. `newest_first`: what is pushed becomes the first one, else the last.
    Plain { items: VecDeque<T>, newest_first: bool },
    /// The smallest is next.
    Priority(Ranking<T>),
}

/// Items of which the smallest is next.
///
/// ```text
///            1 push, pop                       late: what is pushed while they are compared
///     HERE ───────────────▶ COMPARED
///       ▲                      │
///       └──────────────────────┘ 2 `Compared::drop`
/// ```
struct Ranking<T> {
    /// Those in order; `None` while COMPARED. Why a box? Only who makes such a queue can compare.
    sorted: Option<Box<dyn Sorted<T>>>,
    /// How many are in order, also while they are COMPARED.
    n_sorted: usize,
    /// Those that are not in order yet; the next pop that may compare puts them there.
    late: VecDeque<Aged<T>>,
    /// How many were pushed: the next one's age.
    n_pushed: u64,
}

/// Whether what was asked for is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// It is.
    Now,
    /// It is when items have been [compared](Items::compare).
    Late,
}

/// An item, and how many were pushed before; no two have the same age.
struct Aged<T>(T, u64);

/// Items that were taken out, to be dropped.
pub(super) struct Cleared<T> {
    /// How many there were.
    pub(super) n_items: usize,
    /// Those that are not being compared; who compares drops the others.
    _items: Kept<T>,
}

impl<T: Ord + 'static> Items<T> {
    /// None yet; the smallest will be next, the oldest among equals.
    pub(super) fn priority() -> Items<T> {
        let sorted: Box<dyn Sorted<T>> = Box::new(BinaryHeap::<Reverse<Aged<T>>>::new());
        let ranking =
            Ranking { sorted: Some(sorted), n_sorted: 0, late: VecDeque::new(), n_pushed: 0 };
        Items { kept: RefCell::new(Kept::Priority(ranking)) }
    }
}

impl<T> Items<T> {
    /// None yet; the oldest will be next.
    pub(super) fn fifo() -> Items<T> {
        Items { kept: RefCell::new(Kept::plain(false)) }
    }

    /// None yet; the newest will be next.
    pub(super) fn lifo() -> Items<T> {
        Items { kept: RefCell::new(Kept::plain(true)) }
    }

    /// Whether the oldest is next.
    #[cfg(feature = "explore")]
    pub(super) fn is_fifo(&self) -> bool {
        matches!(&*self.kept.borrow(), Kept::Plain { newest_first: false, .. })
    }

    /// Adds an item, if there are fewer than `limit`; gives it back else.
    #[inline(always)]
    pub(super) fn push(&self, item: T, limit: usize) -> Result<Done, T> {
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= limit {
            return Err(item);
        }
        match &mut *kept {
            Kept::Plain { items, newest_first: false } => items.push_back(item),
            Kept::Plain { items, newest_first: true } => items.push_front(item),
            Kept::Priority(ranking) => {
                ranking.late.push_back(Aged(item, ranking.n_pushed));
                ranking.n_pushed += 1;
                return Ok(Done::Late);
            }
        }
        Ok(Done::Now)
    }

    /// Takes the next one out, if there are more than `n_kept` and nothing must be compared for that.
    #[inline(always)]
    pub(super) fn pop(&self, n_kept: usize) -> (Done, Option<T>) {
        let mut kept = self.kept.borrow_mut();
        // Most often any will do, and a pop alone finds out whether there is one.
        if n_kept > 0 && kept.len() <= n_kept {
            return (Done::Now, None);
        }
        let Kept::Plain { items, .. } = &mut *kept else { return (Done::Late, None) };
        let item = items.pop_front();
        give_back(items, small::<T>());
        (Done::Now, item)
    }

    /// Takes those out that are to be compared; `None` if they are out, or if none ever are.
    pub(super) fn compare(&self) -> Option<Compared<'_, T>> {
        let mut kept = self.kept.borrow_mut();
        let Kept::Priority(ranking) = &mut *kept else { return None };
        let sorted = ranking.sorted.take()?;
        ranking.n_sorted += ranking.late.len();
        Some(Compared { items: self, sorted: Some(sorted), late: mem::take(&mut ranking.late) })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.kept.borrow().len()
    }

    /// How many there are that can be popped now.
    pub(super) fn n_at_hand(&self) -> usize {
        match &*self.kept.borrow() {
            Kept::Priority(Ranking { sorted: None, .. }) => 0,
            kept => kept.len(),
        }
    }

    /// Takes all out; none may be pushed any more. Those that are being compared are dropped after that.
    pub(super) fn clear(&self) -> Cleared<T> {
        let mut kept = self.kept.borrow_mut();
        // The order of nothing is any order.
        let items = mem::replace(&mut *kept, Kept::plain(false));
        Cleared { n_items: items.len(), _items: items }
    }
}

impl<T> Kept<T> {
    fn plain(newest_first: bool) -> Kept<T> {
        Kept::Plain { items: VecDeque::new(), newest_first }
    }

    fn len(&self) -> usize {
        match self {
            Kept::Plain { items, .. } => items.len(),
            Kept::Priority(ranking) => ranking.n_sorted + ranking.late.len(),
        }
    }
}

/// Room for so many is little.
const fn small<T>() -> usize {
    SMALL / if size_of::<T>() == 0 { 1 } else { size_of::<T>() }
}

/// Items that are out of their [`Ranking`] while they are compared; dropping this puts them back.
pub(super) struct Compared<'a, T> {
    /// Where they belong.
    items: &'a Items<T>,
    /// Those in order; `None` once they are back.
    sorted: Option<Box<dyn Sorted<T>>>,
    /// Those that are not in order yet.
    late: VecDeque<Aged<T>>,
}

impl<T> Compared<'_, T> {
    /// Puts those into order that are not.
    pub(super) fn sort(&mut self) {
        let Some(sorted) = &mut self.sorted else { return };
        while let Some(item) = self.late.pop_front() {
            sorted.push(item);
        }
    }

    /// Takes the next one out; none, if they were cleared meanwhile.
    pub(super) fn pop(&mut self) -> Option<T> {
        self.sort();
        let item = self.sorted.as_mut()?.pop();
        if self.put_back() { item } else { None }
    }

    /// Puts all back where they belong; if they were cleared meanwhile, drops them and returns `false`.
    fn put_back(&mut self) -> bool {
        let Some(sorted) = self.sorted.take() else { return true };
        let mut kept = self.items.kept.borrow_mut();
        let Kept::Priority(ranking) = &mut *kept else {
            drop(kept);
            drop(sorted);
            return false;
        };
        ranking.n_sorted = sorted.len();
        ranking.sorted = Some(sorted);
        // None are left, but if a comparison panics. Their room is used again, unless it is much.
        if ranking.late.is_empty() && self.late.capacity() <= small::<Aged<T>>() {
            mem::swap(&mut ranking.late, &mut self.late);
        } else {
            ranking.late.extend(self.late.drain(..));
        }
        true
    }
}

impl<T> Drop for Compared<'_, T> {
    fn drop(&mut self) {
        self.put_back();
    }
}

/// Items that give the smallest first, to those who cannot compare them.
trait Sorted<T> {
    /// Adds an item.
    fn push(&mut self, item: Aged<T>);
    /// Takes the smallest one out, the oldest among equals.
    fn pop(&mut self) -> Option<T>;
    /// How many there are.
    fn len(&self) -> usize;
    /// For how many there is room.
    #[cfg(test)]
    fn capacity(&self) -> usize;
}

impl<T: Ord> Sorted<T> for BinaryHeap<Reverse<Aged<T>>> {
    fn push(&mut self, item: Aged<T>) {
        BinaryHeap::push(self, Reverse(item));
    }

    fn pop(&mut self) -> Option<T> {
        let Reverse(Aged(item, _)) = BinaryHeap::pop(self)?;
        give_back(self, small::<Aged<T>>());
        Some(item)
    }

    fn len(&self) -> usize {
        BinaryHeap::len(self)
    }

    #[cfg(test)]
    fn capacity(&self) -> usize {
        BinaryHeap::capacity(self)
    }
}

impl<T: Ord> Ord for Aged<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl<T: Ord> PartialOrd for Aged<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Aged<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T: Ord> Eq for Aged<T> {}

#[cfg(test)]
mod tests {
    use super::{Done, Items, Kept};

    /// For how many items there is room.
    fn capacity(items: &Items<u64>) -> usize {
        match &*items.kept.borrow() {
            Kept::Plain { items, .. } => items.capacity(),
            Kept::Priority(ranking) => {
                let sorted = ranking.sorted.as_ref().expect("nobody compares");
                ranking.late.capacity() + sorted.capacity()
            }
        }
    }

    fn pop(items: &Items<u64>) -> Option<u64> {
        match items.pop(0) {
            (Done::Now, item) => item,
            (Done::Late, _) => items.compare().expect("nobody compares").pop(),
        }
    }

    #[test]
    fn room_is_given_back_after_a_burst_and_at_a_small_cost_for_each_item() {
        for items in [Items::fifo(), Items::lifo(), Items::priority()] {
            for _ in 0..2 {
                for n in 0..10_000 {
                    if items.push(n, usize::MAX).expect("there is room") == Done::Late {
                        items.compare().expect("nobody compares").sort();
                    }
                }
                let (mut n_shrinks, mut before) = (0, capacity(&items));
                for _ in 0..9_999 {
                    pop(&items).expect("there is one");
                    n_shrinks += usize::from(capacity(&items) < before);
                    before = capacity(&items);
                }
                assert!(before <= 512, "room for {before} items, and there is one");
                assert!(n_shrinks <= 4, "{n_shrinks} times");
                pop(&items).expect("there is one");
            }
        }
    }
}
