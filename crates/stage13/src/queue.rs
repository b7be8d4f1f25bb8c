//! A queue between tasks: who finds no item waits, and who finds no room.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::Waker;

use super::pause;

/// Items on their way from those who put them to those who get them, oldest first.
pub struct Queue<T> {
    /// The items that were put and not got; never more than `maxsize`.
    items: RefCell<VecDeque<T>>,
    /// How many there may be.
    maxsize: usize,
    /// The bells of all who wait: for an item if there is none, for room if there is none.
    bells: RefCell<Vec<Waker>>,
    /// Whether nothing more can be put: for good.
    is_shut_down: Cell<bool>,
}

/// The queue is shut down. Holds the item that could not be put.
#[derive(Debug)]
pub struct ShutDown<T = ()>(
    /// The item; nothing if one was to be got.
    pub T,
);

impl<T> Queue<T> {
    /// Makes a queue of at most `maxsize` items, which is at least 1.
    pub fn new(maxsize: usize) -> Queue<T> {
        assert!(maxsize > 0, "a queue holds at least one item");
        let (items, bells, is_shut_down) = Default::default();
        Queue { items, maxsize, bells, is_shut_down }
    }

    /// Puts an item; waits for room first. Dropping the future drops the item.
    pub async fn put(&self, item: T) -> Result<(), ShutDown<T>> {
        while self.items.borrow().len() == self.maxsize && !self.is_shut_down.get() {
            pause(|bell| self.bells.borrow_mut().push(bell.clone())).await;
        }
        if self.is_shut_down.get() {
            return Err(ShutDown(item));
        }
        self.items.borrow_mut().push_back(item);
        self.ring();
        Ok(())
    }

    /// Gets the oldest item; waits for one first. Dropping the future takes none.
    pub async fn get(&self) -> Result<T, ShutDown> {
        while self.items.borrow().is_empty() && !self.is_shut_down.get() {
            pause(|bell| self.bells.borrow_mut().push(bell.clone())).await;
        }
        let item = self.items.borrow_mut().pop_front().ok_or(ShutDown(()))?;
        self.ring();
        Ok(item)
    }

    /// Lets nobody put an item any more; what is there can be got, unless `immediate` drops it.
    pub fn shutdown(&self, immediate: bool) {
        self.is_shut_down.set(true);
        if immediate {
            drop(self.items.take());
        }
        self.ring();
    }

    /// Wakes all who wait, in the order in which they came: each looks again.
    fn ring(&self) {
        self.bells.take().into_iter().for_each(Waker::wake);
    }
}
