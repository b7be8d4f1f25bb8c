//! What all tasks of one type have in common that were spawned by one line: one pointer in a task leads
//! to both.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::ptr;
use std::sync::{Mutex, PoisonError};
use std::task::Context;

use super::Erased;
use crate::data::Origin;

/// What depends on the future's type, and the loop's. The functions take a cell of these types, on its
/// thread.
#[derive(Clone, Copy)]
pub(super) struct VTable {
    /// Polls the future once; on its end drops it and leaves the value or the error in the body.
    pub(super) poll: unsafe fn(Erased, &mut Context<'_>) -> bool,
    /// Drops the future, and leaves a panic of its destructor in the body.
    pub(super) drop_future: unsafe fn(Erased),
    /// Drops the value that the body holds.
    pub(super) drop_value: unsafe fn(Erased),
    /// How far from the header the body lies.
    pub(super) body: usize,
    /// Frees the memory; the body holds nothing any more. May be called on any thread.
    pub(super) free: unsafe fn(Erased),
    /// Gives the future's type, for those who read it.
    pub(super) future: fn() -> &'static str,
}

/// A type of future, and a place in the source. Made once in a process, and never freed: there are no
/// more of them than the program has lines that spawn, times the types that they spawn.
pub(super) struct Kind {
    /// What depends on the future's type: a copy, so that a poll is one step from here.
    pub(super) vtable: VTable,
    /// The type's own.
    original: &'static VTable,
    /// Where such a task was spawned.
    pub(super) spawned_at: &'static Location<'static>,
}

impl Kind {
    /// Where such a task comes from.
    pub(super) fn origin(&self) -> Origin {
        Origin { at: self.spawned_at, future: self.vtable.future }
    }
}

/// The kinds of tasks that a loop has spawned lately.
pub(super) struct Kinds {
    /// Each at the place that its hash says; the newer one of two.
    recent: [Cell<Option<&'static Kind>>; N_RECENT],
}

/// A power of two.
const N_RECENT: usize = 64;

/// The kinds of the process, by the addresses of what they are made of.
static KINDS: Mutex<BTreeMap<(usize, usize), &'static Kind>> = Mutex::new(BTreeMap::new());

impl Kinds {
    pub(super) fn new() -> Kinds {
        Kinds { recent: [const { Cell::new(None) }; N_RECENT] }
    }

    /// The kind of such a task.
    pub(super) fn kind(
        &self,
        vtable: &'static VTable,
        spawned_at: &'static Location<'static>,
    ) -> &'static Kind {
        let recent = &self.recent[hash(vtable, spawned_at)];
        match recent.get() {
            Some(kind)
                if ptr::eq(kind.original, vtable) && ptr::eq(kind.spawned_at, spawned_at) =>
            {
                kind
            }
            _ => {
                let kind = find_or_make(vtable, spawned_at);
                recent.set(Some(kind));
                kind
            }
        }
    }
}

/// Less than `N_RECENT`.
fn hash(vtable: &VTable, spawned_at: &Location<'_>) -> usize {
    let sum = ptr::from_ref(vtable).addr().rotate_left(16) ^ ptr::from_ref(spawned_at).addr();
    let mixed = (sum as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % N_RECENT
}

/// Looks among all of the process.
#[cold]
fn find_or_make(vtable: &'static VTable, spawned_at: &'static Location<'static>) -> &'static Kind {
    let mut kinds = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (ptr::from_ref(vtable).addr(), ptr::from_ref(spawned_at).addr());
    kinds.entry(key).or_insert_with(|| {
        Box::leak(Box::new(Kind { vtable: *vtable, original: vtable, spawned_at }))
    })
}
