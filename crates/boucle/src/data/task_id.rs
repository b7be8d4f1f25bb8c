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
    pub(crate) fn new(place: u32, serial: u32) -> TaskId {
        let number = u64::from(serial) << 32 | u64::from(place);
        TaskId(NonZeroU64::new(number).expect("serials begin with one"))
    }

    /// As one number, which is not zero. The bit of a place that is highest is never set.
    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }

    /// The task of a number.
    pub(crate) fn of_number(number: u64) -> Option<TaskId> {
        NonZeroU64::new(number).map(TaskId)
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
