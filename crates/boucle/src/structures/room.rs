//! Empty room of a list, which a burst leaves behind: given back when it is much.

use std::collections::{BinaryHeap, VecDeque};

/// One taken place where there are more than so many is few.
const FEW: usize = 8;

/// A list that can have less room.
pub(crate) trait Room {
    fn n_taken(&self) -> usize;
    fn n_places(&self) -> usize;
    /// Gives room back, but for so many.
    fn shrink(&mut self, n_places: usize);
}

/// Gives room back if few of its places are taken, but never of `small` places or fewer. For as many again
/// as there are room is left: so this moves nobody who did not stand in for many that have gone.
#[inline(always)]
pub(crate) fn give_back(list: &mut impl Room, small: usize) {
    // Mostly there is little room: one comparison.
    if list.n_places() > small {
        give_back_much(list);
    }
}

#[cold]
fn give_back_much(list: &mut impl Room) {
    if is_much(list.n_taken(), list.n_places()) {
        let n_places = 2 * list.n_taken();
        list.shrink(n_places);
    }
}

/// Whether so many places are much where so many are taken.
pub(crate) fn is_much(n_taken: usize, n_places: usize) -> bool {
    n_taken < n_places / FEW
}

macro_rules! impl_room {
    ($($list:ident: $($bound:ident)?),*) => {$(
        impl<T $(: $bound)?> Room for $list<T> {
            fn n_taken(&self) -> usize {
                self.len()
            }

            #[inline(always)]
            fn n_places(&self) -> usize {
                self.capacity()
            }

            fn shrink(&mut self, n_places: usize) {
                self.shrink_to(n_places);
            }
        }
    )*};
}

impl_room!(Vec:, VecDeque:, BinaryHeap: Ord);

#[cfg(test)]
mod tests {
    use super::{Room, give_back};

    #[derive(Debug, PartialEq, Eq)]
    struct List(usize, usize);

    impl Room for List {
        fn n_taken(&self) -> usize {
            self.0
        }

        fn n_places(&self) -> usize {
            self.1
        }

        fn shrink(&mut self, n_places: usize) {
            self.1 = n_places;
        }
    }

    /// How many places there are after that, if little is so much.
    fn left(n_taken: usize, n_places: usize, small: usize) -> usize {
        let mut list = List(n_taken, n_places);
        give_back(&mut list, small);
        list.1
    }

    #[test]
    fn what_is_much_and_not_needed_is_given_back() {
        assert_eq!(left(9, 80, 10), 18);
        assert_eq!(left(0, 80, 10), 0);
        // One in eight is needed.
        assert_eq!(left(10, 80, 10), 80);
        assert_eq!(left(11, 80, 10), 80);
        // So few are kept in any case.
        assert_eq!(left(0, 80, 80), 80);
        assert_eq!(left(0, 81, 80), 0);
    }

    #[test]
    fn a_list_has_less_room_after_that() {
        let mut list = Vec::with_capacity(100);
        list.push(7);
        give_back(&mut list, 32);
        assert!(list.capacity() < 32, "room for {}", list.capacity());
        assert_eq!(list, [7]);
    }
}
