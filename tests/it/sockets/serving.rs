//! Sockets of many tasks at once: servers and clients beside one another, up to the stage's program.

use std::cell::Cell;
use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;

use socket2::{Domain, SockRef, Socket, Type};
use stage7::{AIOSocket, Coroutine, Loop, gather, interrupt};
use world::{Recorder, println};

use super::{address, nobody, recv_all, run, send_all, server, tcp};
use crate::demos;

#[test]
fn many_clients_are_served_at_once() {
    const N_CLIENTS: usize = 20;

    async fn echo(client: AIOSocket) {
        let bytes = recv_all(&client).await.expect("the client is there");
        send_all(&client, &bytes).await.expect("the client is there");
    }

    let n_served = Rc::new(Cell::new(0));
    let count = Rc::clone(&n_served);
    run(async move {
        let (server, address) = server().await;
        let event_loop = Loop::current().expect("it runs");
        event_loop.add_task(async move {
            for _ in 0..N_CLIENTS {
                let client = server.accept().await.expect("the server listens");
                Loop::current().expect("it runs").add_task(echo(client));
            }
        });
        for number in 0..N_CLIENTS {
            let count = Rc::clone(&count);
            event_loop.add_task(async move {
                let client = tcp();
                client.connect(address).await.expect("the server listens");
                let message = format!("message {number}").repeat(1000);
                send_all(&client, message.as_bytes()).await.expect("the server is there");
                SockRef::from(&client).shutdown(Shutdown::Write).expect("it is connected");
                let answer = recv_all(&client).await.expect("the server is there");
                assert_eq!(answer, message.as_bytes());
                count.set(count.get() + 1);
            });
        }
    });
    assert_eq!(n_served.get(), N_CLIENTS);
}

#[test]
fn while_a_socket_is_not_ready_the_other_tasks_go_on() {
    let recording = world::record(|| {
        Loop::new().run_task(async {
            let (server, address) = server().await;
            let waits: Coroutine = Box::pin(async move {
                println!("waits for a client");
                let client = server.accept().await.expect("the server listens");
                println!("waits for bytes");
                assert_eq!(client.recv(1024).await.expect("the client is there"), b"late");
                println!("received");
            });
            let works: Coroutine = Box::pin(async move {
                for number in 1..=3 {
                    println!("works {number}");
                    interrupt().await;
                }
                let client = tcp();
                client.connect(address).await.expect("the server listens");
                for number in 4..=6 {
                    println!("works {number}");
                    interrupt().await;
                }
                client.send(b"late").await.expect("the server is there");
            });
            gather([waits, works]).await;
        });
    });
    let order = recording.output().replace('\n', ", ");
    assert!(order.starts_with("waits for a client, works 1, works 2, works 3, "), "{order}");
    // Whether the client is seen before or after `works 4` is the system's to say.
    assert!(order.ends_with("works 5, works 6, received, "), "{order}");
}

#[test]
fn a_connection_that_does_not_come_about_holds_nobody_up() {
    // A server that keeps room for one client and takes none in; some connects must wait.
    let server = Socket::new(Domain::IPV4, Type::STREAM, None).expect("the system has sockets");
    server.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("port 0 is always free");
    server.listen(0).expect("it is bound");
    let address = address(&server);

    let n_connected = Rc::new(Cell::new(0));
    let count = Rc::clone(&n_connected);
    run(async move {
        let mut connects: Vec<Coroutine> = Vec::new();
        for _ in 0..4 {
            let count = Rc::clone(&count);
            connects.push(Box::pin(async move {
                let client = tcp();
                client.connect(address).await.expect("dropped, or connected");
                count.set(count.get() + 1);
                std::future::pending::<()>().await;
            }));
        }
        for _ in 0..200 {
            for connect in &mut connects {
                assert!(world::step(connect, std::task::Waker::noop()).is_pending());
            }
            interrupt().await;
        }
    });
    assert!((1..4).contains(&n_connected.get()), "{} of 4 connected", n_connected.get());
}

#[test]
fn two_tasks_can_wait_for_clients_of_one_server() {
    run(async {
        let (server, address) = server().await;
        let server = Rc::new(server);
        let accepts = || -> Coroutine {
            let server = Rc::clone(&server);
            Box::pin(async move {
                server.accept().await.expect("it listens");
            })
        };
        let connects = || -> Coroutine {
            Box::pin(async move {
                tcp().connect(address).await.expect("it listens");
            })
        };
        gather([accepts(), accepts(), connects(), connects()]).await;
    });
}

#[test]
fn an_accept_that_is_dropped_loses_no_client() {
    run(async {
        let (server, address) = server().await;
        let mut accept = Box::pin(server.accept());
        assert!(world::step(&mut accept, std::task::Waker::noop()).is_pending());
        let client = tcp();
        client.connect(address).await.expect("it listens");
        drop(accept);
        server.accept().await.expect("the client still waits");
    });
}

#[test]
fn a_client_of_another_kind_is_served_by_the_demo_server() {
    // The port is not known before the server has bound it; here it tells through its `Place`.
    let place = Rc::new(std::cell::OnceCell::new());
    let told = Rc::clone(&place);
    let recording = world::record(move || {
        let event_loop = Loop::new();
        event_loop.add_task(async move {
            demos::stage7::server_coro("localhost:0".to_owned(), told).await.expect("it serves");
        });
        event_loop.run_task(async move {
            while place.get().is_none() {
                interrupt().await;
            }
            let mut client =
                TcpStream::connect(place.get().expect("it is told")).expect("it listens");
            client.write_all(b"caf\xc3\xa9").expect("there is room");
            let client = AIOSocket::new(client).expect("it can be watched");
            assert_eq!(client.recv(1024).await.expect("the server answers"), b"\xa9\xc3fac");
        });
    });
    assert_eq!(recording.output(), "Received from client b\"caf\\xc3\\xa9\"\n");
}

/// What the program of stage 7 says on stderr, with these arguments; it prints nothing and fails.
fn failure<const N: usize>(args: [&str; N], status: i32) -> String {
    let recording = Recorder::new().args(args).record(demos::stage7::main);
    assert_eq!(recording.output(), "");
    assert_eq!(recording.status(), status);
    recording.errors()
}

#[test]
fn the_program_says_in_one_line_what_it_could_not_do() {
    let held = TcpListener::bind("localhost:0").expect("port 0 is always free");
    let taken = address(&held).to_string();
    assert_eq!(
        failure(["server", &taken], 1),
        format!("cannot bind {taken}: Address already in use (os error 98)\n")
    );

    let (_held, nobody) = nobody();
    let nobody = nobody.to_string();
    assert_eq!(
        failure(["client", &nobody], 1),
        format!("cannot connect to {nobody}: Connection refused (os error 111)\n")
    );

    let error = failure(["client", "no such name:80"], 1);
    assert!(error.starts_with("cannot connect to no such name:80: failed to lookup"), "{error}");
    assert_eq!(error.lines().count(), 1);
}

#[test]
fn the_program_says_how_it_is_used() {
    let usage = "usage: stage7 [server HOST:PORT | client HOST:PORT]\n";
    assert_eq!(failure(["server"], 2), usage);
    assert_eq!(failure(["client", "localhost:80", "more"], 2), usage);
    assert_eq!(failure(["help"], 2), usage);
}

#[test]
fn the_program_runs_while_somebody_holds_port_8080() {
    // Held by this test or by somebody else: either way it is taken.
    let _held = TcpListener::bind("localhost:8080");
    let recording = world::record(demos::stage7::main);
    assert_eq!(recording.status(), 0);
    assert_eq!(recording.output().lines().count(), 2);
}
