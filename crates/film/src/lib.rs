//! A player of runs: any stage, any example of boucle or any recording, forwards and backwards.
//!
//! [`App`] is the player in a terminal; a [`Scene`] is what it shows at a moment, in words.

mod app;
pub mod args;
#[cfg(unix)]
mod attach;
mod go;
#[cfg(feature = "programs")]
mod orders;
mod page;
mod predict;
#[cfg(feature = "programs")]
mod programs;
#[cfg(not(feature = "programs"))]
#[path = "no_programs.rs"]
mod programs;
mod run;
mod scene;
mod screen;
mod search;
mod serve;
mod source;
mod terminal;
#[cfg(unix)]
mod top;
mod write;

pub use crate::app::{App, Guess};
pub use crate::go::Go;
#[cfg(feature = "programs")]
pub use crate::orders::{Answer, Found, OrdersError, Subject};
pub use crate::predict::{Question, Verdict, Wrong};
pub use crate::programs::{PROGRAMS, Program};
pub use crate::run::{OpenError, Run};
pub use crate::scene::{Printed, Row, Scene};
pub use crate::screen::{HEIGHT, WIDTH, draw};
pub use crate::source::{Mark, Source};
