//! Looking up and connecting: names, two kinds of IP, addresses that do not answer.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;
use std::io;
use std::io::ErrorKind;
use std::net::{Ipv6Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use boucle::net::{ConnectError, TcpListener, TcpStream, resolve};
use boucle::{Faults, Loop, SystemCall, interrupt, now, sleep, spawn, timeout};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

use super::{listener, pair, polled, read_all, run, watched};

/// A look-up that is under way.
type LookUp = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// An address where nobody listens, nor can.
fn nobody() -> (Socket, SocketAddr) {
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there is one left");
    bound.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("there is a port left");
    let address = bound.local_addr().expect("it has one").as_socket().expect("it is of IPv4");
    (bound, address)
}

/// What a connect failed with.
fn inside(error: &io::Error) -> &ConnectError {
    error.get_ref().and_then(|it| it.downcast_ref()).expect("it is a `ConnectError`")
}

/// Runs `future` on virtual time: its value, and how long that took.
fn timed<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let event_loop = Loop::builder().virtual_time(true).build();
    event_loop.run_until_complete(timed_here(watched(future))).expect("it ends")
}

async fn timed_here<T>(future: impl Future<Output = T>) -> (T, Duration) {
    let start = now();
    (future.await, now() - start)
}

/// So many clients come to a [`Silent`] listener.
const N_CLIENTS: usize = 3;

/// A listener whose queue is full: who connects to it gets no answer.
struct Silent {
    address: SocketAddr,
    _listener: Socket,
    /// In its queue, or on the way there.
    _clients: [Socket; N_CLIENTS],
}

impl Silent {
    #[cfg(target_os = "linux")]
    fn new() -> Silent {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there is one left");
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("there is a port left");
        listener.listen(0).expect("it is bound");
        let address = listener.local_addr().expect("it has one");
        let address = address.as_socket().expect("it is of IPv4");
        let clients = [(); N_CLIENTS].map(|()| {
            let client = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there is one left");
            client.set_nonblocking(true).expect("it can be set");
            // It is under way, and nobody waits for it here.
            let _ = client.connect(&address.into());
            client
        });
        // A queue for none has room for one.
        while clients[0].peer_addr().is_err() {
            thread::yield_now();
        }
        Silent { address, _listener: listener, _clients: clients }
    }

    /// Whether so many others wait for its answer.
    fn is_waited_for_by(&self, n: usize) -> bool {
        let remote = format!("0100007F:{:04X}", self.address.port());
        let n_waiting = || {
            let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux has it");
            // Its number, local address, remote address, state: 2 is who waits for an answer.
            let fields = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let waiting = fields.filter(|it| it[2] == remote && it[3] == "02");
            // The table changes while it is read: a line may come twice, or not at all.
            let locals: BTreeSet<_> = waiting.map(|it| it[1].to_owned()).collect();
            locals.len()
        };
        (0..10).any(|_| n_waiting() == N_CLIENTS - 1 + n)
    }
}

#[test]
fn who_is_refused_learns_where_and_why() {
    let (_bound, address) = nobody();
    for error in [
        run(TcpStream::connect_to(address)).expect_err("nobody listens"),
        run(TcpStream::connect("127.0.0.1", address.port())).expect_err("nobody listens"),
    ] {
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let system = io::Error::from(Errno::CONNREFUSED);
        assert_eq!(error.to_string(), format!("cannot connect to {address}: {system}"));
        let (tried, why) = &inside(&error).failed()[0];
        assert_eq!((*tried, why.raw_os_error()), (address, system.raw_os_error()));
        let source = inside(&error).source().expect("there is one");
        assert_eq!(source.to_string(), system.to_string());
    }
}

#[test]
fn a_name_without_an_address_is_an_error_that_names_it() {
    // No name has a blank: the system need not ask anybody.
    for error in [
        run(resolve("no such name", 80)).expect_err("it has none"),
        run(TcpStream::connect("no such name", 80)).expect_err("it has none"),
        run(TcpListener::bind("no such name", 80)).expect_err("it has none"),
    ] {
        let message = error.to_string();
        assert!(message.starts_with("cannot look up \"no such name\": "), "{message}");
    }
    let error = run(resolve("nul\0", 80)).expect_err("it has none");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_address_is_only_read() {
    // Outside of any loop: there is no thread to ask, and nothing to wait for.
    let mut cx = Context::from_waker(Waker::noop());
    for (host, expected) in [("127.0.0.1", "127.0.0.1:7"), ("::1", "[::1]:7")] {
        let Poll::Ready(addresses) = pin!(resolve(host, 7)).poll(&mut cx) else {
            panic!("it waits for {host}");
        };
        assert_eq!(addresses.expect("it is one"), [expected.parse().expect("it is one")]);
    }
}

#[test]
fn virtual_time_stands_still_while_a_name_is_looked_up() {
    let (addresses, took) =
        timed(async { timeout(Duration::from_millis(1), resolve("localhost", 80)).await });
    let addresses = addresses.expect("no time has passed").expect("it is known");
    assert!(!addresses.is_empty());
    assert!(addresses.iter().all(|it| it.ip().is_loopback() && it.port() == 80));
    assert_eq!(took, Duration::ZERO);
}

#[test]
#[should_panic(expected = "no loop is running on this thread")]
fn a_name_is_looked_up_on_another_thread_for_which_a_loop_must_wait() {
    let _ = pin!(resolve("localhost", 80)).poll(&mut Context::from_waker(Waker::noop()));
}

/// Runs `f` on another thread, and does not wait for ever.
fn soon<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    let (ends, has_ended) = mpsc::channel();
    thread::spawn(move || ends.send(f()));
    has_ended.recv_timeout(Duration::from_secs(10)).expect("it neither hangs nor panics")
}

#[test]
fn a_thousand_look_ups_that_are_dropped_hold_up_nobody() {
    soon(|| {
        let event_loop = Loop::new();
        let half = event_loop.run_until_complete(async {
            let tasks = (0..1000).map(|_| spawn(resolve("localhost", 80))).collect::<Vec<_>>();
            interrupt().await;
            for task in &tasks[..500] {
                task.cancel();
            }
            interrupt().await;
            tasks
        });
        // The other half is dropped now.
        event_loop.close().expect("it does not run");
        assert!(half.expect("it ends").iter().all(|it| it.done()));
    });
    // The threads are free for others.
    run(resolve("localhost", 80)).expect("it is known");
}

#[test]
fn virtual_time_goes_on_when_a_look_up_is_dropped_elsewhere() {
    let elsewhere: [fn(LookUp); 3] = [
        drop,
        |look_up| thread::spawn(|| drop(look_up)).join().expect("it does not panic"),
        |look_up| drop(run(look_up)),
    ];
    for elsewhere in elsewhere {
        let took = soon(move || {
            let event_loop = Loop::builder().virtual_time(true).build();
            let mut look_up = Box::pin(resolve("localhost", 80));
            let looks = event_loop.run_until_complete(polled(1, look_up.as_mut()));
            if looks.expect("it ends").is_none() {
                elsewhere(look_up);
            }
            event_loop
                .run_until_complete(timed_here(async { sleep(Duration::from_secs(3600)).await }))
        });
        assert_eq!(took.expect("it ends").1, Duration::from_secs(3600));
    }
}

#[test]
fn a_host_is_listened_on_and_connected_to_by_name() {
    run(async {
        let listener = TcpListener::bind("localhost", 0).await.expect("there is a port left");
        let port = listener.local_addr().expect("it has one").port();
        let client = TcpStream::connect("localhost", port).await.expect("it listens");
        let (server, peer) = listener.accept().await.expect("a client has come");
        assert_eq!(peer, client.local_addr().expect("it has one"));
        client.write_all(b"hello").await.expect("it is open");
        drop(client);
        assert_eq!(read_all(&server).await.expect("it ends well"), b"hello");
    });
}

#[test]
fn both_kinds_of_ip_work_where_the_machine_has_them() {
    run(async {
        let address = (Ipv6Addr::LOCALHOST, 0).into();
        let listener = match TcpListener::bind_to(address) {
            Ok(listener) => listener,
            Err(error) => return println!("this machine has no IPv6: {error}"),
        };
        let port = listener.local_addr().expect("it has one").port();
        let client = TcpStream::connect("::1", port).await.expect("it listens");
        let (server, peer) = listener.accept().await.expect("a client has come");
        assert!(peer.is_ipv6());
        server.write_all(b"six").await.expect("it is open");
        drop(server);
        assert_eq!(read_all(&client).await.expect("it ends well"), b"six");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_that_does_not_answer_has_a_head_start_of_250_ms() {
    let (silent, other_silent, here) = (Silent::new(), Silent::new(), listener());
    let addresses = [silent.address, other_silent.address, here.local_addr().expect("it has one")];
    let (stream, took) = timed(TcpStream::connect_to_any(&addresses));
    let stream = stream.expect("the last one answers");
    assert_eq!(stream.peer_addr().expect("it has one"), addresses[2]);
    assert_eq!(took, Duration::from_millis(500));
}

#[cfg(target_os = "linux")]
#[test]
fn a_connect_ends_with_its_time() {
    let silent = Silent::new();
    let (limit, port) = (Duration::from_secs(7), silent.address.port());
    let (error, took) = timed(TcpStream::connect_timeout("127.0.0.1", port, limit));
    let error = error.expect_err("nobody answers");
    assert_eq!((error.kind(), took), (ErrorKind::TimedOut, limit));
    let expected = format!("cannot connect to 127.0.0.1 port {port}: the time limit has passed");
    assert_eq!(error.to_string(), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn addresses_are_waited_for_together_and_those_that_lose_leave_no_socket() {
    let (silent, here) = (Silent::new(), listener());
    let here = here.local_addr().expect("it has one");
    timed(async {
        let addresses = [silent.address, silent.address, silent.address, here];
        let connects = spawn(async move { TcpStream::connect_to_any(&addresses).await });
        sleep(Duration::from_millis(300)).await;
        // The first one goes on beside the second one.
        assert!(silent.is_waited_for_by(2));
        connects.await.expect("it ends").expect("the last one answers");

        // Dropped after a poll, after some time, and because its time is over.
        assert!(polled(1, TcpStream::connect_to_any(&addresses)).await.is_none());
        let connects = spawn(async move { TcpStream::connect_to_any(&addresses).await });
        sleep(Duration::from_millis(300)).await;
        connects.cancel();
        let limit = Duration::from_secs(1);
        let late = TcpStream::connect_timeout("127.0.0.1", silent.address.port(), limit);
        late.await.expect_err("nobody answers");
        assert!(silent.is_waited_for_by(0));
    });
}

/// What each connect shall fail with; the last ones do not.
struct Fails(RefCell<Vec<Errno>>);

impl Faults for Fails {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        let error = (call == SystemCall::Connect).then(|| self.0.borrow_mut().pop());
        error.flatten().map(io::Error::from)
    }
}

#[test]
fn an_address_that_fails_gives_way_at_once_and_all_errors_are_kept() {
    let errors = [Errno::CONNREFUSED, Errno::HOSTUNREACH, Errno::NETUNREACH, Errno::ACCESS];
    let connect = |addresses: &[SocketAddr], errors: &[Errno]| {
        let fails = Fails(RefCell::new(errors.iter().rev().copied().collect()));
        let event_loop = Loop::builder().virtual_time(true).faults(fails).build();
        let connected = event_loop.run_until_complete(async {
            let start = now();
            let connected = TcpStream::connect_to_any(addresses).await;
            assert_eq!(now() - start, Duration::ZERO);
            connected
        });
        connected.expect("it ends")
    };
    let [a, b, c, d] = ["[::1]:1", "[::1]:2", "127.0.0.1:3", "127.0.0.1:4"]
        .map(|it| it.parse::<SocketAddr>().expect("it is one"));
    let order =
        |error: &io::Error| inside(error).failed().iter().map(|it| it.0).collect::<Vec<_>>();

    let error = connect(&[a, b, c, d], &errors).expect_err("each fails");
    // By turns, and the kind of the first one is first.
    assert_eq!(order(&error), [a, c, b, d]);
    let failed = inside(&error).failed().iter();
    let codes: Vec<_> = failed.map(|(_, why)| why.raw_os_error()).collect();
    assert_eq!(codes, errors.map(|it| Some(it.raw_os_error())));
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let [first, .., last] = errors.map(io::Error::from);
    let message = error.to_string();
    assert!(message.starts_with(&format!("cannot connect to [::1]:1: {first}; to 127.0.0.1:3: ")));
    assert!(message.ends_with(&format!("; to 127.0.0.1:4: {last}")), "{message}");

    let error = connect(&[c, d, a, b], &errors).expect_err("each fails");
    assert_eq!(order(&error), [c, a, d, b]);
    let error = connect(&[a, b, c], &errors).expect_err("each fails");
    assert_eq!(order(&error), [a, c, b]);
    let error = connect(&[], &errors).expect_err("there is none");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.to_string(), "cannot connect: there is no address");

    let here = listener();
    let address = here.local_addr().expect("it has one");
    let stream = connect(&[a, address], &errors[..1]).expect("the second one answers");
    assert_eq!(stream.peer_addr().expect("it has one"), address);
}

#[test]
fn a_connect_without_a_descriptor_says_so() {
    struct NoSockets;
    impl Faults for NoSockets {
        fn before(&self, call: SystemCall) -> Option<io::Error> {
            (call == SystemCall::Open).then(|| Errno::MFILE.into())
        }
    }
    let (client, server) = run(pair());
    let event_loop = Loop::builder().faults(NoSockets).build();
    let error = event_loop.run_until_complete(async {
        let address = server.local_addr().expect("it has one");
        let error = TcpStream::connect_to(address).await.expect_err("there is none left");
        assert!(TcpListener::bind("127.0.0.1", 0).await.is_err());
        // Those that are open go on.
        server.write_all(b"hello").await.expect("it is open");
        client.read_exact(&mut [0; 5]).await.expect("it is open");
        error
    });
    let error = error.expect("it ends");
    assert_eq!(inside(&error).failed()[0].1.raw_os_error(), Some(Errno::MFILE.raw_os_error()));
}
