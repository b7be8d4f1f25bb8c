//! The programs of the course, as they are, beside those of the course.

use std::time::Duration;

use boucle::{Loop, call_later};

use super::{Program, SAID};
use crate::course::examples;

pub(super) const PROGRAMS: &[Program] = &[
    ("morceaux", |it| as_it_is(it, examples::morceaux::program)),
    ("famine", |it| as_it_is(it, examples::famine::program)),
    ("tickers", |it| as_it_is(it, examples::ticks::program)),
    ("fork", |it| stopped_after(it, 5.0, examples::fork::program)),
    ("fork_and_stop", |it| as_it_is(it, examples::fork_and_stop::program)),
    ("arrears", |it| stopped_after(it, 5.0, examples::leftovers::program)),
    ("three_durations", |it| as_it_is(it, examples::three_durations::program)),
    ("producer_and_consumer", |it| stopped_after(it, 4.5, examples::queue::program)),
    ("starvation", |it| as_it_is(it, examples::starvation::program)),
    ("breathing", |it| as_it_is(it, examples::breathe::program)),
    ("iterating", |it| as_it_is(it, examples::arange::program)),
];

/// What a program prints is what it says.
fn as_it_is(event_loop: &Loop, program: fn(&Loop)) {
    let recording = world::record(|| program(event_loop));
    SAID.with_borrow_mut(|said| said.push_str(&recording.output()));
}

/// The same, for one that nobody ends but Ctrl-C: here, somebody stops it.
fn stopped_after(event_loop: &Loop, n_seconds: f64, program: fn(&Loop)) {
    let same = event_loop.clone();
    drop(call_later(Duration::from_secs_f64(n_seconds), move || same.stop()));
    as_it_is(event_loop, program);
}
