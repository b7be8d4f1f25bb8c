//! For what each task waits, from the first word of it to the last: kept where somebody watches, or counts.
//!
//! Each wait has a number, the smallest ones again and again, so that those who are told of its end know which
//! it is. It is found by its [`Spot`], and by its task: the waits of a task are a list, the last one first.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::data::{Spot, TaskId, Wait, Who};

/// The end of a list: no wait has this number.
const NONE: u32 = u32::MAX;
/// Room for so many is kept when there is none.
const SMALL: usize = 64;

/// The waits of a loop's tasks that have not ended.
#[derive(Default)]
pub(crate) struct Waits {
    /// By number; the free ones are in `free`.
    all: Vec<Option<Open>>,
    /// The numbers that are free, the one that is given next last.
    free: Vec<u32>,
    /// By spot.
    spots: HashMap<Spot, u32, BuildHasherDefault<Mix>>,
    /// Of each task that waits, the wait that began last.
    lasts: HashMap<TaskId, u32, BuildHasherDefault<Mix>>,
    /// The numbers of those who poll a descriptor and do not say when they stop, by its key and whether they
    /// read: those are in no `Spot` that anybody keeps.
    pollers: HashMap<(usize, bool), Vec<u64>, BuildHasherDefault<Mix>>,
}

/// A wait that has not ended.
#[derive(Clone, Copy)]
pub(crate) struct Open {
    pub(crate) who: Who,
    pub(crate) wait: Wait,
    /// Since when.
    pub(crate) since: u64,
    /// Where it is noted.
    pub(crate) spot: Spot,
    /// Of its task's waits, the one that began before it.
    before: u32,
    /// The one that began after it.
    after: u32,
}

impl Waits {
    /// A wait begins; its number. Nothing else may be noted at its spot.
    pub(crate) fn begin(&mut self, spot: Spot, who: Who, wait: Wait, since: u64) -> u32 {
        let number = self.free.pop().unwrap_or_else(|| {
            self.all.push(None);
            u32::try_from(self.all.len() - 1).expect("fewer than four billion wait at once")
        });
        let before = self.lasts.insert(who.task, number).unwrap_or(NONE);
        if let Some(Some(before)) = self.all.get_mut(before as usize) {
            before.after = number;
        }
        self.all[number as usize] = Some(Open { who, wait, since, spot, before, after: NONE });
        self.spots.insert(spot, number);
        number
    }

    /// The wait that is noted here.
    pub(crate) fn at(&self, spot: Spot) -> Option<&Open> {
        self.all[*self.spots.get(&spot)? as usize].as_ref()
    }

    /// The wait that is noted here goes on, and what wakes its task is foreign from now on, or not any more.
    pub(crate) fn set_foreign(&mut self, spot: Spot, is_foreign: bool) {
        let open = self.spots.get(&spot).and_then(|it| self.all[*it as usize].as_mut());
        if let Some(open) = open {
            open.who.is_foreign = is_foreign;
        }
    }

    /// The wait that is noted here ends: what it was, and its number.
    pub(crate) fn end(&mut self, spot: Spot) -> Option<(Open, u32)> {
        let number = self.spots.remove(&spot)?;
        let open = self.all[number as usize].take().expect("a spot names a wait");
        self.free.push(number);
        if let Some(Some(before)) = self.all.get_mut(open.before as usize) {
            before.after = open.after;
        }
        match self.all.get_mut(open.after as usize) {
            Some(Some(after)) => after.before = open.before,
            _ if open.before == NONE => drop(self.lasts.remove(&open.who.task)),
            _ => drop(self.lasts.insert(open.who.task, open.before)),
        }
        if self.spots.is_empty() && self.all.capacity() > SMALL {
            *self = Waits::default();
        }
        Some((open, number))
    }

    /// The waiter of this number polls a descriptor, and does not say when it stops.
    pub(crate) fn polls(&mut self, key: usize, reads: bool, number: u64) {
        self.pollers.entry((key, reads)).or_default().push(number);
    }

    /// Nobody polls this descriptor so any more: who did.
    pub(crate) fn take_pollers(&mut self, key: usize, reads: bool) -> Vec<u64> {
        self.pollers.remove(&(key, reads)).unwrap_or_default()
    }

    /// A task has ended, and all its waits with it.
    pub(crate) fn task_done(&mut self, task: TaskId) {
        while let Some(last) = self.lasts.get(&task) {
            let open = self.all[*last as usize].as_ref().expect("the last wait of a task is there");
            let spot = open.spot;
            self.end(spot);
        }
    }

    /// What a task waits for, the first first.
    pub(crate) fn of(&self, task: TaskId) -> Vec<&Open> {
        let mut next = self.lasts.get(&task).copied().unwrap_or(NONE);
        let mut waits = Vec::new();
        while let Some(Some(open)) = self.all.get(next as usize) {
            waits.push(open);
            next = open.before;
        }
        waits.reverse();
        waits
    }
}

/// A quick hash of a few numbers: no attacker chooses them.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        // A table looks at the highest bits and at the lowest ones.
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{SMALL, Waits};
    use crate::data::{Spot, TaskId, Wait, WaitsFor, Who};

    const WAIT: Wait = Wait { on: WaitsFor::Thread, object: None, at: None };

    fn who(task: u32) -> Who {
        Who { task: TaskId::new(task, task + 1), is_foreign: false }
    }

    /// The spots of a task's waits, in order.
    fn spots(waits: &Waits, task: u32) -> Vec<Spot> {
        waits.of(who(task).task).iter().map(|it| it.spot).collect()
    }

    #[test]
    fn each_wait_is_known_by_its_spot_and_in_the_list_of_its_task_until_it_ends() {
        let (mut waits, mut model, mut numbers) = (Waits::default(), Vec::new(), BTreeMap::new());
        let mut chance = 7_u64;
        let mut next = |most: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (chance >> 33) % most
        };
        for n in 0..5_000_u64 {
            if n % 1_000 == 999 {
                let task = next(8) as u32;
                waits.task_done(who(task).task);
                model.retain(|(_, of)| *of != task);
                numbers.retain(|_, (_, of)| *of != task);
            } else if next(2) == 0 || model.is_empty() {
                let (spot, task) = (Spot::Line(n as usize / 2, n), next(8) as u32);
                let number = waits.begin(spot, who(task), WAIT, n);
                assert_eq!(numbers.insert(number, (spot, task)), None, "it is free");
                model.push((spot, task));
            } else {
                let (spot, _) = model.remove(next(model.len() as u64) as usize);
                let (open, number) = waits.end(spot).expect("it is there");
                assert_eq!(open.spot, spot);
                assert_eq!(numbers.remove(&number).expect("it is given").0, spot);
                assert!(waits.end(spot).is_none() && waits.at(spot).is_none());
            }
            for task in 0..8 {
                let of: Vec<_> = model.iter().filter(|it| it.1 == task).map(|it| it.0).collect();
                assert_eq!(spots(&waits, task), of);
            }
        }
        assert!(waits.all.len() <= 200, "numbers are given again: {}", waits.all.len());
    }

    #[test]
    fn the_room_of_many_is_given_back_when_none_is_left() {
        let mut waits = Waits::default();
        let spots: Vec<_> = (0..10_000).map(Spot::Timer).collect();
        for spot in &spots {
            waits.begin(*spot, who(1), WAIT, 0);
        }
        for spot in spots {
            assert!(waits.end(spot).is_some());
        }
        assert!(waits.all.capacity() <= SMALL && waits.lasts.capacity() == 0);
    }

    #[test]
    fn who_polls_a_descriptor_is_forgotten_with_an_event() {
        let mut waits = Waits::default();
        waits.polls(3, true, 7);
        waits.polls(3, true, 8);
        assert_eq!(waits.take_pollers(3, false), []);
        assert_eq!(waits.take_pollers(3, true), [7, 8]);
        assert_eq!(waits.take_pollers(3, true), []);
    }
}
