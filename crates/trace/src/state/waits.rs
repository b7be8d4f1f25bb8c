//! What one task waits for: a list, and if it is long also an index of the times.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Index;
use std::vec;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Wait;
use crate::event::On;

/// More than so many are kept with an index.
const FEW: usize = 16;

/// What a task said that it waits for, in the order in which it said so.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let trace = boucle_trace::record(|| boucle::sleep(Duration::from_secs(1)));
/// let task = trace.state_at(5).tasks.into_values().next().unwrap();
/// assert_eq!((task.waits.len(), task.waits[0].at), (1, 0));
/// ```
#[derive(Clone, Default)]
pub struct Waits(Form);

#[derive(Clone)]
enum Form {
    Few(Vec<Wait>),
    Many(Box<Many>),
}

/// Many waits.
#[derive(Clone, Default)]
struct Many {
    /// By their positions, which are their order.
    waits: BTreeMap<u64, Wait>,
    /// When those for a time are over that have no number, and their positions.
    ends: BTreeSet<(u64, u64)>,
    /// The positions of those that have a number, by that.
    numbers: BTreeMap<u32, u64>,
}

impl Default for Form {
    fn default() -> Form {
        Form::Few(Vec::new())
    }
}

impl Waits {
    /// How many there are.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::TaskState::default().waits.len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Few(waits) => waits.len(),
            Form::Many(many) => many.waits.len(),
        }
    }

    /// Whether there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(boucle_trace::TaskState::default().waits.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, the first first.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle_trace::TaskState::default().waits.iter().count(), 0);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Wait> {
        let (few, many) = match &self.0 {
            Form::Few(waits) => (Some(waits), None),
            Form::Many(many) => (None, Some(&many.waits)),
        };
        few.into_iter().flatten().chain(many.into_iter().flat_map(BTreeMap::values))
    }

    /// Adds one at its place, which is by its position.
    pub(super) fn insert(&mut self, wait: Wait) {
        match &mut self.0 {
            Form::Few(waits) if waits.len() < FEW => {
                let place = waits.partition_point(|it| it.position <= wait.position);
                waits.insert(place, wait);
            }
            Form::Few(waits) => {
                let mut many = Box::<Many>::default();
                std::mem::take(waits).into_iter().for_each(|it| many.insert(it));
                many.insert(wait);
                self.0 = Form::Many(many);
            }
            Form::Many(many) => many.insert(wait),
        }
    }

    /// Takes the last one out.
    pub(super) fn pop(&mut self) -> Option<Wait> {
        match &mut self.0 {
            Form::Few(waits) => waits.pop(),
            Form::Many(many) => {
                let last = *many.waits.last_key_value()?.0;
                many.remove(last)
            }
        }
    }

    /// Takes out the one with this number.
    pub(super) fn take(&mut self, number: u32) -> Option<Wait> {
        match &mut self.0 {
            Form::Few(waits) => {
                let place = waits.iter().rposition(|it| it.number == Some(number))?;
                Some(waits.remove(place))
            }
            Form::Many(many) => {
                let position = *many.numbers.get(&number)?;
                many.remove(position)
            }
        }
    }

    /// Takes out the one without a number whose time is next to `at`; of two that are equally near, the first.
    pub(super) fn take_nearest(&mut self, at: u64) -> Option<Wait> {
        match &mut self.0 {
            Form::Few(waits) => {
                let away = |it: &usize| end(&waits[*it]).map(|end| end.abs_diff(at));
                let timed = (0..waits.len()).filter(|it| away(it).is_some());
                let place = timed.min_by_key(away)?;
                Some(waits.remove(place))
            }
            Form::Many(many) => {
                let before = many.ends.range(..=(at, u64::MAX)).next_back();
                // Of those that end at the same time, the first.
                let before = before.and_then(|it| many.ends.range((it.0, 0)..).next());
                let after = at.checked_add(1).and_then(|it| many.ends.range((it, 0)..).next());
                let nearest = before.into_iter().chain(after);
                let (_, position) = *nearest.min_by_key(|it| (it.0.abs_diff(at), it.1))?;
                many.remove(position)
            }
        }
    }
}

/// When a wait is over, if it is for a time, and has no number by which that is told.
fn end(wait: &Wait) -> Option<u64> {
    match wait.on {
        On::Time(after) if wait.number.is_none() => Some(wait.at.saturating_add(after)),
        _ => None,
    }
}

impl Many {
    fn insert(&mut self, wait: Wait) {
        if let Some(end) = end(&wait) {
            self.ends.insert((end, wait.position));
        }
        if let Some(number) = wait.number {
            self.numbers.insert(number, wait.position);
        }
        self.waits.insert(wait.position, wait);
    }

    fn remove(&mut self, position: u64) -> Option<Wait> {
        let wait = self.waits.remove(&position)?;
        if let Some(end) = end(&wait) {
            self.ends.remove(&(end, position));
        }
        if let Some(number) = wait.number {
            self.numbers.remove(&number);
        }
        Some(wait)
    }
}

impl Index<usize> for Waits {
    type Output = Wait;

    /// The one at a place, from 0, after a walk over those before it.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    fn index(&self, place: usize) -> &Wait {
        self.iter().nth(place).expect("there are so many waits")
    }
}

impl IntoIterator for Waits {
    type Item = Wait;
    type IntoIter = vec::IntoIter<Wait>;

    fn into_iter(self) -> vec::IntoIter<Wait> {
        self.iter().cloned().collect::<Vec<_>>().into_iter()
    }
}

impl PartialEq for Waits {
    fn eq(&self, other: &Waits) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Eq for Waits {}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Waits {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Waits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Waits, D::Error> {
        let all = Vec::<Wait>::deserialize(from)?;
        if !all.is_sorted_by(|one, next| one.position < next.position) {
            return Err(D::Error::custom("the waits of a task are not in the order of the events"));
        }
        let mut waits = Waits::default();
        all.into_iter().for_each(|it| waits.insert(it));
        Ok(waits)
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Waits};
    use crate::event::On;
    use crate::state::Wait;

    #[test]
    fn a_wait_with_a_number_ends_by_that_and_by_no_time() {
        for n in [3, 3 * FEW as u64] {
            let mut waits = Waits::default();
            for position in 0..n {
                let (on, number) = (On::Time(position), Some(position as u32));
                waits.insert(Wait { position, at: 0, on, object: None, place: None, number });
            }
            assert_eq!(waits.take_nearest(1), None);
            assert_eq!(waits.take(1).map(|it| it.position), Some(1));
            assert_eq!((waits.take(1), waits.len() as u64), (None, n - 1));
            // The number is given again.
            let on = On::Thread;
            let again = Wait { position: n, at: 0, on, object: None, place: None, number: Some(1) };
            waits.insert(again.clone());
            assert_eq!(waits.take(1), Some(again));
            assert_eq!(waits.take(0).map(|it| it.position), Some(0));
        }
    }

    #[test]
    fn of_many_the_same_one_is_the_nearest_as_of_few() {
        let mut chance = 7_u64;
        let mut next = |most: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (chance >> 33) % most
        };
        for _ in 0..50 {
            let (mut waits, mut plain) = (Waits::default(), Vec::new());
            for position in 0..3 * FEW as u64 {
                let on = if next(4) == 0 { On::Thread } else { On::Time(next(30)) };
                let wait =
                    Wait { position, at: next(5), on, object: None, place: None, number: None };
                waits.insert(wait.clone());
                plain.push(wait);
            }
            for _ in 0..2 * FEW {
                let at = next(40);
                let away = |it: &Wait| super::end(it).map(|end| end.abs_diff(at));
                let timed = (0..plain.len()).filter(|it| away(&plain[*it]).is_some());
                let expected = timed.min_by_key(|it| away(&plain[*it])).map(|it| plain.remove(it));
                assert_eq!(waits.take_nearest(at), expected);
                assert!(waits.iter().eq(&plain));
            }
        }
    }
}
