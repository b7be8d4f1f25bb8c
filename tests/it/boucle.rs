//! The finished loop, a module a theme.

mod auto_traits;
mod core_life;
mod core_panics;
mod core_results;
mod core_timers;
mod core_wakes;
mod ecosystem;
mod gathering;
mod groups;
mod property;
mod queues;
mod signals;
mod sync;
mod threads;
mod transcript;
mod watching;
