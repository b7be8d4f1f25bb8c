//! How a put and a get use a queue, as those are told who explore orders: as long as nobody waits, who puts an item
//! and who gets another one are busy at different ends, and the order of the two does not matter.
//!
//! Item number n, counted from the first that was put, is in slot n on its way; with a limit, the slot is used again
//! for item n + limit, which finds room only once item n is gone. So two of which one makes the other possible meet
//! in a slot.

use std::panic::Location;

use super::Queue;
#[cfg(feature = "explore")]
use crate::data::{How, Part};

/// How many items have come, and how many have gone. Without the feature `explore` nobody counts.
#[derive(Default)]
pub(super) struct Passed {
    #[cfg(feature = "explore")]
    n_put: std::cell::Cell<u64>,
    #[cfg(feature = "explore")]
    n_got: std::cell::Cell<u64>,
}

impl Passed {
    /// An item was put.
    #[inline(always)]
    pub(super) fn put(&self) {
        #[cfg(feature = "explore")]
        self.n_put.set(self.n_put.get() + 1);
    }

    /// An item was got.
    #[inline(always)]
    pub(super) fn got(&self) {
        #[cfg(feature = "explore")]
        self.n_got.set(self.n_got.get() + 1);
    }
}

impl<T> Queue<T> {
    /// Somebody puts an item, in that line.
    #[inline(always)]
    pub(super) fn is_put_to(&self, _at: &'static Location<'static>) {
        #[cfg(feature = "explore")]
        if self.is_easy() && self.items.len() < self.limit {
            self.touch_end(Part::Tail, self.passed.n_put.get(), _at);
        } else {
            self.identity.uses_at(How::Write, _at);
        }
    }

    /// Somebody gets an item, in that line.
    #[inline(always)]
    pub(super) fn is_got_from(&self, _at: &'static Location<'static>) {
        #[cfg(feature = "explore")]
        if self.is_easy() && self.items.len() > 0 {
            self.touch_end(Part::Head, self.passed.n_got.get(), _at);
        } else {
            self.identity.uses_at(How::Write, _at);
        }
    }

    /// Somebody puts an item if there is room, in that line, and does not wait.
    #[inline(always)]
    pub(super) fn is_offered_to(&self, at: &'static Location<'static>) {
        #[cfg(feature = "explore")]
        if self.is_easy() && self.items.len() >= self.limit {
            return self.is_counted_in(at);
        }
        self.is_put_to(at);
    }

    /// Somebody gets an item if there is one, in that line, and does not wait.
    #[inline(always)]
    pub(super) fn is_asked(&self, at: &'static Location<'static>) {
        #[cfg(feature = "explore")]
        if self.is_easy() && self.items.len() == 0 {
            return self.is_counted_in(at);
        }
        self.is_got_from(at);
    }

    /// Somebody counts the items, in the line of the caller.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    pub(super) fn is_counted(&self) {
        #[cfg(feature = "explore")]
        self.is_counted_in(Location::caller());
    }

    #[cfg(feature = "explore")]
    fn is_counted_in(&self, at: &'static Location<'static>) {
        for part in [Part::Head, Part::Tail] {
            self.identity.touch_part(part, How::Read, at);
        }
        self.identity.uses_at(How::Read, at);
    }

    /// Whether items come in the order in which they were put, nobody waits and nothing is promised to anybody.
    #[cfg(feature = "explore")]
    fn is_easy(&self) -> bool {
        self.items.is_fifo()
            && !self.is_shut_down.get()
            && self.getters.is_empty()
            && self.putters.is_empty()
            && self.n_promised_items.get() + self.n_promised_room.get() == 0
    }

    /// One end is changed, and the slot of this item; all else stays as it is.
    #[cfg(feature = "explore")]
    fn touch_end(&self, end: Part, item: u64, at: &'static Location<'static>) {
        let slot = (item % self.limit as u64) as u32;
        for part in [end, Part::Slot(slot)] {
            self.identity.touch_part(part, How::Write, at);
        }
        self.identity.uses_at(How::Read, at);
    }
}
