//! The ways into a queue and out of it: `put`, `get`, and what is promised to those who wait.
//!
//! Road: stage 13.

use super::{Queue, ShutDown, TryGetError, TryPutError};
use crate::context::budget;

impl<T> Queue<T> {
    /// Puts an item into the queue; waits first if there is no room. Returns at once if there is
    /// some.
    ///
    /// # Errors
    ///
    /// [`ShutDown`] with the item if the queue is shut down, now or while this waits.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the item, which is not in the queue. Room that it had been
    /// promised is the next one's.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{sync::Queue, timeout};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let queue = Queue::new(1);
    ///     queue.put(1).await.unwrap();
    ///     assert!(timeout(Duration::from_secs(1), queue.put(2)).await.is_err()); // no room
    /// }).unwrap();
    /// ```
    #[doc(alias = "send")]
    pub async fn put(&self, item: T) -> Result<(), ShutDown<T>> {
        budget::charge().await;
        let item = match self.try_put(item) {
            Ok(()) => return Ok(()),
            Err(TryPutError::ShutDown(item)) => return Err(ShutDown(item)),
            Err(TryPutError::Full(item)) => item,
        };
        self.putters.wait("room in a queue", || self.give_up_room()).await;
        if self.is_shut_down.get() {
            return Err(ShutDown(item));
        }
        self.n_promised_room.set(self.n_promised_room.get() - 1);
        self.items.borrow_mut().push(item);
        self.item_was_put();
        Ok(())
    }

    /// Puts an item into the queue, if there is room now.
    ///
    /// # Errors
    ///
    /// [`TryPutError`] says why not, and holds the item.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::new(1);
    /// assert!(queue.try_put("in").is_ok());
    /// assert!(queue.try_put("out").is_err());
    /// ```
    #[doc(alias = "try_send")]
    #[doc(alias = "put_nowait")]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        if self.is_shut_down.get() {
            return Err(TryPutError::ShutDown(item));
        }
        let mut items = self.items.borrow_mut();
        if items.len() + self.n_promised_room.get() >= self.limit {
            return Err(TryPutError::Full(item));
        }
        items.push(item);
        drop(items);
        self.item_was_put();
        Ok(())
    }

    /// Takes the next item out of the queue; waits first if there is none. Returns at once if there
    /// is one.
    ///
    /// # Errors
    ///
    /// [`ShutDown`] if the queue is shut down and empty, now or while this waits.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes no item out. One that it had been promised is the next one's.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::Queue;
    ///
    /// boucle::run(async {
    ///     let queue = Rc::new(Queue::unbounded());
    ///     let same = Rc::clone(&queue);
    ///     let waiting = boucle::spawn(async move { same.get().await });
    ///     boucle::interrupt().await;
    ///     queue.put("item").await.unwrap();
    ///     assert_eq!(waiting.await.unwrap(), Ok("item"));
    /// });
    /// ```
    #[doc(alias = "recv")]
    pub async fn get(&self) -> Result<T, ShutDown> {
        budget::charge().await;
        match self.try_get() {
            Ok(item) => return Ok(item),
            Err(TryGetError::ShutDown) => return Err(ShutDown(())),
            Err(TryGetError::Empty) => {}
        }
        self.getters.wait("an item of a queue", || self.give_up_item()).await;
        if !self.is_shut_down.get() {
            self.n_promised_items.set(self.n_promised_items.get() - 1);
        }
        let item = self.items.borrow_mut().pop().ok_or(ShutDown(()))?;
        self.offer_room();
        Ok(item)
    }

    /// Takes the next item out of the queue, if there is one now.
    ///
    /// # Errors
    ///
    /// [`TryGetError`] says why not.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::unbounded();
    /// queue.try_put("item").unwrap();
    /// assert_eq!(queue.try_get(), Ok("item"));
    /// assert!(queue.try_get().is_err());
    /// ```
    #[doc(alias = "try_recv")]
    #[doc(alias = "get_nowait")]
    pub fn try_get(&self) -> Result<T, TryGetError> {
        let mut items = self.items.borrow_mut();
        // Most often nothing is promised, and a pop alone finds out whether there is an item.
        let n_promised = self.n_promised_items.get();
        let item = if n_promised > 0 && items.len() <= n_promised { None } else { items.pop() };
        drop(items);
        match item {
            Some(item) => {
                self.offer_room();
                Ok(item)
            }
            None if self.is_shut_down.get() => Err(TryGetError::ShutDown),
            None => Err(TryGetError::Empty),
        }
    }

    /// One item more: it is the first getter's, if somebody waits.
    fn item_was_put(&self) {
        self.n_unfinished.set(self.n_unfinished.get() + 1);
        self.offer_item();
    }

    /// Promises an item that is nobody's to the first one who waits for it.
    fn offer_item(&self) {
        if !self.getters.is_empty() {
            self.n_promised_items.set(self.n_promised_items.get() + 1);
            self.getters.grant();
        }
    }

    /// Promises room that is nobody's to the first one who waits for it.
    fn offer_room(&self) {
        if !self.putters.is_empty() {
            self.n_promised_room.set(self.n_promised_room.get() + 1);
            self.putters.grant();
        }
    }

    /// A getter was dropped that had been promised an item.
    fn give_up_item(&self) {
        if !self.is_shut_down.get() {
            self.n_promised_items.set(self.n_promised_items.get() - 1);
            self.offer_item();
        }
    }

    /// A putter was dropped that had been promised room.
    fn give_up_room(&self) {
        if !self.is_shut_down.get() {
            self.n_promised_room.set(self.n_promised_room.get() - 1);
            self.offer_room();
        }
    }
}
