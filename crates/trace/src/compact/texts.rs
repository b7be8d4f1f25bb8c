//! The texts that were written out: each has a number, until all are forgotten.

use std::collections::HashMap;

use crate::event::Text;

/// So many texts are called by their numbers, and so many bytes: a program that prints for years has
/// no list of all that it has said.
const MOST: usize = 1 << 12;
const MOST_BYTES: usize = 1 << 18;

/// The numbers of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// By what they say.
    numbers: HashMap<Text, u64>,
    /// Those that were asked for last, by where they lie: most texts are asked for again at once.
    last: [Option<(Text, u64)>; 4],
    /// The place of the next one in `last`.
    next: usize,
    /// How many bytes they have.
    n_bytes: usize,
}

impl Texts {
    /// The number of a text, if it has one.
    #[inline]
    pub(super) fn number(&mut self, text: &Text) -> Option<u64> {
        let is_same = |it: &&(Text, u64)| std::ptr::eq(it.0.as_ptr(), text.as_ptr());
        let same = self.last.iter().flatten().find(|it| is_same(it) && it.0.len() == text.len());
        if let Some((_, number)) = same {
            return Some(*number);
        }
        let number = *self.numbers.get(text)?;
        self.remember(text, number);
        Some(number)
    }

    /// Gives a text the next number.
    pub(super) fn add(&mut self, text: &Text) {
        let number = self.numbers.len() as u64;
        self.n_bytes += text.len();
        self.numbers.insert(Text::clone(text), number);
        self.remember(text, number);
    }

    /// Whether they are to be forgotten.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.numbers.len() >= MOST || self.n_bytes >= MOST_BYTES
    }

    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.last = Default::default();
        self.n_bytes = 0;
    }

    fn remember(&mut self, text: &Text, number: u64) {
        self.last[self.next] = Some((Text::clone(text), number));
        self.next = (self.next + 1) % self.last.len();
    }
}
