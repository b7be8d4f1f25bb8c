//! The face of a loop: how it is made, run, stopped and looked at.

mod agenda;
mod awaits;
mod builder;
mod event_loop;
#[cfg(feature = "explore")]
mod renew;
mod runs;
#[cfg(unix)]
mod signal;
mod steps;
mod tasks;
mod tree;
mod weak;

pub use self::agenda::{Agenda, TimerInfo};
pub use self::awaits::{Await, TaskStack};
pub use self::builder::Builder;
pub use self::runs::run;
pub use self::tasks::{TaskInfo, TaskState, all_tasks};
pub use self::weak::WeakLoopHandle;
use crate::context::Owner;
pub use crate::reactor::Driver;

/// An event loop. A clone is the same loop; it lives on one thread.
///
/// Its tasks are dropped when it is closed, or when the last clone is dropped. A task that keeps a
/// clone of its own loop keeps the loop alive: close it.
///
/// # Examples
///
/// ```
/// use boucle::Loop;
///
/// let event_loop = Loop::new();
/// let task = event_loop.add_task(async { "added" });
/// assert_eq!(event_loop.run_until_complete(async { 42 }).unwrap(), 42);
/// event_loop.run();
/// assert_eq!(*task.result().unwrap(), "added");
/// ```
#[doc(alias = "AbstractEventLoop")]
#[doc(alias = "BaseEventLoop")]
#[doc(alias = "SelectorEventLoop")]
#[doc(alias = "Runner")]
#[doc(alias = "Runtime")]
#[doc(alias = "LocalSet")]
#[doc(alias = "EventLoop")]
#[derive(Clone)]
pub struct Loop {
    /// One owner of it: the last one that goes closes it.
    owner: Owner,
}
