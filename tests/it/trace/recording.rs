//! What a recorder hears, and that it loses nothing when a program panics or stands still.

use std::cell::Cell;
use std::fs;
use std::future::pending;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use boucle::{Instrument, Loop, Spawned, TaskId, interrupt, sleep, spawn};
use boucle_trace::{
    Clock, Ended, Options, PollEnd, Recorder, RunEnd, Trace, What, record, record_stage,
    record_stage_with, record_with,
};
use proptest::prelude::prop_assert_eq;
use world::println;

use super::random;
use super::reading::path;

/// A recorder that writes to a file.
fn to_file(path: &Path) -> Rc<Recorder> {
    Rc::new(Recorder::with(Options::new().file(path)).expect("the file is new"))
}

fn last(trace: &Trace) -> &What {
    &trace.events().last().expect("something happened").what
}

#[test]
fn a_file_holds_what_memory_holds() {
    let path = path("same");
    random::for_all_scripts(15, |script| {
        let recorders = [Options::new(), Options::new().file(&path).replace(true)]
            .map(|options| Rc::new(Recorder::with(options).expect("the file can be made")));
        for recorder in &recorders {
            record_with(recorder, || random::program(script.clone()));
            recorder.flush().expect("the file takes all");
        }
        let file = Trace::load(&path).expect("it was written here");
        prop_assert_eq!(file, recorders[0].trace());
        Ok(())
    });
    fs::remove_file(path).expect("it is there");
}

#[test]
fn a_program_that_panics_leaves_a_complete_recording() {
    let program = || async {
        println!("before");
        let task = spawn(pending::<()>());
        interrupt().await;
        drop(task);
        panic!("boom");
    };
    let path = path("panics");
    let recorder = to_file(&path);
    record_with(&recorder, program);
    for trace in [record(program), Trace::load(&path).expect("it is complete")] {
        assert_eq!(trace.output(), "before\n");
        assert_eq!(*last(&trace), What::RunEnds { how: RunEnd::Panicked("boom".into()) });
        let panicked = |what: &What| matches!(what, What::PollEnds { how: PollEnd::Panicked, .. });
        assert!(trace.events().iter().any(|it| panicked(&it.what)));
    }
    fs::remove_file(path).expect("it is there");
}

#[test]
fn a_program_that_stands_still_leaves_a_complete_recording() {
    let program = || async {
        println!("before");
        pending::<()>().await;
    };
    let path = path("stands_still");
    let recorder = to_file(&path);
    record_with(&recorder, program);
    for trace in [record(program), Trace::load(&path).expect("it is complete")] {
        assert_eq!(trace.output(), "before\n");
        let whats: Vec<_> = trace.events().iter().map(|it| &it.what).collect();
        let [.., ends, drops, dropped] = &whats[..] else { panic!("more happened") };
        assert_eq!(**ends, What::RunEnds { how: RunEnd::Deadlock });
        assert!(matches!(drops, What::DropBegins { .. }));
        assert!(matches!(dropped, What::Done { how: Ended::Cancelled, .. }));
        assert_eq!(trace.state_at(trace.len()).end, Some(RunEnd::Deadlock));
    }
    fs::remove_file(path).expect("it is there");
}

/// Lets a thread go on when the loop is about to sleep, after the recorder has heard of it.
struct Gate {
    recorder: Rc<Recorder>,
    sleeps: Cell<Option<Sender<()>>>,
}

impl Instrument for Gate {
    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        self.recorder.task_spawned(task, spawned);
    }
    fn before_poll(&self, task: TaskId) {
        self.recorder.before_poll(task);
    }
    fn after_poll(&self, task: TaskId, ended: bool) {
        self.recorder.after_poll(task, ended);
    }
    fn before_wait(&self, timeout: Option<Duration>) {
        self.recorder.before_wait(timeout);
        drop(self.sleeps.take());
    }
}

/// What a file holds in a poll, and while the loop sleeps after it.
fn seen_meanwhile(options: Options, path: &Path) -> [Vec<What>; 2] {
    let look = |path: &Path| -> Vec<_> {
        let trace = Trace::load(path).expect("it is complete");
        trace.events().iter().map(|it| it.what.clone()).collect()
    };
    let recorder = Recorder::with(options.file(path)).expect("the file is new");
    let (sleeps, asleep) = channel();
    let gate = Rc::new(Gate { recorder: Rc::new(recorder), sleeps: Cell::new(Some(sleeps)) });
    let event_loop = Loop::builder().instrument(Rc::clone(&gate)).build();
    let path_again = path.to_owned();
    let seen = event_loop.run_until_complete(async {
        let first = look(path);
        let looks = move || {
            assert!(asleep.recv().is_err(), "nothing is sent: the other end is dropped");
            look(&path_again)
        };
        [first, boucle::to_thread(looks).await.expect("it does not panic")]
    });
    fs::remove_file(path).expect("it is there");
    seen.expect("it ends")
}

#[test]
fn a_file_is_complete_while_the_loop_sleeps() {
    let options = Options::new().clock(Clock::Real);
    let [in_poll, asleep] = seen_meanwhile(options, &path("asleep"));
    assert_eq!(in_poll, []);
    assert!(matches!(asleep.first(), Some(What::Added { .. })));
    assert!(matches!(asleep.last(), Some(What::LoopSleeps { timeout: None })));
}

#[test]
fn a_file_is_complete_before_each_poll_on_request() {
    let options = Options::new().clock(Clock::Real).flush_each_poll(true);
    let [in_poll, _] = seen_meanwhile(options, &path("each_poll"));
    assert!(matches!(in_poll[..], [What::Added { .. }, What::PollBegins { .. }]));
}

#[test]
fn a_stage_that_panics_leaves_a_complete_recording() {
    let main = || {
        let mut task = Box::pin(async {
            println!("before");
            panic!("boom");
        });
        let _ = world::step(&mut task, std::task::Waker::noop());
    };
    let path = path("stage_panics");
    let recorder = to_file(&path);
    record_stage_with(&recorder, main);
    let trace = record_stage(main);
    assert_eq!(Trace::load(&path).expect("it is complete"), trace);
    assert_eq!(trace.output(), "before\n");
    assert_eq!(*last(&trace), What::RunEnds { how: RunEnd::Panicked("boom".into()) });
    let task = trace.state_at(trace.len()).tasks.into_values().next().expect("there is one");
    assert_eq!((task.done, task.last_poll), (Some(Ended::Panicked), Some(PollEnd::Panicked)));
    fs::remove_file(path).expect("it is there");
}

#[test]
fn a_program_that_exits_says_with_which_status() {
    for status in [0, 3] {
        let trace = record_stage(|| world::process::exit(status));
        assert_eq!(*last(&trace), What::RunEnds { how: RunEnd::Exit(status) });
    }
}

#[test]
fn a_panic_without_words_is_noted_too() {
    let trace = record(|| async { std::panic::panic_any(42) });
    assert_eq!(*last(&trace), What::RunEnds { how: RunEnd::Panicked("(no message)".into()) });
}

#[test]
fn what_is_printed_goes_to_the_one_who_prints_it() {
    let trace = record(|| async {
        let child = spawn(async { println!("child") });
        println!("parent");
        child.await
    });
    let state = trace.state_at(trace.len());
    let lines: Vec<_> =
        state.output.iter().map(|it| (it.by.map(|by| by.get()), it.text.as_ref())).collect();
    assert_eq!(lines, [(Some(1), "parent"), (Some(2), "child")]);
}

#[test]
fn outside_of_a_sealed_world_lines_are_printed_and_recorded() {
    let recorder = Rc::new(Recorder::with(Options::new().clock(Clock::Real)).expect("memory"));
    let event_loop = Loop::builder().instrument(Rc::clone(&recorder)).build();
    let listening = recorder.listen();
    event_loop.run_task(async { println!("this is seen twice") });
    println!("and this, which no task says");
    drop(listening);
    println!("and this once");
    let trace = recorder.trace();
    let output = trace.state_at(trace.len()).output;
    let lines: Vec<_> =
        output.iter().map(|it| (it.by.map(|by| by.get()), it.text.as_ref())).collect();
    let expected = [(Some(1), "this is seen twice"), (None, "and this, which no task says")];
    assert_eq!(lines, expected);
}

#[test]
fn virtual_time_begins_at_zero_and_jumps() {
    let trace = record(|| async {
        sleep(Duration::from_millis(1500)).await;
        println!("later");
    });
    let line = &trace.state_at(trace.len()).output[0];
    assert_eq!(line.at, 1_500_000_000);
    let state = trace.state_at(trace.len() - 4);
    assert!(state.timers.is_empty(), "the timer has fired");
}

#[test]
fn the_program_is_called_within_the_loop() {
    // A sleep counts from the call that makes it: on the loop's clock, not on the system's.
    let trace = record(|| sleep(Duration::from_secs(1)));
    assert_eq!(trace.state_at(3).timers[0].at, 1_000_000_000);
}

#[test]
fn a_file_that_is_there_is_not_recorded_over() {
    let path = path("there");
    fs::write(&path, "precious").expect("it can be written");
    let error = Recorder::with(Options::new().file(&path)).expect_err("it is there");
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "precious");
    fs::remove_file(path).expect("it is there");
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_does_not_stop_the_program_and_is_told_of() {
    let options = Options::new().file("/dev/full").replace(true);
    // The header does not fit either: so it is told at once.
    let error = Recorder::with(options).expect_err("nothing fits");
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}
