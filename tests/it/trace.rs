//! Traces: recorded, written, read, played, drawn, and looked at for what is suspicious.

pub(crate) mod faulty;
mod forgotten;
mod lints;
mod listening;
mod objects;
pub(crate) mod pictures;
mod playing;
mod printing;
mod programs;
pub(crate) mod random;
mod reading;
mod recording;
mod stages;
mod versions;
mod waking;
