//! A program of one's own, recorded if the environment says so: [`run`] in the place of `boucle::run`.
//!
//! The loop writes its events to a `tape`; a thread, the `keeper`, reads it, writes the file, gives up what
//! is old, and notices a poll that hangs. Whoever looks at a recording while it is made, looks at `kept`.

mod base;
mod keeper;
mod kept;
mod live;
mod out;
mod settings;
#[cfg(unix)]
mod signal;
mod tape;
mod watch;

use std::any::type_name;
use std::cell::RefCell;
use std::env;
use std::io;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::path::{Path, PathBuf};
use std::process;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, Once, OnceLock};
use std::thread;
use std::time::Duration;

use boucle::{Loop, RunError};

pub(crate) use self::base::Base;
use self::keeper::Keeper;
pub(crate) use self::kept::Kept;
use self::kept::{Done, say};
use self::live::Live;
pub(crate) use self::live::recordings;
use self::out::Out;
use self::settings::Settings;
pub(crate) use self::tape::{Place, Writer};
use self::tape::{Tape, lock};
pub use self::watch::Sum;
use self::watch::Watch;
use crate::event::RunEnd;
use crate::header::{Clock, Header};
use crate::record::message;
use crate::recorder::Recorder;

/// How long a process that exits waits until its recording is complete.
const PATIENCE: Duration = Duration::from_secs(2);

/// Runs `future` on a new loop, as [`boucle::run`] does, and records it if the environment says so.
///
/// Without a variable that is all. With one, what the loop does is recorded by a thread beside it; the
/// program prints, panics and ends as ever.
///
/// | variable | what it says |
/// |---|---|
/// | `BOUCLE_TRACE=run.trace` | Record to this file. `%p` in it is the number of the process, `%t` that of the recording in the process; without `%t` the second is `run-2.trace`. A recording that is there is replaced, another file never; one that another process is writing is left alone, and this one goes to `run-PID.trace`. |
/// | `BOUCLE_TRACE_SIZE=100M` | When the file has half of this, it is put aside as `run.trace.1`, and begun again with the state of that moment. 1G if nothing is said; `none`: it grows. |
/// | `BOUCLE_TRACE_LAST=100000` | Keep the last so many events in memory, at most twice as many, and write them to the file when a task or the program panics, when it is a deadlock, at `SIGUSR1`, at [`dump`], and when a poll hangs. |
/// | `BOUCLE_TRACE_HANG=5s` | A poll that lasts so long is told on stderr, with who it is, and in the recording. |
/// | `BOUCLE_TRACE_SIGNAL=USR2` | The signal at which the last events are written; `none`: none. |
/// | `BOUCLE_TRACE_ATTACH=0` | Nobody may look while it runs. `1`: one may, also if nothing is recorded to a file. |
///
/// If a variable says what makes no sense, or the file cannot be made, stderr says so, and the program runs
/// unrecorded.
///
/// What is printed is part of the recording if it is printed by `boucle_trace::println` or `eprintln`: one
/// `use boucle_trace::println;`, and the lines are printed as ever, and recorded. What `std` prints is not
/// seen.
///
/// # What is in the file, and when
///
/// Everything, when this returns or panics, or the process exits by [`process::exit`] on this thread. While
/// the program works: all but the last 50 ms at the most. So that is what is there if it is ended by a
/// signal, aborts, or exits on another thread. Of a poll that hangs, all that came before.
///
/// A forked child that goes on in the loop of its parent is not recorded; one that calls this records to a
/// file of its own.
///
/// # Panics
///
/// As [`boucle::run`] does.
///
/// # Examples
///
/// ```
/// // As ever, unless the environment asks for more.
/// assert_eq!(boucle_trace::run(async { 40 + 2 }), 42);
/// ```
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    // Inside a loop this is a mistake, and `boucle::run` says so.
    let is_inside = Loop::current().is_ok_and(|it| it.is_running());
    match if is_inside { None } else { Recorded::begin() } {
        None => boucle::run(future),
        Some(recorded) => recorded.run(future),
    }
}

/// Writes what is recorded in this process to its files, now: the last events if that is what is kept, else
/// what is not in the file yet. Returns their names; none if nothing is recorded to a file.
///
/// # Errors
///
/// If a file cannot be written.
///
/// # Examples
///
/// ```
/// // Nothing is recorded here.
/// assert!(boucle_trace::dump().unwrap().is_empty());
/// ```
pub fn dump() -> io::Result<Vec<PathBuf>> {
    let written = recordings().iter().map(|it| it.write()).collect::<Result<Vec<_>, _>>()?;
    Ok(written.into_iter().flatten().collect())
}

/// A recording that is under way.
struct Recorded {
    /// Records the loop of this thread.
    recorder: Rc<Recorder>,
    /// What is kept of it.
    kept: Arc<Kept>,
}

impl Recorded {
    /// Begins one, if the environment asks for it. What is wrong is told on stderr.
    fn begin() -> Option<Recorded> {
        let settings = match Settings::read(|name| env::var_os(name)) {
            Ok(settings) => settings?,
            Err(error) => {
                say(&format!("{error} (the program runs unrecorded)"));
                return None;
            }
        };
        match Recorded::with(&settings) {
            Ok(recorded) => Some(recorded),
            Err(error) => {
                say(&format!("{error} (the program runs unrecorded)"));
                None
            }
        }
    }

    fn with(settings: &Settings) -> Result<Recorded, String> {
        let live = Live::of_process();
        let number = live.with(|it| {
            it.n += 1;
            it.n
        });
        let process = process::id();
        let header = Header::new(&program(), Clock::Real);
        let path = settings.file.as_ref().map(|it| it.file(process, number));
        let told = |path: &Path, error| format!("cannot record to {}: {error}", path.display());
        let (mut out, mut last_events) = (None, None);
        match path {
            Some(path) if settings.is_flight_recorder => {
                out::could_write(&path).map_err(|error| told(&path, error))?;
                last_events = Some(path);
            }
            Some(path) => {
                let opened = Out::new(path.clone(), settings.size, &header);
                out = Some(opened.map_err(|error| told(&path, error))?);
            }
            None => {}
        }
        let (tape, writer) = Tape::new(settings.last, live.start);
        let kept = Arc::new(Kept {
            number,
            process,
            header: header.clone(),
            tape: Arc::clone(&tape),
            base: Mutex::new(Base::default()),
            watch: Mutex::new(Watch::default()),
            last_events,
            writes: Mutex::new(()),
            done: Mutex::new(Done::default()),
            has_done: Condvar::new(),
            hang: settings.hang,
            event_loop: OnceLock::new(),
            is_asked: Arc::default(),
            began: tape.now(),
        });
        let keeper = Keeper::new(Arc::clone(&kept), out, settings.last);
        let thread = thread::Builder::new().name("boucle-trace: keeper".to_owned());
        let started = thread.spawn(move || keeper.run());
        started.map_err(|error| format!("cannot start the thread that records: {error}"))?;
        live.with(|it| it.begins(&kept, settings));
        write_before_abort();
        AT_EXIT.with_borrow_mut(|it| it.kept.push(Arc::clone(&kept)));
        let recorder = Rc::new(Recorder::onto(writer, header, tape.start));
        Ok(Recorded { recorder, kept })
    }

    /// As `boucle::run` does, and watched.
    #[track_caller]
    fn run<F: Future>(self, future: F) -> F::Output {
        let recorder = &self.recorder;
        let at = Location::caller();
        recorder.calls_main(at, type_name::<F>());
        let _listening = recorder.listen();
        let event_loop = Loop::builder()
            .instrument(Rc::clone(recorder))
            .exception_handler(recorder.exception_handler())
            .build();
        let _ = self.kept.event_loop.set(event_loop.weak_handle());
        let run = AssertUnwindSafe(|| event_loop.run_until_complete_from(at, future));
        let result = panic::catch_unwind(run).unwrap_or_else(|payload| {
            let message = message(&*payload).unwrap_or_else(|| "(no message)".to_owned());
            recorder.run_ends(RunEnd::Panicked(message.into()));
            // The loop is dropped by it, as ever.
            panic::resume_unwind(payload)
        });
        if matches!(result, Err(RunError::Deadlock)) {
            self.tell_findings();
        }
        let closed = event_loop.close();
        drop(event_loop);
        match result {
            Ok(value) => {
                closed.expect("the run is over");
                value
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Says on stderr what is suspicious about a run that stands still.
    fn tell_findings(&self) {
        for finding in self.kept.trace().lint().iter().take(20) {
            say(&finding.message);
        }
        // What the keeper has to say comes before the panic.
        self.kept.flush();
        let file = lock(&self.kept.done).file.clone();
        if let Some(file) = file.or_else(|| self.kept.last_events.clone()) {
            say(&format!("`film {}` shows how it came to that", file.display()));
        }
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        AT_EXIT.with_borrow_mut(|it| it.kept.retain(|it| !Arc::ptr_eq(it, &self.kept)));
        end(&self.kept, Duration::MAX);
    }
}

/// A recording is over: brings it to its end, and waits for that.
fn end(kept: &Arc<Kept>, patience: Duration) {
    if kept.process != process::id() {
        // Whoever keeps it is in the process that this one was forked from.
        return;
    }
    let left = Live::of_process().with(|it| it.ends(kept));
    kept.end(patience);
    drop(left);
}

thread_local! {
    /// The recordings of this thread that are under way: `process::exit` drops it, and no value on the
    /// stack.
    static AT_EXIT: RefCell<AtExit> = const { RefCell::new(AtExit { kept: Vec::new() }) };
}

/// Brings recordings to their ends if the process exits.
struct AtExit {
    /// The recordings.
    kept: Vec<Arc<Kept>>,
}

impl Drop for AtExit {
    fn drop(&mut self) {
        for kept in self.kept.drain(..) {
            end(&kept, PATIENCE);
        }
    }
}

/// Where a panic ends the process at once, nothing comes after its hook: what is recorded is written there.
fn write_before_abort() {
    static ONCE: Once = Once::new();
    if cfg!(panic = "abort") {
        ONCE.call_once(|| {
            let hook = panic::take_hook();
            panic::set_hook(Box::new(move |it| {
                hook(it);
                if let Err(error) = dump() {
                    say(&format!("cannot write what was recorded: {error}"));
                }
            }));
        });
    }
}

/// What this process is called.
fn program() -> String {
    let path = env::current_exe().ok();
    let name = path.as_deref().and_then(Path::file_name);
    name.map_or_else(|| "program".to_owned(), |it| it.to_string_lossy().into_owned())
}
