//! A value that each process has for itself. After a fork the child makes its own: the threads that its
//! parent's value counts on are not there, and its locks may be held by them for ever.
//!
//! The child knows its parent's by the number of the process, and never waits for anything in it.

use std::process;
use std::sync::OnceLock;

/// A `T` for each process that asks.
pub(crate) struct PerProcess<T: 'static> {
    /// That of the first process that asked, and behind it those of its child, of the child of that, and so
    /// on. Each is set once, in the process whose it is.
    first: OnceLock<Own<T>>,
}

/// The value of one process.
struct Own<T> {
    process: u32,
    value: T,
    /// That of a child, in the memory of the child.
    child: OnceLock<Box<Own<T>>>,
}

impl<T: Default> PerProcess<T> {
    pub(crate) const fn new() -> PerProcess<T> {
        PerProcess { first: OnceLock::new() }
    }

    /// That of this process; made if it is not there. Making it does nothing that takes long: a fork in
    /// between would leave it half made.
    pub(crate) fn get(&self) -> &T {
        self.find(process::id()).0
    }

    /// That of the process that this one was forked from, if that has asked. Never wait for its locks.
    pub(crate) fn of_parent(&self) -> Option<&T> {
        self.find(process::id()).1
    }

    /// Whether a process that this one was forked from has asked.
    pub(crate) fn is_inherited(&self) -> bool {
        // Most programs never ask, nor fork: they do not pay for it.
        self.first.get().is_some_and(|first| first.process != process::id())
    }

    /// That of this process, and the one before it.
    fn find(&self, process: u32) -> (&T, Option<&T>) {
        let mut own = self.first.get_or_init(|| Own::new(process));
        let mut parent = None;
        while own.process != process {
            parent = Some(&own.value);
            own = own.child.get_or_init(|| Box::new(Own::new(process)));
        }
        (&own.value, parent)
    }
}

impl<T: Default> Own<T> {
    fn new(process: u32) -> Own<T> {
        Own { process, value: T::default(), child: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::PerProcess;

    #[test]
    fn each_process_has_its_own_and_knows_that_of_its_parent() {
        let each = PerProcess::<AtomicU32>::new();
        assert!(!each.is_inherited());
        each.find(1).0.store(10, Ordering::Relaxed);
        // Forked from it, and a process that never asked in between.
        assert!(each.is_inherited());
        let (child, parent) = each.find(3);
        child.store(30, Ordering::Relaxed);
        assert_eq!(parent.map(|it| it.load(Ordering::Relaxed)), Some(10));
        assert_eq!(each.find(3).0.load(Ordering::Relaxed), 30);
        assert_eq!(each.find(4).1.map(|it| it.load(Ordering::Relaxed)), Some(30));
        assert_eq!(each.find(1).0.load(Ordering::Relaxed), 10);
    }
}
