//! A recording that is written is read back equal; one that is broken is named by its line.

use std::fs;
use std::path::PathBuf;

use boucle_trace::{Clock, Event, Header, Problem, Trace, What, record};
use proptest::prelude::prop_assert_eq;

use super::random;

fn written(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    trace.write(&mut bytes).expect("memory takes all");
    bytes
}

fn small() -> Trace {
    record(|| async {
        boucle::spawn(async {}).set_name("child");
        world::println!("Hello");
        boucle::interrupt().await;
    })
}

/// A path for a file of this test alone.
pub(super) fn path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("boucle-{}-{name}.trace", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn what_is_written_is_read_back_equal() {
    random::for_all(60, |trace| {
        let bytes = written(trace);
        prop_assert_eq!(&Trace::read(&bytes[..]).expect("it was written here"), trace);
        Ok(())
    });
}

#[test]
fn a_recording_is_a_header_and_a_line_an_event() {
    let text = String::from_utf8(written(&small().named("small"))).expect("JSON is UTF-8");
    let mut lines = text.lines();
    let header = r#"{"format":"boucle-trace","version":2,"clock":"virtual","program":"small"}"#;
    assert_eq!(lines.next(), Some(header));
    let added = lines.next().expect("there are events");
    assert!(added.starts_with(r#"[0,{"added":{"task":1,"by":null,"place":{"file":""#), "{added}");
    assert_eq!(lines.next(), Some(r#"[0,{"poll_begins":{"task":1}}]"#));
    assert_eq!(lines.next_back(), Some(r#"[0,{"run_ends":{"how":"complete"}}]"#));
}

#[test]
fn a_recording_that_is_cut_anywhere_is_read_up_to_there() {
    let trace = small();
    let bytes = written(&trace);
    for length in 0..bytes.len() {
        let cut = &bytes[..length];
        let n_lines = cut.iter().filter(|it| **it == b'\n').count() as u64;
        let (read, error) = Trace::read_lossy(cut);
        // A last line without its end is whole, if only its end is missing.
        let whole = length == 0 || matches!(cut.last(), Some(b'\n' | b']' | b'}'));
        match (read, error) {
            (None, Some(error)) => assert_eq!((n_lines, error.line), (0, 1)),
            (Some(read), error) => {
                assert_eq!(read.events(), &trace.events()[..read.len()]);
                assert!(read.len() as u64 + 1 >= n_lines);
                if let Some(error) = &error {
                    assert!(matches!(error.problem, Problem::Truncated), "{error}");
                    assert_eq!(error.line, n_lines + 1);
                }
                assert!(error.is_some() || whole, "{length}");
            }
            (None, None) => unreachable!("without a header there is an error"),
        }
    }
}

#[test]
fn a_foreign_file_is_refused_at_its_first_line() {
    for foreign in ["", "GIF89a", "{}", "{\"format\":\"other\",\"version\":1}", "[1,2]\n"] {
        let error = Trace::read(foreign.as_bytes()).expect_err("it is foreign");
        assert_eq!(error.to_string(), "line 1: this is no recording of boucle");
        assert!(Trace::read_lossy(foreign.as_bytes()).0.is_none());
    }
}

#[test]
fn a_newer_recording_is_refused_and_read_as_far_as_it_means_something() {
    let text = "{\"format\":\"boucle-trace\",\"version\":3,\"clock\":\"real\",\"program\":\"p\",\"new\":1}\n\
                [1,{\"timer_fired\":{\"timer\":7}}]\n[2,{\"teleported\":{\"task\":1}}]\n[3,\"loop_wakes\"]\n";
    let error = Trace::read(text.as_bytes()).expect_err("it is newer");
    assert_eq!(
        error.to_string(),
        "line 1: the recording is of version 3, and this reads up to version 2"
    );
    let (trace, error) = Trace::read_lossy(text.as_bytes());
    assert!(matches!(error.map(|it| it.problem), Some(Problem::Newer(3))));
    let events = trace.expect("something is read").events().to_vec();
    let (first, last) = (What::TimerFired { timer: 7 }, What::LoopWakes);
    assert_eq!(events, [Event { at: 1, what: first }, Event { at: 3, what: last }]);
}

#[test]
fn a_line_that_is_wrong_is_named() {
    let head = "{\"format\":\"boucle-trace\",\"version\":1,\"clock\":\"real\",\"program\":\"p\"}\n";
    let wrong = [
        ("[1,\"loop_wakes\"]\n[2,\"what\"]\n", 3, "the line is no event: "),
        ("[1,{\"poll_begins\":{\"task\":0}}]\n", 2, "the line is no event: "),
        ("[5,\"loop_wakes\"]\n[4,\"loop_wakes\"]\n", 3, "time goes back, from 5 ns to 4 ns"),
        ("[1,\"loop_wakes\"]\n\n[2,\"loop_wakes\"]\n", 3, ""),
    ];
    for (lines, line, message) in wrong {
        let error = Trace::read(format!("{head}{lines}").as_bytes()).expect_err("it is wrong");
        assert_eq!(error.line, line, "{error}");
        assert!(error.problem.to_string().starts_with(message), "{error}");
    }
}

#[test]
fn a_file_that_is_there_is_not_replaced_unless_that_is_said() {
    let (trace, path) = (small(), path("replaced"));
    trace.save(&path, false).expect("the file is new");
    let error = trace.save(&path, false).expect_err("it is there");
    assert!(error.to_string().starts_with("cannot make the file "), "{error}");
    let other = Trace::new(Header::new("other", Clock::Real), Vec::new());
    other.save(&path, true).expect("it may be replaced");
    assert_eq!(Trace::load(&path).expect("it was written here"), other);
    fs::remove_file(path).expect("it is there");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let error = Trace::load(path("missing")).expect_err("it is not there");
    assert_eq!(error.line, 0);
    assert!(matches!(error.problem, Problem::Io(_)));
}
