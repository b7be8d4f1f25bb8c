//! The timers that are set: found by their time, and by their number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Index;
use std::vec;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timer;

/// Where a timer stands: its time, and how many were set before it.
pub(super) type Key = (u64, u64);

/// The timers that are set, earliest first.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let state = boucle_trace::record(|| boucle::sleep(Duration::from_secs(1))).state_at(3);
/// assert_eq!(state.timers.len(), 1);
/// assert_eq!(state.timers[0].at, 1_000_000_000);
/// ```
#[derive(Clone, Default)]
pub struct Timers {
    by_time: BTreeMap<Key, Timer>,
    /// The same by their numbers: two may have the same one if the recording says odd things.
    by_number: BTreeSet<(u32, Key)>,
    /// How many were set: between two of the same time the first one is first.
    n_set: u64,
}

impl Timers {
    /// How many timers are set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::State::default().timers.len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_time.len()
    }

    /// Whether none is.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(boucle_trace::State::default().timers.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_time.is_empty()
    }

    /// The timers, earliest first.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::State::default().timers.iter().count(), 0);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Timer> {
        self.by_time.values()
    }

    /// Sets a timer: it comes after those of the same time.
    pub(super) fn set(&mut self, timer: Timer) -> Key {
        self.n_set += 1;
        let key = (timer.at, self.n_set);
        self.put(key, timer);
        key
    }

    /// Puts a timer where it stood.
    pub(super) fn put(&mut self, key: Key, timer: Timer) {
        self.by_time.insert(key, timer);
        self.by_number.insert((timer.number, key));
    }

    /// Takes out the earliest timer with this number.
    pub(super) fn take(&mut self, number: u32) -> Option<(Key, Timer)> {
        let (_, key) = *self.by_number.range((number, (0, 0))..).next()?;
        let timer = *self.by_time.get(&key)?;
        (timer.number == number).then(|| {
            self.remove(key);
            (key, timer)
        })
    }

    /// Takes out the timer that stands here.
    pub(super) fn remove(&mut self, key: Key) {
        if let Some(timer) = self.by_time.remove(&key) {
            self.by_number.remove(&(timer.number, key));
        }
    }
}

impl Index<usize> for Timers {
    type Output = Timer;

    /// The timer at a place, from 0, after a walk over those before it.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    fn index(&self, place: usize) -> &Timer {
        self.iter().nth(place).expect("there are so many timers")
    }
}

impl IntoIterator for Timers {
    type Item = Timer;
    type IntoIter = vec::IntoIter<Timer>;

    fn into_iter(self) -> vec::IntoIter<Timer> {
        self.iter().copied().collect::<Vec<_>>().into_iter()
    }
}

impl PartialEq for Timers {
    fn eq(&self, other: &Timers) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Timers {}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Timers {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Timers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Timers, D::Error> {
        let all = Vec::<Timer>::deserialize(from)?;
        if !all.is_sorted_by_key(|it| it.at) {
            return Err(D::Error::custom("the timers are not in the order of their times"));
        }
        let mut timers = Timers::default();
        for timer in all {
            timers.set(timer);
        }
        Ok(timers)
    }
}
