//! Arrival: the programs of the stages from 4 on run on the finished loop as they are, and do the same.
//!
//! In each program the name of the stage is replaced by that of `finished`, and nothing else.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use boucle::{Builder, Instrument, TaskId};
use world::Recording;

use crate::road;

/// What the programs take from a stage, from `boucle`.
pub(crate) mod finished {
    pub(crate) use boucle::sync::{Queue, Waiter};
    pub(crate) use boucle::{TaskError, gather, interrupt, sleep, spawn};

    /// `boucle::Loop`, but that a new one is virtual: it tells the recording the time.
    pub(crate) struct Loop;

    impl Loop {
        #[expect(clippy::new_ret_no_self, reason = "it stands in for the loop that it makes")]
        pub(crate) fn new() -> boucle::Loop {
            super::recorded(boucle::Loop::builder().virtual_time(true)).build()
        }

        pub(crate) fn current() -> Result<boucle::Loop, boucle::NoLoop> {
            boucle::Loop::current()
        }
    }
}

mod programs {
    include!(concat!(env!("OUT_DIR"), "/arrival.rs"));
}

/// Lets a loop's time be the recording's, and its reports too.
fn recorded(builder: Builder) -> Builder {
    let builder = builder.instrument(Rc::new(Hands::default()));
    builder.exception_handler(|report| {
        let error = report.error().expect("nothing else is reported");
        world::eprintln!("task exception was never retrieved: {error}");
    })
}

/// The hands of the recording's clock: they follow the loop's.
#[derive(Default)]
struct Hands {
    /// The loop's time, at its last poll.
    last: Cell<Option<Instant>>,
}

impl Instrument for Hands {
    fn before_poll(&self, _task: TaskId) {
        let now = boucle::now();
        let last = self.last.replace(Some(now));
        world::thread::sleep(now - last.unwrap_or(now));
    }
}

/// A stage's program, on its own loop and on the finished one.
fn both(stage: usize, on_finished: fn()) -> (Recording, Recording) {
    let record = |main| road::recorder(stage).record(main);
    (record(road::DEMOS[stage]), record(on_finished))
}

#[test]
fn the_programs_of_stages_11_to_13_do_the_same_at_the_same_times_on_the_finished_loop() {
    use programs::{stage11, stage12, stage13};
    let programs = [(11, stage11::main as fn()), (12, stage12::main), (13, stage13::main)];
    for (stage, on_finished) in programs {
        let (own, finished) = both(stage, on_finished);
        assert_eq!(finished.to_string(), own.to_string(), "stage{stage}");
    }
}

#[test]
fn the_programs_of_stages_4_to_9_print_the_same_on_the_finished_loop() {
    use programs::{stage4, stage5, stage6, stage8, stage9};
    let programs: [(usize, fn()); 5] = [
        (4, stage4::main),
        (5, stage5::main),
        (6, stage6::main),
        (8, stage8::main),
        (9, stage9::main),
    ];
    for (stage, on_finished) in programs {
        let (own, finished) = both(stage, on_finished);
        // Also the polls that stages 8 and 9 count themselves. These stages look at the clock to wait, so
        // their times are not exact.
        assert_eq!(finished.output(), own.output(), "stage{stage}");
    }
}
