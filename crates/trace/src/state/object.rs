//! What is known of one object that tasks share, at a moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::{Place, TaskNo, Text};

/// A queue, a lock, or another thing that tasks wait for, at a moment.
///
/// # Examples
///
/// ```
/// use boucle::sync::Lock;
///
/// let trace = boucle_trace::record(|| async {
///     let accounts = Lock::new(100);
///     *accounts.lock().await -= 1;
/// });
/// let met = trace.events().iter().position(|it| it.what.task().is_none()).unwrap();
/// let lock = trace.state_at(met + 1).objects.into_values().next().unwrap();
/// assert_eq!(lock.kind.as_ref(), "lock");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectState {
    /// What it is: `queue`, `lock`; empty of one that nobody told of.
    pub kind: Text,
    /// Its name, if it was given one.
    pub name: Option<Text>,
    /// Where it was made.
    pub place: Option<Place>,
    /// The tasks that have it, if it is a lock or a semaphore, and how many permits each has.
    pub holders: BTreeMap<TaskNo, u32>,
}
