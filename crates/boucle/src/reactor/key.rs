//! [`Key`]: which descriptor an event is for.

use std::io;

/// Half of a key's bits: the place is below, the serial number above.
const HALF: u32 = usize::BITS / 2;

/// The bits of a serial number. The highest bit of a key stays free: the greatest numbers are the
/// poller's own, and our bell's.
const SERIAL: u64 = (1 << (HALF - 1)) - 1;

/// Which place in a reactor, and the serial number of who has it; as the system keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key(usize);

impl Key {
    /// The key of a place, for the `n`th number that is given. Serial numbers begin again at last; an
    /// event of back then has been told long since.
    pub(super) fn new(place: usize, n: u64) -> io::Result<Key> {
        if place >> HALF != 0 {
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, "too many descriptors"));
        }
        Ok(Key(((n & SERIAL) as usize) << HALF | place))
    }

    /// The place.
    pub(super) fn place(self) -> usize {
        self.0 & ((1 << HALF) - 1)
    }

    /// As the system keeps it.
    pub(crate) fn pack(self) -> usize {
        self.0
    }

    /// What the system has kept. A number that is no key finds no place.
    pub(crate) fn unpack(number: usize) -> Key {
        Key(number)
    }
}

#[cfg(test)]
mod tests {
    use super::{HALF, Key};

    #[test]
    fn a_key_keeps_its_place_and_as_much_of_its_number_as_there_is_room_for() {
        let last = (1 << HALF) - 1;
        let mut keys = Vec::new();
        for (place, n) in [(0, 0), (3, 5), (last, 5), (3, u64::MAX)] {
            let key = Key::new(place, n).expect("there is room");
            assert_eq!((key.place(), Key::unpack(key.pack())), (place, key));
            // The poller's own number and the bell's have the highest bit.
            assert_eq!(key.pack() >> (usize::BITS - 1), 0, "{place} {n}");
            assert!(!keys.contains(&key), "{place} {n}");
            keys.push(key);
        }
        // Numbers begin again after half of half a word.
        let again = 1 << (HALF - 1);
        assert_eq!(Key::new(3, 5 + again).ok(), Some(keys[1]));
        assert_ne!(Key::new(3, 5 + again / 2).ok(), Some(keys[1]));
        assert!(Key::new(last + 1, 0).is_err());
    }
}
