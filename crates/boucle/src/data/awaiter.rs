//! Who hears of the end of a task.

use crate::data::TaskId;

/// Who hears of the end of a task, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Awaiter(u64);

/// What an [`Awaiter`] says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Awaits {
    /// Nobody.
    Nobody,
    /// A task of the same loop.
    Task(TaskId),
    /// A listener of the loop, that knows the task as the one at this place.
    Listener {
        /// Which one of the loop's.
        listener: u32,
        /// Which of the tasks that it listens to.
        place: u32,
    },
    /// Anybody else: the loop keeps the waker aside.
    Foreign,
}

impl Awaiter {
    pub(crate) const NOBODY: Awaiter = Awaiter(0);
    pub(crate) const FOREIGN: Awaiter = Awaiter(u64::MAX);

    /// Set in no task's place: two billion places are enough.
    const LISTENER: u64 = 1 << 31;

    pub(crate) fn task(id: TaskId) -> Awaiter {
        Awaiter(id.number())
    }

    /// Of fewer than two billion listeners, less one.
    pub(crate) fn listener(listener: u32, place: u32) -> Awaiter {
        Awaiter(u64::from(place) << 32 | Awaiter::LISTENER | u64::from(listener))
    }

    /// What it says.
    pub(crate) fn awaits(self) -> Awaits {
        match self {
            Awaiter::NOBODY => Awaits::Nobody,
            Awaiter::FOREIGN => Awaits::Foreign,
            Awaiter(word) if word & Awaiter::LISTENER == 0 => {
                TaskId::of_number(word).map_or(Awaits::Nobody, Awaits::Task)
            }
            Awaiter(word) => Awaits::Listener {
                listener: word as u32 & !(Awaiter::LISTENER as u32),
                place: (word >> 32) as u32,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaiter, Awaits};
    use crate::data::TaskId;

    #[test]
    fn a_word_says_again_what_it_was_made_of() {
        let id = TaskId::new(7, 9);
        assert_eq!(Awaiter::task(id).awaits(), Awaits::Task(id));
        assert_eq!(Awaiter::NOBODY.awaits(), Awaits::Nobody);
        assert_eq!(Awaiter::FOREIGN.awaits(), Awaits::Foreign);
        for (listener, place) in [(0, 0), (0, u32::MAX), (5, 3), ((1 << 31) - 2, u32::MAX)] {
            let said = Awaiter::listener(listener, place).awaits();
            assert_eq!(said, Awaits::Listener { listener, place });
        }
    }
}
