//! A whole run in one call: record it, or show it at once.

use std::any::{Any, type_name};
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;

use boucle::{Loop, RunError};

use crate::event::RunEnd;
use crate::recorder::{Options, Recorder};
use crate::trace::Trace;

/// Runs a program of boucle on virtual time and in a sealed world, and hands back what happened.
///
/// `world::println` lands in the trace, and nowhere else. A program that panics, or that waits for
/// ever, has a trace as well: its last event says so. One that never ends is stopped after 20 million
/// events, or as many as [`Options::limit`] says. Two traces of the same program are equal, as
/// long as it asks nobody else: no socket, no thread, no real clock.
///
/// # Panics
///
/// If this thread is recording already, or is inside a loop.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::sleep;
/// use boucle_trace::record;
/// use world::println;
///
/// let trace = record(|| async {
///     sleep(Duration::from_secs(3600)).await;
///     println!("an hour later");
/// });
/// assert_eq!(trace.output(), "an hour later\n");
/// assert_eq!(trace.events().last().unwrap().at, 3_600_000_000_000);
/// ```
#[track_caller]
pub fn record<F: Future>(program: impl FnOnce() -> F) -> Trace {
    let recorder = Rc::new(Recorder::with(Options::new()).expect("memory is always there"));
    record_with(&recorder, program);
    recorder.trace()
}

/// Runs a program as [`record`] does, with a recorder of one's own: a ring buffer, a file.
///
/// # Panics
///
/// As [`record`] does.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::interrupt;
/// use boucle_trace::{Options, Recorder, record_with};
///
/// let recorder = Rc::new(Recorder::with(Options::new().last(10)).unwrap());
/// record_with(&recorder, || async {
///     for _ in 0..1000 {
///         interrupt().await;
///     }
/// });
/// let trace = recorder.trace();
/// assert!(trace.len() < 20 && trace.base().position > 2000);
/// ```
#[track_caller]
pub fn record_with<F: Future>(recorder: &Rc<Recorder>, program: impl FnOnce() -> F) {
    let at = Location::caller();
    let sealed = || {
        let event_loop = Loop::builder()
            .virtual_time(true)
            .instrument(Rc::clone(recorder))
            .exception_handler(recorder.exception_handler())
            .build();
        // Called within the loop: what the program makes of the present time is virtual.
        let end = match event_loop.run_until_complete_from(at, async { program().await }) {
            Ok(_) => RunEnd::Complete,
            Err(RunError::Stopped) => RunEnd::Stopped,
            Err(RunError::Deadlock) => RunEnd::Deadlock,
            Err(error) => panic!("{error}"),
        };
        recorder.run_ends(end);
    };
    recorder.calls_main(at, type_name::<F>());
    let listening = recorder.listen();
    run_sealed(recorder, sealed);
    drop(listening);
}

/// Runs a stage of the road in a sealed world, and hands back what happened there: its polls, and
/// what it printed.
///
/// # Panics
///
/// If this thread is recording already.
///
/// # Examples
///
/// ```
/// use std::task::Waker;
/// use boucle_trace::record_stage;
/// use world::println;
///
/// let trace = record_stage(|| {
///     let mut task = Box::pin(async { println!("Hello") });
///     while world::step(&mut task, Waker::noop()).is_pending() {}
/// });
/// assert_eq!(trace.state_at(trace.len()).tasks.len(), 1);
/// assert_eq!(trace.output(), "Hello\n");
/// ```
pub fn record_stage(main: impl FnOnce()) -> Trace {
    let recorder = Rc::new(Recorder::with(Options::new()).expect("memory is always there"));
    record_stage_with(&recorder, main);
    recorder.trace()
}

/// Runs a stage as [`record_stage`] does, with a recorder of one's own.
///
/// # Panics
///
/// As [`record_stage`] does.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle_trace::{Options, Recorder, record_stage_with};
///
/// let recorder = Rc::new(Recorder::with(Options::new().last(10)).unwrap());
/// record_stage_with(&recorder, || world::println!("Hello"));
/// assert_eq!(recorder.trace().output(), "Hello\n");
/// ```
pub fn record_stage_with(recorder: &Rc<Recorder>, main: impl FnOnce()) {
    let listening = recorder.listen_to_stage();
    run_sealed(recorder, || {
        main();
        recorder.run_ends(RunEnd::Complete);
    });
    drop(listening);
}

/// The lanes of a program of boucle on virtual time: one line in a test.
///
/// # Panics
///
/// As [`record`] does.
///
/// # Examples
///
/// ```
/// let lanes = boucle_trace::lanes(|| async { world::println!("Hello") });
/// assert!(lanes.contains("> Hello"));
/// ```
///
/// In a test, `insta::assert_snapshot!(boucle_trace::lanes(|| async { … }))`.
#[track_caller]
pub fn lanes<F: Future>(program: impl FnOnce() -> F) -> String {
    record(program).lanes()
}

/// Runs `program` in a sealed world; a panic that goes out of it is noted, and goes no further.
fn run_sealed(recorder: &Recorder, program: impl FnOnce()) {
    let (mut began, mut end) = (false, None);
    let sealed = || {
        began = true;
        let Err(payload) = panic::catch_unwind(AssertUnwindSafe(program)) else {
            end = Some(None);
            return;
        };
        match message(&*payload) {
            Some(message) => end = Some(Some(RunEnd::Panicked(message.into()))),
            // The world's own way to end a program; or what was given to `panic_any`.
            None => panic::resume_unwind(payload),
        }
    };
    recorder.is_sealed();
    // Only the recorder is looked at after a panic, and it keeps whole events; the world keeps none.
    let world = world::Recorder::new().keep_nothing().tick(recorder.world_tick());
    let world = panic::catch_unwind(AssertUnwindSafe(|| world.record(sealed)));
    let end = end.unwrap_or_else(|| match world {
        Ok(recording) => Some(RunEnd::Exit(recording.status())),
        Err(_) if began => Some(RunEnd::Panicked("(no message)".into())),
        Err(refused) => panic::resume_unwind(refused),
    });
    if let Some(end) = end {
        recorder.run_ends(end);
    }
    // What has gone wrong is told to whoever flushes next.
    let _ = recorder.flush();
}

/// What a panic said; `None` if that was no text.
pub(crate) fn message(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}
