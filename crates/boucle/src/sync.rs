//! Waiting for one another: which of these for what, and their names in one place.
//!
//! | a task waits | use | asyncio's name |
//! |---|---|---|
//! | until something has happened `n` times, once and for all | [`Waiter`] | `Future` |
//! | until something is so, which may change back | [`Event`] | `Event` |
//! | for its turn with a value that is shared | [`Lock`] | `Lock` |
//! | for one of `n` turns | [`Semaphore`] | `Semaphore` |
//! | until the value in a lock is as it wants it | [`Condition`] | `Condition` |
//! | for `n - 1` others to come as far as it is | [`Barrier`] | `Barrier` |
//! | for an item, or for room for one | [`Queue`] | `Queue`, `PriorityQueue`, `LifoQueue` |
//!
//! All of them live on one thread and are used by `&self`: put them into an [`Rc`](std::rc::Rc) and
//! give each task a clone. They can be made, and set, outside of any loop.
//!
//! Those who wait are served in the order in which they began to wait; nobody overtakes them. What
//! becomes free while they wait (the lock, a permit, an item, room for an item) is theirs before they
//! run. A future that is dropped then gives it to the next one; a future that is kept and not polled
//! keeps it from the others.
//!
//! # Examples
//!
//! ```
//! use std::rc::Rc;
//! use boucle::spawn;
//! use boucle::sync::Queue;
//!
//! let sum = boucle::run(async {
//!     let queue = Rc::new(Queue::new(1));
//!     let producer = spawn({
//!         let queue = Rc::clone(&queue);
//!         async move {
//!             for i in 1..=4 {
//!                 queue.put(i).await.expect("it is not shut down yet");
//!             }
//!             queue.shutdown(false);
//!         }
//!     });
//!     let mut sum = 0;
//!     while let Ok(i) = queue.get().await {
//!         sum += i;
//!     }
//!     producer.await.expect("it ends");
//!     sum
//! });
//! assert_eq!(sum, 10);
//! ```
//!
//! Road: stages 2, 6, 8 and 13.

mod barrier;
mod condition;
mod event;
mod lock;
mod queue;
mod semaphore;
mod waiter;

pub use self::barrier::{Barrier, BrokenBarrier};
pub use self::condition::Condition;
pub use self::event::Event;
pub use self::lock::{Lock, LockGuard};
pub use self::queue::{Queue, ShutDown, TryGetError, TryPutError};
pub use self::semaphore::{Permit, Semaphore};
pub use self::waiter::Waiter;
