//! The descriptors of a loop: found by the key that the system gives back with an event.
//!
//! A key names a place for good, but a descriptor may move in memory: a place is only a small note that
//! says where it is. So the room of a burst is given back while some of it live on.

use super::Key;
use crate::structures::room::give_back;

/// The end of the list of free places.
const NONE: u32 = u32::MAX;
/// With room for no more than this, none is given back.
const SMALL: usize = 32;

/// What there is at each place.
#[derive(Debug)]
pub(super) struct Places<P> {
    /// The places; the last one is taken.
    places: Vec<Place>,
    /// The first place that is free.
    free: u32,
    /// Those that are there, in no order.
    all: Vec<Entry<P>>,
}

/// One place.
#[derive(Debug)]
enum Place {
    /// Where in `all` the one is that has it.
    Taken(u32),
    /// The free places before and after it in their list.
    Free { previous: u32, next: u32 },
}

/// What there is at one place.
#[derive(Debug)]
struct Entry<P> {
    /// The place, and whose it is: an event for one who had the place before finds nobody.
    key: Key,
    value: P,
}

impl<P> Default for Places<P> {
    fn default() -> Places<P> {
        Places { places: Vec::new(), free: NONE, all: Vec::new() }
    }
}

impl<P> Places<P> {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The place that the next one is given.
    pub(super) fn vacant(&self) -> usize {
        if self.free == NONE { self.places.len() } else { self.free as usize }
    }

    /// Puts something at the place of a key, which is the vacant one.
    pub(super) fn insert(&mut self, key: Key, value: P) {
        assert_eq!(key.place(), self.vacant(), "a key is made for the place that is vacant");
        let at = u32::try_from(self.all.len()).ok().filter(|it| *it != NONE);
        let taken = Place::Taken(at.expect("fewer than four billion descriptors are open at once"));
        if key.place() < self.places.len() {
            self.unlink(key.place());
            self.places[key.place()] = taken;
        } else {
            self.places.push(taken);
        }
        self.all.push(Entry { key, value });
    }

    /// What has this key.
    pub(super) fn get(&self, key: Key) -> Option<&P> {
        self.find(key).map(|at| &self.all[at].value)
    }

    /// What has this key, to be changed.
    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut P> {
        self.find(key).map(|at| &mut self.all[at].value)
    }

    /// Takes out what has this key.
    pub(super) fn remove(&mut self, key: Key) -> Option<P> {
        let at = self.find(key)?;
        let removed = self.all.swap_remove(at);
        if let Some(moved) = self.all.get(at) {
            self.places[moved.key.place()] = Place::Taken(at as u32);
        }
        let next = std::mem::replace(&mut self.free, key.place() as u32);
        if let Some(Place::Free { previous, .. }) = self.places.get_mut(next as usize) {
            *previous = key.place() as u32;
        }
        self.places[key.place()] = Place::Free { previous: NONE, next };
        while let Some(Place::Free { .. }) = self.places.last() {
            self.unlink(self.places.len() - 1);
            self.places.pop();
        }
        give_back(&mut self.all, SMALL);
        give_back(&mut self.places, SMALL);
        Some(removed.value)
    }

    /// All that is there, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &P)> {
        self.all.iter().map(|it| (it.key, &it.value))
    }

    /// All that is there, to be changed.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut P> {
        self.all.iter_mut().map(|it| &mut it.value)
    }

    /// Where in `all` the one is that has this key.
    fn find(&self, key: Key) -> Option<usize> {
        let Some(Place::Taken(at)) = self.places.get(key.place()) else { return None };
        let at = *at as usize;
        (self.all[at].key == key).then_some(at)
    }

    /// Takes a free place out of the list of those.
    fn unlink(&mut self, place: usize) {
        let Place::Free { previous, next } = self.places[place] else { return };
        match self.places.get_mut(previous as usize) {
            Some(Place::Free { next: it, .. }) => *it = next,
            _ => self.free = next,
        }
        if let Some(Place::Free { previous: it, .. }) = self.places.get_mut(next as usize) {
            *it = previous;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Places};

    /// Puts in a number with a key of its own.
    fn put(places: &mut Places<u64>, n: u64) -> Key {
        let key = Key::new(places.vacant(), n).expect("there are few");
        places.insert(key, n);
        key
    }

    #[test]
    fn what_is_put_in_is_found_by_its_key_until_it_is_taken_out() {
        let mut places = Places::default();
        let mut model: Vec<(Key, u64)> = Vec::new();
        let mut gone = Vec::new();
        let mut state = 7_u64;
        for n in 1..5_000_u64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // First more come than go, then the other way round; and so once more.
            let comes = state >> 60 < if n % 2_500 < 1_000 { 12 } else { 4 };
            if comes || model.is_empty() {
                model.push((put(&mut places, n), n));
            } else {
                let (key, value) = model.swap_remove((state >> 33) as usize % model.len());
                assert_eq!(places.remove(key), Some(value));
                gone.push(key);
            }
            assert_eq!(places.is_empty(), model.is_empty());
        }
        for (key, value) in &model {
            assert_eq!(places.get(*key), Some(value));
            *places.get_mut(*key).expect("it is there") += 1;
        }
        for key in gone {
            assert!(places.get(key).is_none() && places.remove(key).is_none());
        }
        assert_eq!(places.iter().count(), model.len());
        for (key, value) in model {
            assert_eq!(places.remove(key), Some(value + 1));
        }
    }

    #[test]
    fn the_room_of_a_burst_is_given_back_whoever_is_left() {
        const N: usize = 10_000;
        for (left, most_places) in [(0, 64), (N / 2, 2 * N), (N - 1, 2 * N)] {
            let mut places = Places::default();
            let keys: Vec<_> = (0..N as u64).map(|n| put(&mut places, n)).collect();
            for (n, key) in keys.iter().enumerate() {
                assert!(n == left || places.remove(*key) == Some(n as u64));
            }
            assert!(places.all.capacity() <= 64, "room for {}", places.all.capacity());
            assert!(places.places.capacity() <= most_places, "{} places", places.places.capacity());
            assert_eq!(places.remove(keys[left]), Some(left as u64));
            // All room for places goes with the one who had the highest.
            assert!(places.places.capacity() <= 64, "{} places", places.places.capacity());
        }
    }
}
