//! What the reactor promises whatever sockets it watches: on both drivers, in real and virtual time.

use std::cell::RefCell;
use std::io;
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::UnixStream;
use boucle::{Driver, Faults, Instrument, Loop, RunError, SystemCall, sleep, spawn, timeout};

use futures_lite::future::poll_once;

use super::pair;

/// Both drivers, where there are two.
pub(super) fn drivers() -> [Driver; 2] {
    [Driver::Portable, Driver::default()]
}

#[test]
fn virtual_time_stands_still_while_a_socket_has_something_to_say() {
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).virtual_time(true).build();
        let took = event_loop.run_until_complete(async {
            let (client, server) = pair().await;
            let start = boucle::now();
            let echo = spawn(async move {
                let mut buffer = [0; 16];
                for _ in 0..3 {
                    let n = server.read(&mut buffer).await?;
                    server.write_all(&buffer[..n]).await?;
                }
                io::Result::Ok(())
            });
            for _ in 0..3 {
                sleep(Duration::from_secs(60)).await;
                client.write_all(b"ping").await?;
                let mut buffer = [0; 16];
                // An hour would pass at once, if nobody looked at the socket first.
                let read = timeout(Duration::from_secs(3600), client.read(&mut buffer));
                assert_eq!(read.await.expect("the answer came first")?, 4);
            }
            echo.await.expect("it does not panic")?;
            io::Result::Ok(boucle::now() - start)
        });
        assert_eq!(took.expect("it ends").expect("it works"), Duration::from_secs(180));
    }
}

#[test]
fn who_waits_for_a_socket_is_no_deadlock_and_who_forgot_it_is() {
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        let (client, server) = event_loop.run_until_complete(pair()).expect("it ends");
        let writer = std::thread::spawn(move || {
            // Long after the loop has gone to sleep, or before: the same comes out.
            boucle::run(async move { client.write_all(b"late").await })
        });
        let read = event_loop.run_until_complete(async {
            let mut buffer = [0; 16];
            server.read(&mut buffer).await
        });
        assert_eq!(read.expect("it is no deadlock").expect("it works"), 4);
        writer.join().expect("it does not panic").expect("it works");

        let never = event_loop.run_until_complete(std::future::pending::<()>());
        assert_eq!(never, Err(RunError::Deadlock), "a socket that nobody waits for wakes nobody");
    }
}

#[test]
fn a_loop_that_waits_for_a_socket_hears_other_threads() {
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        let handle = event_loop.handle();
        let other = std::thread::spawn(move || {
            (0..100).map(|i| handle.spawn(move || async move { i }).wait(None)).collect::<Vec<_>>()
        });
        let answers = event_loop.run_until_complete(async {
            let (_client, server) = pair().await;
            let mut buffer = [0; 16];
            let waits = spawn(async move { server.read(&mut buffer).await });
            let answers = boucle::to_thread(move || other.join()).await;
            waits.cancel();
            answers
        });
        let answers = answers.expect("it ends").expect("it ran").expect("it does not panic");
        let answers: Vec<_> =
            answers.into_iter().map(|it| it.expect("in time").expect("it ends")).collect();
        assert_eq!(answers, (0..100).collect::<Vec<_>>());
    }
}

#[test]
fn an_event_for_a_socket_that_was_closed_in_the_same_batch_wakes_nobody_else() {
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        event_loop
            .run_until_complete(async {
                // Two are ready in one batch; the first to run closes the second, and makes another
                // socket, which has its number and its place.
                let (client1, server1) = pair().await;
                let (client2, server2) = pair().await;
                let victim = Rc::new(RefCell::new(None));
                let (hand, fresh) = (Rc::clone(&victim), Rc::new(RefCell::new(None)));
                let keep = Rc::clone(&fresh);
                let first = spawn(async move {
                    let mut buffer = [0; 16];
                    server1.read(&mut buffer).await?;
                    let task: Option<boucle::Task<io::Result<usize>>> = hand.borrow_mut().take();
                    task.expect("it was put there").cancel();
                    boucle::interrupt().await;
                    let ends = pair().await;
                    keep.borrow_mut().replace(ends);
                    io::Result::Ok(())
                });
                let second = spawn(async move {
                    let mut buffer = [0; 16];
                    server2.read(&mut buffer).await
                });
                victim.borrow_mut().replace(second);
                boucle::interrupt().await;
                client1.write_all(b"go").await?;
                client2.write_all(b"go").await?;
                first.await.expect("it does not panic")?;
                let (client, server) = fresh.borrow_mut().take().expect("it was put there");
                let mut buffer = [0; 16];
                let nothing = timeout(Duration::from_millis(5), server.read(&mut buffer)).await;
                assert!(
                    nothing.is_err(),
                    "an event of the old socket was taken for one of the new"
                );
                client.write_all(b"new").await?;
                assert_eq!(server.read(&mut buffer).await?, 3);
                io::Result::Ok(())
            })
            .expect("it ends")
            .expect("it works");
    }
}

/// Keeps what was told of sockets.
#[derive(Default)]
struct Ready(RefCell<Vec<(bool, bool)>>);

impl Instrument for Ready {
    fn io_ready(&self, descriptor: i32, readable: bool, writable: bool) {
        assert!(descriptor > 2);
        self.0.borrow_mut().push((readable, writable));
    }
}

#[test]
fn a_watcher_is_told_when_a_socket_is_ready() {
    let ready = Rc::new(Ready::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&ready)).build();
    event_loop
        .run_until_complete(async {
            let (client, server) = pair().await;
            let mut buffer = [0; 16];
            let read = spawn(async move { server.read(&mut buffer).await });
            boucle::interrupt().await;
            client.write_all(b"ping").await?;
            assert_eq!(read.await.expect("it does not panic")?, 4);
            io::Result::Ok(())
        })
        .expect("it ends")
        .expect("it works");
    assert!(ready.0.borrow().iter().any(|(readable, _)| *readable));
}

#[test]
fn eight_tasks_of_a_stream_and_a_ninth_are_all_served() {
    use futures_io::AsyncRead;
    use std::future::poll_fn;
    use std::pin::Pin;

    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        event_loop
            .run_until_complete(async {
                let (client, server) = pair().await;
                let server = Rc::new(server);
                // By the trait, which has no way to say that somebody stops to wait.
                let readers: Vec<_> = (0..12)
                    .map(|_| {
                        let server = Rc::clone(&server);
                        spawn(async move {
                            let mut byte = [0];
                            poll_fn(|cx| Pin::new(&mut &*server).poll_read(cx, &mut byte)).await
                        })
                    })
                    .collect();
                boucle::interrupt().await;
                client.write_all(&[0; 12]).await?;
                for reader in readers {
                    let read = timeout(Duration::from_secs(10), reader).await;
                    assert_eq!(read.expect("one was forgotten").expect("it ends")?, 1);
                }
                io::Result::Ok(())
            })
            .expect("it ends")
            .expect("it works");
    }
}

/// Keeps every call.
struct Calls(Rc<RefCell<Vec<SystemCall>>>);

impl Faults for Calls {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        self.0.borrow_mut().push(call);
        None
    }
}

/// Counts the calls of a kind.
fn count(calls: &RefCell<Vec<SystemCall>>, call: SystemCall) -> usize {
    calls.borrow().iter().filter(|it| **it == call).count()
}

#[test]
fn a_short_count_saves_the_call_that_would_say_there_is_no_more() {
    for driver in drivers() {
        let calls = Rc::new(RefCell::new(Vec::new()));
        let event_loop = Loop::builder().driver(driver).faults(Calls(Rc::clone(&calls))).build();
        let echoes = async {
            let (client, server) = pair().await;
            client.set_nodelay(true)?;
            let echo = spawn(async move {
                let mut buffer = [0; 16];
                for _ in 0..10 {
                    let n = server.read(&mut buffer).await?;
                    server.write_all(&buffer[..n]).await?;
                }
                io::Result::Ok(server)
            });
            let mut buffer = [0; 16];
            for _ in 0..10 {
                client.write_all(b"ping").await?;
                assert_eq!(client.read(&mut buffer).await?, 4);
            }
            client.shutdown(Shutdown::Both)?;
            drop(echo.await.expect("it does not panic")?);
            io::Result::Ok(())
        };
        event_loop.run_until_complete(echoes).expect("it ends").expect("it works");

        assert_eq!(count(&calls, SystemCall::Open), 2);
        assert_eq!(count(&calls, SystemCall::Bind), 1);
        assert_eq!(count(&calls, SystemCall::Listen), 1);
        assert!(count(&calls, SystemCall::Connect) >= 1);
        assert!(count(&calls, SystemCall::Accept) >= 1);
        let n_registered = count(&calls, SystemCall::Register);
        assert!(n_registered >= 3, "the poller and both ends");
        // Where each change is told once, nobody asks again.
        let is_edge = cfg!(not(polling_test_poll_backend));
        assert!(!is_edge || n_registered <= 5, "{n_registered} questions");
        assert!(count(&calls, SystemCall::Wait) >= 1);
        assert!(count(&calls, SystemCall::Option) >= 1);
        assert_eq!(count(&calls, SystemCall::Shutdown), 1);
        assert_eq!(count(&calls, SystemCall::Write), 20);
        let n_reads = count(&calls, SystemCall::Read);
        if driver == Driver::Linux {
            // The first one on each side says that there is nothing; then one for each message.
            assert!(n_reads <= 22, "{n_reads} reads for 20 messages");
        } else {
            assert!(n_reads > 22, "{n_reads} reads: this driver cannot know that all is read");
        }
    }
}

#[test]
fn the_end_that_comes_with_data_is_seen_after_a_short_count() {
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        let read = event_loop.run_until_complete(async {
            let (client, server) = pair().await;
            let reads = spawn(async move {
                let mut all = Vec::new();
                let mut buffer = [0; 1024];
                loop {
                    let read = timeout(Duration::from_secs(10), server.read(&mut buffer));
                    match read.await.expect("the end was lost")? {
                        0 => return io::Result::Ok(all),
                        n => all.extend_from_slice(&buffer[..n]),
                    }
                }
            });
            // It waits; then data and the end come together.
            boucle::interrupt().await;
            client.write_all(b"all").await?;
            drop(client);
            reads.await.expect("it does not panic")
        });
        assert_eq!(read.expect("it ends").expect("it works"), b"all");
    }
}

#[test]
fn one_who_is_polled_in_vain_asks_the_system_nothing() {
    for driver in drivers() {
        let calls = Rc::new(RefCell::new(Vec::new()));
        let event_loop = Loop::builder().driver(driver).faults(Calls(Rc::clone(&calls))).build();
        let program = async {
            let (client, server) = UnixStream::pair().expect("the system has sockets");
            let mut buffer = [0; 4];
            {
                let mut read = Box::pin(server.read(&mut buffer));
                assert!(poll_once(&mut read).await.is_none());
                client.write_all(b"ping").await.expect("there is room");
                assert_eq!(read.await.expect("it is there"), 4);
            }
            // All that there was, and as much as was asked for: nobody knows whether there is more.
            let mut read = Box::pin(server.read(&mut buffer));
            assert!(poll_once(&mut read).await.is_none());
            let before = count(&calls, SystemCall::Read);
            for _ in 0..9 {
                assert!(poll_once(&mut read).await.is_none());
            }
            assert_eq!(count(&calls, SystemCall::Read), before);
            drop(read);
            drop((client, server));
            // Nothing is watched any more.
            calls.take();
            for _ in 0..200 {
                boucle::interrupt().await;
            }
            assert_eq!(calls.take(), []);
        };
        event_loop.run_until_complete(program).expect("it ends");
    }
}
