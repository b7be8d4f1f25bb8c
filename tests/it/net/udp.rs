//! `UdpSocket`: datagrams on the loopback interface.

use std::cell::Cell;
use std::future::pending;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use boucle::net::UdpSocket;
use boucle::{Loop, SystemCall, interrupt, spawn};
use socket2::SockRef;

use super::FailsAt;
use super::watchdog::{begins_to_wait, run, run_in};

/// A socket on a port that nobody else has.
async fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1", 0).await.expect("port 0 is always free")
}

/// Two sockets that are connected to one another.
async fn pair() -> (UdpSocket, UdpSocket) {
    let (a, b) = (socket().await, socket().await);
    a.connect_to(address(&b)).expect("it is an address of this machine");
    b.connect_to(address(&a)).expect("it is an address of this machine");
    (a, b)
}

fn address(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("it is bound")
}

#[test]
fn datagrams_keep_their_borders_and_their_senders() {
    run(async {
        let (a, b, c) = (socket().await, socket().await, socket().await);
        for (from, datagram) in [(&a, "one"), (&c, ""), (&a, "two")] {
            let n = from.send_to(datagram.as_bytes(), address(&b)).await.expect("there is room");
            assert_eq!(n, datagram.len());
        }
        let mut seen = Vec::new();
        for _ in 0..3 {
            let mut buffer = [0; 64];
            let (n, from) = b.recv_from(&mut buffer).await.expect("it was sent");
            seen.push((String::from_utf8_lossy(&buffer[..n]).into_owned(), from));
        }
        let expected = [("one", &a), ("", &c), ("two", &a)];
        assert_eq!(seen, expected.map(|(datagram, from)| (datagram.to_owned(), address(from))));
    });
}

#[test]
fn who_waits_is_woken_by_a_datagram_and_the_others_go_on_meanwhile() {
    run(async {
        let (a, b) = pair().await;
        let n_turns = Rc::new(Cell::new(0));
        let count = Rc::clone(&n_turns);
        let sender = spawn(async move {
            for _ in 0..10 {
                count.set(count.get() + 1);
                interrupt().await;
            }
            a.send(b"wake up").await.expect("there is room")
        });
        let mut buffer = [0; 64];
        assert_eq!(b.recv(&mut buffer).await.expect("it was sent"), 7);
        assert_eq!(n_turns.get(), 10);
        assert_eq!(sender.await.expect("it does not panic"), 7);
    });
}

#[test]
fn of_many_who_wait_each_gets_a_datagram() {
    run(async {
        let (a, b) = pair().await;
        let b = Rc::new(b);
        let receivers: Vec<_> = (0..8)
            .map(|_| {
                let b = Rc::clone(&b);
                spawn(async move {
                    let mut buffer = [0; 1];
                    b.recv(&mut buffer).await.expect("it was sent");
                    buffer[0]
                })
            })
            .collect();
        interrupt().await;
        for datagram in 0..8 {
            a.send(&[datagram]).await.expect("there is room");
        }
        let mut seen = Vec::new();
        for receiver in receivers {
            seen.push(receiver.await.expect("it does not panic"));
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4, 5, 6, 7]);
    });
}

#[test]
fn a_receive_that_is_dropped_takes_no_datagram() {
    run(async {
        let (a, b) = pair().await;
        let mut buffer = [0; 64];
        assert!(begins_to_wait(b.recv(&mut buffer)).await);
        a.send(b"kept").await.expect("there is room");
        assert_eq!(b.recv(&mut buffer).await.expect("it was sent"), 4);
    });
}

#[test]
fn what_does_not_fit_is_lost_and_a_look_takes_nothing() {
    run(async {
        let (a, b) = pair().await;
        a.send(b"long").await.expect("there is room");
        a.send(b"next").await.expect("there is room");
        let mut buffer = [0; 2];
        assert_eq!(b.peek_from(&mut buffer).await.expect("it was sent"), (2, address(&a)));
        assert_eq!(b.recv(&mut buffer).await.expect("it was sent"), 2);
        assert_eq!(&buffer, b"lo");
        assert_eq!(b.recv(&mut buffer).await.expect("it was sent"), 2);
        assert_eq!(&buffer, b"ne");
    });
}

#[test]
fn a_socket_that_is_connected_hears_its_peer_alone() {
    run(async {
        let (a, b, stranger) = (socket().await, socket().await, socket().await);
        b.connect("127.0.0.1", address(&a).port()).await.expect("it is here");
        assert_eq!(b.peer_addr().expect("it is connected"), address(&a));
        stranger.send_to(b"psst", address(&b)).await.expect("there is room");
        a.send_to(b"hello", address(&b)).await.expect("there is room");
        let mut buffer = [0; 64];
        assert_eq!(b.recv_from(&mut buffer).await.expect("it was sent"), (5, address(&a)));
    });
}

#[test]
fn a_peer_that_is_gone_refuses_and_the_socket_goes_on() {
    run(async {
        let (a, b) = pair().await;
        let place = address(&b);
        drop(b);
        a.send(b"anybody?").await.expect("nobody has refused yet");
        let error = a.recv(&mut [0; 64]).await.expect_err("nobody is there");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

        let b = UdpSocket::bind_to(place).expect("it is free again");
        a.send(b"you?").await.expect("there is room");
        assert_eq!(b.recv(&mut [0; 64]).await.expect("it was sent"), 4);
    });
}

#[test]
fn names_are_looked_up_and_bad_ones_are_errors() {
    run(async {
        let socket = UdpSocket::bind("localhost", 0).await.expect("this machine has a name");
        assert!(address(&socket).ip().is_loopback());
        let error = UdpSocket::bind("no such name", 0).await.expect_err("it has a space");
        assert!(error.to_string().contains("lookup"), "{error}");
        // An address that is kept for documentation is nobody's.
        let error = UdpSocket::bind("192.0.2.1", 0).await.expect_err("it is not of this machine");
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
        let error = UdpSocket::bind("127.0.0.1", address(&socket).port()).await;
        if address(&socket).is_ipv4() {
            assert_eq!(error.expect_err("it is taken").kind(), ErrorKind::AddrInUse);
        }
    });
}

#[test]
fn settings_are_those_of_the_system() {
    run(async {
        let socket = socket().await;
        assert!(!socket.broadcast().expect("it can be asked"));
        let error = socket.send_to(b"all", SocketAddr::from((Ipv4Addr::BROADCAST, 9))).await;
        assert_eq!(error.expect_err("it may not").kind(), ErrorKind::PermissionDenied);
        socket.set_broadcast(true).expect("it can be set");
        assert!(SockRef::from(&socket).broadcast().expect("it can be asked"));

        socket.set_ttl(3).expect("it can be set");
        assert_eq!(SockRef::from(&socket).ttl_v4().expect("it can be asked"), 3);
        assert_eq!(socket.ttl().expect("it can be asked"), 3);
        socket.set_ttl(0).expect_err("it would go nowhere");
    });
}

#[test]
fn who_joins_a_group_hears_it_until_he_leaves() {
    run(async {
        let (group, here) = (Ipv4Addr::new(239, 255, 17, 4), Ipv4Addr::LOCALHOST);
        let member = UdpSocket::bind("0.0.0.0", 0).await.expect("port 0 is always free");
        let sender = socket().await;
        let target = SocketAddr::from((group, address(&member).port()));
        SockRef::from(&sender).set_multicast_if_v4(&here).expect("it is an interface");

        member.join_multicast_v4(group, here).expect("it can be joined");
        sender.send_to(b"members", target).await.expect("there is room");
        let mut buffer = [0; 64];
        assert_eq!(
            member.recv_from(&mut buffer).await.expect("it was sent"),
            (7, address(&sender))
        );

        member.leave_multicast_v4(group, here).expect("it is a member");
        sender.send_to(b"members", target).await.expect("there is room");
        sender
            .send_to(b"you", SocketAddr::from((here, target.port())))
            .await
            .expect("there is room");
        assert_eq!(member.recv(&mut buffer).await.expect("it was sent"), 3);
        member.leave_multicast_v4(group, here).expect_err("it is no member any more");
    });
}

#[test]
fn groups_of_ipv6_are_joined_by_the_number_of_the_interface() {
    // Where there is no IPv6, the bind says so.
    let Ok(socket) = run(UdpSocket::bind("::1", 0)) else { return };
    let group = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
    let joined = socket.join_multicast_v6(group, 0).is_ok();
    assert_eq!(socket.leave_multicast_v6(group, 0).is_ok(), joined);
    socket.join_multicast_v6(Ipv6Addr::LOCALHOST, 0).expect_err("it is not a group");
}

#[test]
fn a_socket_of_std_comes_in_and_goes_out_again() {
    let theirs = std::net::UdpSocket::bind("127.0.0.1:0").expect("port 0 is always free");
    let ours = UdpSocket::from_std(theirs).expect("it is a socket");
    assert!(SockRef::from(&ours).nonblocking().expect("it can be asked"));
    run(async {
        ours.send_to(b"x", address(&ours)).await.expect("there is room");
        ours.recv(&mut [0]).await.expect("it was sent");
        assert!(begins_to_wait(ours.recv(&mut [0])).await);
    });
    let theirs = ours.into_std().expect("it is a socket");
    assert!(!SockRef::from(&theirs).nonblocking().expect("it can be asked"));
}

#[test]
fn one_socket_serves_two_loops_after_one_another() {
    let (a, b) = run(pair());
    for _ in 0..2 {
        run(async {
            let receiving = async { b.recv(&mut [0; 8]).await.expect("it was sent") };
            let sending = async {
                interrupt().await;
                a.send(b"again").await.expect("there is room")
            };
            assert_eq!(futures_lite::future::zip(receiving, sending).await, (5, 5));
        });
    }
}

#[test]
fn a_system_call_that_fails_is_told_to_who_made_it() {
    let fails = |call, at: usize| {
        let event_loop = Loop::builder().faults(FailsAt(call)).build();
        let failed_at = run_in(&event_loop, async move {
            let Ok(socket) = UdpSocket::bind("127.0.0.1", 0).await else { return 0 };
            let Ok(address) = socket.local_addr() else { return 1 };
            if socket.connect_to(address).is_err() {
                return 2;
            }
            if socket.send(b"x").await.is_err() {
                return 3;
            }
            if socket.recv(&mut [0]).await.is_err() {
                return 4;
            }
            pending::<usize>().await
        });
        assert_eq!(failed_at, at, "{call:?}");
    };
    fails(SystemCall::Open, 0);
    fails(SystemCall::Bind, 0);
    fails(SystemCall::Option, 1);
    fails(SystemCall::Connect, 2);
    fails(SystemCall::Write, 3);
    fails(SystemCall::Read, 4);
}
