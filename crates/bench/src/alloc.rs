//! A global allocator that counts the live bytes while it is asked to; used by the memory workload.
//! It counts what is requested: what the system's allocator adds shows in the resident set.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The system's allocator, and a count beside it.
pub struct Counting;

/// Whether allocations are counted. Off in all other workloads: then a call costs one load more.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// Bytes allocated less bytes freed since counting began; wraps below zero, and back.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Starts to count.
pub fn start() {
    COUNTS.store(true, Ordering::Relaxed);
}

/// The bytes allocated since `start` and not freed.
pub fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

fn count(allocated: usize, freed: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        LIVE.fetch_add(allocated.wrapping_sub(freed), Ordering::Relaxed);
    }
}

#[expect(unsafe_code, reason = "a global allocator is an unsafe trait")]
// SAFETY: every method passes its arguments to `System` as they are and returns its answer as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps `alloc`'s contract, which is `System`'s.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps `alloc_zeroed`'s contract, which is `System`'s.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: `pointer` came from `System` with this layout, because all our pointers do.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: `pointer` came from `System` with this layout, because all our pointers do.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
