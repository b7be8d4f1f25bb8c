//! The finished loop, a module a theme.

mod gathering;
mod groups;
mod queues;
mod signals;
mod sync;
mod threads;
mod watching;
