//! Stage 7: `AIOSocket`, on real sockets of this machine; no port number is chosen here.
//! `serving` has what many tasks do with them at once.

mod serving;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use stage7::{AIOSocket, Loop, aiosocket, gather};
use world::Recorder;

/// Runs a task in a loop of its own and returns its result; a task that waits for ever is stopped.
fn run<T: 'static>(task: impl Future<Output = T> + 'static) -> T {
    let result = Rc::new(RefCell::new(None));
    let slot = Rc::clone(&result);
    Recorder::new().record(|| {
        Loop::new().run_task(async move {
            let value = task.await;
            slot.replace(Some(value));
        });
    });
    result.take().expect("the task has ended")
}

/// A TCP socket that is not bound.
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

/// Two connected sockets.
async fn pair() -> (AIOSocket, AIOSocket) {
    let (server, address) = server().await;
    let client = tcp();
    client.connect(address).await.expect("it listens");
    (server.accept().await.expect("it has a client"), client)
}

/// The address that a socket is bound to.
fn address(socket: &impl AsFd) -> SocketAddr {
    SockRef::from(socket).local_addr().ok().and_then(|it| it.as_socket()).expect("it is bound")
}

/// An address of this machine where nobody listens, as long as the socket is kept.
fn nobody() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("the system has sockets");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("port 0 is always free");
    let address = address(&socket);
    (socket, address)
}

/// Sends all of `bytes`; returns how many sends that took.
async fn send_all(socket: &AIOSocket, mut bytes: &[u8]) -> io::Result<usize> {
    let mut n_sends = 0;
    while !bytes.is_empty() {
        let n = socket.send(bytes).await?;
        bytes = &bytes[n..];
        n_sends += 1;
    }
    Ok(n_sends)
}

/// Receives until the peer closes.
async fn recv_all(socket: &AIOSocket) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        match socket.recv(16 * 1024).await? {
            bytes if bytes.is_empty() => return Ok(all),
            bytes => all.extend(bytes),
        }
    }
}

/// Makes the peer see a reset, not an end.
fn reset(socket: AIOSocket) {
    SockRef::from(&socket).set_linger(Some(Duration::ZERO)).expect("it is a stream");
    socket.close();
}

#[test]
fn send_and_recv_tell_how_much() {
    run(async {
        let (a, b) = pair().await;
        assert_eq!(a.send(b"hi").await.expect("the peer is there"), 2);
        assert_eq!(b.recv(1).await.expect("there is one byte"), b"h");
        assert_eq!(b.recv(1024).await.expect("there is another"), b"i");
    });
}

#[test]
fn a_send_may_be_partial_and_the_rest_can_follow() {
    run(async {
        let (a, b) = pair().await;
        let sent: Vec<u8> = (0..4_000_000_u32).map(|it| it as u8).collect();
        let (received, n_sends) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));

        let (bytes, count, into) = (sent.clone(), Rc::clone(&n_sends), Rc::clone(&received));
        let sender = async move {
            count.set(send_all(&a, &bytes).await.expect("the peer is there"));
        };
        let receiver = async move {
            into.replace(recv_all(&b).await.expect("the peer is there"));
        };
        gather([Box::pin(sender), Box::pin(receiver)]).await;

        assert!(n_sends.get() > 1, "4 MB fit into no socket at once");
        assert!(*received.borrow() == sent);
    });
}

#[test]
fn a_peer_that_closes_is_seen_as_no_bytes_after_the_last() {
    run(async {
        let (a, b) = pair().await;
        a.send(b"last").await.expect("the peer is there");
        a.close();
        assert_eq!(b.recv(1024).await.expect("there are bytes"), b"last");
        assert_eq!(b.recv(1024).await.expect("the end is no error"), b"");
        assert_eq!(b.recv(1024).await.expect("the end stays"), b"");
    });
}

#[test]
fn a_peer_that_closes_one_way_still_receives() {
    run(async {
        let (a, b) = pair().await;
        SockRef::from(&a).shutdown(Shutdown::Write).expect("it is connected");
        assert_eq!(b.recv(1024).await.expect("the end is no error"), b"");
        b.send(b"answer").await.expect("the peer still reads");
        assert_eq!(a.recv(1024).await.expect("there are bytes"), b"answer");
    });
}

#[test]
fn a_peer_that_resets_is_an_error_that_says_what_could_not_be_done() {
    run(async {
        let (a, b) = pair().await;
        reset(a);
        let error = b.recv(1024).await.expect_err("the connection is gone");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert_eq!(error.to_string(), "cannot receive: Connection reset by peer (os error 104)");
        let error = b.send(b"hi").await.expect_err("the connection is gone");
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        assert_eq!(error.to_string(), "cannot send: Broken pipe (os error 32)");
    });
}

#[test]
fn a_refused_connection_names_the_address() {
    run(async {
        let (_held, address) = nobody();
        let error = tcp().connect(address).await.expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(
            error.to_string(),
            format!("cannot connect to {address}: Connection refused (os error 111)")
        );
    });
}

#[test]
fn a_connection_that_the_system_refuses_to_try_is_an_error_at_once() {
    run(async {
        // No stream goes to everybody: the system knows without asking anyone.
        let error = tcp().connect("255.255.255.255:80").await.expect_err("it is no one's address");
        let message = error.to_string();
        assert!(
            message.starts_with("cannot connect to 255.255.255.255:80: Network is un"),
            "{message}"
        );
    });
}

#[test]
fn an_address_in_use_is_named() {
    run(async {
        let (_held, address) = server().await;
        let error = tcp().bind(address).await.expect_err("somebody listens there");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert_eq!(
            error.to_string(),
            format!("cannot bind {address}: Address already in use (os error 98)")
        );
    });
}

#[test]
fn a_port_can_be_bound_again_right_after_its_server_has_gone() {
    run(async {
        let (first, address) = server().await;
        let client = tcp();
        client.connect(address).await.expect("it listens");
        // The server closes first: its side of the connection lingers in the system.
        first.accept().await.expect("it has a client").close();
        first.close();
        assert_eq!(client.recv(1).await.expect("the end is no error"), b"");
        client.close();

        tcp().bind(address).await.expect("nobody listens there any more");
    });
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    run(async {
        let error = tcp().connect("no such name:80").await.expect_err("it is no name");
        let message = error.to_string();
        assert!(
            message.starts_with("cannot connect to no such name:80: failed to lookup"),
            "{message}"
        );
        let error = tcp().bind("no such name:80").await.expect_err("it is no name");
        assert!(error.to_string().starts_with("cannot bind no such name:80: "), "{error}");
        let error = tcp().bind("no port").await.expect_err("there is no port");
        assert_eq!(error.to_string(), "cannot bind no port: invalid socket address");
    });
}

#[test]
fn an_address_of_another_family_is_refused() {
    run(async {
        let error = tcp().connect("[::1]:80").await.expect_err("the socket is IPv4");
        assert_eq!(
            error.to_string(),
            "cannot connect to [::1]:80: no address of the socket's family"
        );
    });
}

#[test]
fn sockets_that_are_not_ready_for_a_verb_say_so() {
    run(async {
        let error = tcp().recv(1).await.expect_err("it is not connected");
        assert_eq!(error.kind(), ErrorKind::NotConnected);
        let error = tcp().send(b"hi").await.expect_err("it is not connected");
        assert!(error.to_string().starts_with("cannot send: "), "{error}");
        let error = tcp().accept().await.map(drop).expect_err("it does not listen");
        assert_eq!(error.to_string(), "cannot accept a client: Invalid argument (os error 22)");
        let datagrams = aiosocket(Domain::IPV4, Type::DGRAM, None).expect("the system has sockets");
        let error = datagrams.listen().await.expect_err("datagrams have no clients");
        assert!(error.to_string().starts_with("cannot listen: "), "{error}");
        let error = aiosocket(Domain::IPV4, Type::STREAM, Some(Protocol::UDP));
        let error = error.map(drop).expect_err("UDP has no streams");
        assert!(error.to_string().starts_with("cannot make a socket: "), "{error}");
    });
}

#[test]
fn a_second_connect_is_an_error_and_the_first_connection_goes_on() {
    run(async {
        let (_server, elsewhere) = server().await;
        let (a, b) = pair().await;
        let error = b.connect(elsewhere).await.expect_err("it is connected");
        assert_eq!(
            error.to_string(),
            format!("cannot connect to {elsewhere}: the socket is connected already")
        );
        b.send(b"still there").await.expect("the peer is there");
        assert_eq!(a.recv(1024).await.expect("there are bytes"), b"still there");
    });
}

#[test]
fn datagrams_keep_their_borders() {
    run(async {
        let udp = || aiosocket(Domain::IPV4, Type::DGRAM, None).expect("the system has sockets");
        let (a, b) = (udp(), udp());
        a.bind("localhost:0").await.expect("port 0 is always free");
        b.bind("localhost:0").await.expect("port 0 is always free");
        a.connect(address(&b)).await.expect("datagrams are not refused here");
        b.connect(address(&a)).await.expect("datagrams are not refused here");

        a.send(b"one").await.expect("there is room");
        a.send(b"two").await.expect("there is room");
        assert_eq!(b.recv(1024).await.expect("there is one"), b"one");
        assert_eq!(b.recv(2).await.expect("there is another"), b"tw");
    });
}

#[test]
fn an_address_of_datagrams_in_use_is_an_error_too() {
    run(async {
        let udp = || aiosocket(Domain::IPV4, Type::DGRAM, None).expect("the system has sockets");
        let first = udp();
        first.bind("localhost:0").await.expect("port 0 is always free");
        let error = udp().bind(address(&first)).await.expect_err("it is taken");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    });
}

#[test]
fn an_existing_socket_can_be_adopted() {
    run(async {
        let server = TcpListener::bind("localhost:0").expect("port 0 is always free");
        let client = TcpStream::connect(address(&server)).expect("it listens");
        let descriptor = server.as_raw_fd();
        let server = AIOSocket::new(server).expect("it can be watched");
        assert_eq!(server.as_fd().as_raw_fd(), descriptor);

        let client = AIOSocket::new(OwnedFd::from(client)).expect("it can be watched");
        let peer = server.accept().await.expect("it has a client");
        client.send(b"adopted").await.expect("the peer is there");
        assert_eq!(peer.recv(1024).await.expect("there are bytes"), b"adopted");

        let datagrams = UdpSocket::bind("localhost:0").expect("port 0 is always free");
        AIOSocket::new(datagrams).expect("it can be watched");
    });
}

// The `poll` backend watches anything that has a descriptor.
#[cfg(not(polling_test_poll_backend))]
#[test]
fn what_is_no_socket_cannot_be_adopted() {
    let file = std::fs::File::open(env!("CARGO_MANIFEST_DIR")).expect("the folder is there");
    let error = AIOSocket::new(OwnedFd::from(file)).map(drop).expect_err("nobody waits for a file");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().starts_with("cannot watch the socket: "), "{error}");
}

#[test]
fn a_socket_is_closed_when_it_is_dropped_however_that_comes() {
    /// What a peer from outside sees after the program has run with its end of the connection.
    fn peer_sees(program: impl AsyncFnOnce(AIOSocket) + 'static) -> Vec<u8> {
        let server = TcpListener::bind("localhost:0").expect("port 0 is always free");
        let mut outside = TcpStream::connect(address(&server)).expect("it listens");
        let (inside, _) = server.accept().expect("it has a client");
        let run = || {
            let inside = AIOSocket::new(inside).expect("it can be watched");
            world::record(|| Loop::new().run_task(program(inside)))
        };
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        let mut seen = Vec::new();
        outside.read_to_end(&mut seen).expect("the end is no error");
        seen
    }

    assert_eq!(peer_sees(async |socket| drop(socket)), b"");
    assert_eq!(peer_sees(async |socket| socket.close()), b"");
    assert_eq!(
        peer_sees(async |socket| assert_eq!(socket.send(b"bye").await.expect("there is room"), 3)),
        b"bye"
    );
    assert_eq!(peer_sees(async |_socket| panic!("the task panics")), b"");
    assert_eq!(peer_sees(async |_socket| world::process::exit(1)), b"");
}
