//! A stage is plain Rust: with `std` in the place of `world` it compiles, and does the same.
//!
//! `step` and `wait` alone are not in `std`; here is all that they are.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The slides' `next(it)`, when nobody records.
pub(crate) fn step<F: Future + ?Sized>(task: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    task.as_mut().poll(&mut Context::from_waker(waker))
}

/// A wait for what comes from outside, when nobody records.
pub(crate) fn wait(
    timeout: Option<Duration>,
    mut wait: impl FnMut(Option<Duration>) -> io::Result<usize>,
) -> io::Result<usize> {
    wait(timeout)
}

mod on_std {
    include!(concat!(env!("OUT_DIR"), "/plain_std.rs"));
}

#[test]
fn the_programs_that_do_not_sleep_run_on_std() {
    // They print on the real stdout; that they compile and end is what is tested.
    on_std::stage0::demo::main();
    on_std::stage1::demo::main();
    on_std::stage2::demo::main();
    on_std::stage5::demo::main();
    on_std::stage8::demo::main();
}

#[test]
fn nothing_of_world_is_left() {
    for source in on_std::SOURCES {
        assert!(!source.contains("world::"), "{source}");
    }
    assert!(on_std::SOURCES.len() > 14);
}
