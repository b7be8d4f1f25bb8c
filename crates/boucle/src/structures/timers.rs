//! Deadlines in order: a heap that knows where each timer is, so that one can be taken out.
//!
//! Invariants: `heap` is a heap of four children a node, by (deadline, number); for each place in it,
//! `slots` says that `entry.slot` is at that place. So timers fire by deadline, and those of one deadline
//! in the order in which they were set. A timer that fired or was removed keeps no waker; its slot is
//! used again. When few slots of many are in use the timers move together and the others are freed;
//! `moved` then tells for old keys where their timers are.
//!
//! Road: stage 9.

mod slots;
mod wakes;

use std::cmp::Reverse;
use std::mem;

use self::slots::Slots;

use crate::data::TaskId;
use crate::structures::wake::Wake;

/// The timers of a loop.
#[derive(Default)]
pub(crate) struct Timers {
    /// The timers that are set, the next one first.
    heap: Vec<Entry>,
    /// What does not move while the heap is put in order.
    slots: Slots,
    /// Timers that have left the slot that their key names: number and slot, by number. Some may have
    /// fired since.
    moved: Vec<(u32, u32)>,
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

/// Children of a node: four share a cache line or two, and the heap is half as high as with two.
const ARITY: usize = 4;
/// So many timers that are due within a grain are a crowd.
const CROWD: usize = 16;
/// Below this many, memory is not given back.
const SMALL: usize = 64;
/// One slot of so many in use is few; then half of this for each timer are kept.
const FEW: usize = 32;

/// A timer that was set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    slot: u32,
    number: u32,
}

impl TimerKey {
    /// How many timers were set before it, modulo four billion.
    pub(crate) fn number(self) -> u32 {
        self.number
    }
}

impl Timers {
    pub(crate) fn new() -> Timers {
        Timers::default()
    }

    /// Sets a timer.
    pub(crate) fn insert(&mut self, deadline: u64, wake: Wake) -> TimerKey {
        let number = self.n_set;
        self.n_set = self.n_set.wrapping_add(1);
        let position = self.heap.len();
        let slot = self.slots.put(position, wake);
        self.heap.push(Entry { deadline, number, slot });
        self.sift_up(position);
        TimerKey { slot, number }
    }

    /// A number that no timer has, for what is to be known as one is, and never fires.
    pub(crate) fn key_of_none(&mut self) -> TimerKey {
        let number = self.n_set;
        self.n_set = self.n_set.wrapping_add(1);
        TimerKey { slot: u32::MAX, number }
    }

    /// What `look` finds at whom a timer wakes; `None` if it is not set any more.
    pub(crate) fn look<R>(&self, key: TimerKey, look: impl FnOnce(&Wake) -> R) -> Option<R> {
        self.slot_of(key).map(|slot| self.slots.look(slot, look))
    }

    /// Lets a timer wake another one; whom it was to wake, or the other one if it is not set any more.
    pub(crate) fn replace(&mut self, key: TimerKey, wake: Wake) -> Result<Wake, Wake> {
        match self.slot_of(key) {
            Some(slot) => Ok(self.slots.replace(slot, wake)),
            None => Err(wake),
        }
    }

    /// Takes a timer out, if it is set; whom it would have woken is for the caller to drop.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Wake> {
        // Most are where their keys say; of the others a second look knows the place.
        if let Some(position) = self.position_of(key.slot, key.number) {
            return Some(self.take(position));
        }
        let slot = self.slot_of(key)?;
        self.slots.position(slot).map(|position| self.take(position))
    }

    /// Takes the next timer out, if its deadline has come; says its number.
    pub(crate) fn fire(&mut self, now: u64) -> Option<(u32, Wake)> {
        let first = *self.heap.first()?;
        (first.deadline <= now).then(|| (first.number, self.take(0)))
    }

    /// The next deadline.
    pub(crate) fn next(&self) -> Option<u64> {
        self.heap.first().map(|entry| entry.deadline)
    }

    /// Until when the loop may sleep so that the timers that are due close together are waited for
    /// together: the last deadline that lies at most `grain` after the first one. Of a crowd it is enough
    /// to know that it is one.
    pub(crate) fn next_together(&self, grain: u64) -> Option<u64> {
        let limit = self.next()?.saturating_add(grain);
        let (mut last, mut n_seen) = (self.next()?, 0);
        // Each that is seen has so many children at the most.
        let (mut ahead, mut n_ahead) = ([0; CROWD * ARITY], 1);
        while n_ahead > 0 {
            n_ahead -= 1;
            let position = ahead[n_ahead];
            let Some(entry) = self.heap.get(position).filter(|it| it.deadline <= limit) else {
                continue;
            };
            last = last.max(entry.deadline);
            n_seen += 1;
            if n_seen >= CROWD {
                return Some(limit);
            }
            for child in 1..=ARITY {
                ahead[n_ahead] = position * ARITY + child;
                n_ahead += 1;
            }
        }
        Some(last)
    }

    /// Takes all out: whom they would have woken.
    pub(crate) fn take_all(&mut self) -> Vec<Wake> {
        let taken = mem::replace(self, Timers { n_set: self.n_set, ..Timers::new() });
        taken.slots.take_all()
    }

    /// Counts them from the first one on again. There are none.
    #[cfg(feature = "explore")]
    pub(crate) fn renew(&mut self) {
        *self = Timers::new();
    }

    /// The timers that are set, the next one first: deadline, number, and the task of this loop that it wakes.
    pub(crate) fn in_order(&self) -> Vec<(u64, u32, Option<TaskId>)> {
        let mut all = self.heap.clone();
        // The one that was set first has the most behind it.
        let n_behind = |it: &Entry| self.n_set.wrapping_sub(it.number);
        all.sort_unstable_by_key(|it| (it.deadline, Reverse(n_behind(it))));
        let seen = |it: Entry| (it.deadline, it.number, self.slots.look(it.slot, Wake::task));
        all.into_iter().map(seen).collect()
    }

    /// The slot of a timer, if it is set: neither fired nor removed.
    fn slot_of(&self, key: TimerKey) -> Option<u32> {
        match self.holds(key.slot, key.number) {
            false if !self.moved.is_empty() => self.moved_to(key),
            is_there => is_there.then_some(key.slot),
        }
    }

    /// Where the timer of a key is that has left its slot.
    #[cold]
    fn moved_to(&self, key: TimerKey) -> Option<u32> {
        let place = self.moved.binary_search_by_key(&key.number, |it| it.0).ok()?;
        let slot = self.moved[place].1;
        self.holds(slot, key.number).then_some(slot)
    }

    /// Whether a slot is that of the timer of this number.
    fn holds(&self, slot: u32, number: u32) -> bool {
        self.position_of(slot, number).is_some()
    }

    /// Where in the heap the timer of this number is, if that is its slot.
    #[inline]
    fn position_of(&self, slot: u32, number: u32) -> Option<usize> {
        let position = self.slots.position(slot)?;
        self.heap.get(position).filter(|it| it.number == number).map(|_| position)
    }

    /// Takes out the timer at `position`, and puts the last one in its place.
    fn take(&mut self, position: usize) -> Wake {
        let entry = self.heap.swap_remove(position);
        if position < self.heap.len() {
            self.slots.moved(self.heap[position].slot, position);
            if position > 0 && self.precedes(position, (position - 1) / ARITY) {
                self.sift_up(position);
            } else {
                self.sift_down(position);
            }
        }

        let wake = self.slots.take(entry.slot);
        if self.heap.len() < self.slots.len() / FEW && self.slots.len() > SMALL {
            self.give_back();
        }
        wake
    }

    /// Gives memory back: moves the timers into the first slots, and frees the others. What it costs
    /// is little for each of those timers that are gone.
    #[cold]
    fn give_back(&mut self) {
        let n_kept = (self.heap.len() * FEW / 2).max(SMALL);
        let mut moved = mem::take(&mut self.moved);
        let free = (0..n_kept as u32).filter(|it| self.slots.position(*it).is_none());
        let movers = self.heap.iter_mut().filter(|entry| entry.slot as usize >= n_kept);
        let places: Vec<_> = movers
            .zip(free)
            .map(|(entry, to)| (mem::replace(&mut entry.slot, to), to, entry.number))
            .collect();
        for (from, to, number) in places {
            self.slots.move_to(from, to);
            moved.push((number, to));
        }
        self.slots.shrink(n_kept);
        self.heap.shrink_to(n_kept);

        moved.retain(|(number, at)| self.holds(*at, *number));
        moved.sort_unstable();
        moved.shrink_to_fit();
        self.moved = moved;
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
        self.slots.moved(self.heap[a].slot, a);
        self.slots.moved(self.heap[b].slot, b);
    }
}

#[cfg(test)]
mod tests {
    use super::{CROWD, SMALL, TimerKey, Timers};
    use crate::data::TaskId;
    use crate::structures::wake::Wake;

    /// Sets so many timers, each a nanosecond after the one before.
    /// The task that a timer of this deadline wakes.
    fn sleeper(deadline: u64) -> TaskId {
        TaskId::new(deadline as u32, 1)
    }

    fn set(timers: &mut Timers, n: u64) -> Vec<TimerKey> {
        (0..n).map(|it| timers.insert(it, Wake::Task(sleeper(it)))).collect()
    }

    /// How many slots, places in the heap and notes of moves there is memory for.
    fn capacity(timers: &Timers) -> usize {
        timers.slots.capacity() + timers.heap.capacity() + timers.moved.capacity()
    }

    #[test]
    fn memory_is_given_back_while_one_timer_of_many_is_still_set() {
        // The first one, the last one, one in the middle.
        for kept in [0, 99_999, 50_000] {
            let mut timers = Timers::new();
            let keys = set(&mut timers, 100_000);
            for key in &keys {
                assert!(*key == keys[kept] || timers.remove(*key).is_some());
            }
            assert!(capacity(&timers) <= 3 * SMALL, "{} for one timer", capacity(&timers));
            let are_set: Vec<_> =
                keys.iter().filter(|key| timers.slot_of(**key).is_some()).collect();
            assert_eq!(are_set, [&keys[kept]]);
            assert_eq!(timers.look(keys[kept], |_| ()), Some(()));
            assert!(timers.remove(keys[kept]).is_some() && timers.slot_of(keys[kept]).is_none());
        }
    }

    #[test]
    fn timers_that_are_due_close_together_are_waited_for_together() {
        let mut timers = Timers::new();
        assert_eq!(timers.next_together(10), None);
        for deadline in [100, 111, 104, 109, 105] {
            timers.insert(deadline, Wake::Task(TaskId::new(0, 1)));
        }
        assert_eq!(timers.next_together(10), Some(109), "111 is too late");
        assert_eq!(timers.next_together(0), Some(100));
        // Of a crowd nobody looks at each: not until the last one, but as long as may be.
        let mut timers = Timers::new();
        set(&mut timers, CROWD as u64 - 1);
        assert_eq!(timers.next_together(400), Some(CROWD as u64 - 2));
        set(&mut timers, 1);
        assert_eq!(timers.next_together(400), Some(400));
        set(&mut timers, 1_000);
        assert_eq!(timers.next_together(400), Some(400));
    }

    #[test]
    fn a_key_finds_its_timer_wherever_it_has_moved_and_whoever_has_its_slot() {
        let mut timers = Timers::new();
        let mut live: Vec<(TimerKey, u64)> = Vec::new();
        // Each round sets many and keeps one in sixty: those that stay move again and again.
        for round in 0..20 {
            let keys = set(&mut timers, 3_000);
            for (n, key) in keys.into_iter().enumerate() {
                if n % 60 == round {
                    live.push((key, n as u64));
                } else {
                    assert!(timers.remove(key).is_some());
                    assert!(timers.slot_of(key).is_none() && timers.remove(key).is_none());
                }
            }
            // Half of them go: some have moved, some not.
            let mut gone = Vec::new();
            for n in (0..live.len()).rev().step_by(2) {
                gone.push(live.swap_remove(n).0);
            }
            gone.iter().for_each(|key| assert!(timers.remove(*key).is_some()));
            assert!(gone.iter().all(|key| timers.slot_of(*key).is_none()));
            for (key, deadline) in &live {
                assert_eq!(timers.look(*key, Wake::task), Some(Some(sleeper(*deadline))));
            }
        }
        let mut expected: Vec<_> = live.iter().map(|it| it.1).collect();
        expected.sort_unstable();
        let fired = std::iter::from_fn(|| {
            let deadline = timers.next()?;
            timers.fire(deadline).map(|_| deadline)
        });
        assert_eq!(fired.collect::<Vec<_>>(), expected);
        assert!(live.iter().all(|(key, _)| timers.slot_of(*key).is_none()));
        assert!(capacity(&timers) <= 3 * SMALL);
    }

    #[test]
    fn a_key_of_a_timer_that_was_taken_with_all_others_finds_none_that_comes_later() {
        let mut timers = Timers::new();
        let old = set(&mut timers, 3);
        assert_eq!(timers.take_all().len(), 3);
        let new = set(&mut timers, 3);
        assert!(old.iter().all(|key| timers.remove(*key).is_none()));
        assert!(new.iter().all(|key| timers.remove(*key).is_some()));
    }
}
