//! The outside world under `std`'s names: time, threads, arguments, output.
//!
//! A stage of the road imports from here what plain Rust would import from `std`, by the same path:
//! `world::time::Instant`, `world::thread::sleep`, `world::println`. In a program they *are* `std`.
//! Inside [`record`] they are sealed: time is virtual, nothing really sleeps, and what is printed
//! is kept. The [`collections`] of a loop, and a future that is polled by hand ([`boxed`], [`pin`]), tell
//! what happens to them. Two things here are not in `std`: [`step`], the slides' `next(it)`, so that a recording
//! can keep each poll and each wake; and [`wait`], so that it can let the time of a loop that sleeps pass at once.
//! No stage knows of [`in_order`], by which somebody else chooses who leaves a loop's queue next.
//!
//! ```
//! use world::println;
//! use world::thread;
//! use world::time::Duration;
//!
//! let recording = world::record(|| {
//!     println!("before");
//!     thread::sleep(Duration::from_secs(3600)); // an hour that takes no time
//!     println!("after");
//! });
//!
//! assert_eq!(recording.output(), "before\nafter\n");
//! assert_eq!(recording.to_string(), "   0.000 before\n3600.000 after\n");
//! ```

pub mod boxed;
pub mod collections;
pub mod env;
mod listen;
mod order;
pub mod pin;
mod print;
pub mod process;
mod recorder;
mod recording;
mod sealed;
mod step;
mod steps;
pub mod thread;
pub mod time;
mod wait;
mod woken;

pub use crate::listen::{Listening, listen};
pub use crate::order::in_order;
#[doc(hidden)]
pub use crate::print::{print_error, print_line};
pub use crate::recorder::{Recorder, record};
pub use crate::recording::{Event, Moment, Recording, TaskId, WokenBy};
pub use crate::step::step;
pub use crate::wait::wait;
