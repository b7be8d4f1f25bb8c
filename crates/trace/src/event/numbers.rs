//! The numbers of what a recording tells of: tasks, and the objects that they wait for.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Which task: its number, counted from 1 in the order in which the tasks were added.
///
/// # Examples
///
/// ```
/// use boucle_trace::TaskNo;
///
/// let second = TaskNo::new(2).expect("2 is not 0");
/// assert_eq!(second.to_string(), "task 2");
/// assert_eq!(second.get(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskNo(NonZeroU32);

impl TaskNo {
    /// The task with this number; there is no task 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::TaskNo;
    ///
    /// assert!(TaskNo::new(0).is_none());
    /// assert_eq!(TaskNo::new(7).unwrap().to_string(), "task 7");
    /// ```
    #[must_use]
    pub fn new(number: u32) -> Option<TaskNo> {
        NonZeroU32::new(number).map(TaskNo)
    }

    /// Its number.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::TaskNo;
    ///
    /// assert_eq!(TaskNo::new(7).unwrap().get(), 7);
    /// ```
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for TaskNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.0)
    }
}

impl fmt::Debug for TaskNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Which object: its number, counted from 1 in the order in which the objects were met.
///
/// # Examples
///
/// ```
/// use boucle_trace::ObjectNo;
///
/// let second = ObjectNo::new(2).expect("2 is not 0");
/// assert_eq!(second.to_string(), "object 2");
/// assert_eq!(second.get(), 2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectNo(NonZeroU32);

impl ObjectNo {
    /// The object with this number; there is no object 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::ObjectNo;
    ///
    /// assert!(ObjectNo::new(0).is_none());
    /// assert_eq!(ObjectNo::new(7).unwrap().to_string(), "object 7");
    /// ```
    #[must_use]
    pub fn new(number: u32) -> Option<ObjectNo> {
        NonZeroU32::new(number).map(ObjectNo)
    }

    /// Its number.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::ObjectNo;
    ///
    /// assert_eq!(ObjectNo::new(7).unwrap().get(), 7);
    /// ```
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for ObjectNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object {}", self.0)
    }
}

impl fmt::Debug for ObjectNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
