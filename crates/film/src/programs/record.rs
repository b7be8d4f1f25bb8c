//! How a program is run: sealed, on virtual time, by a recorder that knows its name.

use std::any::Any;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use boucle::{Loop, sleep};
use boucle_trace::{Options, Recorder, RunEnd, Trace, record_stage_with};

/// A program, and how it is run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Main {
    /// A stage, with a loop of its own.
    Stage(fn()),
    /// A stage that sleeps and looks at no clock to wait: its times are exact.
    ExactStage(fn()),
    /// An example of boucle, on a loop that it is given.
    Example(fn(&Loop)),
    /// An example that Ctrl-C ends: here a task named so stops the loop after so many seconds.
    Endless(fn(&Loop), u64),
}

/// Runs a program. A panic is in the trace, and nowhere else.
pub(super) fn record(name: &str, main: Main) -> Trace {
    // The hook is one for all threads, and two of them may record.
    static QUIET: Mutex<()> = Mutex::new(());
    let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let mut options = Options::new().program(name);
    if matches!(main, Main::ExactStage(_)) {
        options = options.tick(Duration::ZERO);
    }
    let recorder = Recorder::with(options);
    let recorder = Rc::new(recorder.expect("memory is always there"));
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    match main {
        Main::Stage(main) | Main::ExactStage(main) => record_stage_with(&recorder, main),
        Main::Example(program) => record_example(&recorder, program, None),
        Main::Endless(program, n_seconds) => record_example(&recorder, program, Some(n_seconds)),
    }
    panic::set_hook(hook);
    recorder.trace()
}

fn record_example(recorder: &Rc<Recorder>, program: fn(&Loop), stop_after: Option<u64>) {
    let listening = recorder.listen();
    let sealed = || {
        let event_loop = Loop::builder()
            .virtual_time(true)
            .instrument(Rc::clone(recorder))
            .exception_handler(recorder.exception_handler())
            .build();
        if let Some(n_seconds) = stop_after {
            // A task that is seen, as the key would be: under its name.
            let stopped = event_loop.clone();
            let key = event_loop.add_task(async move {
                sleep(Duration::from_secs(n_seconds)).await;
                stopped.stop();
            });
            key.set_name("Ctrl-C");
        }
        program(&event_loop);
        recorder.run_ends(if stop_after.is_some() { RunEnd::Stopped } else { RunEnd::Complete });
    };
    // The recorder keeps whole events: what a panic leaves behind can be looked at.
    let ended = panic::catch_unwind(AssertUnwindSafe(|| world::record(sealed)));
    drop(listening);
    if let Err(payload) = ended {
        recorder.run_ends(RunEnd::Panicked(said(&*payload).into()));
    }
}

/// What a panic said.
fn said(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}
