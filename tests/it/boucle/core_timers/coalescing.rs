//! How long the loop sleeps for a deadline: to a round time that others share, or exactly to it.
//!
//! Nothing here waits: the loop is stopped as it says for how long it would sleep. It looks at the real
//! clock at some time between two looks of the test's, so its wake is known to lie between two instants.
//! However long a thread is held up in between, only less is known, and what is asserted holds.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use boucle::{Instrument, Loop, LoopHandle, RunError, TaskId, sleep_until};

const MS: Duration = Duration::from_millis(1);

/// Notes until when the loop would sleep, and stops it.
struct Watch {
    handle: OnceCell<LoopHandle>,
    /// Before the loop last looked at its clock.
    before: Cell<Instant>,
    /// When it would be awake again: not before the first, not after the second.
    wake: Cell<Option<(Instant, Instant)>>,
}

impl Instrument for Watch {
    fn after_poll(&self, _task: TaskId, _ended: bool) {
        self.before.set(Instant::now());
    }

    fn before_wait(&self, timeout: Option<Duration>) {
        let timeout = timeout.expect("there is a deadline");
        self.wake.set(Some((self.before.get() + timeout, Instant::now() + timeout)));
        self.handle.get().expect("the loop is made").stop();
    }
}

/// Between which instants the loop would wake for the first of some deadlines.
fn wake_for(deadlines: &[Instant], exact_timers: bool) -> (Instant, Instant) {
    let (handle, before) = (OnceCell::new(), Cell::new(Instant::now()));
    let watch = Rc::new(Watch { handle, before, wake: Cell::new(None) });
    let builder = Loop::builder().exact_timers(exact_timers).instrument(Rc::clone(&watch));
    let event_loop = builder.build();
    watch.handle.set(event_loop.handle()).expect("it is set once");
    for deadline in deadlines {
        drop(event_loop.add_task(sleep_until(*deadline)));
    }
    let end = event_loop.run_until_complete(std::future::pending::<()>());
    assert_eq!(end, Err(RunError::Stopped));
    watch.wake.get().expect("it would sleep")
}

/// So far ahead that it does not come while a test runs; not twice at the same place in a millisecond.
fn deadlines() -> impl Iterator<Item = Instant> {
    let start = Instant::now() + Duration::from_secs(3600);
    (0..40).map(move |n| start + MS / 37 * n)
}

#[test]
fn exact_timers_are_waited_for_to_the_point_and_so_is_one_that_is_alone() {
    for deadline in deadlines() {
        let (earliest, latest) = wake_for(&[deadline, deadline + MS / 2], true);
        assert!(earliest <= deadline, "{:?} late", earliest - deadline);
        assert!(latest >= deadline, "{:?} early", deadline - latest);
        // One that is alone is waited for to the point as well.
        let (earliest, latest) = wake_for(&[deadline, deadline + 2 * MS], false);
        assert!(earliest <= deadline, "{:?} late", earliest - deadline);
        assert!(latest >= deadline, "{:?} early", deadline - latest);
    }
}

#[test]
fn deadlines_within_a_millisecond_share_a_wake() {
    for deadline in deadlines() {
        let of_four = [4, 0, 9, 11].map(|tenths| deadline + MS / 10 * tenths);
        let (earliest, latest) = wake_for(&of_four, false);
        // The last one that is no more than a millisecond later than the first.
        let last = deadline + MS / 10 * 9;
        assert!(earliest <= last, "{:?} late", earliest - last);
        assert!(latest >= last, "{:?} early", last - latest);
    }
}
