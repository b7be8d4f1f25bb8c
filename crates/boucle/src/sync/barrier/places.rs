//! The places at a barrier, which a task is told when all have come.
//!
//! Road: stage 8.

use std::collections::BTreeMap;

/// Numbers from zero on, of which some are taken. It has room in proportion to those.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// All from here on are free; the one before is taken.
    end: usize,
    /// Those before that are free: for the end of each gap its begin. No two gaps touch.
    gaps: BTreeMap<usize, usize>,
}

impl Places {
    /// Takes the first one that is free.
    pub(super) fn take(&mut self) -> usize {
        let Some(mut gap) = self.gaps.first_entry() else {
            self.end += 1;
            return self.end - 1;
        };
        let place = *gap.get();
        *gap.get_mut() += 1;
        if gap.get() == gap.key() {
            gap.remove();
        }
        place
    }

    /// Frees one that was taken.
    pub(super) fn give_up(&mut self, place: usize) {
        let (after, begin) = (place + 1, self.gaps.remove(&place).unwrap_or(place));
        if after == self.end {
            self.end = begin;
            return;
        }
        match self.gaps.range_mut(after..).next() {
            Some((_, next)) if *next == after => *next = begin,
            _ => {
                self.gaps.insert(after, begin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Places;

    #[test]
    fn the_first_free_one_is_taken_and_gaps_are_few_where_few_are_taken() {
        for seed in 1..50_u64 {
            let mut state = seed * 0x9e37_79b9;
            let (mut places, mut taken) = (Places::default(), BTreeSet::new());
            for n in 0..400 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                // First more come, then more go.
                if state % 8 < if n < 200 { 6 } else { 2 } {
                    let free = (0..).find(|it| !taken.contains(it)).expect("there are many");
                    assert_eq!(places.take(), free, "seed {seed}");
                    taken.insert(free);
                } else if let Some(place) =
                    taken.iter().nth(state as usize / 8 % taken.len().max(1))
                {
                    let place = *place;
                    taken.remove(&place);
                    places.give_up(place);
                }
                assert!(places.gaps.len() <= taken.len(), "seed {seed}: {places:?}");
                let end = taken.last().map_or(0, |it| it + 1);
                assert_eq!(places.end, end, "seed {seed}: {places:?}");
            }
        }
    }
}
