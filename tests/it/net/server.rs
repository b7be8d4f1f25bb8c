//! A server: as many connections as it has room for, each handled alone, and each way to end it.

use std::cell::{Cell, RefCell};
use std::io;
use std::io::ErrorKind;
use std::net::{Shutdown, SocketAddr};
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use boucle::net::{Accept, Server, TcpListener, TcpStream};
use boucle::sync::{Event, Queue};
use boucle::{Loop, interrupt, quiescent, spawn};

use super::{listener, polled, read_all, run, watched};
#[cfg(target_os = "linux")]
use super::{n_open, name_of};

/// Sends back what comes, to the end.
async fn echo(stream: TcpStream, _peer: SocketAddr) {
    let mut bytes = [0; 1024];
    while let Ok(n @ 1..) = stream.read(&mut bytes).await {
        if stream.write_all(&bytes[..n]).await.is_err() {
            break;
        }
    }
}

/// A connection to a server.
async fn client<T>(server: &Server<T>, address: SocketAddr) -> TcpStream {
    let before = server.n_connections();
    let client = TcpStream::connect_to(address).await.expect("it listens");
    while server.n_connections() == before {
        interrupt().await;
    }
    client
}

/// Whether a word comes back.
async fn is_echoed(client: &TcpStream) -> bool {
    let mut word = [0; 5];
    let asked = client.write_all(b"hello").await;
    asked.is_ok() && client.read_exact(&mut word).await.is_ok() && &word == b"hello"
}

#[test]
fn clients_are_served_together() {
    run(async {
        let server = Server::start(listener(), 100, async |stream, peer| echo(stream, peer).await);
        let address = server.local_addr().expect("it listens");
        let mut clients = Vec::new();
        for n in 0..10 {
            assert_eq!(server.n_connections(), n);
            clients.push(client(&server, address).await);
        }
        assert_eq!(format!("{server:?}"), "<Server open, 10 connections>");
        // The last one first: nobody waits for another.
        for client in clients.iter().rev() {
            assert!(is_echoed(client).await);
        }
        drop(clients);
        while server.n_connections() > 0 {
            interrupt().await;
        }
    });
}

#[test]
fn who_comes_when_there_is_no_room_waits_for_it() {
    run(async {
        let log = Rc::new(RefCell::new(Vec::new()));
        let (says, n_here, most) = (Rc::clone(&log), Cell::new(0), Rc::new(Cell::new(0)));
        let max = Rc::clone(&most);
        let server = Server::start(listener(), 2, async move |stream: TcpStream, _| {
            n_here.set(n_here.get() + 1);
            max.set(max.get().max(n_here.get()));
            let mut name = [0];
            stream.read_exact(&mut name).await.expect("each says its name");
            says.borrow_mut().push(format!("{} in", name[0] as char));
            read_all(&stream).await.expect("it ends well");
            says.borrow_mut().push(format!("{} out", name[0] as char));
            n_here.set(n_here.get() - 1);
        });
        let address = server.local_addr().expect("it listens");
        let connect = async |name: u8| {
            // The system lets it in; the server does not look yet.
            let client = TcpStream::connect_to(address).await.expect("it listens");
            client.write_all(&[name]).await.expect("it is open");
            client
        };
        let said = async |n: usize| {
            while log.borrow().len() < n {
                interrupt().await;
            }
        };
        let a = connect(b'a').await;
        said(1).await;
        let b = connect(b'b').await;
        said(2).await;
        let (c, d) = (connect(b'c').await, connect(b'd').await);
        for _ in 0..10 {
            interrupt().await;
        }
        drop(b);
        said(4).await;
        drop(a);
        said(6).await;
        drop(c);
        said(7).await;
        drop(d);
        said(8).await;
        assert_eq!(
            *log.borrow(),
            ["a in", "b in", "b out", "c in", "a out", "d in", "c out", "d out"]
        );
        assert_eq!(most.get(), 2);
    });
}

#[test]
fn a_server_without_room_is_refused() {
    let event_loop = Loop::new();
    let start = || {
        event_loop.run_until_complete(async {
            drop(Server::start(listener(), 0, async |_, _| {}));
        })
    };
    let panic = panic::catch_unwind(AssertUnwindSafe(start)).expect_err("nobody would be served");
    let message = panic.downcast_ref::<&str>().expect("it is plain");
    assert!(message.starts_with("a server needs room for one connection"), "{message}");
}

#[test]
fn a_server_that_is_closed_lets_its_clients_finish() {
    run(async {
        let server = Server::start(listener(), 10, async |stream, peer| echo(stream, peer).await);
        let address = server.local_addr().expect("it listens");
        let first = client(&server, address).await;
        assert!(polled(1, server.wait_closed()).await.is_none());
        server.close();
        interrupt().await;
        let refused = TcpStream::connect_to(address).await.expect_err("it has closed");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        let no_address = server.local_addr().expect_err("it has closed");
        assert_eq!(no_address.kind(), ErrorKind::NotConnected);
        TcpListener::bind_to(address).expect("its address is free");

        assert!(is_echoed(&first).await);
        assert!(polled(1, server.wait_closed()).await.is_none());
        assert_eq!(format!("{server:?}"), "<Server closed, 1 connections>");
        drop(first);
        server.wait_closed().await.expect("it was closed");
        server.close();
        server.wait_closed().await.expect("twice is once");
        assert_eq!(server.n_connections(), 0);
    });
}

#[test]
fn a_server_is_closed_before_its_first_turn_and_while_it_waits_for_room() {
    run(async {
        let server = Server::start(listener(), 1, async |stream, peer| echo(stream, peer).await);
        server.close();
        server.wait_closed().await.expect("it was closed");

        let server = Server::start(listener(), 1, async |stream, peer| echo(stream, peer).await);
        let first = client(&server, server.local_addr().expect("it listens")).await;
        quiescent().await;
        server.close();
        drop(first);
        server.wait_closed().await.expect("it was closed");
    });
}

#[test]
fn clients_that_are_aborted_are_dropped_and_others_come() {
    run(async {
        let n_dropped = Rc::new(Cell::new(0));
        let count = Rc::clone(&n_dropped);
        let server = Server::start(listener(), 3, async move |stream, peer| {
            struct Counts<'a>(&'a Cell<usize>);
            impl Drop for Counts<'_> {
                fn drop(&mut self) {
                    self.0.set(self.0.get() + 1);
                }
            }
            let _counts = Counts(&count);
            echo(stream, peer).await;
        });
        let address = server.local_addr().expect("it listens");
        // More than have room, in all.
        for round in 1..=3 {
            let clients = [(); 3].map(|()| client(&server, address));
            for client in clients {
                let client = client.await;
                assert!(is_echoed(&client).await);
                if server.n_connections() == 3 {
                    server.abort_clients();
                }
                // Kept until the end of the block, or read to its end.
                spawn(async move { read_all(&client).await });
            }
            while server.n_connections() > 0 {
                interrupt().await;
            }
            assert_eq!(n_dropped.get(), 3 * round);
        }
    });
}

#[test]
fn a_server_that_is_dropped_closes_and_aborts() {
    run(async {
        let server = Server::start(listener(), 10, async |stream, peer| echo(stream, peer).await);
        let address = server.local_addr().expect("it listens");
        let client = client(&server, address).await;
        drop(server);
        assert_eq!(read_all(&client).await.expect("it ends well"), b"");
        TcpStream::connect_to(address).await.expect_err("it has closed");
    });
}

/// Runs `future` on a loop that keeps its reports.
fn reported<T>(future: impl Future<Output = T>) -> (T, Vec<String>) {
    let reports = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .exception_handler(move |report| told.borrow_mut().push(report.to_string()))
        .build();
    let value = event_loop.run_until_complete(watched(future)).expect("it ends");
    event_loop.close().expect("it does not run");
    (value, reports.take())
}

#[test]
fn a_handler_that_panics_is_reported_and_stops_nobody() {
    let ((), reports) = reported(async {
        let server = Server::start(listener(), 2, async |stream: TcpStream, peer| {
            let mut first = [0];
            if stream.peek(&mut first).await.is_ok_and(|_| first == *b"!") {
                panic!("boom");
            }
            echo(stream, peer).await;
        });
        let address = server.local_addr().expect("it listens");
        let good = client(&server, address).await;
        // Each gives its room back.
        for _ in 0..5 {
            let bad = client(&server, address).await;
            bad.write_all(b"!").await.expect("it is open");
            // Not read, so that the system breaks the connection.
            assert!(read_all(&bad).await.is_err());
            assert!(is_echoed(&good).await);
        }
        while server.n_connections() > 1 {
            interrupt().await;
        }
        drop(good);
        server.close();
        server.wait_closed().await.expect("it was closed");
    });
    assert_eq!(reports.len(), 5);
    let first = "task exception was never retrieved: the task panicked: boom\n";
    assert!(reports.iter().all(|it| it.starts_with(first)), "{reports:?}");
}

/// Gives these connections, and fails then.
struct Failing(RefCell<Vec<&'static str>>);

impl Accept for Failing {
    type Stream = &'static str;
    type Address = ();

    async fn accept(&self) -> io::Result<(&'static str, ())> {
        interrupt().await;
        let next = self.0.borrow_mut().pop().ok_or_else(|| io::Error::other("no more"));
        Ok((next?, ()))
    }
}

#[test]
fn a_listener_that_fails_ends_its_server_when_the_clients_are_done() {
    let (log, reports) = reported(async {
        let log = Rc::new(RefCell::new(Vec::new()));
        let (says, go_on) = (Rc::clone(&log), Rc::new(Event::new()));
        let waits = Rc::clone(&go_on);
        let listener = Failing(RefCell::new(vec!["two", "one"]));
        let server = Server::start(listener, 10, async move |word, ()| {
            waits.wait().await;
            says.borrow_mut().push(word);
        });
        quiescent().await;
        assert_eq!(server.n_connections(), 2);
        assert!(polled(1, server.wait_closed()).await.is_none());
        go_on.set();
        let error = server.wait_closed().await.expect_err("it failed");
        assert_eq!(error.to_string(), "no more");
        server.wait_closed().await.expect("it was told");
        drop(server);
        log.take()
    });
    assert_eq!(log, ["one", "two"]);
    assert!(reports.is_empty(), "it was told: {reports:?}");
}

#[test]
fn a_failure_that_nobody_waits_for_is_reported() {
    let ((), reports) = reported(async {
        let server = Server::start(Failing(RefCell::default()), 10, async |_, ()| {});
        quiescent().await;
        drop(server);
    });
    assert_eq!(reports, ["a server has ended: no more"]);
}

#[test]
fn a_handler_closes_its_own_server() {
    run(async {
        let queue: Rc<Queue<Rc<Server<TcpListener>>>> = Rc::new(Queue::new(1));
        let servers = Rc::clone(&queue);
        let server = Rc::new(Server::start(listener(), 10, async move |stream: TcpStream, _| {
            let server = servers.get().await.expect("it comes");
            server.close();
            server.abort_clients();
            // It goes on until it next waits.
            drop(stream.read(&mut [0]).await);
            unreachable!("it was aborted");
        }));
        let client = client(&server, server.local_addr().expect("it listens")).await;
        queue.try_put(Rc::clone(&server)).expect("there is room");
        server.wait_closed().await.expect("it was closed");
        assert_eq!(read_all(&client).await.expect("it ends well"), b"");
    });
}

#[test]
fn a_loop_that_is_closed_ends_its_servers() {
    let event_loop = Loop::new();
    let (server, address, client) = event_loop
        .run_until_complete(watched(async {
            let server =
                Server::start(listener(), 10, async |stream, peer| echo(stream, peer).await);
            let address = server.local_addr().expect("it listens");
            let client = client(&server, address).await;
            (server, address, client)
        }))
        .expect("it ends");
    event_loop.close().expect("it does not run");
    assert_eq!(format!("{server:?}"), "<Server closed, 0 connections>");
    run(async {
        assert_eq!(read_all(&client).await.expect("it ends well"), b"");
        TcpStream::connect_to(address).await.expect_err("it has closed");
        server.wait_closed().await.expect("its end is known");
    });
    drop(server);
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_is_dropped_anywhere_leaves_nothing_open() {
    run(async {
        let mut n_polls = 0;
        loop {
            let listener = listener();
            let (name, address) = (name_of(&listener), listener.local_addr().expect("it has one"));
            let connect = async || {
                let client = TcpStream::connect_to(address).await.expect("it listens");
                client.write_all(b"hello").await.expect("it is open");
                client.shutdown(Shutdown::Write).expect("it is open");
                client
            };
            let clients = [connect().await, connect().await];
            let serves = async {
                let n_served = Rc::new(Cell::new(0));
                let count = Rc::clone(&n_served);
                let server = Server::start(listener, 1, async move |stream, peer| {
                    echo(stream, peer).await;
                    count.set(count.get() + 1);
                });
                while n_served.get() < clients.len() {
                    interrupt().await;
                }
                server.close();
                server.wait_closed().await
            };
            let served = polled(n_polls, serves).await;
            // A turn for those that were cancelled; this task may be in the queue before them.
            interrupt().await;
            interrupt().await;
            assert_eq!(n_open(&name), 0, "dropped after {n_polls} polls");
            // Closed or broken, and not left alone.
            let _ = (read_all(&clients[0]).await, read_all(&clients[1]).await);
            if let Some(closed) = served {
                return closed.expect("it was closed");
            }
            n_polls += 1;
        }
    });
}
