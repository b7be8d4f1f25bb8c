//! A long computation that breathes lets times and sockets in after each breath.

use std::cell::Cell;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::time::Duration;

use boucle::{Loop, hold_up, interrupt, net, now, sleep, spawn};

/// What a breath takes, in virtual time.
const PART: Duration = Duration::from_millis(50);

fn virtual_loop() -> Loop {
    Loop::builder().virtual_time(true).build()
}

/// How many breaths a computation of forty has taken when `other` was done; a breath takes `part`.
fn breaths_before<K: 'static>(
    event_loop: &Loop,
    part: Duration,
    other: impl Future<Output = ()> + 'static,
    begin: impl FnOnce() -> K + 'static,
) -> u32 {
    let n_breaths = Rc::new(Cell::new(0));
    let (counted, seen) = (Rc::clone(&n_breaths), Rc::new(Cell::new(None)));
    let done = Rc::clone(&seen);
    event_loop.add_task(async move {
        other.await;
        done.set(Some(n_breaths.get()));
    });
    event_loop.add_task(async move {
        let _kept = begin();
        for _ in 0..40 {
            hold_up(part);
            counted.set(counted.get() + 1);
            interrupt().await;
        }
    });
    event_loop.run();
    seen.get().expect("the other one has ended")
}

#[test]
fn a_time_that_has_come_is_seen_at_the_end_of_the_turn() {
    let nap = async { sleep(Duration::from_millis(120)).await };
    // It has come in the third breath. The computation is ready before the sleeper, and breathes once more.
    assert_eq!(breaths_before(&virtual_loop(), PART, nap, || {}), 4);
}

#[test]
fn in_real_time_long_turns_are_looked_at_one_by_one() {
    let nap = async { sleep(Duration::from_millis(3)).await };
    // No part is shorter than a millisecond: three of them, and one more, as above.
    assert!(breaths_before(&Loop::new(), Duration::from_millis(1), nap, || {}) <= 4);
}

#[test]
fn a_socket_that_is_ready_is_seen_at_the_end_of_the_second_turn_of_a_millisecond() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let mut client =
        TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
    let (server, _) = listener.accept().expect("a client came");
    let read = async move {
        let server = net::TcpStream::from_std(server).expect("a loop runs");
        let mut buffer = [0; 5];
        server.read_exact(&mut buffer).await.expect("the client has written");
        assert_eq!(&buffer, b"hello");
    };
    let write = move || {
        client.write_all(b"hello").expect("the server is there");
        client
    };
    // After the first breath the watch begins, after the second the descriptors are looked at; and one
    // more, as above.
    assert_eq!(breaths_before(&virtual_loop(), PART, read, write), 3);
}

#[test]
fn who_holds_a_loop_up_moves_its_virtual_clock_also_between_runs() {
    let event_loop = virtual_loop();
    Loop::set_current(Some(&event_loop));
    let zero = now();
    let nap = spawn(sleep(Duration::from_secs(3)));
    event_loop.run_until_complete(sleep(Duration::from_secs(1))).expect("it ends");
    // The loop is stopped, its times pass: the nap is over when it goes on.
    hold_up(Duration::from_secs(10));
    event_loop.run();
    assert!(nap.done());
    assert_eq!(now() - zero, Duration::from_secs(11));
}
