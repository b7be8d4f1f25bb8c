//! Stage 10: one poller, in which the loop sleeps.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;

use socket2::{Domain, SockRef, Type};
use stage10::{AIOSocket, Loop, aiosocket, gather, interrupt, sleep};
use world::time::Duration;
use world::{Recorder, println};

use super::{line, record};
use crate::coroutine::panic_message;

/// A socket of TCP.
fn tcp() -> AIOSocket {
    aiosocket(Domain::IPV4, Type::STREAM, None).expect("the system has a socket left")
}

/// A server that listens, and where.
async fn listening() -> (AIOSocket, String) {
    let server = tcp();
    server.bind("127.0.0.1:0").await.expect("port 0 is any that is free");
    server.listen().await.expect("it is bound");
    let address = SockRef::from(&server).local_addr().expect("it is bound").as_socket();
    let address = address.expect("it is IPv4").to_string();
    (server, address)
}

/// The two ends of a connection.
async fn pair() -> (Rc<AIOSocket>, Rc<AIOSocket>) {
    let (server, address) = listening().await;
    let client = tcp();
    client.connect(&address).await.expect("somebody listens");
    (Rc::new(client), Rc::new(server.accept().await.expect("a client has come")))
}

/// Sends `n` bytes, as many at once as there is room for.
async fn send_all(socket: Rc<AIOSocket>, n: usize) {
    let mut bytes = &vec![42; n][..];
    while !bytes.is_empty() {
        let n_sent = socket.send(bytes).await.expect("the other end is open");
        bytes = &bytes[n_sent..];
    }
}

/// Receives `n` bytes.
async fn receive_all(socket: Rc<AIOSocket>, n: usize) {
    let mut n_missing = n;
    while n_missing > 0 {
        n_missing -= socket.recv(100_000).await.expect("the other end is open").len();
    }
}

#[test]
fn an_hour_of_sleep_takes_a_handful_of_looks() {
    let recording = Recorder::new().tick(Duration::ZERO).poll_limit(10).record(|| {
        Loop::new().run_task(sleep(Duration::from_secs(3600)));
        println!("awake");
    });
    assert_eq!(recording.to_string(), "3600.000 awake\n");
}

#[test]
fn a_server_without_clients_keeps_nobody_busy() {
    let recording = Recorder::new().tick(Duration::ZERO).poll_limit(10).record(|| {
        let event_loop = Loop::new();
        event_loop.add_task(async {
            let (server, _) = listening().await;
            let _ = server.accept().await;
        });
        event_loop.run_task(async {
            sleep(Duration::from_secs(3600)).await;
            world::process::exit(7);
        });
    });
    assert_eq!(recording.status(), 7);
    assert_eq!(recording.polls(), [1, 2]);
}

#[test]
fn a_loop_that_waits_for_ever_sleeps_for_ever() {
    let recorder = Recorder::new().patience(Duration::ZERO);
    let message = panic_message(|| {
        recorder.record(|| Loop::new().run_task(std::future::pending::<()>()));
    });
    assert!(message.contains("is everyone waiting for something that never comes?"), "{message}");
}

#[test]
fn another_thread_wakes_a_loop_that_sleeps() {
    // In real time: the loop sleeps for ever, unless it is rung.
    let is_rung = Rc::new(Cell::new(false));
    let rung = Rc::clone(&is_rung);
    let bell = Rc::new(RefCell::new(None::<thread::JoinHandle<()>>));
    Loop::new().run_task(poll_fn(move |cx| {
        if bell.borrow().is_some() {
            rung.set(true);
            return Poll::Ready(());
        }
        let waker = Waker::clone(cx.waker());
        *bell.borrow_mut() = Some(thread::spawn(|| waker.wake()));
        Poll::Pending
    }));
    assert!(is_rung.get());
}

#[test]
fn one_socket_is_waited_for_in_both_directions_at_once() {
    const MANY: usize = 5_000_000;
    let program = || {
        Loop::new().run_task(async {
            let (here, there) = pair().await;
            gather([
                Box::pin(send_all(Rc::clone(&here), MANY)),
                Box::pin(send_all(Rc::clone(&there), MANY)),
                Box::pin(receive_all(here, MANY)),
                Box::pin(receive_all(there, MANY)),
            ])
            .await;
            println!("all there");
        });
    };
    assert_eq!(line(program), "all there");
}

#[test]
fn a_task_that_is_always_ready_keeps_no_socket_waiting() {
    let program = || {
        Loop::new().run_task(async {
            let (here, there) = pair().await;
            let is_over = Rc::new(Cell::new(false));
            let over = Rc::clone(&is_over);
            let busy = async move {
                while !is_over.get() {
                    interrupt().await;
                }
            };
            let talk = async move {
                send_all(here, 10).await;
                receive_all(there, 10).await;
                over.set(true);
                println!("heard");
            };
            gather([Box::pin(busy), Box::pin(talk)]).await;
        });
    };
    assert_eq!(line(program), "heard");
}

#[test]
fn two_tasks_can_wait_for_one_socket() {
    let program = || {
        Loop::new().run_task(async {
            let place = Rc::new(OnceCell::new());
            let (server, address) = listening().await;
            place.get_or_init(|| address);
            let server = Rc::new(server);
            let accepts = |name: &'static str, server: Rc<AIOSocket>| async move {
                server.accept().await.expect("a client comes");
                println!("{name}");
            };
            let connects = |place: Rc<OnceCell<String>>| async move {
                tcp().connect(place.get().expect("it listens")).await.expect("somebody listens");
            };
            gather([
                Box::pin(accepts("first", Rc::clone(&server))),
                Box::pin(accepts("second", server)),
                Box::pin(connects(Rc::clone(&place))),
                Box::pin(connects(place)),
            ])
            .await;
        });
    };
    assert_eq!(line(program), "first, second");
}

#[test]
fn a_connection_that_is_refused_says_so() {
    let program = || {
        Loop::new().run_task(async {
            let (server, address) = listening().await;
            drop(server);
            let error = tcp().connect(&address).await.expect_err("nobody listens any more");
            println!("{:?}", error.kind());
        });
    };
    assert_eq!(line(program), "ConnectionRefused");
}

#[test]
fn a_socket_that_is_dropped_is_forgotten_and_its_number_used_again() {
    let recording = record(|| {
        Loop::new().run_task(async {
            for _ in 0..100 {
                let (here, there) = pair().await;
                send_all(here, 1).await;
                receive_all(there, 1).await;
            }
            println!("done");
        });
    });
    assert_eq!(recording.output(), "done\n");
}
