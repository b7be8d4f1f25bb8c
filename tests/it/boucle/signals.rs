//! Ctrl-C: in child processes, since what it does at last is to end them.
#![cfg(unix)]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use boucle::{Loop, RunEnd, RunError, interrupt, to_thread};
use rustix::process::Pid;
use signal_hook::consts::{SIGINT, SIGUSR1};
use signal_hook::flag;
use signal_hook::low_level::raise;

use crate::children;
use crate::children::{end_of, fork, handle_ctrl_c, n_handled};

/// The children, by their names.
const CHILDREN: [(&str, fn()); 11] = [
    ("interrupted", interrupted),
    ("deaf", deaf),
    ("crowd", crowd),
    ("impatient", impatient),
    ("two_reasons", two_reasons),
    ("handler_before", handler_before),
    ("handler_after", handler_after),
    ("handler_beside", handler_beside),
    ("handler_of_another", handler_of_another),
    ("parent", parent),
    ("thrifty", thrifty),
];

/// What the child does; as a test of its own it does nothing.
#[test]
fn child() {
    let Some(name) = children::part() else { return };
    let (_, part) = CHILDREN.into_iter().find(|it| name == it.0).expect("it is a child");
    part();
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

/// Runs a child: what it tells, and how it ends.
fn run_child(name: &str) -> (Vec<String>, ExitStatus) {
    children::run(child_that_hears(), "boucle::signals::child", name, Stdio::null())
}

/// Presses Ctrl-C, for this process. The handler has run when this returns.
fn press_ctrl_c() {
    raise(SIGINT).expect("a process may signal itself");
}

/// Runs a loop for ever, and one task in it.
fn run_forever(task: impl Future<Output = ()> + 'static) -> Result<RunEnd, RunError> {
    let event_loop = Loop::new();
    event_loop.add_task(task);
    event_loop.run_forever()
}

/// Runs a loop until it is stopped, at once. What a Ctrl-C did before is done after this.
fn run_and_stop() -> Result<RunEnd, RunError> {
    run_forever(async { stop() })
}

fn stop() {
    Loop::current().expect("it runs").stop();
}

/// The end of a process that Ctrl-C is to end.
fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

fn interrupted() {
    let event_loop = Loop::new();
    let task = event_loop.add_task(async {
        interrupt().await;
        std::future::pending::<()>().await;
    });
    event_loop.add_task(async { press_ctrl_c() });
    let end = event_loop.run_forever();
    println!(":: first {end:?}, the task is {}", if task.done() { "done" } else { "pending" });

    // The loop goes on, with the same task, and can be interrupted again.
    event_loop.add_task(async { press_ctrl_c() });
    println!(":: second {:?}", event_loop.run_forever());
    println!(":: then {:?}", event_loop.run_until_complete(async { 42 }));

    // Nobody listens: Ctrl-C does what it ever did.
    press_ctrl_c();
    wait_for_the_end();
}

#[test]
fn ctrl_c_ends_run_forever_and_after_it_the_process() {
    let (told, status) = run_child("interrupted");
    let expected =
        ["first Ok(Interrupted), the task is pending", "second Ok(Interrupted)", "then Ok(42)"];
    assert_eq!(told, expected);
    assert_eq!(status.signal(), Some(SIGINT));
}

fn deaf() {
    let end = run_forever(async {
        press_ctrl_c();
        // After it on the same road, if it took one.
        to_thread(press_ctrl_c).await.expect("it does not panic");
        stop();
    });
    println!(":: first {end:?}");
    press_ctrl_c();
    println!(":: then {:?}", run_and_stop());
}

#[test]
fn a_process_that_ignores_ctrl_c_goes_on_ignoring_it() {
    let this = std::env::current_exe().expect("a test has a binary");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT; exec \"$0\" \"$@\""]).arg(this);
    let (told, status) = children::run(command, "boucle::signals::child", "deaf", Stdio::null());
    assert_eq!(told, ["first Ok(Stopped)", "then Ok(Stopped)"]);
    assert!(status.success());
}

/// Eight threads, each with a loop, that all listen for the first time.
fn crowd() {
    let start = Arc::new(Barrier::new(8));
    let (runs, running) = mpsc::channel();
    let threads = [(); 8].map(|()| {
        let (start, runs) = (Arc::clone(&start), runs.clone());
        thread::spawn(move || {
            start.wait();
            run_forever(async move { runs.send(()).expect("the test waits") })
        })
    });
    running.iter().take(threads.len()).for_each(drop);
    press_ctrl_c();
    let ends = threads.map(|it| it.join().expect("it does not panic"));
    println!(":: {ends:?}");
}

#[test]
fn all_threads_that_listen_for_the_first_time_hear_one_ctrl_c() {
    let (told, status) = run_child("crowd");
    assert_eq!(told, [format!("{:?}", [Ok::<_, RunError>(RunEnd::Interrupted); 8])]);
    assert!(status.success(), "{status}");
}

fn impatient() {
    println!(":: {:?}", run_and_stop());
    let end = run_forever(async {
        // It does not give the turn back in between: the loop hears none of them.
        press_ctrl_c();
        println!(":: once");
        press_ctrl_c();
        println!(":: twice");
    });
    println!(":: {end:?}");
}

#[test]
fn a_second_ctrl_c_before_the_first_was_heard_ends_the_process() {
    let (told, status) = run_child("impatient");
    assert_eq!(told, ["Ok(Stopped)", "once"]);
    assert_eq!(status.signal(), Some(SIGINT));
}

fn two_reasons() {
    let event_loop = Loop::new();
    event_loop.add_task(async {
        let (runs, running) = mpsc::channel();
        let witness = thread::spawn(move || {
            run_forever(async move { runs.send(()).expect("the test waits") })
        });
        running.recv().expect("it runs");
        press_ctrl_c();
        // Loops are told in the order in which they began to listen: ours has been.
        println!(":: witness {:?}", witness.join().expect("it does not panic"));
        stop();
    });
    println!(":: first {:?}", event_loop.run_forever());
    println!(":: then {:?}", event_loop.run_until_complete(interrupt()));
    event_loop.add_task(async {
        interrupt().await;
        println!(":: not interrupted");
        stop();
    });
    println!(":: second {:?}", event_loop.run_forever());
    event_loop.add_task(async { press_ctrl_c() });
    println!(":: third {:?}", event_loop.run_forever());
}

#[test]
fn a_ctrl_c_that_came_as_the_run_was_stopped_does_not_end_the_next_run() {
    let (told, status) = run_child("two_reasons");
    let expected = [
        "witness Ok(Interrupted)",
        "first Ok(Stopped)",
        "then Ok(())",
        "not interrupted",
        "second Ok(Stopped)",
        "third Ok(Interrupted)",
    ];
    assert_eq!(told, expected);
    assert!(status.success(), "{status}");
}

/// The program has a handler, and then boucle comes.
fn handler_before() {
    handle_ctrl_c();
    press_ctrl_c();
    println!(":: before: {}", n_handled());
    let end = run_forever(async {
        press_ctrl_c();
        press_ctrl_c();
        println!(":: during: {}", n_handled());
    });
    println!(":: {end:?}");
    press_ctrl_c();
    println!(":: {:?}", run_and_stop());
    println!(":: after: {}", n_handled());
}

// Elsewhere nothing tells of it.
#[cfg(target_os = "linux")]
#[test]
fn a_handler_of_the_program_is_as_before_also_at_the_second_ctrl_c() {
    let (told, status) = run_child("handler_before");
    let expected = ["before: 1", "during: 3", "Ok(Interrupted)", "Ok(Stopped)", "after: 4"];
    assert_eq!(told, expected);
    assert!(status.success(), "{status}");
}

/// Boucle has been there, and then the program installs a handler in its place.
fn handler_after() {
    println!(":: {:?}", run_and_stop());
    handle_ctrl_c();
    press_ctrl_c();
    println!(":: {:?}", run_and_stop());
    println!(":: after: {}", n_handled());
}

#[test]
fn a_handler_that_is_installed_in_the_place_of_ours_is_alone() {
    let (told, status) = run_child("handler_after");
    assert_eq!(told, ["Ok(Stopped)", "Ok(Stopped)", "after: 1"]);
    assert!(status.success(), "{status}");
}

/// Boucle has been there, and then the program gives `signal-hook` a handler.
fn handler_beside() {
    println!(":: {:?}", run_and_stop());
    let came = Arc::new(AtomicBool::new(false));
    flag::register(SIGINT, Arc::clone(&came)).expect("the system has signals");
    press_ctrl_c();
    println!(":: idle: {}", came.swap(false, Ordering::SeqCst));
    println!(":: {:?}", run_and_stop());
    let same = Arc::clone(&came);
    let end = run_forever(async move {
        for when in ["once", "twice"] {
            press_ctrl_c();
            println!(":: {when}: {}", same.swap(false, Ordering::SeqCst));
        }
    });
    println!(":: {end:?}");
    press_ctrl_c();
    println!(":: {:?}", run_and_stop());
    println!(":: after: {}", came.load(Ordering::SeqCst));
}

#[test]
fn a_handler_that_signal_hook_is_given_after_us_is_called_beside_ours() {
    let (told, status) = run_child("handler_beside");
    let expected = [
        "Ok(Stopped)",
        "idle: true",
        "Ok(Stopped)",
        "once: true",
        "twice: true",
        "Ok(Interrupted)",
        "Ok(Stopped)",
        "after: true",
    ];
    assert_eq!(told, expected);
    assert!(status.success(), "{status}");
}

/// The program gives `signal-hook` a handler of another signal.
fn handler_of_another() {
    println!(":: {:?}", run_and_stop());
    flag::register(SIGUSR1, Arc::default()).expect("the system has signals");
    println!(":: {:?}", run_and_stop());
    press_ctrl_c();
    wait_for_the_end();
}

// Elsewhere nothing tells of it.
#[cfg(target_os = "linux")]
#[test]
fn a_handler_of_another_signal_does_not_keep_ctrl_c_from_ending_the_process() {
    let (told, status) = run_child("handler_of_another");
    assert_eq!(told, ["Ok(Stopped)", "Ok(Stopped)"]);
    assert_eq!(status.signal(), Some(SIGINT));
}

/// Forks a child that hears Ctrl-C once as soon as its parent listens, and after that dies of it.
fn fork_one(mut parent: UnixStream) -> Pid {
    fork(|| {
        parent.read_exact(&mut [0]).expect("the parent writes");
        let run = || run_forever(async { press_ctrl_c() });
        let heard = thread::spawn(run).join().expect("it does not panic");
        parent.write_all(&[u8::from(heard == Ok(RunEnd::Interrupted))]).expect("it reads");
        press_ctrl_c();
        wait_for_the_end();
    })
}

/// Forks one child before it listens, and one while it does.
fn parent() {
    println!(":: {:?}", run_and_stop());
    for listens in [false, true] {
        let (mut here, there) = UnixStream::pair().expect("the system has sockets");
        let mut there = Some(there);
        let before = if listens { None } else { there.take().map(fork_one) };
        let end = run_forever(async move {
            let child = before.or_else(|| there.map(fork_one)).expect("it is forked");
            here.write_all(&[0]).expect("the child reads");
            let mut heard = [0];
            here.read_exact(&mut heard).expect("the child writes");
            println!(":: the child has heard {}", heard[0]);
            println!(":: the child has ended: {:?}", end_of(child));
            // What it has sent us has been read by now, and mail has come.
            for _ in 0..20 {
                to_thread(|| ()).await.expect("it does not panic");
            }
            stop();
        });
        println!(":: the parent: {end:?}");
    }
    println!(":: {:?}", run_forever(async { press_ctrl_c() }));
}

#[test]
fn a_forked_child_hears_its_own_ctrl_c_and_its_parent_does_not() {
    let (told, status) = run_child("parent");
    let child = ["the child has heard 1", "the child has ended: Err(2)", "the parent: Ok(Stopped)"];
    let expected = [&["Ok(Stopped)"], &child[..], &child, &["Ok(Interrupted)"]].concat();
    assert_eq!(told, expected);
    assert!(status.success(), "{status}");
}

/// Has a loop run for ever, often.
fn thrifty() {
    println!(":: {:?}", run_and_stop());
    let n_open = || fs::read_dir("/proc/self/fd").map(Iterator::count).unwrap_or(0);
    let before = n_open();
    for _ in 0..20 {
        run_and_stop().expect("it can run");
        run_forever(async { press_ctrl_c() }).expect("it can run");
    }
    println!(":: {} descriptors more", n_open() - before);
}

#[test]
fn listening_to_ctrl_c_costs_its_descriptors_once() {
    let (told, status) = run_child("thrifty");
    assert_eq!(told, ["Ok(Stopped)", "0 descriptors more"]);
    assert!(status.success(), "{status}");
}
