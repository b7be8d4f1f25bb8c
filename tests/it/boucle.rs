//! The finished loop, a module a theme.

mod answers;
mod budget;
mod core_life;
mod core_panics;
mod core_results;
mod core_timers;
mod core_transcript;
mod core_wakes;
mod gathering;
mod groups;
mod public;
mod queues;
mod run_task;
mod signals;
mod sync;
mod threads;
mod waits;
mod watching;
