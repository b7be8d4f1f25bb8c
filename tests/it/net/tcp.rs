//! TCP streams and listeners: whole conversations, and each way in which they end.

mod accepting;
mod cancelling;
mod failing;
mod loops;

use std::future::poll_fn;
use std::io;
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown};
use std::pin::Pin;
use std::time::Duration;

use boucle::net::{ListenOptions, ReuniteError, TcpListener, TcpReadHalf, TcpStream, TcpWriteHalf};
use boucle::{interrupt, spawn};
use futures_io::{AsyncRead, AsyncWrite};

use super::{listener, pair, read_all, run};

/// Bytes that tell where they stand.
fn pattern(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i ^ i >> 8 ^ i >> 16) as u8).collect()
}

#[test]
fn a_conversation_goes_both_ways_at_once() {
    const SIZE: usize = 3_000_000;
    let echoed = run(async {
        let (client, server) = pair().await;
        // More than all buffers on the way: each side must write while the other one reads.
        let echo = spawn(async move {
            let (reader, writer) = server.into_split();
            let mut piece = [0; 10_007];
            loop {
                match reader.read(&mut piece).await? {
                    0 => return io::Result::Ok(()),
                    n => writer.write_all(&piece[..n]).await?,
                }
            }
        });
        let (reader, writer) = client.into_split();
        let writes = spawn(async move { writer.write_all(&pattern(SIZE)).await });
        let reads = spawn(async move { read_all(reader.as_ref()).await });
        writes.await.expect("it ends").expect("the echo reads");
        echo.await.expect("it ends").expect("nothing breaks");
        reads.await.expect("it ends").expect("nothing breaks")
    });
    assert!(echoed == pattern(SIZE), "{} bytes came back, or others", echoed.len());
}

#[test]
fn one_direction_ends_and_the_other_goes_on() {
    run(async {
        let (client, server) = pair().await;
        let server = spawn(async move {
            let question = read_all(&server).await.expect("it ends well");
            server.write_all(&[b"you said ", &question[..]].concat()).await.expect("it is open");
        });
        client.write_all(b"hello").await.expect("it is open");
        client.shutdown(Shutdown::Write).expect("it is open");
        let refused = client.write(b"more").await.expect_err("this direction has ended");
        assert_eq!(refused.kind(), ErrorKind::BrokenPipe);
        assert_eq!(read_all(&client).await.expect("it ends well"), b"you said hello");
        server.await.expect("it ends");
    });
}

#[test]
fn data_and_the_end_that_come_together_are_both_read() {
    run(async {
        for buffer in [1, 3, 5, 6, 1024] {
            let (client, server) = pair().await;
            let reads = spawn(async move {
                let (mut all, mut piece) = (Vec::new(), vec![0; buffer]);
                loop {
                    match server.read(&mut piece).await.expect("it ends well") {
                        0 => return all,
                        n => all.extend_from_slice(&piece[..n]),
                    }
                }
            });
            // Now it waits, and is watched.
            interrupt().await;
            // One event tells of both: no second one follows.
            client.write_all(b"hello").await.expect("it is open");
            drop(client);
            assert_eq!(reads.await.expect("it ends"), b"hello", "by {buffer} bytes");
        }
    });
}

#[test]
fn a_connection_that_the_other_side_breaks_says_so() {
    run(async {
        let (client, server) = pair().await;
        let waits = spawn(async move {
            let broken = server.read(&mut [0; 8]).await.expect_err("it is broken");
            let refused = server.write(b"hello").await.expect_err("nobody is there");
            // Broken already: there is nothing to end.
            poll_fn(|cx| Pin::new(&mut &server).poll_close(cx)).await.expect("it is closed");
            let nothing = server.shutdown(Shutdown::Both).expect_err("there is nothing to end");
            [broken.kind(), refused.kind(), nothing.kind()]
        });
        interrupt().await;
        client.set_linger(Some(Duration::ZERO)).expect("it can be set");
        drop(client);
        assert_eq!(
            waits.await.expect("it ends"),
            [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::NotConnected]
        );
    });
}

#[test]
fn an_error_that_is_kept_can_be_taken_once() {
    run(async {
        let (client, server) = pair().await;
        client.set_linger(Some(Duration::ZERO)).expect("it can be set");
        drop(client);
        // It may take a moment.
        let taken = loop {
            match server.take_error().expect("it tells") {
                Some(error) => break error,
                None => interrupt().await,
            }
        };
        assert_eq!(taken.kind(), ErrorKind::ConnectionReset);
        assert_eq!(server.read(&mut [0; 8]).await.expect("it was told"), 0);
    });
}

#[test]
fn what_is_written_to_nobody_is_an_error_and_no_signal() {
    run(async {
        let (client, server) = pair().await;
        drop(server);
        let error = loop {
            // The first piece is answered by a reset.
            match client.write(b"hello").await {
                Ok(_) => interrupt().await,
                Err(error) => break error,
            }
        };
        assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset));
    });
}

#[test]
fn a_look_leaves_what_it_sees() {
    run(async {
        let (client, server) = pair().await;
        let looks = spawn(async move {
            let mut two = [0; 2];
            assert_eq!(server.peek(&mut two).await.expect("it is open"), 2);
            assert_eq!(server.peek(&mut two).await.expect("it is open"), 2);
            let mut all = [0; 5];
            server.read_exact(&mut all).await.expect("it is all there");
            (two, all, server.peek(&mut two).await.expect("it ends well"))
        });
        interrupt().await;
        client.write_all(b"hello").await.expect("it is open");
        drop(client);
        assert_eq!(looks.await.expect("it ends"), (*b"he", *b"hello", 0));
    });
}

#[test]
fn an_exact_read_that_comes_to_the_end_fails() {
    run(async {
        let (client, server) = pair().await;
        client.write_all(b"hell").await.expect("it is open");
        drop(client);
        let error = server.read_exact(&mut [0; 5]).await.expect_err("one is missing");
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        server.read_exact(&mut []).await.expect("nothing is always there");
    });
}

#[test]
fn several_buffers_go_in_one_call() {
    run(async {
        let (client, mut server) = pair().await;
        let pieces = [IoSlice::new(b"he"), IoSlice::new(b""), IoSlice::new(b"llo")];
        let writes = poll_fn(|cx| Pin::new(&mut &client).poll_write_vectored(cx, &pieces));
        assert_eq!(writes.await.expect("it is open"), 5);
        poll_fn(|cx| Pin::new(&mut &client).poll_flush(cx)).await.expect("it is open");
        poll_fn(|cx| Pin::new(&mut &client).poll_close(cx)).await.expect("it is open");

        let (mut first, mut second) = ([0; 1], [0; 9]);
        let n = poll_fn(|cx| {
            let mut buffers = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
            Pin::new(&mut server).poll_read_vectored(cx, &mut buffers)
        });
        assert_eq!(n.await.expect("it is open"), 5);
        assert_eq!((&first, &second[..4]), (b"h", &b"ello"[..]));
        // Closed: nothing follows, and the end comes.
        let n = poll_fn(|cx| Pin::new(&mut server).poll_read(cx, &mut second)).await;
        assert_eq!(n.expect("it ends well"), 0);
        assert_eq!(client.write(b"more").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn a_half_that_writes_ends_its_direction_when_it_is_dropped() {
    run(async {
        let (client, server) = pair().await;
        let (reader, mut writer): (TcpReadHalf, TcpWriteHalf) = client.into_split();
        let written = poll_fn(|cx| Pin::new(&mut writer).poll_write(cx, b"hello")).await;
        assert_eq!(written.expect("it is open"), 5);
        drop(writer);
        assert_eq!(read_all(&server).await.expect("it ends well"), b"hello");

        server.write_all(b"still").await.expect("the other direction is open");
        drop(server);
        let (mut reader, mut bytes) = (reader, [0; 8]);
        let n = poll_fn(|cx| Pin::new(&mut reader).poll_read(cx, &mut bytes)).await;
        assert_eq!(&bytes[..n.expect("it is open")], b"still");
    });
}

#[test]
fn halves_of_one_stream_are_one_again_and_others_are_not() {
    run(async {
        let ((one, its_peer), (two, _)) = (pair().await, pair().await);
        let (one_reads, one_writes) = one.into_split();
        let (two_reads, two_writes) = two.into_split();
        let error: ReuniteError =
            one_reads.reunite(two_writes).expect_err("they are of two streams");
        let one = error.reader.reunite(one_writes).expect("they are of one stream");
        let two = two_reads.reunite(error.writer).expect("they are of one stream");
        // Nothing was ended by that.
        one.write_all(b"hello").await.expect("it is open");
        two.write_all(b"hello").await.expect("it is open");
        assert_eq!(its_peer.read(&mut [0; 8]).await.expect("it is open"), 5);

        let (reader, writer) = one.into_split();
        writer.forget();
        let (_, lent) = reader.as_ref().split();
        lent.write_all(b"more").await.expect("it was forgotten, and not ended");
        assert_eq!(its_peer.read(&mut [0; 8]).await.expect("it is open"), 4);
    });
}

#[test]
fn settings_are_kept_by_both_kinds_of_ip() {
    run(async {
        let mut listeners = vec![listener()];
        match TcpListener::bind_to((Ipv6Addr::LOCALHOST, 0).into()) {
            Ok(listener) => listeners.push(listener),
            Err(error) => println!("this machine has no IPv6: {error}"),
        }
        for listener in listeners {
            let address = listener.local_addr().expect("it has one");
            let client = TcpStream::connect_to(address).await.expect("it listens");
            assert!(!client.nodelay().expect("it tells"));
            client.set_nodelay(true).expect("it can be set");
            assert!(client.nodelay().expect("it tells"));

            assert_eq!(client.keepalive().expect("it tells"), None);
            for after in [Some(Duration::from_secs(77)), None] {
                client.set_keepalive(after).expect("it can be set");
                assert_eq!(client.keepalive().expect("it tells"), after);
            }
            for limit in [Some(Duration::from_secs(7)), None] {
                client.set_linger(limit).expect("it can be set");
                assert_eq!(client.linger().expect("it tells"), limit);
            }
            client.set_ttl(7).expect("it can be set");
            assert_eq!(client.ttl().expect("it tells"), 7);
            assert_eq!(client.set_ttl(256).unwrap_err().kind(), ErrorKind::InvalidInput);
            assert!(client.take_error().expect("it tells").is_none());

            let (server, peer) = listener.accept().await.expect("a client has come");
            assert_eq!(peer, client.local_addr().expect("it has one"));
            assert_eq!(server.peer_addr().expect("it has one"), peer);
        }
    });
}

#[test]
fn a_port_is_shared_by_those_who_say_so() {
    let shared = ListenOptions::new().reuse_port(true).backlog(7).only_v6(true);
    let first = shared.bind_to(([127, 0, 0, 1], 0).into()).expect("there is a port left");
    let address = first.local_addr().expect("it has one");
    let second = shared.bind_to(address).expect("both say so");
    let alone = ListenOptions::default().bind_to(address).expect_err("it does not say so");
    assert_eq!(alone.kind(), ErrorKind::AddrInUse);
    assert!(alone.to_string().starts_with(&format!("cannot listen on {address}: ")), "{alone}");
    drop((first, second));
    TcpListener::bind_to(address).expect("it is free again");
}

#[test]
fn each_address_of_both_kinds_is_listened_on_or_of_one() {
    let any = (Ipv6Addr::UNSPECIFIED, 0).into();
    let both = match ListenOptions::new().only_v6(false).bind_to(any) {
        Ok(listener) => listener,
        Err(error) => return println!("this machine has no IPv6: {error}"),
    };
    let port = both.local_addr().expect("it has one").port();
    let taken = TcpListener::bind_to((Ipv4Addr::LOCALHOST, port).into()).expect_err("it has both");
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    let peer = run(async {
        let _client = TcpStream::connect("127.0.0.1", port).await.expect("it listens");
        both.accept().await.expect("a client has come").1
    });
    assert_eq!(peer.ip(), Ipv4Addr::LOCALHOST.to_ipv6_mapped());

    // The port may be somebody else's: another one is not.
    let is_free_for_others = |_| {
        let one = ListenOptions::new().only_v6(true).bind_to(any).expect("there is a port left");
        let port = one.local_addr().expect("it has one").port();
        TcpListener::bind_to((Ipv4Addr::LOCALHOST, port).into()).is_ok()
    };
    assert!((0..20).any(is_free_for_others));
}

#[test]
fn what_waits_for_sockets_may_go_to_other_threads() {
    fn both<T: Send + Sync>(_: &T) {}
    fn sends<T: Send>(_: &T) {}
    run(async {
        let listener = listener();
        let address = listener.local_addr().expect("it has one");
        both(&listener);
        sends(&listener.accept());
        sends(&TcpStream::connect_to(address));
        sends(&TcpStream::connect("localhost", 80));
        let client = TcpStream::connect_to(address).await.expect("it listens");
        both(&client);
        sends(&client.read(&mut [0; 1]));
        sends(&client.write_all(b"hello"));
        both(&client.into_split());
    });
}
