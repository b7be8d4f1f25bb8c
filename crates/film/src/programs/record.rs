//! How a program is run: sealed, on virtual time, by a recorder that knows its name.

use std::any::Any;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use boucle::{Loop, sleep};
use boucle_trace::{Options, Recorder, RunEnd, Trace, record_stage_with};

use crate::orders::Chosen;

/// A program, and how it is run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Main {
    /// A stage, with a loop of its own.
    Stage(fn()),
    /// A stage that sleeps and looks at no clock to wait: its times are exact.
    ExactStage(fn()),
    /// An example of boucle, on a loop that it is given.
    Example(fn(&Loop)),
    /// An example that Ctrl-C ends: here a task named so stops the loop after so many seconds.
    Endless(fn(&Loop), u64),
}

/// Runs a program as it is. A panic is in the trace, and nowhere else.
pub(super) fn record(name: &str, main: Main) -> Trace {
    let tick = if matches!(main, Main::ExactStage(_)) { Duration::ZERO } else { world::time::TICK };
    record_in(name, main, tick, None)
}

/// Runs a program; the tasks of an example take turns in this order, and a look of a stage at the clock costs
/// `tick`.
pub(crate) fn record_in(name: &str, main: Main, tick: Duration, order: Option<Chosen>) -> Trace {
    let mut options = Options::new().program(name);
    if matches!(main, Main::Stage(_) | Main::ExactStage(_)) {
        options = options.tick(tick);
    }
    let recorder = Recorder::with(options);
    let recorder = Rc::new(recorder.expect("memory is always there"));
    quietly(|| match main {
        Main::Stage(main) | Main::ExactStage(main) => record_stage_with(&recorder, main),
        Main::Example(program) => record_example(&recorder, program, None, order),
        Main::Endless(program, seconds) => record_example(&recorder, program, Some(seconds), order),
    });
    recorder.trace()
}

/// Does `f`; of a panic nothing is printed.
pub(crate) fn quietly<R>(f: impl FnOnce() -> R) -> R {
    // The hook is one for all threads, and two of them may record.
    static QUIET: Mutex<()> = Mutex::new(());
    let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = panic::catch_unwind(AssertUnwindSafe(f));
    panic::set_hook(hook);
    done.unwrap_or_else(|payload| panic::resume_unwind(payload))
}

fn record_example(
    recorder: &Rc<Recorder>,
    program: fn(&Loop),
    stop_after: Option<u64>,
    order: Option<Chosen>,
) {
    let listening = recorder.listen();
    let sealed = || {
        let mut builder = Loop::builder()
            .virtual_time(true)
            .instrument(Rc::clone(recorder))
            .exception_handler(recorder.exception_handler());
        if let Some(order) = order {
            builder = builder.order(order);
        }
        run_example(&builder.build(), program, stop_after);
        recorder.run_ends(if stop_after.is_some() { RunEnd::Stopped } else { RunEnd::Complete });
    };
    // The recorder keeps whole events: what a panic leaves behind can be looked at.
    let ended = panic::catch_unwind(AssertUnwindSafe(|| world::record(sealed)));
    drop(listening);
    if let Err(payload) = ended {
        recorder.run_ends(RunEnd::Panicked(said(&*payload).unwrap_or("(no message)").into()));
    }
}

/// Runs an example on a loop, and stops it after so many seconds.
pub(crate) fn run_example(event_loop: &Loop, program: fn(&Loop), stop_after: Option<u64>) {
    if let Some(n_seconds) = stop_after {
        // A task that is seen, as the key would be: under its name.
        let stopped = event_loop.clone();
        let key = event_loop.add_task(async move {
            sleep(Duration::from_secs(n_seconds)).await;
            stopped.stop();
        });
        key.set_name("Ctrl-C");
    }
    program(event_loop);
}

/// What a panic said, if it was a text.
pub(crate) fn said(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}
