//! Why a queue did not take an item, or did not give one.
//!
//! Road: stage 13.

use std::fmt;

/// The queue is shut down: nothing more comes, or goes. Holds the item that could not be put.
///
/// Who gets is finished; who puts has an item that nobody will get.
///
/// # Examples
///
/// ```
/// use boucle::sync::{Queue, ShutDown};
///
/// let queue = Queue::new(1);
/// queue.shutdown(false);
/// boucle::run(async {
///     let ShutDown(item) = queue.put("kept").await.unwrap_err();
///     assert_eq!(item, "kept");
///     assert_eq!(queue.get().await, Err(ShutDown(())));
/// });
/// ```
#[doc(alias = "QueueShutDown")]
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is shut down")]
pub struct ShutDown<T = ()>(
    /// The item; nothing if one was to be got.
    pub T,
);

/// Why [`Queue::try_put`](super::Queue::try_put) did not put the item, which this holds.
///
/// # Examples
///
/// ```
/// use boucle::sync::{Queue, TryPutError};
///
/// let queue = Queue::new(1);
/// assert_eq!(queue.try_put("first"), Ok(()));
/// assert_eq!(queue.try_put("second"), Err(TryPutError::Full("second")));
/// queue.shutdown(false);
/// assert_eq!(queue.try_put("third"), Err(TryPutError::ShutDown("third")));
/// ```
#[doc(alias = "TrySendError")]
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TryPutError<T> {
    /// There is no room, or it is promised. Try later, or wait with `put`.
    #[doc(alias = "QueueFull")]
    #[error("the queue is full")]
    Full(T),
    /// The queue is shut down. Nobody will get this item.
    #[doc(alias = "QueueShutDown")]
    #[error("the queue is shut down")]
    ShutDown(T),
}

/// Why [`Queue::try_get`](super::Queue::try_get) did not get an item.
///
/// # Examples
///
/// ```
/// use boucle::sync::{Queue, TryGetError};
///
/// let queue = Queue::<u32>::new(1);
/// assert_eq!(queue.try_get(), Err(TryGetError::Empty));
/// queue.shutdown(false);
/// assert_eq!(queue.try_get(), Err(TryGetError::ShutDown));
/// ```
#[doc(alias = "TryRecvError")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TryGetError {
    /// There is no item, or it is promised. Try later, or wait with `get`.
    #[doc(alias = "QueueEmpty")]
    #[error("the queue is empty")]
    Empty,
    /// The queue is shut down, and no item is left. Nothing more will come: be done.
    #[doc(alias = "QueueShutDown")]
    #[error("the queue is shut down")]
    ShutDown,
}

// By hand: `expect` on a result asks for `Debug` of the error, not of the item.
impl<T> fmt::Debug for ShutDown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShutDown(..)")
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => "Full(..)",
            TryPutError::ShutDown(_) => "ShutDown(..)",
        })
    }
}
