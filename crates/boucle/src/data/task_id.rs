//! Which task: a number, while it lives.

use std::fmt;
use std::num::NonZeroU64;

/// Which task, in its loop. Never given twice to two tasks that live at the same time.
///
/// `{}` shows the number of the task, counted from the loop's first. Tasks compare by age.
///
/// # Examples
///
/// ```
/// boucle::run(async {
///     let (older, younger) = (boucle::spawn(async {}), boucle::spawn(async {}));
///     assert!(older.id() < younger.id());
///     assert_eq!(younger.id().to_string(), "3"); // this is the first
/// });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(NonZeroU64);

impl TaskId {
    /// Something that is no task of this loop.
    pub(crate) const FOREIGN: TaskId = TaskId(NonZeroU64::MAX);

    /// Set in no task's place: two billion places are enough.
    const FAMILY: u32 = 1 << 31;

    pub(crate) fn new(place: u32, serial: u32) -> TaskId {
        let number = u64::from(serial) << 32 | u64::from(place);
        TaskId(NonZeroU64::new(number).expect("serials begin with one"))
    }

    /// Not a task but a place among the children of a family, which hears of the end of each.
    pub(crate) fn child(family: u32, place: u32) -> TaskId {
        TaskId::new(family | TaskId::FAMILY, place)
    }

    /// The family, and the place among its children, if it is such a one.
    pub(crate) fn as_child(self) -> Option<(u32, u32)> {
        let (family, place) = (self.0.get() as u32, (self.0.get() >> 32) as u32);
        let is_child = family & TaskId::FAMILY != 0 && self != TaskId::FOREIGN;
        is_child.then_some((family & !TaskId::FAMILY, place))
    }

    /// Whether it is a task of the loop, and none of the others above.
    pub(crate) fn is_task(self) -> bool {
        self.0.get() as u32 & TaskId::FAMILY == 0
    }

    /// Its place in the registry.
    pub(crate) fn place(self) -> usize {
        (self.0.get() & u64::from(u32::MAX)) as usize
    }
}

impl fmt::Display for TaskId {
    /// The number of the task, counted from the loop's first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&(self.0.get() >> 32), f)
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId({self})")
    }
}
