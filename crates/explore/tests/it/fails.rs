//! Programs that use descriptors, which are ready when the system says so; and system calls of theirs that fail.

#![cfg(unix)]

use std::cell::Cell as Unseen;
use std::fmt::Debug;
use std::io;
use std::io::ErrorKind;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream, UnixStream};
use boucle::shared::Cell;
use boucle::{SystemCall, gather, interrupt, quiescent, spawn, timeout};
use boucle_explore::{Explore, Report, Strategy, explore, replay};
use futures_lite::future::poll_once;
use futures_lite::io::{copy, split};
use futures_lite::{AsyncReadExt as _, AsyncWriteExt as _};

const SECOND: Duration = Duration::from_secs(1);

/// What comes of a program, each with its schedule; each is seen again by that. No more than sampled is ever said.
fn all<F: Future<Output: Debug>>(explore: &Explore, program: impl Fn() -> F) -> Report {
    let report = explore.run(&program);
    let told = report.to_string();
    let is_sampled = told.lines().next().is_some_and(|it| it.contains("sampled"));
    assert!(is_sampled && !report.is_complete(), "{told}");
    for says in report.outcomes().chain(report.failures()) {
        let schedule = report.schedule(says).expect("it has one").to_string();
        let replay = replay(&schedule, &program).unwrap_or_else(|it| panic!("{schedule}: {it}"));
        assert_eq!(replay.outcome(), says, "{schedule}");
    }
    report
}

fn outcomes(report: &Report) -> Vec<&str> {
    report.outcomes().collect()
}

fn failures(report: &Report) -> Vec<&str> {
    report.failures().collect()
}

/// Its reads may break off.
fn reads_fail(most: u8) -> Explore {
    Explore::new().fails(most, SystemCall::Read, ErrorKind::ConnectionReset)
}

/// Gives all back that comes.
async fn echo(stream: UnixStream) -> io::Result<()> {
    let mut buffer = [0; 16];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            n => stream.write_all(&buffer[..n]).await?,
        }
    }
}

/// A connection to one who gives all back that comes.
fn connect() -> UnixStream {
    let (here, there) = UnixStream::pair().expect("the system has sockets");
    drop(spawn(echo(there)));
    here
}

async fn ask(stream: &UnixStream, request: u8) -> io::Result<u8> {
    stream.write_all(&[request]).await?;
    let mut answer = [0];
    match stream.read(&mut answer).await? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(answer[0]),
    }
}

#[test]
fn an_echo_is_sampled_at_the_most_and_the_report_says_why() {
    let program = || async { ask(&connect(), 7).await.map_err(|it| it.kind()) };
    insta::assert_snapshot!(all(&Explore::new(), program));
    insta::assert_snapshot!(all(&reads_fail(1), program));
    for strategy in [Strategy::Exhaustive, Strategy::Fifo(1), Strategy::Walk, Strategy::Races] {
        let report = all(&Explore::new().strategy(strategy).executions(20), program);
        assert_eq!(outcomes(&report), ["Ok(7)"], "{report}");
    }
}

#[test]
fn two_clients_of_a_server_are_answered_in_each_order_that_is_tried() {
    let program = || async {
        let both = gather([1, 2].map(|n| async move {
            let stream = connect();
            interrupt().await;
            ask(&stream, n).await.expect("it is there")
        }));
        both.await.expect("none panics")
    };
    let report = all(&Explore::new().executions(200), program);
    assert_eq!((outcomes(&report), failures(&report)), (vec!["[1, 2]"], vec![]), "{report}");
    assert!(report.n_executions() > 10, "{report}");
}

#[test]
fn an_echo_over_tcp_is_explored() {
    let program = || async {
        let listener = TcpListener::bind("127.0.0.1", 0).await.expect("there is a port");
        let address = listener.local_addr().expect("it has one");
        let server = spawn(async move {
            let (stream, _) = listener.accept().await?;
            let mut word = [0; 5];
            stream.read_exact(&mut word).await?;
            stream.write_all(&word).await
        });
        let client = TcpStream::connect_to(address).await.expect("it listens");
        client.write_all(b"hello").await.expect("it is there");
        let mut word = [0; 5];
        client.read_exact(&mut word).await.expect("it answers");
        server.await.expect("it ends").expect("all is well");
        String::from_utf8_lossy(&word).into_owned()
    };
    let report = Explore::new().executions(50).run(program);
    report.assert_no_failures();
    assert_eq!(outcomes(&report), ["\"hello\""], "{report}");
}

/// Has requests answered, each by a connection that is made anew once it is broken.
async fn client(asks_again: bool) {
    let (mut stream, mut n_answers) = (connect(), 0);
    for request in [1, 2] {
        loop {
            let answer = ask(&stream, request).await;
            n_answers += usize::from(answer.is_ok());
            if answer.is_err() {
                stream = connect();
            }
            if answer.is_ok() || !asks_again {
                break;
            }
        }
    }
    assert!(n_answers == 2, "a request is lost");
}

#[test]
fn a_request_that_is_lost_as_the_connection_breaks_is_found() {
    let report = all(&reads_fail(1), || client(false));
    assert_eq!(failures(&report), ["panicked: a request is lost"], "{report}");
    assert_eq!(outcomes(&report), ["()"], "{report}");
    let schedule = report.schedule("panicked: a request is lost").expect("it has one").to_string();
    assert_eq!(schedule, "!read:connection-reset:MM");
    assert!(report.first_failure().is_some_and(|it| it < 10), "{report}");
    // It is recorded as it fails.
    let film = report.films().next().expect("there is one");
    assert!(!film.fails().is_empty());

    let report = all(&reads_fail(1), || client(true));
    report.assert_no_failures();
    let report = all(&reads_fail(2).executions(300), || client(true));
    report.assert_no_failures();
}

#[test]
fn what_was_found_by_chance_is_told_with_as_few_calls_that_fail_as_will_do() {
    // Of this seed two calls fail in the first order that fails.
    let walks = reads_fail(3).strategy(Strategy::Walk).seed(6).executions(3);
    let report = all(&walks, || client(false));
    let schedule = report.schedule("panicked: a request is lost").expect("it has one").to_string();
    assert_eq!(schedule, "MAM!read:connection-reset:AA", "{report}");
}

#[test]
fn a_request_that_is_lost_since_it_cannot_be_sent_at_once_is_found() {
    let sent = |at_once: bool| async move {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        for request in [1, 2] {
            let request = [request];
            let mut sends = pin!(here.write_all(&request));
            match at_once {
                true => drop(poll_once(sends).await),
                false => sends.as_mut().await.expect("it is there"),
            }
        }
        drop(here);
        let mut all = [0; 4];
        let n = there.read(&mut all).await.expect("it is there");
        assert!(n == 2, "a request is lost");
    };
    let explore = Explore::new().fails(1, SystemCall::Write, ErrorKind::WouldBlock);
    let report = all(&explore, || sent(true));
    assert_eq!(failures(&report), ["panicked: a request is lost"], "{report}");
    let schedule = report.schedule("panicked: a request is lost").expect("it has one").to_string();
    assert_eq!(schedule, "!write:would-block:MM");
    all(&explore, || sent(false)).assert_no_failures();
}

#[test]
fn who_cannot_wait_until_there_are_descriptors_again_is_not_served() {
    let served = |patience: Duration| async move {
        let listener = TcpListener::bind("127.0.0.1", 0).await.expect("there is a port");
        let address = listener.local_addr().expect("it has one");
        let server = spawn(async move {
            let (stream, _) = listener.accept().await?;
            stream.write_all(b"hello").await
        });
        let client = TcpStream::connect_to(address).await.expect("it listens");
        let read = timeout(patience, client.read(&mut [0; 5])).await;
        server.cancel();
        read.is_ok()
    };
    // EMFILE, on Linux as well as on the BSDs.
    let full = io::Error::from_raw_os_error(24);
    let explore = Explore::new().fails(1, SystemCall::Accept, full);
    let millisecond = Duration::from_millis(1);
    let report = all(&explore, || served(millisecond));
    assert_eq!(outcomes(&report), ["false", "true"], "{report}");
    let schedule = report.schedule("false").expect("it has one").to_string();
    assert!(schedule.contains("!accept:os24:A"), "{schedule}");
    // The listener tries again after a while.
    assert_eq!(outcomes(&all(&explore, || served(SECOND))), ["true"]);
}

#[test]
fn several_calls_of_one_poll_fail_one_after_another() {
    let program = || async {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        there.write_all(&[7]).await.expect("there is room");
        let mut n_failed = 0;
        while here.read(&mut [0]).await.is_err() {
            n_failed += 1;
        }
        n_failed
    };
    let report = all(&reads_fail(2), program);
    assert_eq!(outcomes(&report), ["0", "1", "2"], "{report}");
    let schedule = report.schedule("2").expect("it has one").to_string();
    assert_eq!(schedule, "!read:connection-reset:M!read2:connection-reset:MM");
    assert_eq!(outcomes(&all(&reads_fail(1), program)), ["0", "1"]);
    assert_eq!(outcomes(&all(&reads_fail(0), program)), ["0"]);
}

#[test]
fn each_call_and_each_error_has_a_limit_of_its_own_and_all_are_told() {
    let explore = reads_fail(1).cancels(1).fails(2, SystemCall::Write, ErrorKind::BrokenPipe);
    let first = |explore: &Explore| {
        let report = explore.run(|| async {});
        report.to_string().lines().next().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(
        first(&explore),
        "every order, with up to 1 cancel, 1 failing read and 2 failing writes: 1, of which 1 matters"
    );
    let explore = reads_fail(1).fails(1, SystemCall::Read, ErrorKind::TimedOut);
    assert_eq!(
        first(&explore),
        "every order, with up to 1 failing read (connection-reset) and 1 failing read (timed-out): 1, of which 1 matters"
    );
    let program = || async {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        there.write_all(&[7]).await.expect("there is room");
        here.read(&mut [0]).await.map_err(|it| it.kind())
    };
    let report = all(&explore, program);
    assert_eq!(outcomes(&report), ["Err(ConnectionReset)", "Err(TimedOut)", "Ok(1)"], "{report}");
}

#[test]
#[should_panic(expected = "no schedule can say that Wait fails so: ")]
fn what_no_task_calls_cannot_fail() {
    let _ = Explore::new().fails(1, SystemCall::Wait, ErrorKind::TimedOut);
}

#[test]
fn a_call_that_fails_in_one_order_alone_says_which_order_passes() {
    let program = || async {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        there.write_all(&[7]).await.expect("there is room");
        let is_broken = Rc::new(Cell::new(false));
        let breaks = Rc::clone(&is_broken);
        let reads = spawn(async move {
            if here.read(&mut [0]).await.is_err() {
                breaks.set(true);
            }
        });
        let looks = spawn(async move { assert!(!is_broken.get(), "it is broken") });
        reads.await.expect("it ends");
        looks.await.expect("it is whole");
    };
    let report = all(&reads_fail(1), program);
    let failure = "panicked: it is whole: Panicked(\"it is broken\")";
    insta::assert_snapshot!(format!("{report:#}"));
    let passes = report.passes(failures(&report)[0]).expect("one passes").to_string();
    assert!(!replay(&passes, program).expect("it fits").is_failure(), "{failure}");
}

#[test]
fn shards_divide_what_fails() {
    let program = || async { ask(&connect(), 7).await.map_err(|it| it.kind()) };
    let whole = all(&reads_fail(1), program);
    let parts: Vec<_> = (1..=3).map(|it| all(&reads_fail(1).shard(it, 3), program)).collect();
    assert_eq!(parts.iter().map(Report::n_executions).sum::<u64>(), whole.n_executions());
    let mut found: Vec<_> = parts.iter().flat_map(Report::outcomes).collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, outcomes(&whole));
    assert!(parts[1].to_string().starts_with("shard 2 of 3: sampled"), "{}", parts[1]);
}

#[test]
fn what_waits_for_a_descriptor_for_ever_is_stuck_and_named() {
    let report = all(&Explore::new(), || async {
        let (here, _there) = UnixStream::pair().expect("the system has sockets");
        let reads = spawn(async move { here.read(&mut [0]).await.is_ok() });
        reads.await
    });
    insta::assert_snapshot!(report);
}

#[test]
fn who_is_sent_something_can_be_next() {
    let program = || async {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        let is_over = Rc::new(Cell::new(false));
        let over = Rc::clone(&is_over);
        let reads = spawn(async move { here.read(&mut [0]).await.map(|_| over.get()).ok() });
        // It waits by then.
        quiescent().await;
        drop(spawn(async move {
            there.write_all(&[7]).await.expect("there is room");
            interrupt().await;
            is_over.set(true);
        }));
        reads.await.expect("it ends")
    };
    assert_eq!(outcomes(&all(&Explore::new(), program)), ["Some(false)", "Some(true)"]);
}

#[test]
fn no_time_passes_where_data_is_there() {
    let program = |says: bool| async move {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        let writes = spawn(async move {
            interrupt().await;
            if says {
                there.write_all(&[7]).await.expect("there is room");
            }
            boucle::sleep(SECOND * 9).await;
        });
        let read = timeout(SECOND, here.read(&mut [0])).await.is_ok();
        writes.cancel();
        read
    };
    assert_eq!(outcomes(&all(&Explore::new(), || program(true))), ["true"]);
    assert_eq!(outcomes(&all(&Explore::new(), || program(false))), ["false"]);
}

#[test]
fn a_program_of_descriptors_that_is_not_the_same_each_time_is_named() {
    let n_runs = Unseen::new(0);
    let report = explore(|| {
        n_runs.set(n_runs.get() + 1);
        let n = n_runs.get();
        async move { (ask(&connect(), 7).await.is_ok(), n) }
    });
    let told = report.to_string();
    assert!(told.starts_with("not explored: the program does not do the same each time"), "{told}");
}

#[test]
fn other_crates_read_and_write_and_hand_around_what_is_read() {
    let program = || async {
        let (mut here, there) = UnixStream::pair().expect("the system has sockets");
        let (sends, takes) = async_channel::bounded(1);
        let copies = spawn(async move {
            let (reads, mut writes) = split(there);
            copy(reads, &mut writes).await
        });
        let asks = spawn(async move {
            for word in ["one", "two"] {
                here.write_all(word.as_bytes()).await?;
                let mut answer = [0; 3];
                here.read_exact(&mut answer).await?;
                sends.send(answer).await.map_err(|_| ErrorKind::BrokenPipe)?;
            }
            here.close().await
        });
        let mut words = Vec::new();
        while let Ok(word) = takes.recv().await {
            words.push(String::from_utf8_lossy(&word).into_owned());
        }
        let is_well = asks.await.expect("it ends").is_ok();
        (words.join(" "), is_well, copies.await.expect("it ends").ok())
    };
    let report = all(&Explore::new().executions(200), program);
    assert_eq!(outcomes(&report), ["(\"one two\", true, Some(6))"], "{report}");
    let report = all(&reads_fail(1).executions(200), program);
    let short = |it: &&str| it.starts_with("(\"one\", false, ");
    assert!(report.outcomes().any(|it| short(&it)), "{report}");
}
