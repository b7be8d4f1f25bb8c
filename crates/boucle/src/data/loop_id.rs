//! Which loop of the process.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// A loop, among all of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LoopId(NonZeroU32);

impl LoopId {
    /// One that no other loop has.
    pub(crate) fn next() -> LoopId {
        static N_LOOPS: AtomicU32 = AtomicU32::new(1);
        loop {
            // After four billion loops it begins again; those of then are gone.
            if let Some(id) = NonZeroU32::new(N_LOOPS.fetch_add(1, Ordering::Relaxed)) {
                return LoopId(id);
            }
        }
    }

    /// Its number, which is not zero.
    pub(crate) fn number(self) -> u32 {
        self.0.get()
    }
}
