//! `println!` and `eprintln!`: printed at once in a program, kept in a recording.

use std::fmt;

use crate::listen::{happened, somebody_listens};
use crate::recording::Event;
use crate::sealed;

/// `std`'s `println!`; in a recording the line is kept instead.
///
/// Import it by name, `use world::println;`: it then stands in front of the prelude's.
///
/// # Panics
///
/// As `std`'s: if stdout cannot be written to.
///
/// # Examples
///
/// ```
/// use world::println;
///
/// let recording = world::record(|| {
///     println!("{} {}", 1, 2);
///     println!();
/// });
/// assert_eq!(recording.output(), "1 2\n\n");
/// ```
#[macro_export]
macro_rules! println {
    () => { $crate::print_line(::std::format_args!("")) };
    ($($arg:tt)*) => { $crate::print_line(::std::format_args!($($arg)*)) };
}

/// `std`'s `eprintln!`; in a recording the line is kept instead.
///
/// # Panics
///
/// As `std`'s: if stderr cannot be written to.
///
/// # Examples
///
/// ```
/// use world::eprintln;
///
/// let recording = world::record(|| eprintln!("cannot do that"));
/// assert_eq!(recording.errors(), "cannot do that\n");
/// ```
#[macro_export]
macro_rules! eprintln {
    () => { $crate::print_error(::std::format_args!("")) };
    ($($arg:tt)*) => { $crate::print_error(::std::format_args!($($arg)*)) };
}

/// What `println!` calls.
#[doc(hidden)]
pub fn print_line(args: fmt::Arguments<'_>) {
    if !keep(args, Event::Printed) {
        ::std::println!("{args}");
    }
}

/// What `eprintln!` calls.
#[doc(hidden)]
pub fn print_error(args: fmt::Arguments<'_>) {
    if !keep(args, Event::PrintedError) {
        ::std::eprintln!("{args}");
    }
}

/// Keeps each line of `args` as an event, and tells who listens; whether this thread is recording.
fn keep(args: fmt::Arguments<'_>, event: fn(String) -> Event) -> bool {
    let is_sealed = sealed::with(|_| ()).is_some();
    if is_sealed || somebody_listens() {
        // Formatted before the world is borrowed: what is printed may look at the clock.
        for line in args.to_string().split('\n') {
            happened(event(line.to_owned()));
        }
    }
    is_sealed
}
