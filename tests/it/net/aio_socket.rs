//! `AIOSocket` on the finished loop; the program of stage 7 runs on it, with the names replaced.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;

use boucle::net::{AIOSocket, aiosocket};
use boucle::{Loop, SystemCall, spawn};
use socket2::{Domain, SockRef, Type};

use super::FailsAt;
use super::watchdog::{begins_to_wait, run, run_in};

mod on_boucle {
    include!(concat!(env!("OUT_DIR"), "/on_boucle.rs"));
}

fn tcp() -> AIOSocket {
    aiosocket(Domain::IPV4, Type::STREAM, None).expect("the system has sockets")
}

/// A server that listens on a port that nobody else has, and its address.
async fn server() -> (AIOSocket, SocketAddr) {
    let server = tcp();
    server.bind("localhost:0").await.expect("port 0 is always free");
    server.listen().await.expect("it is bound");
    let address = address(&server);
    (server, address)
}

/// The address that a socket is bound to.
fn address(socket: &impl AsFd) -> SocketAddr {
    SockRef::from(socket).local_addr().ok().and_then(|it| it.as_socket()).expect("it is bound")
}

#[test]
fn the_program_of_stage_7_runs_on_boucle() {
    let recording = world::record(on_boucle::stage7::demo::main);
    let expected =
        "Received from client b\"Hello World!\"\nReceived from server b\"!dlroW olleH\"\n";
    assert_eq!(recording.output(), expected);
    assert_eq!(recording.status(), 0);
}

#[test]
fn many_clients_are_served_together_while_the_other_tasks_go_on() {
    run(async {
        let (server, address) = server().await;
        let log = Rc::new(RefCell::new(Vec::new()));
        let told = Rc::clone(&log);
        let serving = spawn(async move {
            for _ in 0..3 {
                let client = server.accept().await.expect("a client comes");
                let told = Rc::clone(&told);
                spawn(async move {
                    let msg = client.recv(1024).await.expect("the client is there");
                    told.borrow_mut().push(msg.clone());
                    client.send(&msg).await.expect("the client is there");
                });
            }
        });
        let mut clients = Vec::new();
        for _ in 0..3 {
            let client = tcp();
            client.connect(address).await.expect("it listens");
            clients.push(client);
        }
        serving.await.expect("it does not panic");
        // The last one to come is the first one to talk.
        for (i, client) in clients.iter().enumerate().rev() {
            client.send(&[i as u8]).await.expect("it is served");
            assert_eq!(client.recv(1).await.expect("it is served"), [i as u8]);
        }
        assert_eq!(*log.borrow(), [[2], [1], [0]]);
        let last = clients.pop().expect("there are three");
        last.close();
    });
}

#[test]
fn what_went_before_the_end_is_received_before_the_end() {
    run(async {
        let (server, address) = server().await;
        let client = tcp();
        client.connect(&address.to_string()[..]).await.expect("it listens");
        let served = server.accept().await.expect("a client waits");
        assert!(begins_to_wait(served.recv(1024)).await);
        client.send(b"bye").await.expect("there is room");
        client.close();
        assert_eq!(served.recv(2).await.expect("it was sent"), b"by");
        assert_eq!(served.recv(1024).await.expect("it was sent"), b"e");
        assert_eq!(served.recv(1024).await.expect("the end is no error"), b"");
    });
}

#[test]
fn what_cannot_be_done_is_said_before_the_reason() {
    run(async {
        let held = TcpListener::bind("127.0.0.1:0").expect("port 0 is always free");
        let taken = address(&held);
        let error = tcp().bind(taken).await.expect_err("it is taken");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let expected = format!("cannot bind {taken}: Address already in use (os error 98)");
        assert_eq!(error.to_string(), expected);

        // Bound, so that nobody else listens there; and no listener.
        let silent = tcp();
        silent.bind("127.0.0.1:0").await.expect("port 0 is always free");
        let nobody = address(&silent);
        let error = tcp().connect(nobody).await.expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert!(error.to_string().starts_with(&format!("cannot connect to {nobody}: ")), "{error}");

        let error = tcp().connect("no such name:80").await.expect_err("it has a space");
        assert!(error.to_string().starts_with("cannot connect to no such name:80: "), "{error}");
        let error = tcp().connect("[::1]:80").await.expect_err("the socket is IPv4");
        let expected = "cannot connect to [::1]:80: no address of the socket's family";
        assert_eq!(error.to_string(), expected);

        let client = tcp();
        client.connect(taken).await.expect("it listens");
        let error = client.connect(taken).await.expect_err("it is connected");
        let expected = format!("cannot connect to {taken}: the socket is connected already");
        assert_eq!(error.to_string(), expected);

        for (error, what) in [
            (tcp().recv(1).await.map(drop), "receive"),
            (tcp().send(b"x").await.map(drop), "send"),
            (tcp().accept().await.map(drop), "accept a client"),
        ] {
            let error = error.expect_err("it is not connected");
            assert!(error.to_string().starts_with(&format!("cannot {what}: ")), "{error}");
        }
    });
}

#[test]
fn any_socket_can_be_adopted() {
    run(async {
        let (here, there) = std::os::unix::net::UnixDatagram::pair().expect("there are sockets");
        let here = AIOSocket::new(here).expect("it is a socket");
        let there = AIOSocket::new(OwnedFd::from(there)).expect("it is a socket");
        here.send(b"one").await.expect("there is room");
        here.send(b"two").await.expect("there is room");
        assert_eq!(there.recv(1024).await.expect("it was sent"), b"one");
        assert_eq!(there.recv(1024).await.expect("it was sent"), b"two");
    });
}

#[test]
fn a_system_call_that_fails_is_told_to_who_made_it() {
    for (call, expected) in [
        (SystemCall::Open, "cannot make a socket: out of memory"),
        (SystemCall::Option, "out of memory"),
        (SystemCall::Bind, "cannot bind 127.0.0.1:0: out of memory"),
        (SystemCall::Listen, "cannot listen: out of memory"),
    ] {
        let event_loop = Loop::builder().faults(FailsAt(call)).build();
        let result = run_in(&event_loop, async {
            let socket = aiosocket(Domain::IPV4, Type::STREAM, None)?;
            socket.bind("127.0.0.1:0").await?;
            socket.listen().await
        });
        let error = result.expect_err("it is to fail");
        assert_eq!(error.to_string(), expected);
    }
}
