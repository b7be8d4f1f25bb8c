//! Operations of no bytes: of a stream they move nothing, and wait for nothing; of a socket of datagrams an
//! empty one is something.

use std::future::poll_fn;
use std::io;
use std::io::{IoSlice, IoSliceMut};
use std::net::Ipv4Addr;
use std::os::unix::net;
use std::pin::Pin;

use boucle::AsyncFd;
use boucle::net::{AIOSocket, UdpSocket, UnixDatagram, UnixStream};
use futures_io::{AsyncRead, AsyncWrite};
use socket2::{Domain, Socket, Type};

use super::watchdog::{begins_to_wait, run};
use super::{count_turns, pair, polled};

/// The value of something that does not wait.
async fn at_once<T>(future: impl Future<Output = io::Result<T>>) -> T {
    polled(1, future).await.expect("it waits").expect("it is no error")
}

/// Reads nothing and writes nothing, by the traits.
async fn moves_nothing_by_traits<S>(stream: &S)
where
    for<'a> &'a S: AsyncRead + AsyncWrite,
{
    let (mut s, empty) = (stream, [IoSlice::new(&[]), IoSlice::new(&[])]);
    assert_eq!(at_once(poll_fn(|cx| Pin::new(&mut s).poll_read(cx, &mut []))).await, 0);
    assert_eq!(at_once(poll_fn(|cx| Pin::new(&mut s).poll_write(cx, &[]))).await, 0);
    for n in 0..3 {
        let empty = &empty[..n.min(2)];
        assert_eq!(at_once(poll_fn(|cx| Pin::new(&mut s).poll_write_vectored(cx, empty))).await, 0);
        let mut empty: Vec<_> = (0..n).map(|_| IoSliceMut::new(&mut [])).collect();
        let read = poll_fn(|cx| Pin::new(&mut s).poll_read_vectored(cx, &mut empty));
        assert_eq!(at_once(read).await, 0);
    }
}

/// Writes until there is no more room.
async fn fill<S>(stream: &S)
where
    for<'a> &'a S: AsyncWrite,
{
    let mut stream = stream;
    let mut write = async || {
        let write = poll_fn(|cx| Pin::new(&mut stream).poll_write(cx, &[0; 65_536]));
        polled(1, write).await
    };
    while write().await.is_some() {}
}

#[test]
fn streams_that_are_empty_and_full_move_nothing_at_once() {
    run(async {
        let (client, _server) = pair().await;
        fill(&client).await;
        moves_nothing_by_traits(&client).await;
        assert_eq!(at_once(client.read(&mut [])).await, 0);
        assert_eq!(at_once(client.peek(&mut [])).await, 0);
        assert_eq!(at_once(client.write(&[])).await, 0);
        let (reader, writer) = client.into_split();
        assert_eq!(at_once(reader.read(&mut [])).await, 0);
        assert_eq!(at_once(writer.write(&[])).await, 0);
        assert!(begins_to_wait(reader.read(&mut [0])).await, "it is empty");
        assert!(begins_to_wait(writer.write(&[0])).await, "it is full");

        let (here, _there) = UnixStream::pair().expect("the system has sockets");
        fill(&here).await;
        moves_nothing_by_traits(&here).await;
        assert_eq!(at_once(here.read(&mut [])).await, 0);
        assert_eq!(at_once(here.write(&[])).await, 0);
        assert!(begins_to_wait(here.write(&[0])).await, "it is full");

        let (here, _there) = net::UnixStream::pair().expect("the system has sockets");
        here.set_nonblocking(true).expect("it is a socket");
        let here = AsyncFd::new(here);
        fill(&here).await;
        moves_nothing_by_traits(&here).await;

        let (here, _there) = net::UnixStream::pair().expect("the system has sockets");
        let here = AIOSocket::new(here).expect("it is a socket");
        assert!(at_once(here.recv(0)).await.is_empty());
        while polled(1, here.send(&[0; 65_536])).await.is_some() {}
        assert_eq!(at_once(here.send(&[])).await, 0);
    });
}

#[test]
fn an_empty_datagram_is_sent_and_taken() {
    run(async {
        let [one, other] =
            [(); 2].map(|()| UdpSocket::bind_to((Ipv4Addr::LOCALHOST, 0).into()).expect("a port"));
        one.connect_to(other.local_addr().expect("it is bound")).expect("it is there");
        assert!(begins_to_wait(other.recv(&mut [])).await, "there is none yet");
        assert_eq!(one.send(&[]).await.expect("there is room"), 0);
        assert_eq!(one.send(b"x").await.expect("there is room"), 1);
        assert_eq!(other.recv(&mut []).await.expect("it was sent"), 0);
        assert_eq!(other.recv(&mut [0; 8]).await.expect("it was sent"), 1);

        let (one, other) = UnixDatagram::pair().expect("the system has sockets");
        assert!(begins_to_wait(other.recv(&mut [])).await, "there is none yet");
        assert_eq!(one.send(&[]).await.expect("there is room"), 0);
        assert_eq!(one.send(b"x").await.expect("there is room"), 1);
        assert_eq!(other.recv(&mut []).await.expect("it was sent"), 0);
        assert_eq!(other.recv(&mut [0; 8]).await.expect("it was sent"), 1);

        let sockets =
            || Socket::pair(Domain::UNIX, Type::DGRAM, None).expect("the system has them");
        let (one, other) = sockets();
        let [one, other] = [one, other].map(|it| AIOSocket::new(it).expect("it is a socket"));
        assert!(begins_to_wait(other.recv(0)).await, "there is none yet");
        assert_eq!(one.send(&[]).await.expect("there is room"), 0);
        assert_eq!(one.send(b"x").await.expect("there is room"), 1);
        assert!(other.recv(0).await.expect("it was sent").is_empty());
        assert_eq!(other.recv(8).await.expect("it was sent"), b"x");

        // By the traits, which have no word for a datagram.
        let (one, other) = sockets();
        other.set_nonblocking(true).expect("it is a socket");
        let other = AsyncFd::new(other);
        let read = async |buffer: &mut [u8]| {
            let mut other = &other;
            poll_fn(|cx| Pin::new(&mut other).poll_read(cx, buffer)).await
        };
        assert!(begins_to_wait(read(&mut [])).await, "there is none yet");
        one.send(b"").expect("there is room");
        one.send(b"x").expect("there is room");
        assert_eq!(read(&mut []).await.expect("it was sent"), 0);
        assert_eq!(read(&mut [0; 8]).await.expect("it was sent"), 1);
    });
}

#[test]
fn who_moves_nothing_again_and_again_lets_the_others_have_their_turns() {
    run(async {
        let (client, _server) = pair().await;
        let (here, _there) = net::UnixStream::pair().expect("the system has sockets");
        let here = AIOSocket::new(here).expect("it is a socket");
        let (n_turns, counts) = count_turns();
        for _ in 0..1_000 {
            client.read(&mut []).await.expect("it is no error");
            client.write(&[]).await.expect("it is no error");
            client.peek(&mut []).await.expect("it is no error");
            here.recv(0).await.expect("it is no error");
            here.send(&[]).await.expect("it is no error");
            poll_fn(|cx| Pin::new(&mut &client).poll_read(cx, &mut [])).await.expect("no error");
        }
        // 6,000 calls, 128 in a poll.
        assert!(n_turns.get() >= 46, "{} turns", n_turns.get());
        counts.cancel();
    });
}
