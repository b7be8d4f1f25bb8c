//! How a step uses what tasks share: what two steps have in common, whose order matters then.

use super::{ObjectId, TaskId};

/// How a step uses something.
///
/// # Examples
///
/// ```
/// use boucle::How;
///
/// assert!(How::Write.conflicts(How::Read) && !How::Read.conflicts(How::Read));
/// // Two that only add are the same in both orders, and so are two that each take one of several.
/// assert!(!How::Add.conflicts(How::Add) && How::Add.conflicts(How::Read));
/// assert!(!How::Take.conflicts(How::Take) && How::Take.conflicts(How::Add));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum How {
    /// It looks at it.
    Read,
    /// It changes it, and what comes of that depends on what was there.
    Write,
    /// It adds to it, and does not look.
    Add,
    /// It takes one of several that are there, and does not look how many are left.
    Take,
}

impl How {
    /// Whether the order of the two matters.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::How;
    ///
    /// assert!(How::Write.conflicts(How::Write));
    /// ```
    #[must_use]
    pub fn conflicts(self, other: How) -> bool {
        self != other || self == How::Write
    }
}

/// A part of a queue. Who puts an item and who gets another one do not meet, unless one of them waits.
///
/// # Examples
///
/// ```
/// use boucle::Part;
///
/// assert_ne!(Part::Head, Part::Tail);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Part {
    /// Where items are got.
    Head,
    /// Where items are put.
    Tail,
    /// Where one item is, on its way from there to here.
    Slot(u32),
}

/// Something that tasks share, whether they wait for it or not.
///
/// # Examples
///
/// ```
/// use boucle::Shared;
///
/// assert_ne!(Shared::Tasks, Shared::Wakers);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Shared {
    /// An object of [`sync`](crate::sync), or one of [`shared`](crate::shared).
    Object(ObjectId),
    /// A part of an object: an end of a queue where another task may be busy at the other one.
    Part(ObjectId, Part),
    /// Whether a task has ended, and what came of it.
    End(TaskId),
    /// Which ends of tasks somebody still waits for who waits for many; its number may be used again.
    Ends(u32),
    /// Which tasks there are.
    Tasks,
    /// The time of the loop.
    Clock,
    /// Which timers are set.
    Timers,
    /// Wakers that are none of the loop's: whoever has them may do anything.
    Wakers,
}
