//! Processes of our own: this test binary once more, with one test alone, and what that forks. The one home of
//! unsafe code in the tests: no safe crate forks, nor handles a signal as a C program does.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::panic;
use std::panic::AssertUnwindSafe;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, WaitOptions};

/// Set in a child that is this test binary: what it is to do.
const CHILD: &str = "BOUCLE_TEST_CHILD";

/// What this process is to do, if it is a child.
pub(crate) fn part() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// Whether this process is a child.
pub(crate) fn is_child() -> bool {
    part().is_some()
}

/// Runs a test in a process of its own: what it prints after `:: `, and how it ends.
pub(crate) fn run(
    mut command: Command,
    test: &str,
    part: &str,
    stdin: Stdio,
) -> (Vec<String>, ExitStatus) {
    let mut child = command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, part)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a test can be run");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let lines = output.lines().map(|it| it.expect("it prints text"));
    let told = lines.filter_map(|it| it.split_once(":: ").map(|(_, told)| told.to_owned()));
    (told.collect(), child.wait().expect("it ends"))
}

/// Forks; `f` is what the child does, which ends with it: well, if that is true.
#[expect(unsafe_code, reason = "no safe crate forks")]
pub(crate) fn fork(f: impl FnOnce() -> bool) -> Pid {
    // SAFETY: the child runs `f` alone, and ends without a return to what was copied. Other threads, which
    // a child does not have, hold no lock that `f` needs: this process runs one test alone.
    match unsafe { libc::fork() } {
        0 => {
            // A panic would go on to the copy of whoever runs the tests, which has lost its threads.
            let is_well = panic::catch_unwind(AssertUnwindSafe(f)).unwrap_or(false);
            let status = if is_well { 0 } else { 1 };
            // SAFETY: it ends the process, and runs nothing of it.
            unsafe { libc::_exit(status) }
        }
        child => Pid::from_raw(child).expect("the system can fork"),
    }
}

/// Waits for the end of a process that was forked: its status, or the signal that ended it.
pub(crate) fn end_of(child: Pid) -> Result<i32, i32> {
    let ended = rustix::process::waitpid(Some(child), WaitOptions::empty());
    let (_, status) = ended.expect("it is ours").expect("it was waited for");
    let signal = status.terminating_signal().ok_or(());
    signal.map_or_else(|()| Ok(status.exit_status().expect("it has ended")), Err)
}

/// Lets SIGPIPE do what it does in a C program; this process runs one test alone.
#[expect(unsafe_code, reason = "no safe crate gives a signal its default action")]
pub(crate) fn die_of_sigpipe() {
    // SAFETY: no handler is installed, and this process runs one test alone.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Handles Ctrl-C as a C program does, and counts: see `n_handled`.
#[expect(unsafe_code, reason = "no safe crate installs a handler past `signal-hook`")]
pub(crate) fn handle_ctrl_c() {
    extern "C" fn count(_: libc::c_int) {
        N_HANDLED.fetch_add(1, Ordering::SeqCst);
    }
    let count: extern "C" fn(libc::c_int) = count;
    // SAFETY: the handler adds to an atomic number, which a handler may do.
    unsafe { libc::signal(libc::SIGINT, count as libc::sighandler_t) };
}

/// How often our own handler was called.
pub(crate) fn n_handled() -> usize {
    N_HANDLED.load(Ordering::SeqCst)
}

static N_HANDLED: AtomicUsize = AtomicUsize::new(0);
