//! Deadlines in order: a heap that knows where each timer is, so that one can be taken out.
//!
//! Invariants: `heap` is a heap of four children a node, by (deadline, number); for each place in it,
//! `slots[entry.slot].position` is that place. So timers fire by deadline, and those of one deadline
//! in the order in which they were set. A timer that fired or was removed keeps no waker; its slot is
//! used again, and all are freed when no timer is left.
//!
//! Road: stage 9.

use crate::task::TaskId;
use crate::wake::Wake;

/// The timers of a loop.
#[derive(Default)]
pub(crate) struct Timers {
    /// The timers that are set, the next one first.
    heap: Vec<Entry>,
    /// What does not move while the heap is put in order.
    slots: Vec<Slot>,
    /// The first slot that is free; each free slot names the next one. `NO_SLOT` ends the list.
    free: u32,
    /// How many timers were ever set, modulo four billion.
    n_set: u32,
}

/// A timer's place in the heap; sixteen bytes, so that the four children of a node lie together.
#[derive(Clone, Copy)]
struct Entry {
    deadline: u64,
    /// The how-many-th timer it is: breaks ties, and tells old keys from new ones.
    number: u32,
    slot: u32,
}

impl Entry {
    /// Whether this one fires before `other`. Of two with one deadline it is the one that was set
    /// first, unless two billion others were set in between.
    fn precedes(&self, other: &Entry) -> bool {
        let first = self.number.wrapping_sub(other.number) > u32::MAX / 2;
        self.deadline < other.deadline || (self.deadline == other.deadline && first)
    }
}

/// What a timer is beside its place.
struct Slot {
    /// Where in the heap; or the next free slot.
    position: u32,
    /// Its number; of no meaning while free.
    number: u32,
    /// Whom to wake; `None` while free.
    wake: Option<Wake>,
}

/// The end of the list of free slots.
const NO_SLOT: u32 = u32::MAX;
/// Children of a node: four share a cache line or two, and the heap is half as high as with two.
const ARITY: usize = 4;
/// Below this many, memory is not given back.
const SMALL: usize = 64;

/// A timer that was set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    slot: u32,
    number: u32,
}

impl Timers {
    pub(crate) fn new() -> Timers {
        Timers { free: NO_SLOT, ..Timers::default() }
    }

    /// Sets a timer.
    pub(crate) fn insert(&mut self, deadline: u64, wake: Wake) -> TimerKey {
        let number = self.n_set;
        self.n_set = self.n_set.wrapping_add(1);
        let position = self.heap.len();
        let slot = Slot { position: position as u32, number, wake: Some(wake) };
        let index = self.free;
        let index = if index == NO_SLOT {
            let index = u32::try_from(self.slots.len()).ok().filter(|it| *it != NO_SLOT);
            self.slots.push(slot);
            index.expect("fewer than four billion timers are set at once")
        } else {
            self.free = self.slots[index as usize].position;
            self.slots[index as usize] = slot;
            index
        };
        self.heap.push(Entry { deadline, number, slot: index });
        self.sift_up(position);
        TimerKey { slot: index, number }
    }

    /// Whether it is set: neither fired nor removed.
    pub(crate) fn is_set(&self, key: TimerKey) -> bool {
        let slot = self.slots.get(key.slot as usize);
        slot.is_some_and(|slot| slot.wake.is_some() && slot.number == key.number)
    }

    /// Whom it wakes, to be changed; `None` if it is not set.
    pub(crate) fn wake_mut(&mut self, key: TimerKey) -> Option<&mut Wake> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        slot.wake.as_mut().filter(|_| slot.number == key.number)
    }

    /// Takes a timer out, if it is set; whom it would have woken is for the caller to drop.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Wake> {
        if !self.is_set(key) {
            return None;
        }
        let position = self.slots[key.slot as usize].position as usize;
        Some(self.take(position))
    }

    /// Takes the next timer out, if its deadline has come.
    pub(crate) fn fire(&mut self, now: u64) -> Option<Wake> {
        let first = self.heap.first()?;
        (first.deadline <= now).then(|| self.take(0))
    }

    /// The next deadline.
    pub(crate) fn next(&self) -> Option<u64> {
        self.heap.first().map(|entry| entry.deadline)
    }

    /// When each task of this loop that waits for a time will be woken, in no order.
    pub(crate) fn deadlines(&self) -> impl Iterator<Item = (TaskId, u64)> {
        self.heap.iter().filter_map(|entry| match self.slots[entry.slot as usize].wake {
            Some(Wake::Task(id)) => Some((id, entry.deadline)),
            _ => None,
        })
    }

    /// Takes out the timer at `position`, and puts the last one in its place.
    fn take(&mut self, position: usize) -> Wake {
        let entry = self.heap.swap_remove(position);
        if position < self.heap.len() {
            self.slots[self.heap[position].slot as usize].position = position as u32;
            if position > 0 && self.precedes(position, (position - 1) / ARITY) {
                self.sift_up(position);
            } else {
                self.sift_down(position);
            }
        }

        let slot = &mut self.slots[entry.slot as usize];
        slot.position = self.free;
        self.free = entry.slot;
        let wake = slot.wake.take().expect("a timer in the heap is set");
        self.give_back();
        wake
    }

    /// Gives memory back once three quarters of it are unused.
    fn give_back(&mut self) {
        if self.heap.capacity() > SMALL && self.heap.len() < self.heap.capacity() / 4 {
            self.heap.shrink_to((self.heap.len() * 2).max(SMALL));
        }
        if self.heap.is_empty() && self.slots.len() > SMALL {
            // No slot is in use; a key of before finds none, or one with another number.
            self.slots = Vec::new();
            self.free = NO_SLOT;
        }
    }

    fn precedes(&self, a: usize, b: usize) -> bool {
        self.heap[a].precedes(&self.heap[b])
    }

    fn sift_up(&mut self, mut position: usize) {
        while position > 0 {
            let parent = (position - 1) / ARITY;
            if !self.precedes(position, parent) {
                break;
            }
            self.swap(position, parent);
            position = parent;
        }
    }

    fn sift_down(&mut self, mut position: usize) {
        loop {
            let first = position * ARITY + 1;
            let children = first..(first + ARITY).min(self.heap.len());
            let least = children.reduce(|a, b| if self.precedes(b, a) { b } else { a });
            match least {
                Some(least) if self.precedes(least, position) => {
                    self.swap(position, least);
                    position = least;
                }
                _ => break,
            }
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.heap.swap(a, b);
        self.slots[self.heap[a].slot as usize].position = a as u32;
        self.slots[self.heap[b].slot as usize].position = b as u32;
    }
}
