//! What a call has moved, beside what the system was asked for; and when that proves that nothing is
//! left.

use std::net;

/// A kind of descriptor of which a short count proves that all was read, or that no room is left.
///
/// Not so where the system stops at a mark though there is more: at the end of a record or a datagram,
/// or at bytes that came with a descriptor or another writer's credentials, as on Unix sockets. TCP has
/// one such mark, urgent data, of which the reactor hears.
pub(crate) trait Drains {}

impl Drains for net::TcpStream {}

/// How much a call has moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moved {
    /// How many bytes the system was offered: perhaps fewer than there are in the caller's buffers.
    asked: usize,
    /// How many it has taken or given.
    n: usize,
}

/// The proof that nothing is left, or no room, for now. Only [`Moved::drained`] gives one.
#[derive(Debug)]
pub(crate) struct Drained(());

impl Moved {
    /// Of `asked` bytes that the system was offered, it has moved `n`.
    pub(crate) fn new(asked: usize, n: usize) -> Moved {
        Moved { asked, n }
    }

    /// How many bytes were moved.
    pub(crate) fn n(self) -> usize {
        self.n
    }

    /// Whether that was all, for a kind of which it can be told. No bytes at all are the end, which can be
    /// read again.
    pub(crate) fn drained<T: Drains>(self) -> Option<Drained> {
        (0 < self.n && self.n < self.asked).then_some(Drained(()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::Moved;

    #[test]
    fn only_a_count_between_nothing_and_all_is_a_proof() {
        for (asked, n, is_proof) in [(4, 3, true), (4, 4, false), (4, 0, false), (0, 0, false)] {
            let drained = Moved::new(asked, n).drained::<TcpStream>();
            assert_eq!(drained.is_some(), is_proof, "{n} of {asked}");
        }
    }
}
