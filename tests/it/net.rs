//! The network of the finished loop, a module a theme.
#![cfg(unix)]

mod every_call_fails;
mod fairness;
mod hard_times;
mod reactor;
mod soak;
