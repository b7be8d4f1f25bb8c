//! [`Queue`]: items go from task to task; who finds none waits, and who finds no room.
//!
//! Road: stage 13.

mod errors;
mod items;
mod touch;
mod ways;
mod work;

use std::cell::Cell;
use std::fmt;

pub use self::errors::{ShutDown, TryGetError, TryPutError};
use self::items::Items;
use self::touch::Passed;
use crate::context::Identity;
use crate::data::Kind;
use crate::structures::line::Line;

/// Items on their way from those who put them to those who get them.
///
/// Which item comes next is chosen when the queue is made: the oldest ([`new`](Queue::new),
/// [`unbounded`](Queue::unbounded)), the smallest ([`priority`](Queue::priority)) or the newest
/// ([`lifo`](Queue::lifo)).
///
/// Who waits is promised the first item, or the first room, that nobody was promised before. Until
/// it runs the item is in the queue and counts in [`len`](Queue::len), but
/// [`try_get`](Queue::try_get) cannot have it; likewise the room and [`try_put`](Queue::try_put).
///
/// [`put`](Queue::put) and [`get`](Queue::get) give the turn back only if they must wait, and after the
/// task has done 128 such things in one poll.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::spawn;
/// use boucle::sync::Queue;
///
/// boucle::run(async {
///     let queue = Rc::new(Queue::new(2));
///     let worker = spawn({
///         let queue = Rc::clone(&queue);
///         async move {
///             let mut done = Vec::new();
///             while let Ok(job) = queue.get().await {
///                 done.push(job);
///                 queue.task_done();
///             }
///             done
///         }
///     });
///     for job in ["sweep", "dust", "rest"] {
///         queue.put(job).await.expect("it is not shut down yet");
///     }
///     queue.join().await;
///     queue.shutdown(false);
///     assert_eq!(worker.await.unwrap(), ["sweep", "dust", "rest"]);
/// });
/// ```
#[doc(alias = "mpsc")]
#[doc(alias = "open_memory_channel")]
#[doc(alias = "channel")]
pub struct Queue<T> {
    /// The items that were put and not got.
    items: Items<T>,
    /// How many items there may be; `usize::MAX` is no limit. Never zero.
    limit: usize,
    /// Those who wait for an item: there are none but while every item is promised, or compared.
    getters: Line,
    /// How many items are promised to getters that have not run. Zero once it is shut down: then
    /// nobody waits any more, and who comes first gets what is left.
    n_promised_items: Cell<usize>,
    /// Those who wait for room: there are none but while all room is taken or promised.
    putters: Line,
    /// How much room is promised to putters that have not run. Not looked at once it is shut down.
    n_promised_room: Cell<usize>,
    /// How many items were put and are not done yet.
    n_unfinished: Cell<usize>,
    /// Those who wait until all are done; none while all are.
    joiners: Line,
    /// Whether it is shut down: for good.
    is_shut_down: Cell<bool>,
    /// How many items have come and gone.
    passed: Passed,
    /// What it is known by.
    identity: Identity,
}

impl<T> Queue<T> {
    /// Makes a queue of at most `maxsize` items that gives the oldest first.
    ///
    /// # Panics
    ///
    /// If `maxsize` is zero: asyncio's "no limit" is [`unbounded`](Queue::unbounded) here.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::new(2);
    /// for item in ["first", "second"] {
    ///     queue.try_put(item).expect("there is room");
    /// }
    /// assert_eq!(queue.try_get(), Ok("first"));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(maxsize: usize) -> Queue<T> {
        Queue::with(Items::fifo(), maxsize)
    }

    /// Makes a queue without a limit that gives the oldest item first: who puts never waits.
    ///
    /// If items come faster than they go, it grows until there is no memory.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::unbounded();
    /// for item in 0..1000 {
    ///     queue.try_put(item).expect("there is room");
    /// }
    /// assert_eq!((queue.len(), queue.maxsize()), (1000, None));
    /// ```
    #[doc(alias = "unbounded_channel")]
    #[track_caller]
    #[must_use]
    pub fn unbounded() -> Queue<T> {
        Queue::new(usize::MAX)
    }

    /// Makes a queue of at most `maxsize` items that gives the smallest first, and the oldest among
    /// equals; `usize::MAX` is no limit.
    ///
    /// The comparison of two items may use the queue, and does not interrupt what it is part of: the item
    /// that is being put, or got, counts as one of the queue's meanwhile; what the comparison puts is in the
    /// queue at once; but it gets nothing, however many there are: [`try_get`](Queue::try_get) says
    /// `Empty`, and [`get`](Queue::get) waits until the comparison is over.
    ///
    /// # Panics
    ///
    /// If `maxsize` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Queue;
    ///
    /// let queue = Queue::priority(8);
    /// for item in [3, 1, 2] {
    ///     queue.try_put(item).expect("there is room");
    /// }
    /// assert_eq!(queue.try_get(), Ok(1));
    /// ```
    #[doc(alias = "PriorityQueue")]
    #[track_caller]
    #[must_use]
    pub fn priority(maxsize: usize) -> Queue<T>
    where
        T: Ord + 'static,
    {
        Queue::with(Items::priority(), maxsize)
    }

    /// Makes a queue of at most `maxsize` items that gives the newest first; `usize::MAX` is no
    /// limit.
    ///
    /// # Panics
    ///
    /// If `maxsize` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Queue;
    ///
    /// let queue = Queue::lifo(8);
    /// for item in [3, 1, 2] {
    ///     queue.try_put(item).expect("there is room");
    /// }
    /// assert_eq!(queue.try_get(), Ok(2));
    /// ```
    #[doc(alias = "LifoQueue")]
    #[track_caller]
    #[must_use]
    pub fn lifo(maxsize: usize) -> Queue<T> {
        Queue::with(Items::lifo(), maxsize)
    }

    #[track_caller]
    fn with(items: Items<T>, limit: usize) -> Queue<T> {
        assert!(
            limit > 0,
            "a queue holds at least one item: `maxsize` is 1 or more, or use `Queue::unbounded`"
        );
        Queue {
            items,
            limit,
            getters: Line::default(),
            n_promised_items: Cell::new(0),
            putters: Line::default(),
            n_promised_room: Cell::new(0),
            n_unfinished: Cell::new(0),
            joiners: Line::default(),
            is_shut_down: Cell::new(false),
            passed: Passed::default(),
            identity: Identity::new(Kind::Queue),
        }
    }

    /// Gives it a name, which those are told who watch, and which a [task tree](crate::Loop::task_tree)
    /// shows.
    ///
    /// The name is kept where somebody watches or debug mode is on, and of what was made outside of any loop;
    /// elsewhere this does nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::<u32>::new(8);
    /// queue.set_name("jobs");
    /// assert!(format!("{queue:?}").contains("jobs"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.identity.set_name(name);
    }

    /// How many items there are, also those that are promised.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::new(8);
    /// queue.try_put("item").unwrap();
    /// assert_eq!(queue.len(), 1);
    /// ```
    #[doc(alias = "qsize")]
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.is_counted();
        self.items.len()
    }

    /// Whether there is no item.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::new(8);
    /// assert!(queue.is_empty());
    /// queue.try_put("item").unwrap();
    /// assert!(!queue.is_empty());
    /// ```
    #[doc(alias = "empty")]
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are as many items as there may be; never, if there is no limit.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::new(1);
    /// queue.try_put("item").unwrap();
    /// assert!(queue.is_full());
    /// ```
    #[doc(alias = "full")]
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= self.limit
    }

    /// How many items there may be; `None`: no limit.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle::sync::Queue::<()>::new(8).maxsize(), Some(8));
    /// assert_eq!(boucle::sync::Queue::<()>::unbounded().maxsize(), None);
    /// ```
    #[doc(alias = "capacity")]
    #[must_use]
    pub fn maxsize(&self) -> Option<usize> {
        (self.limit < usize::MAX).then_some(self.limit)
    }

    /// Shuts the queue down, for good: nothing can be put any more, and who waits to put fails.
    ///
    /// What is in the queue can be got; after the last item getting fails, also for those who wait.
    /// With `immediate` it fails at once: the items are dropped, and count as done. Promises are
    /// void: who comes first gets what is left. Shutting down again does no harm.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::{Queue, ShutDown};
    ///
    /// let queue = Queue::new(2);
    /// boucle::run(async {
    ///     queue.put("last").await.unwrap();
    ///     queue.shutdown(false);
    ///     assert_eq!(queue.put("late").await, Err(ShutDown("late")));
    ///     assert_eq!(queue.get().await, Ok("last"));
    ///     assert_eq!(queue.get().await, Err(ShutDown(())));
    /// });
    /// ```
    #[doc(alias = "close")]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn shutdown(&self, immediate: bool) {
        self.identity.writes();
        self.is_shut_down.set(true);
        self.n_promised_items.set(0);
        let cleared = immediate.then(|| self.items.clear());
        self.getters.grant_all();
        self.putters.grant_all();
        if let Some(cleared) = cleared {
            self.set_unfinished(self.n_unfinished.get().saturating_sub(cleared.n_items));
            // Last: their destructors may use the queue.
            drop(cleared);
        }
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Queue");
        if let Some(name) = self.identity.name() {
            debug.field("name", &name);
        }
        debug
            .field("len", &self.len())
            .field("maxsize", &self.maxsize())
            .field("getters", &self.getters)
            .field("putters", &self.putters)
            .field("is_shut_down", &self.is_shut_down.get())
            .finish()
    }
}
