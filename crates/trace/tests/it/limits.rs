//! How long a line, a name, a text and a run may be, and what is said of one that is longer.

use std::cell::Cell;
use std::io;
use std::io::{BufRead, Read};
use std::rc::Rc;
use std::task::Waker;

use boucle_trace::{
    Options, Recorder, Reported, RunEnd, TaskNo, Trace, What, record, record_stage_with,
    record_with,
};
use world::println;

const HEADER: &str =
    "{\"format\":\"boucle-trace\",\"version\":1,\"clock\":\"real\",\"program\":\"p\"}\n";

/// A file that begins like this, and never ends.
struct Endless<'a> {
    begin: &'a [u8],
    /// How many bytes were read after that.
    n_read: &'a Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        unreachable!("it is read by its buffer")
    }
}

impl BufRead for Endless<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(if self.begin.is_empty() { &[b'['; 4096] } else { self.begin })
    }

    fn consume(&mut self, n: usize) {
        if self.begin.is_empty() {
            self.n_read.set(self.n_read.get() + n);
        } else {
            self.begin = &self.begin[n..];
        }
    }
}

#[test]
fn a_file_without_line_ends_is_read_up_to_the_limit_of_a_line() {
    let second = format!("{HEADER}[");
    for (begin, line, limit) in [("", 1, 1 << 20), (second.as_str(), 2, 64 << 20)] {
        let n_read = Cell::new(0);
        let file = Endless { begin: begin.as_bytes(), n_read: &n_read };
        let error = Trace::read(file).expect_err("it has no end");
        let words = format!(
            "line {line}: the line is longer than {limit} bytes, and no line of a recording is"
        );
        assert_eq!(error.to_string(), words);
        assert!(n_read.get() <= limit + 1, "{} bytes", n_read.get());
    }
}

#[test]
fn a_text_that_is_too_long_is_named_with_its_line_and_its_limit() {
    let long = "x".repeat((8 << 20) + 1);
    let name = &long[..(1 << 17) + 1];
    let named = |text| format!("[1,{{\"named\":{{\"task\":1,\"name\":\"{text}\"}}}}]\n");
    let lines = [
        (named(name), "a name is longer than 131072 bytes"),
        (
            format!(
                "[1,{{\"added\":{{\"task\":1,\"by\":null,\"place\":{{\"file\":\"{name}\",\"line\":1}}}}}}]"
            ),
            "a name of a file is longer than 131072 bytes",
        ),
        (
            format!("[1,{{\"waits\":{{\"task\":1,\"on\":{{\"sync\":\"{name}\"}}}}}}]"),
            "a name of what is waited for is longer than 131072 bytes",
        ),
        (
            format!("[1,{{\"printed\":{{\"by\":null,\"error\":false,\"line\":\"{long}\"}}}}]"),
            "a line that was printed is longer than 8388608 bytes",
        ),
        (
            format!(
                "[1,{{\"reported\":{{\"task\":null,\"kind\":\"io\",\"message\":\"{long}\"}}}}]"
            ),
            "a report is longer than 8388608 bytes",
        ),
        (
            format!("[1,{{\"run_ends\":{{\"how\":{{\"panicked\":\"{long}\"}}}}}}]"),
            "a message is longer than 8388608 bytes",
        ),
    ];
    for (line, words) in lines {
        let text = format!("{HEADER}[0,\"loop_wakes\"]\n{line}");
        let (trace, error) = Trace::read_lossy(text.as_bytes());
        assert_eq!(trace.expect("it has a header").len(), 1);
        assert_eq!(error.expect("it is too long").to_string(), format!("line 3: {words}"));
    }
    let program = HEADER.replace("\"p\"", &format!("\"{name}\""));
    let error = Trace::read(program.as_bytes()).expect_err("it is too long");
    assert_eq!(error.to_string(), "line 1: a name is longer than 131072 bytes");
    // One byte less is good.
    let text = format!("{HEADER}{}", named(&name[1..]));
    assert_eq!(Trace::read(text.as_bytes()).expect("it is short enough").len(), 1);
}

#[test]
fn a_recorder_cuts_what_a_reader_would_refuse() {
    let trace = record(|| async {
        println!("{}", "é".repeat(4 << 20));
        println!("{}", "é".repeat((4 << 20) + 1));
        boucle::spawn(async {}).set_name(&"n".repeat(200_000));
        std::panic::panic_any("p".repeat((8 << 20) + 1));
    });
    let output = trace.output();
    let mut lines = output.lines();
    assert_eq!(lines.next().map(str::len), Some(8 << 20));
    let cut = lines.next().expect("it was printed");
    assert!(cut.len() <= 8 << 20 && cut.ends_with("é…"));
    let state = trace.state_at(trace.len());
    let child = &state.tasks[&TaskNo::new(2).expect("it is not 0")].name;
    let child = child.as_deref().expect("it has one");
    assert!(child.len() == 1 << 17 && child.ends_with("n…"));
    assert!(matches!(state.end, Some(RunEnd::Panicked(message)) if message.len() == 8 << 20));
    let mut written = Vec::new();
    trace.write(&mut written).expect("memory takes all");
    assert_eq!(Trace::read(&written[..]).expect("it was written here"), trace);
}

/// The recording of a program, with a limit.
fn limited<F: Future>(options: Options, program: impl FnOnce() -> F) -> Trace {
    let recorder = Rc::new(Recorder::with(options).expect("memory is always there"));
    record_with(&recorder, program);
    recorder.trace()
}

/// The report of the limit.
fn told(trace: &Trace) -> Vec<String> {
    let is_limit = |what: &What| match what {
        What::Reported { kind: Reported::Limit, message, .. } => Some(message.to_string()),
        _ => None,
    };
    trace.events().iter().filter_map(|it| is_limit(&it.what)).collect()
}

#[test]
fn a_program_that_never_ends_is_stopped_at_the_limit_and_the_recording_says_so() {
    let never = || async {
        boucle::spawn(async {
            loop {
                boucle::sleep(std::time::Duration::from_secs(1)).await;
            }
        });
        loop {
            boucle::interrupt().await;
        }
    };
    let trace = limited(Options::new().limit(1000), never);
    assert_eq!(trace.len(), 1000 + 2);
    assert_eq!(told(&trace), ["the recording has reached its limit of 1000 events"]);
    assert_eq!(trace.state_at(trace.len()).end, Some(RunEnd::Stopped));
    // What is missing was not lost by the program.
    let limits = boucle_trace::Limits { in_a_row: usize::MAX, ..boucle_trace::Limits::default() };
    assert_eq!(trace.lint_with(&limits), []);

    let ring = limited(Options::new().last(10).limit(1000), never);
    assert!(ring.len() < 20);
    assert_eq!((told(&ring).len(), ring.base().position + ring.len() as u64), (1, 1002));
}

#[test]
fn a_task_that_prints_for_ever_in_one_poll_ends_with_the_limit() {
    let trace = limited(Options::new().limit(100), || async {
        loop {
            println!("on and on");
        }
    });
    assert_eq!((trace.len(), told(&trace).len()), (100 + 2, 1));
    let end = trace.state_at(trace.len()).end;
    let words = "the recording has reached its limit of 100 events";
    assert_eq!(end, Some(RunEnd::Panicked(words.into())));
}

#[test]
fn a_stage_that_never_ends_does_so_at_the_limit() {
    let recorder = Recorder::with(Options::new().limit(100)).expect("memory is always there");
    let recorder = Rc::new(recorder);
    record_stage_with(&recorder, || {
        let mut never = Box::pin(std::future::pending::<()>());
        while world::step(&mut never, Waker::noop()).is_pending() {}
    });
    let trace = recorder.trace();
    assert_eq!((trace.len(), told(&trace).len()), (100 + 2, 1));
    assert!(matches!(trace.state_at(trace.len()).end, Some(RunEnd::Panicked(_))));
}

#[test]
fn a_run_below_the_limit_is_whole() {
    let trace = limited(Options::new().limit(5), || async {});
    assert_eq!(trace.len(), 5);
    assert_eq!(trace.state_at(5).end, Some(RunEnd::Complete));
}

#[test]
fn a_second_sealed_world_does_not_turn_time_back() {
    let recorder = Rc::new(Recorder::new());
    for _ in 0..2 {
        record_stage_with(&recorder, || {
            world::thread::sleep(std::time::Duration::from_secs(1));
            println!("a second later");
        });
    }
    let trace = recorder.trace();
    assert!(trace.events().is_sorted_by_key(|it| it.at));
}
