//! A stage is plain Rust: with `std` in the place of `world` it compiles, and does the same.
//!
//! `step` alone is not in `std`; here is all that it is.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The slides' `next(it)`, when nobody records.
pub(crate) fn step<F: Future + ?Sized>(task: &mut Pin<Box<F>>, waker: &Waker) -> Poll<F::Output> {
    task.as_mut().poll(&mut Context::from_waker(waker))
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
}

#[test]
fn nothing_of_world_is_left() {
    use on_std::*;
    for source in [SOURCE0, SOURCE1, SOURCE2, SOURCE3, SOURCE4, SOURCE5, SOURCE6, SOURCE7] {
        assert!(!source.contains("world::"), "{source}");
    }
}
