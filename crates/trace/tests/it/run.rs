//! `boucle_trace::run`: what is in the file, however the program ends.

use std::fs;

use boucle_trace::{Ended, Life, Reported, RunEnd, Trace, What};

use crate::children::{Folder, Program};

/// The last state of a recording, and the recording.
fn load(path: std::path::PathBuf) -> (boucle_trace::State, Trace) {
    let trace = Trace::load(&path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
    (trace.state_at(trace.len()), trace)
}

/// Runs a program to its end, recorded to `run.trace` in the folder.
fn recorded(folder: &Folder, name: &str, more: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let file = folder.join("run.trace");
    let variables = [&[("BOUCLE_TRACE", file.to_str().expect("a plain name"))], more].concat();
    let (status, out, err) = Program::start(name, &variables).ends();
    (status.code(), out, err)
}

#[test]
fn a_recording_has_all_that_was_printed_through_it_and_the_end_of_the_run() {
    let folder = Folder::new("lines");
    let (code, out, err) = recorded(&folder, "lines", &[]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("by std\nby boucle-trace"), "{out}");
    assert!(err.contains("on stderr"));
    let (state, trace) = load(folder.join("run.trace"));
    assert_eq!(trace.output(), "by boucle-trace\n");
    assert_eq!(state.output.iter().filter(|it| it.error).count(), 1);
    assert_eq!(state.end, Some(RunEnd::Complete));
    let is_here = |it: &What| match it {
        What::Added { place: Some(place), .. } => place.file.ends_with("children.rs"),
        _ => false,
    };
    assert!(is_here(&trace.events()[0].what), "the first task comes from where `run` was called");
}

#[test]
fn without_a_variable_nothing_is_recorded_and_with_a_wrong_one_neither_but_it_is_said() {
    let (status, out, err) = Program::start("lines", &[]).ends();
    assert!(status.success() && out.contains("by std\nby boucle-trace"), "{out}");
    assert_eq!(err, "on stderr");
    let folder = Folder::new("wrong");
    let (code, out, err) = recorded(&folder, "lines", &[("BOUCLE_TRACE_SIZE", "large")]);
    assert_eq!(code, Some(0));
    assert!(out.contains("by std\nby boucle-trace"), "{out}");
    assert!(err.contains("BOUCLE_TRACE_SIZE=large: this is no size: say 100M"), "{err}");
    fs::write(folder.join("run.trace"), "a letter").expect("there is a header");
    let (code, _, err) = recorded(&folder, "lines", &[]);
    assert_eq!(code, Some(0));
    assert!(err.contains("is no recording: it is not replaced"), "{err}");
    assert_eq!(fs::read_to_string(folder.join("run.trace")).expect("a plain name"), "a letter");
}

#[test]
fn a_recording_is_complete_also_if_the_process_exits() {
    let folder = Folder::new("exit");
    let (code, ..) = recorded(&folder, "exit", &[]);
    assert_eq!(code, Some(3));
    let (state, trace) = load(folder.join("run.trace"));
    assert_eq!(trace.output(), "before\n");
    assert_eq!(state.running.len(), 1, "it exits in the middle of a poll");
}

#[test]
fn a_panic_of_the_program_is_the_end_of_its_recording() {
    let folder = Folder::new("panic");
    let (code, _, err) = recorded(&folder, "panic", &[]);
    assert_eq!(code, Some(101));
    assert_eq!(err.matches("the program panics").count(), 1, "{err}");
    let (state, _) = load(folder.join("run.trace"));
    assert_eq!(state.end, Some(RunEnd::Panicked("the program panics".into())));
}

#[test]
fn a_deadlock_is_told_with_what_is_suspicious_about_it() {
    for more in [&[][..], &[("BOUCLE_TRACE_LAST", "1000")]] {
        let folder = Folder::new("deadlock");
        let (code, _, err) = recorded(&folder, "deadlock", more);
        assert_eq!(code, Some(101));
        assert!(err.contains("Plato") && err.contains("Kant"), "{err}");
        assert!(err.contains("every task waits for another"), "{err}");
        assert!(err.contains("run.trace` shows how it came to that"), "{err}");
        let (_, trace) = load(folder.join("run.trace"));
        let ends = |it: &boucle_trace::Event| it.what == What::RunEnds { how: RunEnd::Deadlock };
        assert!(trace.events().iter().any(ends));
    }
}

#[test]
fn each_run_of_a_process_has_a_file_of_its_own() {
    let folder = Folder::new("twice");
    assert_eq!(recorded(&folder, "twice", &[]).0, Some(0));
    assert_eq!(folder.names(), ["run-2.trace", "run.trace"]);
    assert_eq!(load(folder.join("run.trace")).1.output(), "first\n");
    assert_eq!(load(folder.join("run-2.trace")).1.output(), "second\n");
    let (code, _, err) = recorded(&folder, "nested", &[]);
    assert_eq!(code, Some(101));
    assert!(err.contains("await"), "{err}");
    assert_eq!(folder.names(), ["run-2.trace", "run.trace"], "no file is made for a mistake");
}

#[test]
fn a_file_that_has_its_size_is_begun_again_with_the_state_of_that_moment() {
    let folder = Folder::new("size");
    assert_eq!(recorded(&folder, "turns", &[("BOUCLE_TRACE_SIZE", "64K")]).0, Some(0));
    assert_eq!(folder.names(), ["run.trace", "run.trace.1"]);
    let size = |name| fs::metadata(folder.join(name)).expect("the folder is there").len();
    let both = size("run.trace") + size("run.trace.1");
    assert!((1 << 15..(1 << 16) + (1 << 15)).contains(&both), "{both} bytes");
    let (state, newer) = load(folder.join("run.trace"));
    assert!(newer.base().position > 0);
    assert_eq!(state.end, Some(RunEnd::Complete));
    // Three events a turn, and some for each task: none is missing, though most are gone.
    assert!(state.position > 3 * 50_000, "{}", state.position);
    let (state, _) = load(folder.join("run.trace.1"));
    assert_eq!(state.position, newer.base().position);
    assert!(state.tasks.len() < 10, "those that have ended are forgotten");
}

#[test]
fn a_flight_recorder_writes_the_last_events_when_a_task_panics_and_at_a_signal() {
    let folder = Folder::new("flight");
    let file = folder.join("run.trace");
    let variables =
        [("BOUCLE_TRACE", file.to_str().expect("a plain name")), ("BOUCLE_TRACE_LAST", "100")];
    let mut program = Program::start("task panics", &variables);
    program.complains("the last events are in");
    let (state, trace) = load(file.clone());
    assert!(trace.len() <= 200, "{} events", trace.len());
    assert!(state.tasks.values().any(|it| it.done == Some(Ended::Panicked)));
    fs::remove_file(&file).expect("the folder is there");
    program.prints("ready");
    program.signal("USR1");
    program.complains("the last events are in");
    let (_, trace) = load(file.clone());
    assert!(trace.len() > 5);
    fs::remove_file(&file).expect("the folder is there");
    // All is well at the end: nothing is written.
    let (status, _, err) = program.ends();
    assert!(status.success(), "{err}");
    assert!(folder.names().is_empty());
}

#[test]
fn a_flight_recorder_of_a_long_run_begins_in_its_middle() {
    let folder = Folder::new("ring");
    let file = folder.join("run.trace");
    let last = [("BOUCLE_TRACE_LAST", "1000")];
    let variables = [&[("BOUCLE_TRACE", file.to_str().expect("a plain name"))][..], &last].concat();
    let mut program = Program::start("busy", &variables);
    program.prints("ready");
    program.signal("USR1");
    program.complains("the last events are in");
    let (_, first) = load(file.clone());
    // As soon as a thousand more have come, the oldest are given up.
    let (state, trace) = loop {
        program.signal("USR1");
        program.complains("the last events are in");
        let (state, trace) = load(file.clone());
        if trace.base().position > first.base().position {
            break (state, trace);
        }
    };
    assert!(trace.len() >= 1000, "{} events", trace.len());
    assert!(state.tasks.values().any(|it| it.name.as_deref() == Some("other")));
    assert!(program.ends().0.success());
}

#[test]
fn a_poll_that_hangs_is_told_and_leaves_a_file_that_says_who_runs_and_who_waits() {
    for more in [&[][..], &[("BOUCLE_TRACE_LAST", "1000")]] {
        let folder = Folder::new("hang");
        let file = folder.join("run.trace");
        let hang =
            [("BOUCLE_TRACE", file.to_str().expect("a plain name")), ("BOUCLE_TRACE_HANG", "50ms")];
        let mut program = Program::start("hung", &[&hang[..], more].concat());
        let line = program.complains("has not given the turn back");
        assert!(line.contains("stuck, spawned at") && line.contains("children.rs"), "{line}");
        program.complains("run.trace");
        let (state, trace) = load(file);
        let stuck = *state.running.first().expect("somebody runs");
        assert_eq!(state.name(stuck), "stuck");
        let waits = state.tasks.keys().filter(|it| state.life(**it) == Life::Waiting);
        let on: Vec<_> =
            waits.flat_map(|it| state.waits_for(*it)).map(|it| it.on.clone()).collect();
        assert_eq!(on, [boucle_trace::On::Task(stuck)]);
        let last = trace.events().last().expect("there are some");
        assert!(matches!(last.what, What::Reported { kind: Reported::SlowPoll, .. }), "{last:?}");
        assert!(last.at >= 50_000_000);
        assert!(program.ends().0.success());
    }
}

#[test]
fn what_a_program_did_before_it_aborts_is_in_its_file() {
    let folder = Folder::new("aborts");
    let file = folder.join("run.trace");
    let hang = [("BOUCLE_TRACE", file.to_str().expect("a plain name"))];
    let mut program = Program::start("aborts", &hang);
    program.prints("ready");
    // The loop sleeps; a little later all that came before is written. Nobody tells when: it is looked for.
    let is_there = || Trace::load(&file).is_ok_and(|it| !it.state_at(it.len()).tasks.is_empty());
    while !is_there() {
        std::thread::yield_now();
    }
    let (status, ..) = program.ends();
    assert!(!status.success());
    let (trace, _) = Trace::read_lossy(&fs::read(file).expect("there is a header")[..]);
    let trace = trace.expect("there is a header");
    let state = trace.state_at(trace.len());
    assert!(state.tasks.values().any(|it| it.name.as_deref() == Some("sleeper")));
}
