//! The map in which a loop keeps its times, the earliest first.

use std::collections;
use std::fmt;
use std::mem;

use super::told::Told;
use crate::listen::happened;
use crate::recording::Event;
use crate::sealed;
use crate::time::compared_in;

/// `std`'s `BTreeMap`; in a recording, what is put into it with a time and what is taken out is told.
///
/// The time of a key is the first [`Instant`](crate::time::Instant) that it compares. There is what a map of
/// times needs, and no more.
///
/// # Examples
///
/// ```
/// use world::collections::BTreeMap;
/// use world::time::{Duration, Instant};
/// use world::Event;
///
/// let recording = world::record(|| {
///     let mut times = BTreeMap::new();
///     times.insert((Instant::now() + Duration::from_secs(1), 7), "tea");
///     assert_eq!(times.pop_first().map(|(_, what)| what), Some("tea"));
/// });
/// let at = Duration::from_secs(1);
/// assert_eq!(recording.moments()[0].event, Event::TimerSet { timer: 0, at });
/// assert_eq!(recording.moments()[1].event, Event::TimerTaken { timer: 0 });
/// ```
pub struct BTreeMap<K, V> {
    /// The values, each with the number that was told.
    map: collections::BTreeMap<K, (V, Option<usize>)>,
    /// The recording in which it was made.
    told: Told,
}

impl<K, V> BTreeMap<K, V> {
    /// Makes an empty map.
    #[must_use]
    pub fn new() -> BTreeMap<K, V> {
        BTreeMap { map: collections::BTreeMap::new(), told: Told::here() }
    }

    /// The keys, the least first.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.map.keys()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Says that a value is gone.
    fn tell(&self, timer: Option<usize>, what: fn(usize) -> Event) {
        if let Some(timer) = timer.filter(|_| self.told.is_here()) {
            happened(what(timer));
        }
    }
}

impl<K: Ord, V> BTreeMap<K, V> {
    /// Keeps `value` under `key`; returns what was kept there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let at = if self.told.is_here() { compared_in(&key) } else { None };
        let set = at.and_then(|at| {
            let timer = sealed::with(|world| {
                world.n_timers += 1;
                world.n_timers - 1
            })?;
            Some((timer, at))
        });
        let before = self.map.insert(key, (value, set.map(|(timer, _)| timer)));
        let before = before.map(|(value, timer)| {
            self.tell(timer, |timer| Event::TimerUnset { timer });
            value
        });
        if let Some((timer, at)) = set {
            happened(Event::TimerSet { timer, at });
        }
        before
    }

    /// Takes out the first, whose time has come.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let (key, (value, timer)) = self.map.pop_first()?;
        self.tell(timer, |timer| Event::TimerTaken { timer });
        Some((key, value))
    }

    /// Takes out the last, as if its time had come.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let (key, (value, timer)) = self.map.pop_last()?;
        self.tell(timer, |timer| Event::TimerTaken { timer });
        Some((key, value))
    }

    /// Takes out what is kept under `key`, and is given up.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let (value, timer) = self.map.remove(key)?;
        self.tell(timer, |timer| Event::TimerUnset { timer });
        Some(value)
    }
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> BTreeMap<K, V> {
        BTreeMap::new()
    }
}

impl<K, V> Drop for BTreeMap<K, V> {
    /// Drops the values, in order, and says of each that it is given up.
    fn drop(&mut self) {
        for (_, (value, timer)) in mem::take(&mut self.map) {
            drop(value);
            self.tell(timer, |timer| Event::TimerUnset { timer });
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for BTreeMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.map.iter().map(|(key, (value, _))| (key, value))).finish()
    }
}
