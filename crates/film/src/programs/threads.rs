//! The example `threads` makes its loops itself. That of the first thread is the one that is recorded;
//! those of the others are not: a recording is of one loop.

use std::cell::RefCell;

use boucle::Loop;

use super::examples::threads;

thread_local! {
    /// The loop that is recorded, until the example asks for one.
    static GIVEN: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

pub(super) fn program(event_loop: &Loop) {
    GIVEN.set(Some(event_loop.clone()));
    threads::program(|| {
        let unseen = || Loop::builder().virtual_time(true).build();
        GIVEN.take().unwrap_or_else(unseen)
    });
    // As it was: the example has made it the loop of this thread.
    Loop::set_current(None);
}
