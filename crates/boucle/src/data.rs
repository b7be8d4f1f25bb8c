//! Plain data, which calls nobody: numbers and times, what is told, what can go wrong.

pub(crate) mod clock;
mod events;
mod loop_id;
pub(crate) mod primitives;
mod run_end;
mod task_error;
mod task_id;

pub use self::events::{Ended, WaitsFor, WokenBy};
pub(crate) use self::loop_id::LoopId;
pub use self::run_end::{NoLoop, RunEnd, RunError};
pub use self::task_error::{Panic, TaskError};
pub use self::task_id::TaskId;
