//! Structures that return whom to wake, and call nobody.

pub(crate) mod ends;
pub(crate) mod inbox;
pub(crate) mod line;
pub(crate) mod loops;
pub(crate) mod pace;
pub(crate) mod ready;
pub(crate) mod room;
pub(crate) mod stack;
pub(crate) mod timers;
pub(crate) mod waiters;
pub(crate) mod waits;
pub(crate) mod wake;
