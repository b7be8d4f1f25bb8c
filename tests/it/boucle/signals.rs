//! Ctrl-C: in child processes, since what it does at last is to end them.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

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

#[test]
fn ctrl_c_ends_run_forever_and_after_it_the_process() {
    let this = std::env::current_exe().expect("a test has a binary");
    let mut child = Command::new(this)
        .args(["--exact", "boucle::signals::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a test can be run");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let lines: Vec<_> = output.lines().map(|it| it.expect("it prints text")).collect();
    let status = child.wait().expect("it ends");

    let of_loop =
        |it: &&String| ["first", "second", "then", "never"].iter().any(|w| it.contains(w));
    let lines: Vec<_> = lines.iter().filter(of_loop).collect();
    assert!(lines[0].ends_with("first Ok(Interrupted), the task is pending"), "{lines:?}");
    assert_eq!(lines[1..], ["second Ok(Interrupted)", "then Ok(42)"]);
    assert_eq!(status.signal(), Some(SIGINT));
}
