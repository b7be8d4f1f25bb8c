//! The tasks that are being polled: a stack that knows who is in it.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::TaskNo;

/// The task that is being polled, last; before it those that polled it themselves.
///
/// It is a slice, whose [`contains`](Running::contains) does not look at all of it.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async {});
/// assert_eq!(trace.state_at(2).running.len(), 1);
/// ```
#[derive(Clone, Default)]
pub struct Running {
    stack: Vec<TaskNo>,
    /// How often each task is in it: more than once only if the recording says odd things.
    n_times: HashMap<TaskNo, usize>,
}

impl Running {
    /// Whether a task is being polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{TaskNo, record};
    ///
    /// let state = record(|| async {}).state_at(2);
    /// assert!(state.running.contains(&TaskNo::new(1).unwrap()));
    /// ```
    #[must_use]
    pub fn contains(&self, task: &TaskNo) -> bool {
        self.n_times.contains_key(task)
    }

    pub(super) fn push(&mut self, task: TaskNo) {
        self.stack.push(task);
        *self.n_times.entry(task).or_default() += 1;
    }

    pub(super) fn pop(&mut self) -> Option<TaskNo> {
        let task = self.stack.pop()?;
        if let Some(n) = self.n_times.get_mut(&task) {
            *n -= 1;
            if *n == 0 {
                self.n_times.remove(&task);
            }
        }
        Some(task)
    }

    /// Takes out a task, and all above it: they were left in the middle. The task is the last of what
    /// comes out; nothing does if it is not there.
    pub(super) fn leave(&mut self, task: TaskNo) -> Vec<TaskNo> {
        let mut left = Vec::new();
        while self.contains(&task) {
            left.extend(self.pop());
            if left.last() == Some(&task) {
                break;
            }
        }
        left
    }
}

impl Deref for Running {
    type Target = [TaskNo];

    fn deref(&self) -> &[TaskNo] {
        &self.stack
    }
}

impl IntoIterator for Running {
    type Item = TaskNo;
    type IntoIter = vec::IntoIter<TaskNo>;

    fn into_iter(self) -> vec::IntoIter<TaskNo> {
        self.stack.into_iter()
    }
}

impl PartialEq for Running {
    fn eq(&self, other: &Running) -> bool {
        self.stack == other.stack
    }
}

impl Eq for Running {}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.stack, f)
    }
}

impl Serialize for Running {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.stack.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Running {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Running, D::Error> {
        let mut running = Running::default();
        for task in Vec::<TaskNo>::deserialize(from)? {
            running.push(task);
        }
        Ok(running)
    }
}
