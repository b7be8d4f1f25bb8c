//! The ways into a queue and out of it: `put`, `get`, and what is promised to those who wait.
//!
//! Road: stage 13.

use std::panic::Location;

use super::items::{Compared, Done};
use super::{Queue, ShutDown, TryGetError, TryPutError};
use crate::context::Identity;
use crate::context::wait::{WaitStep, Waiting, Wanted};
use crate::structures::line::Line;

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
    #[track_caller]
    pub fn put(&self, item: T) -> impl Future<Output = Result<(), ShutDown<T>>> {
        Waiting::new(Room { queue: self, item: Some(item) })
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
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        self.is_offered_to(Location::caller());
        if self.is_shut_down.get() {
            return Err(TryPutError::ShutDown(item));
        }
        let limit = self.limit.saturating_sub(self.n_promised_room.get());
        self.push(item, limit).map_err(TryPutError::Full)
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
    #[track_caller]
    pub fn get(&self) -> impl Future<Output = Result<T, ShutDown>> {
        Waiting::new(Item(self))
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
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn try_get(&self) -> Result<T, TryGetError> {
        self.is_asked(Location::caller());
        match self.pop(self.n_promised_items.get()) {
            Some(item) => Ok(item),
            None if self.is_finished() => Err(TryGetError::ShutDown),
            None => Err(TryGetError::Empty),
        }
    }

    /// Whether nothing can be got any more.
    fn is_finished(&self) -> bool {
        self.is_shut_down.get() && self.is_empty()
    }

    /// Puts an item in if there are fewer than `limit`; gives it back else.
    #[inline(always)]
    fn push(&self, item: T, limit: usize) -> Result<(), T> {
        let done = self.items.push(item, limit)?;
        self.passed.put();
        // Counted before it is compared: that may shut the queue down, and drop the item.
        self.n_unfinished.set(self.n_unfinished.get() + 1);
        if done == Done::Late {
            self.compare(Compared::sort);
        } else if !self.getters.is_empty() {
            self.promise_item();
        }
        Ok(())
    }

    /// Takes the next item out, if there are more than `n_promised`, and none are compared.
    #[inline(always)]
    fn pop(&self, n_promised: usize) -> Option<T> {
        let (done, item) = self.items.pop(n_promised);
        if done == Done::Late {
            return self.compare(Compared::pop).flatten();
        }
        if item.is_some() {
            self.passed.got();
        }
        if item.is_some() && !self.putters.is_empty() {
            self.promise_room();
        }
        item
    }

    /// Has items compared, and offers what is nobody's after that. `None`: they are being compared.
    #[inline(never)]
    fn compare<'a, R>(&'a self, f: impl FnOnce(&mut Compared<'a, T>) -> R) -> Option<R> {
        let _offers = Offers(self);
        // Back in the queue before that, also if a comparison panics.
        let mut compared = self.items.compare()?;
        Some(f(&mut compared))
    }

    /// Promises an item that is nobody's to the first one who waits for it; somebody does.
    #[inline(never)]
    fn promise_item(&self) {
        self.n_promised_items.set(self.n_promised_items.get() + 1);
        self.getters.grant();
    }

    /// Promises room that is nobody's to the first one who waits for it; somebody does.
    #[inline(never)]
    fn promise_room(&self) {
        self.n_promised_room.set(self.n_promised_room.get() + 1);
        self.putters.grant();
    }

    /// Promises the items that are nobody's to the first ones who wait for them.
    fn offer_items(&self) {
        while !self.getters.is_empty() && self.items.n_at_hand() > self.n_promised_items.get() {
            if self.is_shut_down.get() {
                // Nothing is promised any more: who comes first gets it.
                return self.getters.grant_all();
            }
            self.promise_item();
        }
    }

    /// Promises the room that is nobody's to the first ones who wait for it.
    fn offer_room(&self) {
        while !self.putters.is_empty() && self.len() + self.n_promised_room.get() < self.limit {
            self.promise_room();
        }
    }
}

/// What a putter waits for: room for its item.
struct Room<'a, T> {
    /// Where.
    queue: &'a Queue<T>,
    /// What is to be put; `None` once it was.
    item: Option<T>,
}

impl<T> Wanted for Room<'_, T> {
    type Output = Result<(), ShutDown<T>>;
    const WHAT: &'static str = "room in a queue";

    fn line(&self) -> &Line {
        &self.queue.putters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.queue.identity)
    }

    #[inline(always)]
    fn uses(&self, _step: WaitStep, at: &'static Location<'static>) {
        self.queue.is_put_to(at);
    }

    #[inline(always)]
    fn try_now(&mut self) -> Option<Result<(), ShutDown<T>>> {
        let item = self.item.take().expect("it is not polled again after its end");
        match self.queue.try_put(item) {
            Ok(()) => Some(Ok(())),
            Err(TryPutError::ShutDown(item)) => Some(Err(ShutDown(item))),
            Err(TryPutError::Full(item)) => {
                self.item = Some(item);
                None
            }
        }
    }

    fn granted(&mut self) -> Option<Result<(), ShutDown<T>>> {
        let item = self.item.take()?;
        if self.queue.is_shut_down.get() {
            return Some(Err(ShutDown(item)));
        }
        self.queue.n_promised_room.set(self.queue.n_promised_room.get() - 1);
        Some(self.queue.push(item, usize::MAX).map_err(ShutDown))
    }

    fn pass_on(&mut self) {
        if !self.queue.is_shut_down.get() {
            self.queue.n_promised_room.set(self.queue.n_promised_room.get() - 1);
            self.queue.offer_room();
        }
    }
}

/// What a getter waits for.
struct Item<'a, T>(&'a Queue<T>);

impl<T> Wanted for Item<'_, T> {
    type Output = Result<T, ShutDown>;
    const WHAT: &'static str = "an item of a queue";

    fn line(&self) -> &Line {
        &self.0.getters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.0.identity)
    }

    #[inline(always)]
    fn uses(&self, _step: WaitStep, at: &'static Location<'static>) {
        self.0.is_got_from(at);
    }

    #[inline(always)]
    fn try_now(&mut self) -> Option<Result<T, ShutDown>> {
        match self.0.try_get() {
            Ok(item) => Some(Ok(item)),
            Err(TryGetError::ShutDown) => Some(Err(ShutDown(()))),
            Err(TryGetError::Empty) => None,
        }
    }

    fn granted(&mut self) -> Option<Result<T, ShutDown>> {
        if !self.0.is_shut_down.get() {
            self.0.n_promised_items.set(self.0.n_promised_items.get() - 1);
        }
        match self.0.pop(0) {
            Some(item) => Some(Ok(item)),
            None if self.0.is_finished() => Some(Err(ShutDown(()))),
            // A comparison of items polls this; it is promised another one when that is over.
            None => None,
        }
    }

    fn pass_on(&mut self) {
        if !self.0.is_shut_down.get() {
            self.0.n_promised_items.set(self.0.n_promised_items.get() - 1);
            self.0.offer_items();
        }
    }
}

/// Items are compared; dropping this offers what is nobody's then.
struct Offers<'a, T>(&'a Queue<T>);

impl<T> Drop for Offers<'_, T> {
    fn drop(&mut self) {
        self.0.offer_items();
        self.0.offer_room();
    }
}
