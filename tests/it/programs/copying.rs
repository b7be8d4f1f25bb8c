//! The echo server and the proxy: what goes in comes out, whole, and so does its end.

use std::cell::Cell;
use std::net::Shutdown;
use std::time::Duration;

use boucle::net::{Server, TcpStream};
use boucle::{Loop, gather, now, sleep, timeout};
use futures_lite::{AsyncReadExt, future};
use socket2::{Domain, Socket, Type};

use super::program::{echo, proxy};
use super::{listener, run};

async fn connect(port: u16) -> TcpStream {
    TcpStream::connect("127.0.0.1", port).await.expect("somebody listens")
}

/// All that comes until the end.
async fn read_to_end(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    AsyncReadExt::read_to_end(&mut stream, &mut bytes).await.expect("the connection holds");
    bytes
}

/// A megabyte in which each place differs from its neighbors.
fn megabyte() -> Vec<u8> {
    (0..1_000_003_u32).map(|it| (it % 251) as u8).collect()
}

/// Sends bytes and their end, and reads what comes back meanwhile.
async fn converse(stream: TcpStream, bytes: Vec<u8>) -> Vec<u8> {
    let send = async {
        stream.write_all(&bytes).await.expect("the connection holds");
        stream.shutdown(Shutdown::Write).expect("it is open");
    };
    future::zip(send, read_to_end(&stream)).await.1
}

#[test]
fn an_echo_is_what_was_sent_to_each_its_own() {
    run(async {
        let (listener, port) = listener().await;
        let _server = echo::serve(listener);
        let long = megabyte();
        let other: Vec<u8> = long.iter().map(|it| it ^ 255).collect();
        let conversations = [long.clone(), other.clone(), Vec::new()]
            .map(|bytes| async move { converse(connect(port).await, bytes).await });
        let echoes = gather(conversations).await.expect("nobody panics");
        assert!(echoes == [long, other, Vec::new()], "something else came back");
    });
}

#[test]
fn a_proxy_carries_both_ways_at_once() {
    run(async {
        let (behind, port_behind) = listener().await;
        let _echo = echo::serve(behind);
        let (listener, port) = listener().await;
        let _proxy = proxy::serve(listener, "127.0.0.1", port_behind);
        let bytes = megabyte();
        assert!(converse(connect(port).await, bytes.clone()).await == bytes);
    });
}

#[test]
fn a_connection_through_a_proxy_that_is_half_closed_stays_half_open() {
    run(async {
        let (behind, port_behind) = listener().await;
        let _server = Server::start(behind, 1, async |stream: TcpStream, _| {
            // It says nothing before it has read the end.
            let question = read_to_end(&stream).await;
            let answer = format!("{} bytes", question.len());
            stream.write_all(answer.as_bytes()).await.expect("the other way is open");
        });
        let (listener, port) = listener().await;
        let _proxy = proxy::serve(listener, "127.0.0.1", port_behind);
        let answer = converse(connect(port).await, b"question".to_vec()).await;
        assert_eq!(String::from_utf8_lossy(&answer), "8 bytes");
    });
}

#[test]
fn a_server_that_speaks_first_and_goes_is_heard_through_a_proxy() {
    run(async {
        let (behind, port_behind) = listener().await;
        let _server = Server::start(behind, 1, async |stream: TcpStream, _| {
            stream.write_all(b"welcome, and goodbye").await.expect("it is open");
        });
        let (listener, port) = listener().await;
        let _proxy = proxy::serve(listener, "127.0.0.1", port_behind);
        let greeting = read_to_end(&connect(port).await).await;
        assert_eq!(String::from_utf8_lossy(&greeting), "welcome, and goodbye");
    });
}

#[test]
fn a_proxy_outlives_the_server_behind_it() {
    run(async {
        // A port that is taken, and on which nobody listens.
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there is a descriptor");
        let any: std::net::SocketAddr = ([127, 0, 0, 1], 0).into();
        socket.bind(&any.into()).expect("there is a free port");
        let address = socket.local_addr().expect("it has one").as_socket().expect("an address");

        let (listener, port) = listener().await;
        let _proxy = proxy::serve(listener, "127.0.0.1", address.port());
        assert_eq!(read_to_end(&connect(port).await).await, b"");
        assert_eq!(read_to_end(&connect(port).await).await, b"");
        socket.listen(1).expect("it is bound");
        let behind = std::net::TcpListener::from(socket);
        let behind = boucle::net::TcpListener::from_std(behind).expect("it listens");
        let _echo = echo::serve(behind);
        assert_eq!(converse(connect(port).await, b"back".to_vec()).await, b"back");
    });
}

#[test]
fn a_proxy_gives_up_what_is_silent_and_not_what_moves() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let minutes = event_loop.run_until_complete(async {
        let start = now();
        let moved = Cell::new(start);
        let moves = async {
            for _ in 0..3 {
                sleep(Duration::from_secs(240)).await;
                moved.set(now());
            }
            future::pending().await
        };
        let silence = timeout(Duration::from_secs(7200), proxy::silence(&moved));
        let ended = future::or(silence, moves).await.expect("it ends within two hours");
        let error = ended.expect_err("it gives up");
        assert_eq!(error.to_string(), "nothing moves any more");
        (now() - start).as_secs() / 60
    });
    assert_eq!(minutes.expect("it ends"), 3 * 4 + 5);
}
