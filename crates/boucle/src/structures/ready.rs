//! Those that can go on: the ready queue, first come first; or in an order that somebody chooses.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem;

use super::room::{self, is_much};

/// More than this many are many: their room is given back when they are gone.
const MANY: usize = 4096;

/// Those that can go on, next one first.
pub(crate) struct Ready<T> {
    /// Those of the next turn.
    queue: RefCell<Vec<T>>,
    /// Empty room for them, used in turns with the other.
    spare: Cell<Vec<T>>,
    /// What is left of the present turn, where somebody may ask for that: see `begin_turn`.
    turn: RefCell<VecDeque<T>>,
}

impl<T> Default for Ready<T> {
    fn default() -> Ready<T> {
        Ready { queue: RefCell::default(), spare: Cell::default(), turn: RefCell::default() }
    }
}

impl<T> Ready<T> {
    /// Puts one at the end.
    #[inline]
    pub(crate) fn push(&self, item: T) {
        self.queue.borrow_mut().push(item);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.borrow().is_empty()
    }

    /// Takes the one that is there, unless there are several: mostly it is alone.
    #[inline]
    pub(crate) fn take_only(&self) -> Result<Option<T>, Several> {
        let mut queue = self.queue.borrow_mut();
        if queue.len() > 1 { Err(Several) } else { Ok(queue.pop()) }
    }

    /// Takes those that are there now, for one turn.
    pub(crate) fn take_turn(&self) -> Vec<T> {
        self.queue.replace(self.spare.take())
    }

    /// Gives back the room of a turn that is over. What was needed for a moment is freed: a million tasks
    /// were spawned, say.
    pub(crate) fn give_back(&self, turn: Vec<T>) {
        let mut queue = self.queue.borrow_mut();
        if turn.capacity() <= MANY || !is_much(queue.len(), turn.capacity()) {
            self.spare.set(turn);
        }
        // As long as one is alone, turn after turn, nobody else looks at the room.
        room::give_back(&mut *queue, MANY);
    }

    /// Those that are there now make a turn, of which one after the other is taken: whoever asks meanwhile
    /// sees the others.
    pub(crate) fn begin_turn(&self) {
        let mut turn = self.turn.borrow_mut();
        if turn.is_empty() {
            *turn = self.take_turn().into();
        }
    }

    /// Takes the next one of the turn; at its end the room is given back.
    pub(crate) fn take_next(&self) -> Option<T> {
        let mut turn = self.turn.borrow_mut();
        let next = turn.pop_front();
        if next.is_none() {
            self.give_back(mem::take(&mut *turn).into());
        }
        next
    }

    /// Calls `look` with each that can go on, next one first.
    pub(crate) fn look_at_each(&self, look: impl FnMut(&T)) {
        self.turn.borrow().iter().chain(self.queue.borrow().iter()).for_each(look);
    }

    /// Moves all to somewhere else, the first one first.
    pub(crate) fn move_to(&self, push: impl FnMut(T)) {
        let mut queue = self.queue.borrow_mut();
        match queue.capacity() <= MANY {
            true => queue.drain(..).for_each(push),
            false => mem::take(&mut *queue).into_iter().for_each(push),
        }
    }

    /// Takes all out, with their room.
    pub(crate) fn take_all(&self) -> Vec<T> {
        drop(self.spare.take());
        self.queue.take()
    }
}

/// There is more than one.
pub(crate) struct Several;

/// Those that can go on, longest first, with what tells them apart as one slice: somebody chooses.
pub(crate) struct Choice<K, T> {
    /// What tells them apart: from `begin` on it is the same order as in `items`.
    keys: Vec<K>,
    /// So many at the beginning of `keys` are gone: those that are taken are mostly the first.
    begin: usize,
    items: VecDeque<T>,
    /// How many keys were moved, to show that they are few.
    #[cfg(test)]
    n_moves: usize,
}

impl<K, T> Default for Choice<K, T> {
    fn default() -> Choice<K, T> {
        Choice {
            keys: Vec::new(),
            begin: 0,
            items: VecDeque::new(),
            #[cfg(test)]
            n_moves: 0,
        }
    }
}

impl<K: Copy + PartialEq, T> Choice<K, T> {
    /// Puts one at the end.
    pub(crate) fn push(&mut self, key: K, item: T) {
        self.keys.push(key);
        self.items.push_back(item);
    }

    /// What tells them apart.
    pub(crate) fn keys(&self) -> &[K] {
        &self.keys[self.begin..]
    }

    /// Those that can go on, also while their keys are lent.
    pub(crate) fn items(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }

    /// Lends the keys to who chooses by them: they begin at that place. Nothing else is done here meanwhile
    /// than to look at the items.
    pub(crate) fn lend_keys(&mut self) -> (Vec<K>, usize) {
        (mem::take(&mut self.keys), mem::take(&mut self.begin))
    }

    /// They are back.
    pub(crate) fn take_back(&mut self, lent: (Vec<K>, usize)) {
        (self.keys, self.begin) = lent;
    }

    /// Takes one out, if there is one at this place. It costs as many steps as there are to the nearer
    /// end.
    pub(crate) fn take(&mut self, place: usize) -> Option<T> {
        let item = self.items.remove(place)?;
        if place < self.items.len() / 2 {
            self.count_moves(place);
            self.keys[self.begin..=self.begin + place].rotate_right(1);
            self.begin += 1;
        } else {
            self.count_moves(self.items.len() - place);
            self.keys.remove(self.begin + place);
        }
        if self.begin > self.keys.len() / 2 {
            self.count_moves(self.keys.len() - self.begin);
            self.keys.drain(..self.begin);
            self.begin = 0;
            room::give_back(&mut self.keys, MANY);
            room::give_back(&mut self.items, MANY);
        }
        Some(item)
    }

    fn count_moves(&mut self, _n: usize) {
        #[cfg(test)]
        {
            self.n_moves += _n;
        }
    }

    /// Takes the one of this key out that came last.
    pub(crate) fn take_last(&mut self, key: K) -> Option<T> {
        let place = self.keys().iter().rposition(|it| *it == key)?;
        self.take(place)
    }

    /// Takes all out that are not wanted any more.
    pub(crate) fn take_unwanted(&mut self, is_wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let (wanted, unwanted): (Vec<_>, Vec<_>) = self
            .keys
            .drain(..)
            .skip(mem::take(&mut self.begin))
            .zip(self.items.drain(..))
            .partition(|(_, item)| is_wanted(item));
        for (key, item) in wanted {
            self.push(key, item);
        }
        unwanted.into_iter().map(|(_, item)| item).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, MANY, Ready};

    #[test]
    fn a_choice_takes_any_and_keeps_the_others_in_order() {
        let (mut choice, mut model) = (Choice::default(), Vec::new());
        let mut state = 1_u64;
        for n in 0..5_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if (state >> 60) < 9 || model.is_empty() {
                choice.push(n, n);
                model.push(n);
            } else {
                let place = (state >> 33) as usize % model.len();
                assert_eq!(choice.take(place), Some(model.remove(place)));
            }
            assert_eq!(choice.keys(), model);
        }
        assert_eq!(choice.take(model.len()), None);
        let last = *model.last().expect("it is long");
        assert_eq!((choice.take_last(last), choice.take_last(last)), (model.pop(), None));
        let (even, odd): (Vec<_>, Vec<_>) = model.into_iter().partition(|it| it % 2 == 0);
        assert_eq!(choice.take_unwanted(|it| it % 2 == 0), odd);
        assert_eq!(choice.keys(), even);
    }

    #[test]
    fn to_take_the_first_or_the_last_of_many_moves_hardly_any() {
        const N: usize = 100_000;
        let mut choice = Choice::default();
        for _ in 0..2 {
            (0..N).for_each(|n| choice.push(n, n));
            for n in 0..N {
                assert_eq!(choice.take(0), Some(n));
            }
            assert!((N / 2..=N).contains(&choice.n_moves), "{} are moved", choice.n_moves);
            assert!(choice.keys.capacity() <= MANY && choice.items.capacity() <= MANY);
            choice.n_moves = 0;
            (0..N).for_each(|n| choice.push(n, n));
            for n in (0..N).rev() {
                assert_eq!(choice.take(n), Some(n));
            }
            assert_eq!(choice.n_moves, 0);
        }
    }

    #[test]
    fn the_room_of_a_burst_is_given_back() {
        let ready = Ready::default();
        (0..100_000).for_each(|n| ready.push(n));
        assert!(ready.take_only().is_err());
        let mut turn = ready.take_turn();
        assert_eq!(turn.len(), 100_000);
        // Each of these spawns as many again.
        (0..100_000).for_each(|n| ready.push(n));
        turn.clear();
        ready.give_back(turn);
        let mut turn = ready.take_turn();
        // As many are ready again: they need it.
        assert!(ready.queue.borrow().capacity() >= 100_000);
        turn.clear();
        ready.push(7);
        ready.give_back(turn);
        assert!(matches!(ready.take_only(), Ok(Some(7))));
        assert!(matches!(ready.take_only(), Ok(None)));
        assert!(ready.spare.take().capacity() <= MANY && ready.take_turn().capacity() <= MANY);
    }

    #[test]
    fn the_room_of_few_is_used_again_turn_after_turn() {
        let ready = Ready::default();
        let mut places = Vec::new();
        for _ in 0..6 {
            (0..9).for_each(|n| ready.push(n));
            let mut turn = ready.take_turn();
            places.push(turn.as_ptr());
            turn.clear();
            ready.give_back(turn);
        }
        assert_eq!(places[2..], [&places[..2], &places[..2]].concat());
    }

    #[test]
    fn what_is_left_of_a_turn_is_seen_before_those_of_the_next_one() {
        let ready = Ready::default();
        let seen = || {
            let mut seen = Vec::new();
            ready.look_at_each(|it| seen.push(*it));
            seen
        };
        for _ in 0..2 {
            (0..3).for_each(|n| ready.push(n));
            ready.begin_turn();
            assert_eq!(ready.take_next(), Some(0));
            ready.push(3);
            assert_eq!(seen(), [1, 2, 3]);
            // Whoever begins it once more takes none away.
            ready.begin_turn();
            assert_eq!((ready.take_next(), ready.take_next()), (Some(1), Some(2)));
            assert_eq!(ready.take_next(), None);
            assert_eq!(seen(), [3]);
            assert_eq!(ready.take_turn(), [3]);
        }
    }

    #[test]
    fn those_whose_keys_are_lent_are_seen_as_ever() {
        let mut choice = Choice::default();
        (0..5).for_each(|n| choice.push(n, n));
        assert_eq!(choice.take(0), Some(0));
        let lent = choice.lend_keys();
        assert_eq!(lent.0[lent.1..], [1, 2, 3, 4]);
        assert!(choice.keys().is_empty() && choice.items().eq(&[1, 2, 3, 4]));
        choice.take_back(lent);
        assert_eq!((choice.take(1), choice.keys()), (Some(2), &[1, 3, 4][..]));
    }

    #[test]
    fn what_is_moved_keeps_its_order() {
        for n in [2, 2 * MANY] {
            let (ready, mut moved) = (Ready::default(), Vec::new());
            (0..n).for_each(|n| ready.push(n));
            ready.move_to(|n| moved.push(n));
            assert!(moved.into_iter().eq(0..n) && ready.is_empty());
            assert!(ready.take_turn().capacity() <= MANY);
        }
    }
}
