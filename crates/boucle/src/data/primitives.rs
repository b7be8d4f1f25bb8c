//! Atomics, locks and threads: `std`'s, or those of the model checker `loom`.
//!
//! Everything that two threads touch goes through here, so that `--cfg boucle_loom` models the code
//! itself. A name of our own: crates that we depend on read `loom`, and mean themselves.

#[cfg(boucle_loom)]
pub(crate) use loom::sync::Arc;
#[cfg(boucle_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence};
#[cfg(boucle_loom)]
pub(crate) use loom::thread::LocalKey;
#[cfg(not(boucle_loom))]
pub(crate) use std::sync::Arc;
#[cfg(not(boucle_loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering, fence};
#[cfg(not(boucle_loom))]
pub(crate) use std::thread::LocalKey;
use std::time::Duration;

/// A lock without poison: no code of a user runs under it.
pub(crate) struct Mutex<T>(inner::Mutex<T>);

/// A thread that can be unparked.
pub(crate) struct Thread(inner::Thread);

/// Part of what is freed by whoever is last: the model checker sees each look at it, its end, and
/// that none is missing or after the end. Nothing at all outside of models.
pub(crate) struct Life(inner::Life);

#[cfg(not(boucle_loom))]
mod inner {
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::thread::{Thread, current, park, park_timeout};

    /// Nothing.
    pub(crate) struct Life;

    impl Life {
        pub(crate) fn new() -> Life {
            Life
        }

        pub(crate) fn look(&self) {}
    }
}
#[cfg(boucle_loom)]
mod inner {
    use std::time::Duration;

    use loom::alloc::Track;
    use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::Mutex;
    pub(crate) use loom::thread::{Thread, current, park, yield_now};

    /// No time passes in a model: it is over at once, or later.
    pub(crate) fn park_timeout(_timeout: Duration) {
        yield_now();
    }

    /// Missing at the end of a model if it was not dropped; its drop must come after each look.
    pub(crate) struct Life {
        looks: UnsafeCell<()>,
        _freed: Track<()>,
    }

    impl Life {
        pub(crate) fn new() -> Life {
            Life { looks: UnsafeCell::new(()), _freed: Track::new(()) }
        }

        pub(crate) fn look(&self) {
            self.looks.with(|_| ());
        }
    }

    impl Drop for Life {
        fn drop(&mut self) {
            self.looks.with_mut(|_| ());
        }
    }
}

/// A value for each thread, made at compile time.
macro_rules! thread_value {
    ($(#[$doc:meta])* static $name:ident: $type:ty = $value:expr;) => {
        #[cfg(not(boucle_loom))]
        std::thread_local! {
            $(#[$doc])*
            static $name: $type = const { $value };
        }
        // The threads of a model share one of the system.
        #[cfg(boucle_loom)]
        loom::thread_local! {
            $(#[$doc])*
            static $name: $type = $value;
        }
    };
}
pub(crate) use thread_value;

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Mutex<T> {
        Mutex(inner::Mutex::new(value))
    }

    #[cfg(not(boucle_loom))]
    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    #[cfg(boucle_loom)]
    pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().expect("no code of a user runs under a lock")
    }
}

impl Thread {
    /// The thread that calls this.
    pub(crate) fn current() -> Thread {
        Thread(inner::current())
    }

    /// Ends its present sleep, or its next one.
    pub(crate) fn unpark(&self) {
        self.0.unpark();
    }
}

impl Life {
    pub(crate) fn new() -> Life {
        Life(inner::Life::new())
    }

    /// Says that whoever calls this counts on it.
    pub(crate) fn look(&self) {
        self.0.look();
    }
}

/// Sleeps until this thread is unparked, or for `timeout`, or less.
pub(crate) fn park(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => inner::park_timeout(timeout),
        None => inner::park(),
    }
}
