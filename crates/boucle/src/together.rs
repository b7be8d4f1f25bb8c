//! Several futures or tasks together: all of them, the first of them, a group that ends as one.
//!
//! Road: stage 6.

mod completed;
mod family;
mod gather;
mod group;
mod race;

pub use self::completed::{AsCompleted, as_completed};
pub use self::gather::{gather, gather_all, gather_tasks};
pub use self::group::{GroupError, GroupTask, TaskGroup, task_group};
pub use self::race::{race, shield};
