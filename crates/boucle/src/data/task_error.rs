//! Why a task has no result: `TaskError`, and the panic that was kept.
//!
//! Road: stage 11.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Why a task has no result.
///
/// # Examples
///
/// ```
/// use boucle::{TaskError, spawn};
///
/// boucle::run(async {
///     let task = spawn(async { panic!("boom") });
///     match task.await {
///         Err(TaskError::Panicked(panic)) => assert_eq!(panic.message(), "boom"),
///         other => unreachable!("{other:?}"),
///     }
/// });
/// ```
#[doc(alias = "JoinError")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The task has not ended: await it, or run the loop. An `await` never gives this.
    #[doc(alias = "InvalidStateError")]
    #[error("the task has not ended")]
    Pending,
    /// The task was cancelled, or its loop was closed: its future was dropped before its end, and
    /// its destructors have run. Whoever cancelled it knows why; else spawn it anew.
    #[doc(alias = "CancelledError")]
    #[error("the task was cancelled")]
    Cancelled,
    /// The result was taken out by an `await` before. Look before the await, or keep what it gave.
    #[error("the result of the task was taken")]
    Taken,
    /// The task panicked; here is what it said. It is a bug in the task: mend it, or go on
    /// panicking with [`Panic::into_payload`].
    #[error("the task panicked: {0}")]
    Panicked(Panic),
}

impl TaskError {
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> TaskError {
        TaskError::Panicked(Panic { payload: Mutex::new(payload) })
    }
}

/// A panic that was kept: `{}` shows its message.
///
/// # Examples
///
/// ```
/// boucle::run(async {
///     let task = boucle::spawn(async { panic!("boom") });
///     boucle::interrupt().await;
///     let panic = task.exception().unwrap().expect("it panicked");
///     assert_eq!(panic.to_string(), "boom");
/// });
/// ```
pub struct Panic {
    /// What was given to `panic!`; a lock, so that errors can be shared between threads.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panic {
    /// What the panic said; `(no message)`, if that was no text.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{TaskError, spawn};
    ///
    /// boucle::run(async {
    ///     let task = spawn(async { std::panic::panic_any(42) });
    ///     let Err(TaskError::Panicked(panic)) = task.await else { unreachable!() };
    ///     assert_eq!(panic.message(), "(no message)");
    /// });
    /// ```
    #[must_use]
    pub fn message(&self) -> String {
        let payload = self.payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "(no message)".to_owned())
    }

    /// What was given to `panic!`; [`resume_unwind`](std::panic::resume_unwind) takes it to go on
    /// panicking.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{TaskError, spawn};
    ///
    /// boucle::run(async {
    ///     let task = spawn(async { std::panic::panic_any(42) });
    ///     let Err(TaskError::Panicked(panic)) = task.await else { unreachable!() };
    ///     assert_eq!(panic.into_payload().downcast_ref(), Some(&42));
    /// });
    /// ```
    #[doc(alias = "into_panic")]
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.message()).finish()
    }
}
