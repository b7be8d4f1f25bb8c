//! What a recorder hears, and that it loses nothing when a program panics or stands still.

use std::fs;
use std::future::pending;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use boucle::{Loop, interrupt, sleep, spawn};
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
    random::for_all_scripts(40, |script| {
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
        assert_eq!(*last(&trace), What::RunEnds { how: RunEnd::Deadlock });
    }
    fs::remove_file(path).expect("it is there");
}

#[test]
fn a_file_is_complete_while_the_loop_sleeps_and_before_each_poll_on_request() {
    let path = path("asleep");
    let check = path.clone();
    // Another thread wakes the loop, after it has looked into the file.
    let (tell, told) = std::sync::mpsc::channel();
    let options = Options::new().file(&path).clock(Clock::Real).flush_each_poll(true);
    let recorder = Rc::new(Recorder::with(options).expect("the file is new"));
    let event_loop = Loop::builder().instrument(Rc::clone(&recorder)).build();
    let kinds = |trace: &Trace| trace.events().iter().map(|it| it.what.clone()).collect::<Vec<_>>();
    event_loop
        .run_until_complete(async {
            let before = Trace::load(&path).expect("it is complete");
            assert!(matches!(kinds(&before)[..], [What::Added { .. }, What::PollBegins { .. }]));
            let looks = move || {
                let trace = loop {
                    let trace = Trace::load(&check).expect("it is complete");
                    if matches!(last(&trace), What::LoopSleeps { .. }) {
                        break trace;
                    }
                    std::thread::yield_now();
                };
                tell.send(trace).expect("somebody listens");
            };
            boucle::to_thread(looks).await
        })
        .expect("it ends")
        .expect("it does not panic");
    assert!(told.recv().is_ok());
    // The recorder has not been dropped, as if the process had been killed.
    std::mem::forget((event_loop, recorder));
    fs::remove_file(path).expect("it is there");
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
    drop(listening);
    println!("and this once");
    assert_eq!(recorder.trace().output(), "this is seen twice\n");
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
