//! The map in which a loop keeps its tasks.

use std::borrow::Borrow;
use std::collections;
use std::fmt;
use std::hash::Hash;
use std::ops::Deref;

use super::queue::drop_told;
use super::told::{self, Told};
use crate::sealed;

/// `std`'s `HashMap`; in a recording it is known which task each of its numbers means.
///
/// What only reads is `std`'s own; of what changes it there is what a map of tasks needs.
///
/// # Examples
///
/// ```
/// use std::pin::Pin;
/// use world::collections::{HashMap, VecDeque};
/// use world::{Event, TaskId};
///
/// let recording = world::record(|| {
///     let mut tasks: HashMap<usize, Pin<Box<dyn Future<Output = ()>>>> = HashMap::new();
///     let mut ready = VecDeque::new();
///     tasks.insert(70, Box::pin(async {}));
///     ready.push_back(70_usize);
/// });
/// let queued = Event::Queued { task: TaskId(1), by: None, first: false };
/// assert_eq!(recording.moments()[0].event, queued);
/// ```
pub struct HashMap<K: 'static, V: 'static> {
    /// The values.
    map: collections::HashMap<K, V>,
    /// The recording in which it was made.
    told: Told,
}

impl<K, V> HashMap<K, V> {
    /// Makes an empty map.
    #[must_use]
    pub fn new() -> HashMap<K, V> {
        HashMap { map: collections::HashMap::new(), told: Told::here() }
    }
}

impl<K: Eq + Hash, V> HashMap<K, V> {
    /// Keeps `value` under `key`; returns what was kept there before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let (true, Some(number), Some(address)) =
            (self.told.is_here(), told::number(&key), told::address(&value))
        {
            sealed::with(|world| {
                let task = world.task_at(address);
                world.numbers.insert(number, task);
            });
        }
        self.map.insert(key, value)
    }

    /// Takes out what is kept under `key`.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.map.remove(key)
    }
}

impl<K, V> Default for HashMap<K, V> {
    fn default() -> HashMap<K, V> {
        HashMap::new()
    }
}

impl<K, V> Deref for HashMap<K, V> {
    type Target = collections::HashMap<K, V>;

    fn deref(&self) -> &collections::HashMap<K, V> {
        &self.map
    }
}

impl<K, V> Drop for HashMap<K, V> {
    /// Drops the values, and says of each task that it is gone: the oldest first, for `std`'s order is
    /// another one each time.
    fn drop(&mut self) {
        let mut values: Vec<_> = self.map.drain().map(|(_, value)| value).collect();
        values.sort_by_cached_key(|value| self.told.task(value));
        values.into_iter().for_each(|value| drop_told(&self.told, value));
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for HashMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}
