//! Ctrl-C: in child processes, since what it does at last is to end them.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};

use boucle::{Loop, RunEnd};

/// Set in a child process.
const CHILD: &str = "BOUCLE_TEST_CHILD";
/// The signal of Ctrl-C.
const SIGINT: i32 = 2;

/// Presses Ctrl-C, for this process.
fn press_ctrl_c() {
    let id = std::process::id().to_string();
    let status = Command::new("kill").args(["-INT", &id]).status().expect("kill is there");
    assert!(status.success());
}

/// What the child does; as a test of its own it does nothing.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let event_loop = Loop::new();
    let task = event_loop.add_task(async {
        boucle::interrupt().await;
        std::future::pending::<()>().await;
    });
    event_loop.add_task(async { press_ctrl_c() });
    let end = event_loop.run_forever();
    println!("first {end:?}, the task is {}", if task.done() { "done" } else { "pending" });
    assert_eq!(end, Ok(RunEnd::Interrupted));

    // The loop goes on, with the same task, and can be interrupted again.
    event_loop.add_task(async { press_ctrl_c() });
    println!("second {:?}", event_loop.run_forever());
    println!("then {:?}", event_loop.run_until_complete(async { 42 }));

    // Nobody listens: Ctrl-C does what it ever did.
    press_ctrl_c();
    std::thread::park();
    println!("never printed");
}

/// What the child does that is started with Ctrl-C ignored.
#[test]
fn deaf_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let event_loop = Loop::new();
    event_loop.add_task(async {
        press_ctrl_c();
        // After it on the same road, if it took one.
        boucle::to_thread(press_ctrl_c).await.expect("it does not panic");
        boucle::Loop::current().expect("it runs").stop();
    });
    println!("first {:?}", event_loop.run_forever());
    press_ctrl_c();
    println!("then alive");
}

/// This test binary, as a child that hears Ctrl-C also if these tests were started to ignore it: by
/// `nohup`, or by the `&` of a shell.
pub(crate) fn child_that_hears() -> Command {
    let this = std::env::current_exe().expect("a test has a binary");
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|it| u64::from_str_radix(it.trim(), 16).ok()).unwrap_or(0);
    if ignored >> (SIGINT - 1) & 1 == 0 {
        return Command::new(this);
    }
    // Only a program can undo it, and this one is wherever that file is.
    let mut command = Command::new("env");
    command.arg("--default-signal=INT").arg(this);
    command
}

/// Runs a child that was started to ignore Ctrl-C.
fn deaf() -> Command {
    let this = std::env::current_exe().expect("a test has a binary");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT; exec \"$0\" \"$@\""]).arg(this);
    command
}

/// Runs a child: what it prints about the loop, and how it ends.
fn run_child(mut command: Command, name: &str) -> (Vec<String>, ExitStatus) {
    let mut child = command
        .args(["--exact", &format!("boucle::signals::{name}")])
        .args(["--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a test can be run");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let lines: Vec<_> = output.lines().map(|it| it.expect("it prints text")).collect();
    let status = child.wait().expect("it ends");
    let of_loop = |it: &String| ["first", "second", "then", "never"].iter().any(|w| it.contains(w));
    (lines.into_iter().filter(of_loop).collect(), status)
}

#[test]
fn a_process_that_ignores_ctrl_c_goes_on_ignoring_it() {
    let (lines, status) = run_child(deaf(), "deaf_child");
    assert!(lines[0].ends_with("first Ok(Stopped)"), "{lines:?}");
    assert_eq!(lines[1..], ["then alive"]);
    assert!(status.success());
}

#[test]
fn ctrl_c_ends_run_forever_and_after_it_the_process() {
    let (lines, status) = run_child(child_that_hears(), "child");
    assert!(lines[0].ends_with("first Ok(Interrupted), the task is pending"), "{lines:?}");
    assert_eq!(lines[1..], ["second Ok(Interrupted)", "then Ok(42)"]);
    assert_eq!(status.signal(), Some(SIGINT));
}
