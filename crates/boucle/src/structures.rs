//! Structures that return whom to wake, and call nobody.

pub(crate) mod remote;
pub(crate) mod timers;
#[allow(dead_code)]
pub(crate) mod waiters;
pub(crate) mod wake;
