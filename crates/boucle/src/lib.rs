//! *boucle* (French for loop): a small, fast, single-threaded async event loop.

mod builder;
mod callback;
mod clock;
mod core;
mod elsewhere;
mod event_loop;
mod gather;
mod group;
mod instrument;
mod primitives;
mod race;
mod remote;
mod report;
#[cfg(unix)]
mod signal;
pub mod sync;
mod task;
mod thread;
mod time;
mod timers;
mod tree;
mod wake;

pub use crate::builder::Builder;
pub use crate::callback::{Callback, call_at, call_later, call_soon};
pub use crate::event_loop::{Loop, NoLoop, RunEnd, RunError, run};
pub use crate::instrument::{Instrument, Order};
pub use crate::report::Report;
pub use crate::task::{Panic, Task, TaskError, TaskId, current_task, spawn};
pub use crate::thread::{LoopClosed, LoopHandle, RemoteTask, to_thread};
pub use crate::time::{
    Elapsed, Interval, MissedTicks, Sleep, interrupt, interval, now, quiescent, sleep, sleep_until,
    timeout,
};
pub use crate::tree::{TaskInfo, TaskState, all_tasks};
