//! Atomics, locks and threads: `std`'s, or those of the model checker `loom`.
//!
//! Everything that two threads touch goes through here, so that `--cfg loom` models the code itself.

#[cfg(not(loom))]
pub(crate) use std::sync::Arc;
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence};

#[cfg(loom)]
pub(crate) use loom::sync::Arc;
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence};

/// A lock without poison: no code of a user runs under it.
pub(crate) struct Mutex<T>(inner::Mutex<T>);

/// A thread that can be unparked.
pub(crate) struct Thread(inner::Thread);

#[cfg(not(loom))]
mod inner {
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::thread::Thread;
}
#[cfg(loom)]
mod inner {
    pub(crate) use loom::sync::Mutex;
    pub(crate) use loom::thread::Thread;
}

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Mutex<T> {
        Mutex(inner::Mutex::new(value))
    }

    #[cfg(not(loom))]
    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    #[cfg(loom)]
    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().expect("no code of a user runs under a lock")
    }
}

impl Thread {
    /// The thread that calls this.
    pub(crate) fn current() -> Thread {
        #[cfg(not(loom))]
        return Thread(std::thread::current());
        #[cfg(loom)]
        return Thread(loom::thread::current());
    }

    /// Ends its present sleep, or its next one.
    pub(crate) fn unpark(&self) {
        self.0.unpark();
    }
}
