//! Plain data, which calls nobody: numbers and times, what is told, what can go wrong.

mod awaiter;
pub(crate) mod clock;
mod events;
mod leaf;
mod loop_id;
mod object;
mod path;
pub(crate) mod primitives;
mod run_end;
pub(crate) mod rust_path;
mod spawned;
mod task_error;
mod task_id;
mod touch;
mod wait;

pub(crate) use self::awaiter::{Awaiter, Awaits};
pub use self::events::{Ended, WaitsFor, WokenBy};
pub(crate) use self::leaf::Leaf;
pub(crate) use self::loop_id::LoopId;
pub(crate) use self::object::Kind;
pub use self::object::{Object, ObjectId};
pub use self::path::TaskPath;
pub use self::run_end::{NoLoop, RunEnd, RunError};
pub use self::spawned::Spawned;
pub(crate) use self::spawned::{Called, Origin};
pub use self::task_error::{Panic, TaskError};
pub use self::task_id::TaskId;
pub use self::touch::{How, Part, Shared};
pub(crate) use self::wait::{Spot, Wait, Who};
