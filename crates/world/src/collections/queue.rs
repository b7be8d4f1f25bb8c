//! The queue of a loop.

use std::any::Any;
use std::collections;
use std::fmt;
use std::ops::Deref;

use super::told::{self, Told};
use crate::listen::happened;
use crate::order;
use crate::recording::{Event, TaskId};

/// `std`'s `VecDeque`; in a recording, who goes into it and who leaves it is told.
///
/// What only reads is `std`'s own; of what changes it there is what a queue needs.
///
/// # Examples
///
/// ```
/// use std::pin::Pin;
/// use world::collections::VecDeque;
/// use world::{Event, TaskId};
///
/// let recording = world::record(|| {
///     let mut queue: VecDeque<Pin<Box<dyn Future<Output = ()>>>> = VecDeque::new();
///     queue.push_back(Box::pin(async {}));
///     assert_eq!(queue.len(), 1);
///     assert!(queue.pop_front().is_some());
/// });
/// let task = TaskId(1);
/// assert_eq!(recording.moments()[0].event, Event::Queued { task, by: None, first: false });
/// assert_eq!(recording.moments()[1].event, Event::Unqueued(task));
/// ```
pub struct VecDeque<T: 'static> {
    /// The items.
    items: collections::VecDeque<T>,
    /// Whose each of them is, as far as that is known; empty outside of a recording.
    whose: collections::VecDeque<Option<TaskId>>,
    /// The recording in which it was made.
    told: Told,
}

impl<T> VecDeque<T> {
    /// Makes an empty queue.
    #[must_use]
    pub fn new() -> VecDeque<T> {
        VecDeque { items: Default::default(), whose: Default::default(), told: Told::here() }
    }

    /// Puts an item behind all others.
    pub fn push_back(&mut self, item: T) {
        self.items.push_back(item);
        let whose = self.items.back().and_then(|it| self.told.queued(it, false));
        self.whose.push_back(whose);
    }

    /// Puts an item before all others.
    pub fn push_front(&mut self, item: T) {
        self.items.push_front(item);
        let whose = self.items.front().and_then(|it| self.told.queued(it, true));
        self.whose.push_front(whose);
    }

    /// Takes the first item out; `None` if there is none. If somebody chooses,
    /// [`in_order`](crate::in_order), it is the item that was chosen.
    pub fn pop_front(&mut self) -> Option<T> {
        let place = match self.items.len() {
            1.. if order::somebody_chooses() => order::choose(self.whose.make_contiguous()),
            _ => 0,
        };
        let item = self.items.remove(place)?;
        let whose = self.whose.remove(place).flatten();
        self.unqueued(&item, whose);
        Some(item)
    }

    /// Takes the last item out; `None` if there is none.
    pub fn pop_back(&mut self) -> Option<T> {
        let item = self.items.pop_back()?;
        let whose = self.whose.pop_back().flatten();
        self.unqueued(&item, whose);
        Some(item)
    }

    fn unqueued(&self, item: &T, whose: Option<TaskId>) {
        if self.told.is_here() {
            // Another thread put it there: it did not know whose it is.
            if let Some(task) = whose.or_else(|| self.told.task(item)) {
                happened(Event::Unqueued(task));
            }
        }
    }
}

impl<T> Default for VecDeque<T> {
    fn default() -> VecDeque<T> {
        VecDeque::new()
    }
}

impl<T, const N: usize> From<[T; N]> for VecDeque<T> {
    fn from(items: [T; N]) -> VecDeque<T> {
        let mut queue = VecDeque::new();
        items.into_iter().for_each(|it| queue.push_back(it));
        queue
    }
}

impl<T> Deref for VecDeque<T> {
    type Target = collections::VecDeque<T>;

    fn deref(&self) -> &collections::VecDeque<T> {
        &self.items
    }
}

impl<T> Drop for VecDeque<T> {
    /// Drops the items, first to last, and says of each task that it is gone, or in no queue any more.
    fn drop(&mut self) {
        while let Some(item) = self.items.pop_front() {
            let whose = self.whose.pop_front().flatten();
            match told::number(&item) {
                Some(_) => self.unqueued(&item, whose),
                None => drop_told(&self.told, item),
            }
        }
    }
}

/// Drops an item; if it is a task, says so.
pub(super) fn drop_told<T: Any>(told: &Told, item: T) {
    let address = told::address(&item);
    drop(item);
    if let Some(address) = address {
        told.dropped(address);
    }
}

impl<T: fmt::Debug> fmt::Debug for VecDeque<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}
