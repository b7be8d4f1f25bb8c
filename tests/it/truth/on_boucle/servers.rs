//! The servers among the examples, each with clients: two are tasks of the same loop, one is a thread. Each asks what
//! it has to ask and goes. Virtual time stands still as long as a thread works, and one does until the end: so no
//! server loses its patience meanwhile.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown};
use std::sync::mpsc;
use std::time::Duration;

use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{Loop, interrupt, spawn, to_thread};
use futures::future::join;

use super::Program;
use crate::programs::program::{echo, proxy, resp_server};

/// All of them.
pub(super) const SERVERS: [Program; 3] =
    [("echo", None, echo), ("proxy", None, proxy), ("resp_server", None, resp_server)];

thread_local! {
    /// How many servers have said all that was expected.
    pub(super) static N_VISITED: Cell<usize> = const { Cell::new(0) };
}

/// Nobody who answers at all takes so long.
const LONG: Duration = Duration::from_secs(60);

/// What a client says, and what it is answered, piece by piece.
type Talk = [(&'static [u8], &'static [u8]); 2];

/// Has clients talk to a server, then lets it end.
async fn visited(server: Server<TcpListener>, talk: Talk) {
    let port = server.local_addr().expect("it has one").port();
    let (stays, is_over) = mpsc::channel::<()>();
    let thread = spawn(to_thread(move || {
        visit_from_outside(port, talk);
        is_over.recv()
    }));
    // One that goes in the middle, beside one that stays.
    let (connected, _) = join(connect(port), visit(port, talk)).await;
    connected.write_all(talk[0].0).await.expect("it is there");
    interrupt().await;
    drop(connected);
    visit(port, talk).await;
    drop(stays);
    assert!(thread.await.expect("it ends").expect("it is answered").is_err());
    server.close();
    server.wait_closed().await.expect("it was told to");
    N_VISITED.set(N_VISITED.get() + 1);
}

async fn connect(port: u16) -> TcpStream {
    TcpStream::connect("127.0.0.1", port).await.expect("it listens")
}

/// Says all that there is to say, and has said all. Each piece is waited for: the server reads before it is there.
async fn visit(port: u16, talk: Talk) {
    let stream = connect(port).await;
    for (said, expected) in talk {
        stream.write_all(said).await.expect("it is there");
        let mut answer = vec![0; expected.len()];
        stream.read_exact(&mut answer).await.expect("it answers");
        assert_eq!(answer, expected);
    }
    stream.shutdown(Shutdown::Write).expect("it is there");
    assert_eq!(stream.read(&mut [0]).await.expect("it has an end"), 0);
}

/// The same in a thread.
fn visit_from_outside(port: u16, talk: Talk) {
    let connected = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port));
    let mut stream = connected.expect("it listens");
    stream.set_read_timeout(Some(LONG)).expect("it can be set");
    for (said, expected) in talk {
        stream.write_all(said).expect("it is there");
        let mut answer = vec![0; expected.len()];
        stream.read_exact(&mut answer).expect("it answers");
        assert_eq!(answer, expected);
    }
    stream.shutdown(Shutdown::Write).expect("it is there");
    assert_eq!(stream.read(&mut [0]).expect("it has an end"), 0);
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1", 0).await.expect("a port is free")
}

/// What is said to who says it again.
const AGAIN: Talk = [(b"hello", b"hello"), (b", world", b", world")];

fn echo(event_loop: &Loop) {
    let program = async { visited(echo::serve(listener().await), AGAIN).await };
    event_loop.run_until_complete(program).expect("it ends");
}

fn proxy(event_loop: &Loop) {
    let program = async {
        let behind = echo::serve(listener().await);
        let port = behind.local_addr().expect("it has one").port();
        visited(proxy::serve(listener().await, "127.0.0.1", port), AGAIN).await;
        behind.close();
        behind.wait_closed().await.expect("it was told to");
    };
    event_loop.run_until_complete(program).expect("it ends");
}

fn resp_server(event_loop: &Loop) {
    let talk: Talk = [(b"SET place here\r\n", b"+OK\r\n"), (b"GET place\r\n", b"$4\r\nhere\r\n")];
    let program = async { visited(resp_server::serve(listener().await), talk).await };
    event_loop.run_until_complete(program).expect("it ends");
}
