//! Why a task has no result: `TaskError`, and the panic that was kept.
//!
//! Road: stage 11.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The task has not ended: await it, or run the loop.
    #[error("the task has not ended")]
    Pending,
    /// The task was cancelled, or its loop was closed: its future was dropped before its end.
    #[error("the task was cancelled")]
    Cancelled,
    /// The result was taken out by an `await` before.
    #[error("the result of the task was taken")]
    Taken,
    /// The task panicked; here is what it said.
    #[error("the task panicked: {0}")]
    Panicked(Panic),
}

impl TaskError {
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> TaskError {
        TaskError::Panicked(Panic { payload: Mutex::new(payload) })
    }
}

/// A panic that was kept: `{}` shows its message.
pub struct Panic {
    /// What was given to `panic!`; a lock, so that errors can be shared between threads.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panic {
    /// What the panic said.
    #[must_use]
    pub fn message(&self) -> String {
        let payload = self.payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "(no message)".to_owned())
    }

    /// What was given to `panic!`; `std::panic::resume_unwind` takes it to go on panicking.
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
