//! Traces: recorded, written, read, played, drawn, and looked at for what is suspicious.

mod faulty;
mod forgotten;
mod lints;
mod listening;
mod objects;
mod pictures;
mod playing;
mod printing;
mod programs;
pub(crate) mod random;
mod reading;
mod recording;
mod stages;
mod versions;
mod waking;
