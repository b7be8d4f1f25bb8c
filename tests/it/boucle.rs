//! The finished loop, a module a theme.

mod answers;
mod auto_traits;
mod budget;
mod core_life;
mod core_panics;
mod core_results;
mod core_timers;
mod core_wakes;
mod ecosystem;
mod families;
mod gathering;
mod groups;
pub(crate) mod property;
mod public;
mod queues;
mod run_task;
pub(crate) mod signals;
mod sync;
mod threads;
mod transcript;
mod waits;
mod watching;
