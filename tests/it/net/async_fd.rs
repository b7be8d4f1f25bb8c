//! `AsyncFd`, `add_reader` and `add_writer`: pipes, files, and descriptors that come and go.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use boucle::{AsyncFd, Faults, Loop, ReadyCallback, SystemCall};
use boucle::{add_reader, add_writer, gather, interrupt, spawn};
use futures_lite::future::zip;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::pipe::{PipeFlags, pipe_with};

use super::watchdog::{begins_to_wait, run, run_in};

/// A pipe: where it is read, and where it is written to. Neither blocks.
fn pipe() -> (AsyncFd<File>, AsyncFd<File>) {
    let (reader, writer) =
        pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).expect("the system has pipes");
    (AsyncFd::new(File::from(reader)), AsyncFd::new(File::from(writer)))
}

/// A pipe that blocks.
fn blocking_pipe() -> (File, File) {
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).expect("the system has pipes");
    (File::from(reader), File::from(writer))
}

async fn read(fd: &AsyncFd<File>) -> Vec<u8> {
    let mut buffer = [0; 64];
    let n = fd.read_with(|mut io| io.read(&mut buffer)).await.expect("it is written to");
    buffer[..n].to_vec()
}

async fn write(fd: &AsyncFd<File>, bytes: &[u8]) {
    let n = fd.write_with(|mut io| io.write(bytes)).await.expect("it is read");
    assert_eq!(n, bytes.len());
}

#[test]
fn a_pipe_is_read_when_something_comes_and_then_to_its_end() {
    run(async {
        let (reader, writer) = pipe();
        let writing = async {
            for _ in 0..3 {
                interrupt().await;
            }
            write(&writer, b"one").await;
        };
        assert_eq!(zip(read(&reader), writing).await, (b"one".to_vec(), ()));

        // Data and the end at once, while somebody waits.
        assert!(begins_to_wait(reader.readable()).await);
        write(&writer, b"two").await;
        drop(writer);
        assert_eq!(read(&reader).await, b"two");
        assert_eq!(read(&reader).await, b"");
        reader.readable().await.expect("the end can be read");
    });
}

#[test]
fn who_writes_to_a_full_pipe_waits_for_room() {
    run(async {
        let (mut reader, mut writer) = pipe();
        let sent: Vec<u8> = (0..1_000_000_u32).map(|it| (it % 251) as u8).collect();
        let bytes = sent.clone();
        let sender = spawn(async move { writer.write_all(&bytes).await.expect("it is read") });
        interrupt().await;
        assert!(!sender.done(), "so much fits into no pipe");
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.expect("it is written to");
        assert!(all == sent);
    });
}

#[test]
fn a_pipe_without_a_reader_is_an_error_for_who_writes() {
    run(async {
        let (reader, writer) = pipe();
        drop(reader);
        writer.writable().await.expect("the error can be had");
        let error = writer.write_with(|mut io| io.write(b"x")).await.expect_err("nobody reads");
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        (&writer).flush().await.expect("nothing is kept");
        (&writer).close().await.expect("it does nothing");
    });
}

#[test]
fn ready_means_ready_now_for_each_who_waits() {
    run(async {
        let (reader, writer) = pipe();
        let (reader, log) = (Rc::new(reader), Rc::new(RefCell::new(Vec::new())));
        let tasks = ["first", "second"].map(|name| {
            let (reader, log) = (Rc::clone(&reader), Rc::clone(&log));
            spawn(async move {
                reader.readable().await.expect("it is a pipe");
                let n = reader.get_ref().read(&mut [0; 64]).expect("it would not block");
                log.borrow_mut().push((name, n));
            })
        });
        interrupt().await;
        // Both are woken; the first one takes all, and the second one waits again.
        write(&writer, b"one").await;
        while log.borrow().is_empty() {
            interrupt().await;
        }
        interrupt().await;
        interrupt().await;
        assert_eq!(*log.borrow(), [("first", 3)]);
        write(&writer, b"more").await;
        for task in tasks {
            task.await.expect("it does not panic");
        }
        assert_eq!(*log.borrow(), [("first", 3), ("second", 4)]);
    });
}

#[test]
fn what_blocks_may_be_asked_and_its_flags_stay_what_they_are() {
    let (reader, mut writer) = blocking_pipe();
    let before = fcntl_getfl(&reader).expect("it has flags");
    assert!(!before.contains(OFlags::NONBLOCK));
    let reader = run(async {
        let reader = AsyncFd::new(reader);
        assert!(begins_to_wait(reader.readable()).await);
        writer.write_all(b"hi").expect("there is room");
        reader.readable().await.expect("it is a pipe");
        assert_eq!(reader.get_ref().read(&mut [0; 64]).expect("it was written to"), 2);
        reader.into_inner()
    });
    assert_eq!(fcntl_getfl(&reader).expect("it has flags"), before);
}

// The `poll` backend watches anything that has a descriptor.
#[cfg(not(polling_test_poll_backend))]
#[test]
fn what_is_always_ready_is_refused_with_advice() {
    run(async {
        for path in ["/dev/null", env!("CARGO_MANIFEST_PATH")] {
            let fd = AsyncFd::new(File::open(path).expect("it is there"));
            let mut errors = vec![
                fd.readable().await.expect_err("it is always ready"),
                fd.writable().await.expect_err("it is always ready"),
                fd.read_with(|mut io| io.read(&mut [0])).await.expect_err("it is always ready"),
                fd.write_with(|mut io| io.write(b"x")).await.expect_err("it is always ready"),
                (&fd).read(&mut [0]).await.expect_err("it is always ready"),
                (&fd).write(b"x").await.expect_err("it is always ready"),
            ];
            let fd = Rc::new(fd);
            errors.push(add_reader(&fd, |_| {}).expect_err("it is always ready"));
            errors.push(add_writer(&fd, |_| {}).expect_err("it is always ready"));
            for error in errors {
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{path}");
                assert!(error.to_string().ends_with("use `to_thread`"), "{error}");
            }
        }
    });
}

#[test]
fn a_descriptor_is_watched_once_by_a_loop_and_again_when_that_has_ended() {
    run(async {
        let (reader, mut writer) = blocking_pipe();
        let shared = Rc::new(reader);
        let first = AsyncFd::new(Rc::clone(&shared));
        let second = AsyncFd::new(Rc::clone(&shared));
        assert!(begins_to_wait(first.readable()).await);
        let error = second.readable().await.expect_err("it is watched");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(
            error.to_string(),
            "the loop watches this descriptor already: share what has it"
        );

        // The first one has not suffered; after it, the second one has its turn.
        writer.write_all(b"x").expect("there is room");
        first.readable().await.expect("it is a pipe");
        drop(first);
        second.readable().await.expect("nobody else watches it");
    });
}

#[test]
fn a_duplicate_lives_on_when_the_original_is_dropped() {
    run(async {
        let (reader, writer) = pipe();
        let duplicate = AsyncFd::new(reader.get_ref().try_clone().expect("there are descriptors"));
        assert!(begins_to_wait(reader.readable()).await);
        assert!(begins_to_wait(duplicate.readable()).await);
        let number = reader.as_fd().as_raw_fd();
        drop(reader);
        // Whoever is given the number now hears nothing of the pipe.
        let (stranger, _peer) = UnixStream::pair().expect("the system has sockets");
        let stranger = AsyncFd::new(stranger);
        assert!(begins_to_wait(stranger.readable()).await);
        write(&writer, b"hi").await;
        assert_eq!(read(&duplicate).await, b"hi");
        assert!(begins_to_wait(stranger.readable()).await, "{number}");
    });
}

#[test]
fn a_number_that_is_used_again_within_a_turn_hears_only_its_own() {
    run(async {
        for round in 0..50 {
            // All are ready in the same turn; who is first closes the others, and opens new ones.
            let pipes: Vec<_> = (0..8).map(|_| pipe()).collect();
            let (mut readers, writers): (Vec<_>, Vec<_>) = pipes.into_iter().unzip();
            for reader in &readers {
                assert!(begins_to_wait(reader.readable()).await);
            }
            for writer in &writers {
                write(writer, b"old").await;
            }
            readers[0].readable().await.expect("it is a pipe");
            let numbers: Vec<_> = readers.iter().map(number).collect();
            readers.truncate(1);
            let fresh: Vec<_> = (0..8).map(|_| pipe()).collect();
            let again = fresh.iter().filter(|(reader, _)| numbers.contains(&number(reader)));
            assert!(again.count() > 0, "round {round}: no number was used again");
            for (reader, _) in &fresh {
                assert!(begins_to_wait(reader.readable()).await, "round {round}: an old event");
            }
            interrupt().await;
            let reading = gather(fresh.into_iter().enumerate().map(|(i, (reader, writer))| {
                Box::pin(async move {
                    let writing = async {
                        interrupt().await;
                        write(&writer, &[i as u8]).await;
                    };
                    zip(read(&reader), writing).await.0
                })
            }));
            let expected: Vec<_> = (0..8).map(|i| vec![i]).collect();
            assert_eq!(reading.await.expect("they do not panic"), expected);
        }
    });

    fn number(fd: &AsyncFd<File>) -> i32 {
        fd.as_fd().as_raw_fd()
    }
}

#[test]
fn what_comes_out_of_it_can_go_into_another_loop() {
    let (reader, writer) = pipe();
    assert!(run(begins_to_wait(reader.readable())));
    let reader = AsyncFd::new(reader.into_inner());
    run(async {
        assert!(begins_to_wait(reader.readable()).await);
        write(&writer, b"hi").await;
        assert_eq!(read(&reader).await, b"hi");
    });
    // And the same one into a third, in another thread.
    let other = std::thread::spawn(move || run(read(&reader)));
    run(write(&writer, b"there"));
    assert_eq!(other.join().expect("it does not panic"), b"there");
}

#[test]
fn a_reader_is_called_once_a_turn_as_long_as_there_is_something() {
    run(async {
        let (reader, writer) = pipe();
        write(&writer, b"abc").await;
        let log = Rc::new(RefCell::new(Vec::new()));
        let told = Rc::clone(&log);
        let callback = add_reader(&Rc::new(reader), move |mut io| {
            let mut byte = [0];
            io.read_exact(&mut byte).expect("it is not called for nothing");
            told.borrow_mut().push(char::from(byte[0]));
        });
        let callback: ReadyCallback = callback.expect("it is a pipe");
        for _ in 0..6 {
            interrupt().await;
            log.borrow_mut().push('.');
        }
        let told: String = log.borrow().iter().collect();
        assert_eq!(told, "a.b.c....");
        write(&writer, b"d").await;
        while log.borrow().last() != Some(&'d') {
            interrupt().await;
        }
        assert!(callback.cancel());
        write(&writer, b"e").await;
        for _ in 0..3 {
            interrupt().await;
        }
        assert_eq!(log.borrow().last(), Some(&'d'));
        assert!(callback.done() && !callback.cancel());
    });
}

#[test]
fn a_reader_and_a_writer_share_a_descriptor_and_two_readers_do_not() {
    run(async {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        let (here, n_calls) = (Rc::new(AsyncFd::new(here)), Rc::new(Cell::new(0)));
        let count = Rc::clone(&n_calls);
        let writer = add_writer(&here, move |_| count.set(count.get() + 1)).expect("it has none");
        let reader = add_reader(&here, |_| unreachable!("nothing comes")).expect("it has none");
        let error = add_reader(&here, |_| {}).expect_err("it has one");
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(error.to_string(), "the descriptor has a reader already: cancel it first");
        let error = add_writer(&here, |_| {}).expect_err("it has one");
        assert_eq!(error.to_string(), "the descriptor has a writer already: cancel it first");
        while n_calls.get() < 3 {
            interrupt().await;
        }
        writer.cancel();
        reader.cancel();
        // Another one at once, in the same turn.
        let n_reads = Rc::new(Cell::new(0));
        let count = Rc::clone(&n_reads);
        let reader = add_reader(&here, move |mut io| {
            count.set(count.get() + io.read(&mut [0; 64]).expect("something came"));
        });
        let reader = reader.expect("the first one is cancelled");
        (&there).write_all(b"hi").expect("there is room");
        while n_reads.get() < 2 {
            interrupt().await;
        }
        assert_eq!(n_calls.get(), 3);
        drop((there, here));
        reader.cancel();
    });
}

#[test]
fn a_callback_that_panics_is_reported_and_called_no_more() {
    let reports = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .exception_handler(move |report| told.borrow_mut().push(report.to_string()))
        .build();
    run_in(&event_loop, async {
        let (reader, writer) = pipe();
        write(&writer, b"x").await;
        let reader = Rc::new(reader);
        let callback = add_reader(&reader, |_| panic!("boom")).expect("it is a pipe");
        while !callback.done() {
            interrupt().await;
        }
        // Its place is free.
        add_reader(&reader, |_| {}).expect("it has none").cancel();
        interrupt().await;
    });
    assert_eq!(*reports.borrow(), ["a callback of the loop failed: the task panicked: boom"]);
}

#[test]
fn a_question_that_fails_is_told_and_asked_again() {
    struct Once(Rc<Cell<bool>>);
    impl Faults for Once {
        fn before(&self, call: SystemCall) -> Option<io::Error> {
            let fails = call == SystemCall::Wait && self.0.replace(false);
            fails.then(|| ErrorKind::OutOfMemory.into())
        }
    }
    let reports = Rc::new(RefCell::new(Vec::new()));
    let (told, armed) = (Rc::clone(&reports), Rc::new(Cell::new(false)));
    let event_loop = Loop::builder()
        .virtual_time(true)
        .faults(Once(Rc::clone(&armed)))
        .exception_handler(move |report| told.borrow_mut().push(report.to_string()))
        .build();
    run_in(&event_loop, async move {
        let (reader, writer) = pipe();
        write(&writer, b"x").await;
        armed.set(true);
        let error = reader.readable().await.expect_err("it is to fail");
        assert_eq!(error.kind(), ErrorKind::OutOfMemory);

        armed.set(true);
        let called = Rc::new(Cell::new(false));
        let flag = Rc::clone(&called);
        let callback = add_reader(&Rc::new(reader), move |mut io| {
            flag.set(io.read(&mut [0; 64]).is_ok_and(|n| n == 1));
        });
        let callback = callback.expect("it is a pipe");
        boucle::sleep(std::time::Duration::from_secs(1)).await;
        assert!(called.get());
        callback.cancel();
    });
    let expected = "cannot ask whether a descriptor is ready, and will try again: out of memory";
    assert_eq!(*reports.borrow(), [expected]);
}
