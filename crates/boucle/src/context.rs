//! The thread's way into a loop: all that those above see of one.

pub(crate) mod budget;
pub(crate) mod elsewhere;
pub(crate) mod sys;
