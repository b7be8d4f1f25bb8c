//! Sockets are known as well, by the lines of those who have asked for them.

use std::io;
use std::net;
use std::net::SocketAddr;
use std::os::unix::net as unix;
use std::panic::Location;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{
    AIOSocket, Accept, Domain, ListenOptions, Server, TcpListener, TcpStream, Type, UdpSocket,
    UnixDatagram, UnixListener, UnixStream, aiosocket,
};
use boucle::sync::Event;
use boucle::{AsyncFd, Loop};
use socket2::SockRef;

use super::{Told, assert_told};

fn any_port() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// A path of this test.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("boucle-{}-identity-{name}", std::process::id()))
}

/// An event, for who waits until a connection is there, and for who tells.
fn is_there() -> (Rc<Event>, Rc<Event>) {
    let event = Rc::new(Event::new());
    (Rc::clone(&event), event)
}

#[test]
fn a_listener_and_its_connections_are_known_by_their_lines() {
    assert_told("socket", async |lines| {
        let bound = lines.at(line!(), TcpListener::bind("127.0.0.1", 0).await.unwrap());
        let to_address = lines.at(line!(), TcpListener::bind_to(any_port()).unwrap());
        let std = net::TcpListener::bind(any_port()).unwrap();
        let of_std = lines.at(line!(), TcpListener::from_std(std).unwrap());
        let options = ListenOptions::new();
        let chosen = lines.at(line!(), options.bind_to(any_port()).unwrap());
        for listener in [&bound, &to_address, &of_std, &chosen] {
            wait_at!(listener.accept());
        }
        let address = bound.local_addr().unwrap();
        let (port, second) = (address.port(), Duration::from_secs(1));
        let connect = lines.at(line!(), TcpStream::connect("127.0.0.1", port).await);
        let limited = TcpStream::connect_timeout("127.0.0.1", port, second);
        let limited = lines.at(line!() - 1, limited.await);
        let to_address = lines.at(line!(), TcpStream::connect_to(address).await);
        let to_any = lines.at(line!(), TcpStream::connect_to_any(&[address]).await);
        let std = net::TcpStream::connect(address).unwrap();
        let of_std = lines.at(line!(), TcpStream::from_std(std));
        for client in [connect, limited, to_address, to_any, of_std] {
            let accepted = lines.at(line!(), bound.accept().await.unwrap()).0;
            wait_at!(accepted.read(&mut [0]));
            wait_at!(client.unwrap().read(&mut [0]));
        }
    });
}

#[test]
fn what_a_server_takes_was_made_where_the_server_was_started() {
    assert_told("socket", async |lines| {
        let listener = lines.at(line!(), TcpListener::bind_to(any_port()).unwrap());
        let address = listener.local_addr().unwrap();
        let (is_there, tell) = is_there();
        let handler = async move |stream: TcpStream, _| {
            wait_at!(stream.read(&mut [0]));
            tell.set();
        };
        let _server = lines.at(line!(), Server::start(listener, 2, handler));
        let client = lines.at(line!(), TcpStream::connect_to(address).await.unwrap());
        wait_at!(client.read(&mut [0]));
        is_there.wait().await;
    });
    assert_told("socket", async |lines| {
        let path = path("server");
        let listener = lines.at(line!(), UnixListener::bind(&path).unwrap());
        let (is_there, tell) = is_there();
        let handler = async move |stream: UnixStream, _| {
            wait_at!(stream.read(&mut [0]));
            tell.set();
        };
        let _server = lines.at(line!(), Server::start(listener, 2, handler));
        let client = lines.at(line!(), UnixStream::connect(&path).await.unwrap());
        wait_at!(client.read(&mut [0]));
        is_there.wait().await;
    });
}

/// Takes what another listener does, and hands down for whom.
struct Outer(TcpListener);

impl Accept for Outer {
    type Stream = TcpStream;
    type Address = SocketAddr;

    fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        self.0.accept()
    }

    fn accept_at(
        &self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        self.0.accept_at(at)
    }
}

#[test]
fn a_listener_around_another_one_hands_down_where_a_connection_was_made() {
    assert_told("socket", async |lines| {
        let listener = lines.at(line!(), TcpListener::bind_to(any_port()).unwrap());
        let address = listener.local_addr().unwrap();
        let (is_there, tell) = is_there();
        let handler = async move |stream: TcpStream, _| {
            wait_at!(stream.read(&mut [0]));
            tell.set();
        };
        let _server = lines.at(line!(), Server::start(Outer(listener), 2, handler));
        let client = lines.at(line!(), TcpStream::connect_to(address).await.unwrap());
        wait_at!(client.read(&mut [0]));
        is_there.wait().await;
    });
}

#[test]
fn sockets_of_unix_are_known_by_their_lines() {
    assert_told("socket", async |lines| {
        let (ours, theirs) = (path("listener"), path("theirs"));
        let listener = lines.at(line!(), UnixListener::bind(&ours).unwrap());
        let std = unix::UnixListener::bind(&theirs).unwrap();
        let of_std = lines.at(line!(), UnixListener::from_std(std).unwrap());
        std::fs::remove_file(theirs).unwrap();
        wait_at!(listener.accept());
        wait_at!(of_std.accept());
        let client = lines.at(line!(), UnixStream::connect(&ours).await.unwrap());
        let (accepted, _) = lines.at(line!(), listener.accept().await.unwrap());
        let (here, there) = lines.at(line!(), lines.at(line!(), UnixStream::pair().unwrap()));
        let (std, _peer) = unix::UnixStream::pair().unwrap();
        let of_std = lines.at(line!(), UnixStream::from_std(std).unwrap());
        let mut open = Vec::new();
        for stream in [client, accepted, here, there, of_std] {
            wait_at!(stream.read(&mut [0]));
            // Else its peer reads the end.
            open.push(stream);
        }
    });
}

#[test]
fn sockets_of_datagrams_are_known_by_their_lines() {
    assert_told("socket", async |lines| {
        let named = lines.at(line!(), UdpSocket::bind("127.0.0.1", 0).await.unwrap());
        let bound = lines.at(line!(), UdpSocket::bind_to(any_port()).unwrap());
        let std = net::UdpSocket::bind(any_port()).unwrap();
        let of_std = lines.at(line!(), UdpSocket::from_std(std).unwrap());
        for socket in [named, bound, of_std] {
            wait_at!(socket.recv(&mut [0]));
        }
        let bound = lines.at(line!(), UnixDatagram::bind(path("datagram")).unwrap());
        let unbound = lines.at(line!(), UnixDatagram::unbound().unwrap());
        let (here, there) = lines.at(line!(), lines.at(line!(), UnixDatagram::pair().unwrap()));
        let std = unix::UnixDatagram::unbound().unwrap();
        let of_std = lines.at(line!(), UnixDatagram::from_std(std).unwrap());
        for socket in [&bound, &unbound, &here, &there, &of_std] {
            wait_at!(socket.recv(&mut [0]));
        }
    });
}

#[test]
fn sockets_of_the_slides_are_known_by_their_lines() {
    assert_told("socket", async |lines| {
        let server = lines.at(line!(), aiosocket(Domain::IPV4, Type::STREAM, None).unwrap());
        server.bind("127.0.0.1:0").await.unwrap();
        server.listen().await.unwrap();
        wait_at!(server.accept());
        let address = SockRef::from(&server).local_addr().unwrap().as_socket().unwrap();
        let std = net::TcpStream::connect(address).unwrap();
        let client = lines.at(line!(), AIOSocket::new(std).unwrap());
        let accepted = lines.at(line!(), server.accept().await.unwrap());
        wait_at!(client.recv(1));
        wait_at!(accepted.recv(1));
    });
}

#[test]
fn a_descriptor_is_known_by_its_line() {
    assert_told("descriptor", async |lines| {
        let (here, _there) = unix::UnixStream::pair().unwrap();
        let here = lines.at(line!(), AsyncFd::new(here));
        wait_at!(here.readable());
    });
}

#[test]
fn a_socket_that_moves_to_another_loop_keeps_what_it_is_known_by() {
    let (here, elsewhere) = (Rc::new(Told::default()), Rc::new(Told::default()));
    let [first, second] =
        [&here, &elsewhere].map(|told| Loop::builder().instrument(Rc::clone(told)).build());
    let made = first.run_until_complete(async { UdpSocket::bind_to(any_port()).unwrap() });
    let waits = async { wait_at!(made.unwrap().recv(&mut [0])) };
    second.run_until_complete(waits).expect("it ends");
    assert_eq!(*elsewhere.waited_for.borrow(), *here.made.borrow());
    assert!(elsewhere.made.borrow().is_empty());
}
