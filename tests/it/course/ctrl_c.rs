//! The examples that only Ctrl-C ends: each in a child process, where the key is pressed in virtual
//! time.
#![cfg(unix)]

use std::sync::mpsc;
use std::time::Duration;

use boucle::{Loop, quiescent, sleep, to_thread};
use rustix::process::{Signal, getpid, kill_process};

use super::examples;
use crate::boucle::signals::child_that_hears;
use crate::road;

/// Names the example, in a child process.
const CHILD: &str = "BOUCLE_TEST_COURSE";

/// Before each line of a transcript, so that it is told from what the test's frame prints.
const MARK: &str = "| ";

/// Its name, itself, and after how many seconds the key is pressed.
type Example = (&'static str, fn(&Loop), u64);

/// Each example that needs the key.
const EXAMPLES: [Example; 6] = [
    ("fork", examples::fork::program, 5),
    ("fork_after_2s", examples::fork::program, 2),
    ("leftovers", examples::leftovers::program, 4),
    ("queue", examples::queue::program, 4),
    ("window", examples::window::program, 6),
    ("boom", examples::boom::program, 1),
];

/// Runs a program, and presses Ctrl-C after so many seconds of it; then runs what it has left.
fn run_and_press(program: fn(&Loop), n_seconds: u64) {
    let event_loop = super::recorded_loop();
    let (release, released) = mpsc::channel::<()>();
    // Virtual time stands still until the thread returns: the key is heard before anything else happens.
    let press = move || {
        kill_process(getpid(), Signal::INT).expect("a process may signal itself");
        released.recv().expect_err("nothing is sent: the other end is dropped");
    };
    event_loop.add_task(async move {
        sleep(Duration::from_secs(n_seconds)).await;
        // Others may have slept until now too: they go first, however long the signal takes.
        quiescent().await;
        to_thread(press).await.expect("the thread does not panic");
    });
    program(&event_loop);
    drop(release);
    // Whoever was interrupted is still there, and can go on.
    let rest = event_loop.run_until_complete(sleep(Duration::from_secs(1)));
    world::println!("one second later: {rest:?}");
}

/// What the child does; as a test of its own it does nothing.
#[test]
fn child() {
    let Some(name) = std::env::var_os(CHILD) else { return };
    let (_, program, n_seconds) =
        EXAMPLES.into_iter().find(|it| name == it.0).expect("it is an example");
    let transcript = super::transcript(|| run_and_press(program, n_seconds));
    println!();
    for line in transcript.lines() {
        println!("{MARK}{line}");
    }
}

/// Compares what an example prints until Ctrl-C, and after it, with its snapshot.
fn check(name: &str) {
    let child = child_that_hears()
        .args(["--exact", "course::ctrl_c::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, name)
        .output()
        .expect("a test can be run");
    let output = String::from_utf8(child.stdout).expect("it prints text");
    let lines = output.lines().filter_map(|line| line.strip_prefix(MARK));
    let transcript: String = lines.map(|line| format!("{line}\n")).collect();
    road::check_snapshot(&format!("course_{name}"), &transcript);
    assert!(child.status.success(), "{output}");
}

#[test]
fn fork_is_ended_by_ctrl_c() {
    check("fork");
}

#[test]
fn fork_that_is_interrupted_leaves_its_child_which_can_go_on() {
    check("fork_after_2s");
}

#[test]
fn leftovers_are_done_by_the_next_run() {
    check("leftovers");
}

#[test]
fn queue_brings_a_tick_a_second() {
    check("queue");
}

#[test]
fn window_lets_four_jobs_work_at_once() {
    check("window");
}

#[test]
fn boom_is_reported_and_does_not_stop_the_loop() {
    check("boom");
}
