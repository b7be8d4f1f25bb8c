//! What of the timers does not move while their heap is put in order: where each is, and whom it wakes.
//!
//! Two lists side by side: a place and a waker have other sizes, and in one list each timer would pay
//! for what lies between them.

use super::wakes::Wakes;
use crate::structures::wake::Wake;

/// The end of the list of free slots. There are fewer slots than this.
const NO_SLOT: u32 = IS_FREE - 1;
/// Marks the position of a slot that is free; the rest of it is the next free slot.
const IS_FREE: u32 = 1 << 31;

/// The slots of a loop's timers.
pub(super) struct Slots {
    /// Where each timer is in the heap.
    positions: Vec<u32>,
    /// Whom each wakes; nobody while the slot is free.
    wakes: Wakes,
    /// The first slot that is free; each free slot names the next one. `NO_SLOT` ends the list.
    free: u32,
}

impl Default for Slots {
    fn default() -> Slots {
        Slots { positions: Vec::new(), wakes: Wakes::default(), free: NO_SLOT }
    }
}

impl Slots {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.positions.capacity().max(self.wakes.capacity())
    }

    /// Uses a slot for the timer at `position`.
    #[inline]
    pub(super) fn put(&mut self, position: usize, wake: Wake) -> u32 {
        let position = position as u32;
        let slot = self.free;
        if slot == NO_SLOT {
            let slot = u32::try_from(self.len()).ok().filter(|it| *it < NO_SLOT);
            self.positions.push(position);
            self.wakes.push(wake);
            return slot.expect("fewer than two billion timers are set at once");
        }
        self.free = self.positions[slot as usize] & !IS_FREE;
        self.positions[slot as usize] = position;
        self.wakes.put(slot, wake);
        slot
    }

    /// Frees a slot that is in use; whom its timer was to wake.
    #[inline]
    pub(super) fn take(&mut self, slot: u32) -> Wake {
        self.positions[slot as usize] = IS_FREE | self.free;
        self.free = slot;
        self.wakes.take(slot)
    }

    /// Where in the heap the timer of a slot is; `None` if the slot is free, or is not there.
    #[inline]
    pub(super) fn position(&self, slot: u32) -> Option<usize> {
        let position = *self.positions.get(slot as usize)?;
        (!is_free(position)).then_some(position as usize)
    }

    /// The timer of a slot that is in use is at `position` now.
    #[inline]
    pub(super) fn moved(&mut self, slot: u32, position: usize) {
        self.positions[slot as usize] = position as u32;
    }

    /// What `look` finds at whom the timer of a slot wakes.
    #[inline]
    pub(super) fn look<R>(&self, slot: u32, look: impl FnOnce(&Wake) -> R) -> R {
        self.wakes.look(slot, look)
    }

    /// Lets the timer of a slot wake another one; whom it was to wake.
    #[inline]
    pub(super) fn replace(&mut self, slot: u32, wake: Wake) -> Wake {
        let before = self.wakes.take(slot);
        self.wakes.put(slot, wake);
        before
    }

    /// Moves what is in one slot to another, which is free.
    pub(super) fn move_to(&mut self, from: u32, to: u32) {
        self.positions.swap(from as usize, to as usize);
        self.wakes.swap(from, to);
    }

    /// Gives all slots back but the first `n`; of the others none is in use.
    pub(super) fn shrink(&mut self, n: usize) {
        self.positions.truncate(n);
        self.positions.shrink_to_fit();
        self.wakes.shrink(n);
        self.free = NO_SLOT;
        for slot in (0..self.positions.len()).rev() {
            if is_free(self.positions[slot]) {
                self.positions[slot] = IS_FREE | self.free;
                self.free = slot as u32;
            }
        }
    }

    /// All that are to be woken, in the order of their slots.
    pub(super) fn take_all(mut self) -> Vec<Wake> {
        let are_used = (0..self.len() as u32).filter(|slot| self.position(*slot).is_some());
        are_used.collect::<Vec<_>>().into_iter().map(|slot| self.wakes.take(slot)).collect()
    }
}

#[inline]
fn is_free(position: u32) -> bool {
    position & IS_FREE != 0
}
