//! `std::process`, as far as the road needs it: the end of the program.

use std::panic;
use std::process;

use crate::sealed;

/// Ends the program with this exit status; in a recording, ends the recording.
///
/// A recording is ended by unwinding, without any message: what the program still holds is
/// dropped, as the operating system would close it. A loop that keeps the panics of its tasks does not
/// keep this one: [`step`](crate::step) sends it on.
///
/// # Examples
///
/// ```
/// let recording = world::record(|| world::process::exit(1));
/// assert_eq!(recording.status(), 1);
/// ```
pub fn exit(status: i32) -> ! {
    if sealed::with(|world| world.exiting = Some(status)).is_some() {
        panic::resume_unwind(Box::new(Exit(status)));
    }
    process::exit(status)
}

/// What unwinds when a recorded program exits: its status.
pub(crate) struct Exit(pub(crate) i32);
