//! Whom each timer wakes, in eight bytes: a task is its number, any other is a place in a list beside.
//!
//! Invariant: a task's number is above [`PLACES`], since serials begin with one; a place is below it.

use crate::data::TaskId;
use crate::structures::wake::Wake;

/// So many places there are beside the tasks.
const PLACES: u64 = 1 << 32;

/// Whom to wake, by the slots of timers.
#[derive(Default)]
pub(super) struct Wakes {
    /// A task's number, or a place in `foreign`.
    words: Vec<u64>,
    /// Wakers of other executors.
    foreign: Vec<Option<Wake>>,
    /// The places in `foreign` that are free.
    free: Vec<u32>,
}

impl Wakes {
    pub(super) fn push(&mut self, wake: Wake) {
        let word = self.word(wake);
        self.words.push(word);
    }

    /// Puts another one in the place of one that was taken.
    #[inline]
    pub(super) fn put(&mut self, slot: u32, wake: Wake) {
        self.words[slot as usize] = self.word(wake);
    }

    /// Takes one out, once; its word means nothing then.
    #[inline]
    pub(super) fn take(&mut self, slot: u32) -> Wake {
        let word = self.words[slot as usize];
        match task(word) {
            Some(task) => Wake::Task(task),
            None => self.take_foreign(word),
        }
    }

    #[cold]
    fn take_foreign(&mut self, word: u64) -> Wake {
        let wake = self.foreign[word as usize].take().expect("it was not taken before");
        self.free.push(word as u32);
        if self.free.len() == self.foreign.len() {
            (self.foreign, self.free) = Default::default();
        }
        wake
    }

    /// What `look` finds at one.
    #[inline]
    pub(super) fn look<R>(&self, slot: u32, look: impl FnOnce(&Wake) -> R) -> R {
        let word = self.words[slot as usize];
        match task(word) {
            Some(task) => look(&Wake::Task(task)),
            None => look(self.foreign[word as usize].as_ref().expect("it was not taken before")),
        }
    }

    pub(super) fn swap(&mut self, a: u32, b: u32) {
        self.words.swap(a as usize, b as usize);
    }

    /// Forgets all slots but the first `n`: the others were taken.
    pub(super) fn shrink(&mut self, n: usize) {
        self.words.truncate(n);
        self.words.shrink_to_fit();
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.words.capacity() + self.foreign.capacity() + self.free.capacity()
    }

    #[inline]
    fn word(&mut self, wake: Wake) -> u64 {
        match wake {
            Wake::Task(task) => task.number(),
            foreign => self.keep_foreign(foreign),
        }
    }

    #[cold]
    fn keep_foreign(&mut self, wake: Wake) -> u64 {
        if let Some(place) = self.free.pop() {
            self.foreign[place as usize] = Some(wake);
            return place.into();
        }
        self.foreign.push(Some(wake));
        self.foreign.len() as u64 - 1
    }
}

/// The task of a word, if it is one.
#[inline]
fn task(word: u64) -> Option<TaskId> {
    TaskId::of_number(word).filter(|_| word >= PLACES)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Wake as StdWake, Waker};

    use super::Wakes;
    use crate::data::TaskId;
    use crate::structures::wake::Wake;

    struct Bell;

    impl StdWake for Bell {
        fn wake(self: Arc<Bell>) {}
    }

    #[test]
    fn tasks_and_foreign_wakers_come_back_as_they_went_in_and_leave_no_room_behind() {
        let bells: Vec<_> = (0..100).map(|_| Arc::new(Bell)).collect();
        let mut wakes = Wakes::default();
        for round in 0..3 {
            for (n, bell) in bells.iter().enumerate() {
                let n = n as u32;
                let (task, bell) = (TaskId::new(n, n + 1), Waker::from(Arc::clone(bell)));
                if round == 0 {
                    wakes.push(Wake::Task(task));
                    wakes.push(Wake::Foreign(bell));
                } else {
                    wakes.put(2 * n, Wake::Foreign(bell));
                    wakes.put(2 * n + 1, Wake::Task(task));
                }
            }
            let is_task = |slot: u32| slot % 2 == u32::from(round > 0);
            for slot in 0..200 {
                let expected = is_task(slot).then(|| TaskId::new(slot / 2, slot / 2 + 1));
                assert_eq!(wakes.look(slot, Wake::task), expected);
            }
            // Not in the order in which they came.
            for slot in (0..200).rev() {
                assert_eq!(wakes.take(slot).task().is_some(), is_task(slot));
            }
            assert!(bells.iter().all(|it| Arc::strong_count(it) == 1));
            assert_eq!(wakes.foreign.capacity() + wakes.free.capacity(), 0);
        }
        wakes.shrink(0);
        assert_eq!(wakes.capacity(), 0);
    }
}
