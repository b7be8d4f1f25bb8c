//! `std::env`, as far as the road needs it: the program's arguments.

use std::env;
use std::vec;

use crate::sealed;

/// The program's arguments, its name first; `std`'s, or those that the recording was given.
///
/// # Panics
///
/// As `std`'s: if an argument is not Unicode.
///
/// # Examples
///
/// ```
/// world::Recorder::new().args(["server"]).record(|| {
///     assert_eq!(world::env::args().nth(1).as_deref(), Some("server"));
/// });
/// ```
#[must_use]
pub fn args() -> Args {
    let args = sealed::with(|world| world.args.clone());
    args.unwrap_or_else(|| env::args().collect()).into_iter()
}

/// The arguments that [`args`] gives, one after the other.
pub type Args = vec::IntoIter<String>;
