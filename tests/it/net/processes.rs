//! Child processes, signals and files: crates that were made for any loop, unmodified, on ours. And what
//! a process inherits: a closed socket's signal, a file as stdin, a loop after `fork`.

use std::io;
use std::io::{BufRead, Read, Write};
use std::os::unix::net::UnixStream as StdStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command as StdCommand, ExitStatus, Stdio};
use std::rc::Rc;

use async_process::Command;
use async_signal::{Signal, Signals};
use boucle::net::{AIOSocket, TcpListener, TcpStream, UnixStream};
use boucle::{AsyncFd, Driver, Loop, RunEnd, gather, interrupt, spawn};
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt, AsyncWriteExt, StreamExt};

use super::reactor::drivers;
use super::watchdog::{begins_to_wait, run};
use crate::children;
use crate::children::{die_of_sigpipe, end_of, fork, is_child};

#[test]
fn a_child_is_talked_to_line_by_line() {
    run(async {
        let mut child = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cat is there");
        let mut stdin = child.stdin.take().expect("it is piped");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        for line in ["one", "two"] {
            stdin.write_all(format!("{line}\n").as_bytes()).await.expect("it is read");
            assert_eq!(lines.next().await.expect("it answers").expect("it is text"), line);
        }
        drop(stdin);
        assert!(lines.next().await.is_none());
        assert!(child.status().await.expect("it is ours").success());
    });
}

#[test]
fn a_child_that_is_killed_says_so() {
    run(async {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat is there");
        assert!(begins_to_wait(child.status()).await);
        child.kill().expect("it runs");
        let status = child.status().await.expect("it is ours");
        assert_eq!(status.signal(), Some(9));
    });
}

#[test]
fn twenty_children_at_once_each_say_their_number() {
    run(async {
        let outputs = gather((0..20).map(|i| {
            Box::pin(async move {
                let command = format!("echo {i}; exit {i}");
                Command::new("sh").args(["-c", &command]).output().await.expect("sh is there")
            })
        }));
        let outputs = outputs.await.expect("they do not panic");
        for (i, output) in outputs.iter().enumerate() {
            assert_eq!(output.stdout, format!("{i}\n").as_bytes());
            assert_eq!(output.status.code(), Some(i as i32));
        }
    });
}

#[test]
fn a_signal_wakes_the_task_that_waits_for_it() {
    run(async {
        let mut signals = Signals::new([Signal::Usr2]).expect("the system has signals");
        let sender = spawn(async {
            interrupt().await;
            let id = std::process::id().to_string();
            Command::new("kill").args(["-USR2", &id]).status().await.expect("kill is there")
        });
        let signal = signals.next().await.expect("it goes on").expect("it can be heard");
        assert_eq!(signal, Signal::Usr2);
        assert!(sender.await.expect("it does not panic").success());
    });
}

#[test]
fn files_are_read_and_written_on_other_threads() {
    let path = std::env::temp_dir().join(format!("boucle-{}-file", std::process::id()));
    run(async {
        async_fs::write(&path, "one\ntwo\n").await.expect("it is a folder for this");
        let mut lines =
            BufReader::new(async_fs::File::open(&path).await.expect("it is there")).lines();
        assert_eq!(lines.next().await.expect("it is written").expect("it is text"), "one");
        assert_eq!(lines.next().await.expect("it is written").expect("it is text"), "two");
        async_fs::remove_file(&path).await.expect("it is ours");
    });
    assert!(!path.exists());
}

/// Runs a test of this file in a process of its own, with a word of the shell before it: what it prints
/// after `:: `, and how it ends.
fn run_child(name: &str, before: &str, stdin: Stdio) -> (Vec<String>, ExitStatus) {
    let this = std::env::current_exe().expect("a test has a binary");
    let mut command = StdCommand::new("sh");
    command.args(["-c", &format!("{before} exec \"$0\" \"$@\"")]).arg(this);
    children::run(command, &format!("net::processes::{name}"), "", stdin)
}

/// What the child does that a signal would end; as a test of its own it does nothing.
#[test]
fn child_that_writes_to_who_is_gone() {
    if !is_child() {
        return;
    }
    die_of_sigpipe();
    run(async {
        let (mut unix, peer) = UnixStream::pair().expect("the system has sockets");
        drop(peer);
        println!(":: unix {:?}", unix.write(b"x").await.map_err(|it| it.kind()));
        let vectored = unix.write_vectored(&[io::IoSlice::new(b"x")]).await;
        println!(":: unix, vectored {:?}", vectored.map_err(|it| it.kind()));

        let listener = TcpListener::bind("127.0.0.1", 0).await.expect("port 0 is always free");
        let port = listener.local_addr().expect("it is bound").port();
        let mut tcp = TcpStream::connect("127.0.0.1", port).await.expect("it listens");
        drop(listener.accept().await.expect("it has a client"));
        assert_eq!(tcp.read(&mut [0]).await.expect("the end is no error"), 0);
        // The first one is answered with a reset; after it, there is nobody.
        while tcp.write(b"x").await.is_ok() {
            interrupt().await;
        }
        println!(":: tcp {:?}", tcp.write(b"x").await.map_err(|it| it.kind()));
        let vectored = tcp.write_vectored(&[io::IoSlice::new(b"x")]).await;
        println!(":: tcp, vectored {:?}", vectored.map_err(|it| it.kind()));

        let (socket, peer) = StdStream::pair().expect("the system has sockets");
        drop(peer);
        let socket = AIOSocket::new(socket).expect("it is a socket");
        println!(":: aio {:?}", socket.send(b"x").await.map_err(|it| it.kind()));
    });
    println!(":: alive");
}

#[test]
fn who_writes_to_a_closed_socket_gets_an_error_and_no_signal() {
    let (told, status) = run_child("child_that_writes_to_who_is_gone", "", Stdio::null());
    let expected = [
        "unix Err(BrokenPipe)",
        "unix, vectored Err(BrokenPipe)",
        "tcp Err(BrokenPipe)",
        "tcp, vectored Err(BrokenPipe)",
        "aio Err(BrokenPipe)",
        "alive",
    ];
    assert_eq!(told, expected);
    assert!(status.success(), "{status}");
}

/// What the child does with its stdin, whatever that is.
#[test]
fn child_that_reads_its_stdin() {
    if !is_child() {
        return;
    }
    run(async {
        let stdin = AsyncFd::new(io::stdin());
        match stdin.readable().await {
            Err(error) => {
                println!(":: {error}");
                let read = || io::stdin().lock().lines().map_while(Result::ok).collect::<Vec<_>>();
                let lines = boucle::to_thread(read).await.expect("it does not panic");
                println!(":: {lines:?}");
            }
            Ok(()) => {
                let n = stdin.get_ref().lock().read(&mut [0; 64]).expect("it would not block");
                println!(":: {n} bytes, at once");
            }
        }
    });
}

// The `poll` backend watches anything that has a descriptor.
#[cfg(not(polling_test_poll_backend))]
#[test]
fn a_stdin_that_is_a_file_is_refused_with_advice_that_works() {
    let advice = "files and devices that are always ready cannot be waited for: use `to_thread`";
    let (told, status) = run_child("child_that_reads_its_stdin", "", Stdio::null());
    assert_eq!(told, [advice, "[]"]);
    assert!(status.success());

    let path = std::env::temp_dir().join(format!("boucle-{}-stdin", std::process::id()));
    std::fs::write(&path, "one\ntwo\n").expect("it is a folder for this");
    let file = std::fs::File::open(&path).expect("it was written");
    std::fs::remove_file(&path).expect("it is ours");
    let (told, status) = run_child("child_that_reads_its_stdin", "", file.into());
    assert_eq!(told, [advice, "[\"one\", \"two\"]"]);
    assert!(status.success());
}

#[test]
fn a_stdin_that_is_a_pipe_is_waited_for() {
    let (told, status) = run_child("child_that_reads_its_stdin", "echo hello |", Stdio::null());
    assert_eq!(told, ["6 bytes, at once"]);
    assert!(status.success());
}

/// What the child does that forks a child of its own.
#[test]
fn child_that_forks() {
    if is_child() {
        drivers().into_iter().for_each(fork_beside_a_loop);
    }
}

fn fork_beside_a_loop(driver: Driver) {
    let (mut here, there) = StdStream::pair().expect("the system has sockets");
    there.set_nonblocking(true).expect("it is a socket");
    let there = Rc::new(AsyncFd::new(there));
    let event_loop = Loop::builder().driver(driver).build();
    let reading = Rc::clone(&there);
    let task = event_loop.add_task(async move {
        let mut bytes = [0; 64];
        reading.read_with(|mut it| it.read(&mut bytes)).await.expect("it is written to")
    });
    // It waits, so that the system watches it.
    event_loop.add_task(async {
        interrupt().await;
        interrupt().await;
        Loop::current().expect("it runs").stop();
    });
    assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    assert!(!task.done());

    let mut all = Some((event_loop, task, there));
    let child = fork(|| {
        // The last of the loop, and of what it watches: in the child.
        let (event_loop, task, there) = all.take().expect("it is there");
        let is_closed = event_loop.close().is_ok();
        drop((task, there, event_loop));
        is_closed
    });
    assert_eq!(end_of(child), Ok(0));
    println!(":: the child is gone");

    let (event_loop, task, _there) = all.take().expect("the child took its own");
    here.write_all(b"hello").expect("there is room");
    let n = event_loop.run_until_complete(async {
        boucle::timeout(std::time::Duration::from_secs(10), task).await
    });
    let n = n.expect("the loop goes on").expect("something comes").expect("it does not panic");
    println!(":: the parent has read {n} bytes");
    let woken = event_loop.run_until_complete(boucle::to_thread(|| "from another thread"));
    println!(":: the parent is woken {}", woken.expect("the loop goes on").expect("it is said"));
}

#[test]
fn a_forked_child_that_drops_the_loop_does_not_disturb_its_parent() {
    let (told, status) = run_child("child_that_forks", "", Stdio::null());
    let expected = [
        "the child is gone",
        "the parent has read 5 bytes",
        "the parent is woken from another thread",
    ];
    assert_eq!(told, [expected, expected].concat());
    assert!(status.success(), "{status}");
}

/// What the child does that has used other threads, and forks.
#[test]
fn child_that_forks_beside_its_threads() {
    if !is_child() {
        return;
    }
    let use_threads = || {
        run(async {
            assert_eq!(boucle::to_thread(|| 1).await.expect("it does not panic"), 1);
            let at_once = gather((0..20).map(|n| boucle::to_thread(move || n))).await;
            let at_once = at_once.expect("they end").into_iter().map(|it| it.expect("they end"));
            assert_eq!(at_once.sum::<i32>(), 190);
            let addresses = boucle::net::resolve("localhost", 80).await.expect("it has one");
            assert!(addresses.iter().all(|it| it.ip().is_loopback()));
        });
        true
    };
    assert!(use_threads());
    // A child, and a child of that.
    let child = fork(|| use_threads() && end_of(fork(use_threads)) == Ok(0));
    println!(":: the child has ended: {:?}", end_of(child));
    println!(":: its parent goes on: {}", use_threads());
}

#[test]
fn a_forked_child_uses_threads_of_its_own() {
    let (told, status) = run_child("child_that_forks_beside_its_threads", "", Stdio::null());
    assert_eq!(told, ["the child has ended: Ok(0)", "its parent goes on: true"]);
    assert!(status.success(), "{status}");
}
