//! One of several parts of an exploration: together they are the whole, and no two have an order in common.

use std::fmt;

use crate::explore::Explore;

/// One part of so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shard {
    /// Which it is, from 1.
    number: u32,
    /// How many there are.
    of: u32,
}

impl Shard {
    /// The whole.
    pub(crate) const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// The part with this number, from 1; `None` if there is none.
    pub(crate) fn new(number: u32, of: u32) -> Option<Shard> {
        (1..=of).contains(&number).then_some(Shard { number, of })
    }

    /// Whether it is the whole.
    pub(crate) fn is_whole(self) -> bool {
        self.of == 1
    }

    /// How many there are.
    pub(crate) fn n_all(self) -> u32 {
        self.of
    }

    /// A part of this part.
    pub(crate) fn part(self, inner: Shard) -> Shard {
        let of = self.of.checked_mul(inner.of).expect("there are fewer shards than four billion");
        Shard { number: (self.number - 1) * inner.of + inner.number, of }
    }

    /// Whether the piece of work with this number, from 0, is in it. Each round of as many pieces as there are
    /// parts gives one to each; that it begins with any of them keeps what comes round in the same rhythm from
    /// being always the same part's.
    pub(crate) fn has(self, piece: u64) -> bool {
        let of = u64::from(self.of);
        let begin = (piece / of).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (piece + begin) % of == u64::from(self.number - 1)
    }

    /// A number that each part has alone, for what is chosen by chance.
    pub(crate) fn salt(self) -> u64 {
        u64::from(self.number) << 32 | u64::from(self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {} of {}", self.number, self.of)
    }
}

impl Explore {
    /// Only one part of so many, which have nothing in common and together are the whole: for several
    /// processes, or several machines. The numbers begin with 1. What is limited is limited for each part.
    ///
    /// `BOUCLE_EXPLORE_SHARD=2/4` in the environment says the same; where both do, it is the second quarter of the
    /// part.
    ///
    /// # Panics
    ///
    /// If there is no such part.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{gather, interrupt};
    /// use boucle_explore::Explore;
    ///
    /// let report = Explore::new().shard(2, 3).run(|| async {
    ///     gather([(); 3].map(|()| interrupt())).await.unwrap();
    /// });
    /// assert!(report.to_string().starts_with("shard 2 of 3 of every order that matters"));
    /// ```
    #[must_use]
    pub fn shard(mut self, number: u32, of: u32) -> Explore {
        let shard = Shard::new(number, of);
        self.shard = shard
            .unwrap_or_else(|| panic!("there is no shard {number} of {of}: they are 1 to {of}"));
        self
    }
}

/// Makes tests, `shard_1` to as many as are said, each of which explores one part of a program: a runner that has a
/// process for each test, as `cargo nextest run` has, uses all processors, and with `--partition` several machines.
/// The number is 2, 4, 8, 16 or 32.
///
/// How the program is explored can stand before it, behind which it is `=>`.
///
/// # Examples
///
/// ```
/// use boucle_explore::{Explore, shards};
///
/// async fn transfer() -> u32 {
///     42
/// }
///
/// // Eight tests: `transfers::shard_1` and so on.
/// shards!(transfers, 8, transfer);
/// shards!(briefly, 2, Explore::new().executions(100) => transfer);
/// assert_eq!(boucle::run(transfer()), 42);
/// ```
#[macro_export]
macro_rules! shards {
    ($name:ident, $n:tt, $explore:expr => $program:expr) => {
        $crate::shards!(@ $name, $n, $explore, $program);
    };
    ($name:ident, $n:tt, $program:expr) => {
        $crate::shards!(@ $name, $n, $crate::Explore::new(), $program);
    };
    (@ $name:ident, 2, $($it:tt)*) => {
        $crate::shards!(# $name, 2, [$($it)*], 1 shard_1, 2 shard_2);
    };
    (@ $name:ident, 4, $($it:tt)*) => {
        $crate::shards!(# $name, 4, [$($it)*], 1 shard_1, 2 shard_2, 3 shard_3, 4 shard_4);
    };
    (@ $name:ident, 8, $($it:tt)*) => {
        $crate::shards!(
            # $name, 8, [$($it)*], 1 shard_1, 2 shard_2, 3 shard_3, 4 shard_4, 5 shard_5,
            6 shard_6, 7 shard_7, 8 shard_8
        );
    };
    (@ $name:ident, 16, $($it:tt)*) => {
        $crate::shards!(
            # $name, 16, [$($it)*], 1 shard_1, 2 shard_2, 3 shard_3, 4 shard_4, 5 shard_5,
            6 shard_6, 7 shard_7, 8 shard_8, 9 shard_9, 10 shard_10, 11 shard_11, 12 shard_12,
            13 shard_13, 14 shard_14, 15 shard_15, 16 shard_16
        );
    };
    (@ $name:ident, 32, $($it:tt)*) => {
        $crate::shards!(
            # $name, 32, [$($it)*], 1 shard_1, 2 shard_2, 3 shard_3, 4 shard_4, 5 shard_5,
            6 shard_6, 7 shard_7, 8 shard_8, 9 shard_9, 10 shard_10, 11 shard_11, 12 shard_12,
            13 shard_13, 14 shard_14, 15 shard_15, 16 shard_16, 17 shard_17, 18 shard_18,
            19 shard_19, 20 shard_20, 21 shard_21, 22 shard_22, 23 shard_23, 24 shard_24,
            25 shard_25, 26 shard_26, 27 shard_27, 28 shard_28, 29 shard_29, 30 shard_30,
            31 shard_31, 32 shard_32
        );
    };
    (@ $name:ident, $n:tt, $($it:tt)*) => {
        ::core::compile_error!("there are 2, 4, 8, 16 or 32 shards");
    };
    (# $name:ident, $of:tt, [$explore:expr, $program:expr], $($number:literal $test:ident),*) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(
                #[test]
                fn $test() {
                    $crate::Explore::shard($explore, $number, $of).run($program).assert_ok();
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    use super::Shard;

    fn all(of: u32) -> impl Iterator<Item = Shard> {
        (1..=of).map(move |it| Shard::new(it, of).expect("it is one"))
    }

    #[test]
    fn each_piece_is_in_one_shard_and_no_shard_has_more_than_one_more() {
        for of in 1..10 {
            let mut n_pieces = vec![0; of as usize];
            for piece in 0..1_003 {
                let has: Vec<_> = all(of).filter(|it| it.has(piece)).collect();
                assert_eq!(has.len(), 1, "piece {piece} of {of} shards");
                n_pieces[has[0].number as usize - 1] += 1;
            }
            let (least, most) = (n_pieces.iter().min(), n_pieces.iter().max());
            assert!(
                most.expect("there is one") - least.expect("there is one") <= 1,
                "{n_pieces:?}"
            );
        }
    }

    #[test]
    fn parts_of_parts_are_all_parts() {
        let parts: Vec<_> = all(3).flat_map(|it| all(4).map(move |inner| it.part(inner))).collect();
        assert_eq!(parts, all(12).collect::<Vec<_>>());
    }

    #[test]
    fn there_is_no_shard_without_a_number_between_1_and_all() {
        assert_eq!([(0, 8), (9, 8), (1, 0)].map(|it| Shard::new(it.0, it.1)), [None; 3]);
    }
}
