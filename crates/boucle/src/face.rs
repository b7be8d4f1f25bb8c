//! The face of a loop: how it is made, run, stopped and looked at.

mod builder;
mod event_loop;
mod runs;
#[cfg(unix)]
mod signal;
mod tree;

pub use self::builder::{Builder, Driver};
pub use self::event_loop::Loop;
pub use self::runs::run;
pub use self::tree::{TaskInfo, TaskState, all_tasks};
