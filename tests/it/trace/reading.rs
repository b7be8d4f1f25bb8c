//! A recording that is written is read back equal; one that is broken is named by its line.

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Lock, Queue};
use boucle_trace::{Clock, Event, Header, Problem, Trace, What, record};
use proptest::prelude::prop_assert_eq;

use super::random;

fn written(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    trace.write(&mut bytes).expect("memory takes all");
    bytes
}

fn lined(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    trace.write_lines(&mut bytes).expect("memory takes all");
    bytes
}

fn small() -> Trace {
    record(|| async {
        boucle::spawn(async {}).set_name("child");
        world::println!("Hello");
        boucle::interrupt().await;
    })
}

/// Workers that share a queue and a lock; no time is a round one.
async fn busy_service() {
    let jobs = Rc::new((Queue::new(8), Lock::new(0)));
    let workers: Vec<_> = (0..4_u64)
        .map(|worker| {
            let jobs = Rc::clone(&jobs);
            boucle::spawn(async move {
                while let Ok(job) = jobs.0.get().await {
                    boucle::sleep(Duration::from_nanos(123_457 * worker + 1_013 * job)).await;
                    *jobs.1.lock().await += 1;
                }
            })
        })
        .collect();
    for job in 0..200_u64 {
        jobs.0.put(job).await.expect("it is open");
    }
    jobs.0.shutdown(false);
    for worker in workers {
        worker.await.expect("it ends");
    }
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
        for bytes in [written(trace), lined(trace)] {
            prop_assert_eq!(&Trace::read(&bytes[..]).expect("it was written here"), trace);
        }
        Ok(())
    });
}

#[test]
fn a_recording_for_people_is_a_header_and_a_line_an_event() {
    let text = String::from_utf8(lined(&small().named("small"))).expect("JSON is UTF-8");
    let mut lines = text.lines();
    let header = r#"{"format":"boucle-trace","version":4,"clock":"virtual","program":"small"}"#;
    assert_eq!(lines.next(), Some(header));
    let added = lines.next().expect("there are events");
    assert!(added.starts_with(r#"[0,{"added":{"task":1,"by":null,"place":{"file":""#), "{added}");
    assert_eq!(lines.next(), Some(r#"[0,{"poll_begins":{"task":1}}]"#));
    assert_eq!(lines.next_back(), Some(r#"[0,{"run_ends":{"how":"complete"}}]"#));
}

#[test]
fn lines_that_are_cut_anywhere_are_read_up_to_there() {
    let trace = small();
    let bytes = lined(&trace);
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
                    assert!(matches!(error.problem, Problem::Truncated(_)), "{error}");
                    assert_eq!(error.line, n_lines + 1);
                }
                assert!(error.is_some() || whole, "{length}");
            }
            (None, None) => unreachable!("without a header there is an error"),
        }
    }
}

#[test]
fn bytes_that_are_cut_anywhere_are_read_up_to_there() {
    let trace = small();
    let bytes = written(&trace);
    let head = bytes.iter().position(|it| *it == b'\n').expect("the header is a line") + 1;
    let mut n_read = 0;
    for length in head..bytes.len() {
        let (read, error) = Trace::read_lossy(&bytes[..length]);
        let read = read.expect("the header is whole");
        assert_eq!(read.events(), &trace.events()[..read.len()]);
        // The error says where the event begins that is not whole.
        let is_new = read.len() > n_read || length == head;
        assert_eq!(error.is_none(), is_new, "{length}: {error:?}");
        if let Some(error) = error {
            let begin = error.byte.expect("they are bytes") as usize;
            assert!(matches!(error.problem, Problem::Truncated(_)), "{error}");
            let (whole, none) = Trace::read_lossy(&bytes[..begin]);
            assert!(none.is_none() && whole.is_some_and(|it| it.len() == read.len()));
        }
        n_read = read.len();
    }
    assert_eq!(n_read + 1, trace.len());
}

#[test]
fn bytes_that_are_wrong_are_named() {
    let head = b"{\"format\":\"boucle-trace\",\"version\":2,\"clock\":\"real\",\"program\":\"p\",\"body\":\"bytes\"}\n";
    let at = head.len();
    let wrong: [(&[u8], usize, &str); 7] = [
        (&[2, 0, 1, 2, 0, 0], 3, "the bytes are no event: there is no task 0"),
        (&[40, 0], 0, "an event of kind 40 is not known"),
        (&[200, 1, 0, 0], 0, "an event of kind 200 is not known"),
        (&[1, 0, 1, 9], 0, "the bytes are no event: there is no text of this number"),
        (&[1, 0, 1, 1, 2, 0xff, 0xfe], 0, "the bytes are no event: a text is not UTF-8"),
        (&[1, 0, 1, 1, 0xff, 0xff, 0xff, 0x7f], 0, "a name is longer than 131072 bytes"),
        (&[63, 2, b'{', b'}'], 0, "the state before the first event cannot be: "),
    ];
    for (bytes, place, message) in wrong {
        let error = Trace::read(&[&head[..], bytes].concat()[..]).expect_err(message);
        assert_eq!(error.byte, Some((at + place) as u64), "{error}");
        assert!(error.problem.to_string().starts_with(message), "{error}");
    }
}

#[test]
fn of_newer_bytes_what_is_not_known_is_left_out() {
    let head = |body| {
        format!("{{\"format\":\"boucle-trace\",\"version\":5,\"clock\":\"real\",\"program\":\"p\",\"body\":\"{body}\"}}\n").into_bytes()
    };
    // Two events, and one between them that only a later version knows: its time and its length.
    let events = [12, 5, 100, 7, 3, 1, 2, 3, 12, 6];
    let (trace, error) = Trace::read_lossy(&[&head("bytes")[..], &events].concat()[..]);
    assert!(matches!(error.map(|it| it.problem), Some(Problem::Newer(5))));
    let at: Vec<_> = trace.expect("it is read").events().iter().map(|it| it.at).collect();
    assert_eq!(at, [5, 11]);
    let (trace, error) = Trace::read_lossy(&head("crystals")[..]);
    assert!(trace.is_some_and(|it| it.is_empty()) && error.is_some());
}

#[test]
fn a_recording_in_bytes_takes_at_most_twelve_bytes_an_event() {
    let trace = record(busy_service);
    let (bytes, n) = (written(&trace).len(), trace.len());
    assert!(n > 1000 && bytes <= 12 * n, "{bytes} bytes for {n} events");
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
    let text = "{\"format\":\"boucle-trace\",\"version\":5,\"clock\":\"real\",\"program\":\"p\",\"new\":1}\n\
                [1,{\"timer_fired\":{\"timer\":7}}]\n[2,{\"teleported\":{\"task\":1}}]\n[3,\"loop_wakes\"]\n";
    let error = Trace::read(text.as_bytes()).expect_err("it is newer");
    assert_eq!(
        error.to_string(),
        "line 1: the recording is of version 5, and this reads up to version 4"
    );
    let (trace, error) = Trace::read_lossy(text.as_bytes());
    assert!(matches!(error.map(|it| it.problem), Some(Problem::Newer(5))));
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
