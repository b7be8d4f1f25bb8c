//! What `accept` does when the system has no connection to give.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Faults, Loop, SystemCall, now, spawn};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

use crate::net::{listener, run, watched};

/// What `accept` shall say, one after the other.
#[derive(Clone, Default)]
struct Says(Rc<RefCell<VecDeque<Errno>>>);

impl Faults for Says {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        let error = (call == SystemCall::Accept).then(|| self.0.borrow_mut().pop_front());
        error.flatten().map(io::Error::from)
    }
}

/// Accepts one connection, after the system has said these errors: how long that took in virtual time,
/// and what was reported.
fn accept_after(errors: &[Errno]) -> (io::Result<Duration>, Vec<String>) {
    let (says, reports) = (Says::default(), Rc::new(RefCell::new(Vec::new())));
    says.0.borrow_mut().extend(errors);
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .virtual_time(true)
        .faults(says.clone())
        .exception_handler(move |report| {
            assert!(report.io_error().is_some());
            told.borrow_mut().push(report.to_string());
        })
        .build();
    let took = event_loop.run_until_complete(async {
        let listener = listener();
        let address = listener.local_addr().expect("it has one");
        let _client = TcpStream::connect_to(address).await.expect("it listens");
        let start = now();
        let (_, _) = listener.accept().await?;
        Ok(now() - start)
    });
    (took.expect("it ends"), reports.take())
}

#[test]
fn a_connection_that_broke_before_it_was_taken_is_passed_over_at_once() {
    let mut errors = vec![
        Errno::CONNABORTED,
        Errno::PROTO,
        Errno::NOPROTOOPT,
        Errno::NETDOWN,
        Errno::NETUNREACH,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::TIMEDOUT,
        // No error at all.
        Errno::INTR,
    ];
    if cfg!(target_os = "linux") {
        errors.extend([Errno::NONET, Errno::OPNOTSUPP]);
    }
    for error in &errors {
        let (took, reports) = accept_after(&[*error, *error]);
        assert_eq!(took.expect("the third is one"), Duration::ZERO, "{error}");
        assert!(reports.is_empty(), "{error}: {reports:?}");
    }
    let (took, _) = accept_after(&errors);
    assert_eq!(took.expect("there is one behind them"), Duration::ZERO);
}

#[test]
fn a_system_that_has_run_out_is_given_more_and_more_time_and_reported_once() {
    for error in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM, Errno::PERM] {
        let (took, reports) = accept_after(&[error; 4]);
        assert_eq!(took.expect("the fifth is one"), Duration::from_millis(5 + 10 + 20 + 40));
        let error = io::Error::from(error);
        assert_eq!(reports, [format!("cannot accept a connection, and will try again: {error}")]);
    }
    let (took, _) = accept_after(&[Errno::MFILE; 10]);
    let doubled: u64 = (0..8).map(|i| 5 << i).sum();
    assert_eq!(took.expect("it is one"), Duration::from_millis(doubled + 2 * 1000));
}

#[test]
fn an_error_of_the_listener_is_given_to_who_accepts() {
    for error in [Errno::INVAL, Errno::BADF, Errno::NOTSOCK, Errno::ACCESS] {
        let (took, reports) = accept_after(&[error]);
        assert_eq!(took.expect_err("it is final").raw_os_error(), Some(error.raw_os_error()));
        assert!(reports.is_empty(), "{reports:?}");
    }
}

#[test]
fn what_cannot_listen_fails_and_is_not_asked_for_ever() {
    let datagrams = UdpSocket::bind("127.0.0.1:0").expect("there is a port left");
    let silent = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there is a descriptor left");
    let sockets: [(OwnedFd, Errno); 2] =
        [(datagrams.into(), Errno::OPNOTSUPP), (silent.into(), Errno::INVAL)];
    for (socket, expected) in sockets {
        let listener = TcpListener::from_std(net::TcpListener::from(socket)).expect("it can wait");
        let error = run(listener.accept()).expect_err("it cannot listen");
        assert_eq!(error.raw_os_error(), Some(expected.raw_os_error()));
    }
}

#[test]
fn a_listener_that_always_has_a_connection_gives_the_turn_back() {
    const N_CLIENTS: usize = 150;
    run(async {
        let listener = listener();
        let address = listener.local_addr().expect("it has one");
        let mut clients = Vec::new();
        for _ in 0..N_CLIENTS {
            clients.push(TcpStream::connect_to(address).await.expect("it listens"));
        }
        let n_taken = Rc::new(Cell::new(0));
        let count = Rc::clone(&n_taken);
        let takes = spawn(async move {
            for _ in 0..N_CLIENTS {
                listener.accept().await.expect("it is there");
                count.set(count.get() + 1);
            }
        });
        let at_the_next_turn = spawn(async move { n_taken.get() });
        assert_eq!(at_the_next_turn.await.expect("it ends"), 128);
        takes.await.expect("it ends");
    });
}

#[test]
fn connections_are_taken_in_the_order_in_which_they_came() {
    let peers = boucle::run(watched(async {
        let listener = listener();
        let address = listener.local_addr().expect("it has one");
        let takes = spawn(async move {
            let mut peers = Vec::new();
            for _ in 0..8 {
                peers.push(listener.accept().await.expect("it comes").1);
            }
            peers
        });
        let mut clients = Vec::new();
        for _ in 0..8 {
            clients.push(TcpStream::connect_to(address).await.expect("it listens"));
        }
        let expected: Vec<_> =
            clients.iter().map(|it| it.local_addr().expect("it has one")).collect();
        (takes.await.expect("it ends"), expected)
    }));
    assert_eq!(peers.0, peers.1);
}
