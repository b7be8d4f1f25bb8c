//! Structures that return whom to wake, and call nobody.

pub(crate) mod remote;
pub(crate) mod timers;
pub(crate) mod wake;
