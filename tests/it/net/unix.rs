//! `UnixListener`, `UnixStream` and `UnixDatagram`: the same machine, and files that come and go.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::io::{ErrorKind, IoSlice};
use std::net::Shutdown;
use std::os::unix::net;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use boucle::net::{Server, UnixDatagram, UnixListener, UnixStream};
use boucle::{Faults, Loop, SystemCall, interrupt, spawn};
use futures_lite::future::zip;
use futures_lite::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt, io as lite};
use socket2::{Domain, SockAddr, SockRef, Socket, Type};

use super::watchdog::{begins_to_wait, run, run_in};

/// A folder of its own for each test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("boucle-{}-{test}", std::process::id()));
        fs::create_dir(&path).expect("nobody else uses this name");
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("it is ours");
    }
}

#[test]
fn a_server_and_its_clients_talk_in_lines() {
    let folder = Folder::new("lines");
    let path = folder.path("socket");
    run(async {
        let listener = UnixListener::bind(&path).expect("the path is free");
        assert_eq!(listener.local_addr().expect("it is bound").as_pathname(), Some(path.as_path()));
        let server = spawn(async move {
            for _ in 0..3 {
                let (stream, peer) = listener.accept().await.expect("a client comes");
                assert!(peer.is_unnamed());
                spawn(async move {
                    let mut lines = lite::BufReader::new(&stream).lines();
                    while let Some(line) = lines.next().await {
                        let line = line.expect("it is text").to_uppercase();
                        stream.write_all(line.as_bytes()).await.expect("the client reads");
                    }
                });
            }
        });
        for name in ["ada", "bob", "eve"] {
            let mut client = UnixStream::connect(&path).await.expect("somebody listens");
            let peer = client.peer_addr().expect("it is connected");
            assert_eq!(peer.as_pathname(), Some(path.as_path()));
            assert!(client.local_addr().expect("it is a socket").is_unnamed());
            client.write_all(format!("{name}\n{name}\n").as_bytes()).await.expect("it is read");
            client.shutdown(Shutdown::Write).expect("it is connected");
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.expect("it is answered");
            assert_eq!(answer, name.to_uppercase().repeat(2));
        }
        server.await.expect("it does not panic");
    });
    assert!(!path.exists(), "the listener takes its file along");
}

#[test]
fn four_megabytes_arrive_as_they_were_sent_both_ways_at_once() {
    run(async {
        let (a, b) = UnixStream::pair().expect("the system has sockets");
        let sent: Vec<u8> = (0..4_000_000_u32).map(|it| (it % 251) as u8).collect();
        let (one, other) = (Rc::new(a), Rc::new(b));
        let tasks: Vec<_> = [(&one, &other), (&other, &one)]
            .map(|(from, to)| {
                let (from, to, sent) = (Rc::clone(from), Rc::clone(to), sent.clone());
                let sender = spawn(async move {
                    from.write_all(&sent).await.expect("it is read");
                    from.shutdown(Shutdown::Write).expect("it is connected");
                });
                let receiver = spawn(async move {
                    let mut all = Vec::new();
                    (&*to).read_to_end(&mut all).await.expect("it is sent");
                    all
                });
                (sender, receiver)
            })
            .into_iter()
            .collect();
        for (sender, receiver) in tasks {
            sender.await.expect("it does not panic");
            assert!(receiver.await.expect("it does not panic") == sent);
        }
    });
}

#[test]
fn many_buffers_are_written_as_one() {
    run(async {
        let (mut a, b) = UnixStream::pair().expect("the system has sockets");
        let pieces: Vec<_> = (0..2000_u16).map(u16::to_be_bytes).collect();
        let buffers: Vec<_> = pieces.iter().map(|it| IoSlice::new(it)).collect();
        let n = a.write_vectored(&buffers).await.expect("there is room");
        assert_eq!(n, 2048, "the system takes 1024 buffers at once");
        a.close().await.expect("it is connected");
        let mut all = Vec::new();
        (&b).read_to_end(&mut all).await.expect("it is sent");
        assert_eq!(all, pieces.concat()[..2048]);
    });
}

#[test]
fn what_was_sent_before_the_end_is_read_before_the_end() {
    run(async {
        let (a, b) = UnixStream::pair().expect("the system has sockets");
        let mut buffer = [0; 64];
        // It has to wait first, so that it is watched when both come at once.
        assert!(begins_to_wait(b.read(&mut buffer)).await);
        a.write_all(b"last").await.expect("there is room");
        drop(a);
        assert_eq!(b.read(&mut buffer).await.expect("it was sent"), 4);
        assert_eq!(b.read(&mut buffer).await.expect("the end is no error"), 0);
        assert_eq!(b.read(&mut buffer).await.expect("it stays the end"), 0);
    });
}

#[test]
fn a_path_that_exists_is_an_error_and_the_file_is_left_alone() {
    let folder = Folder::new("taken");
    let path = folder.path("file");
    fs::write(&path, "somebody's").expect("the folder is ours");
    for error in [
        UnixListener::bind(&path).expect_err("it is taken"),
        UnixDatagram::bind(&path).expect_err("it is taken"),
    ] {
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let path = path.display();
        let expected = format!("cannot bind {path}: it exists; remove it if nobody listens there");
        assert_eq!(error.to_string(), expected);
    }
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "somebody's");
}

#[test]
fn a_file_is_removed_with_its_socket_unless_another_one_took_its_place() {
    let folder = Folder::new("removed");
    let path = folder.path("socket");
    drop(UnixListener::bind(&path).expect("the path is free"));
    assert!(!path.exists());
    drop(UnixDatagram::bind(&path).expect("the path is free"));
    assert!(!path.exists());

    let first = UnixListener::bind(&path).expect("the path is free");
    fs::remove_file(&path).expect("it is there");
    let second = UnixListener::bind(&path).expect("the path is free");
    drop(first);
    assert!(path.exists(), "it is the second one's");
    drop(second);
    assert!(!path.exists());

    // What goes to std, or comes from there, is std's.
    drop(UnixListener::bind(&path).expect("the path is free").into_std());
    assert!(path.exists());
    fs::remove_file(&path).expect("it is there");
    drop(UnixDatagram::bind(&path).expect("the path is free").into_std());
    assert!(path.exists());
}

#[test]
fn a_path_may_be_too_long_missing_or_deserted() {
    let folder = Folder::new("deserted");
    let path = folder.path("socket");
    drop(net::UnixListener::bind(&path).expect("the path is free"));
    run(async {
        let error = UnixStream::connect(&path).await.expect_err("nobody listens");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = UnixStream::connect(folder.path("none")).await.expect_err("it is missing");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = UnixListener::bind("x".repeat(200)).expect_err("it is too long");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_in_the_abstract_space_makes_no_file() {
    let name = format!("\0boucle-{}-abstract", std::process::id());
    run(async {
        let listener = UnixListener::bind(&name).expect("the name is free");
        let (client, server) = zip(UnixStream::connect(&name), listener.accept()).await;
        client.expect("somebody listens").write_all(b"hi").await.expect("there is room");
        let (server, _) = server.expect("a client comes");
        assert_eq!(server.read(&mut [0; 64]).await.expect("it was sent"), 2);

        let socket = UnixDatagram::bind(format!("{name}-2")).expect("the name is free");
        let sender = UnixDatagram::unbound().expect("the system has sockets");
        sender.connect(format!("{name}-2")).expect("somebody is there");
        sender.send(b"hi").await.expect("there is room");
        assert_eq!(socket.recv(&mut [0; 64]).await.expect("it was sent"), 2);
    });
}

#[test]
fn connecting_to_a_full_queue_waits_and_the_other_tasks_go_on() {
    let folder = Folder::new("full");
    let path = folder.path("socket");
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None).expect("the system has sockets");
    socket.bind(&SockAddr::unix(&path).expect("it is short")).expect("the path is free");
    // One waits there, and no more.
    socket.listen(0).expect("it is bound");
    let listener = UnixListener::from_std(socket.into()).expect("it is a socket");
    run(async {
        let log = Rc::new(RefCell::new(Vec::new()));
        let _first = UnixStream::connect(&path).await.expect("there is room for one");
        let told = Rc::clone(&log);
        let second = spawn(async move {
            let stream = UnixStream::connect(&path).await.expect("there will be room");
            told.borrow_mut().push("connected");
            stream.write_all(b"late").await.expect("there is room");
        });
        for _ in 0..3 {
            interrupt().await;
            log.borrow_mut().push("another turn");
        }
        listener.accept().await.expect("the first waits");
        second.await.expect("it does not panic");
        let (stream, _) = listener.accept().await.expect("the second waits");
        assert_eq!(stream.read(&mut [0; 64]).await.expect("it was sent"), 4);
        assert_eq!(*log.borrow(), ["another turn", "another turn", "another turn", "connected"]);
    });
}

#[test]
fn datagrams_arrive_in_order_with_their_senders() {
    let folder = Folder::new("datagrams");
    let (here, there) = (folder.path("here"), folder.path("there"));
    run(async {
        let a = UnixDatagram::bind(&here).expect("the path is free");
        let b = UnixDatagram::bind(&there).expect("the path is free");
        a.send_to(b"one", &there).await.expect("somebody is there");
        a.connect(&there).expect("somebody is there");
        a.send(b"two").await.expect("there is room");
        let mut buffer = [0; 64];
        for expected in ["one", "two"] {
            let (n, from) = b.recv_from(&mut buffer).await.expect("it was sent");
            assert_eq!(&buffer[..n], expected.as_bytes());
            assert_eq!(from.as_pathname(), Some(here.as_path()));
        }
        assert_eq!(pathname(a.local_addr()), Some(here.clone()));
        assert_eq!(pathname(a.peer_addr()), Some(there.clone()));
        b.peer_addr().expect_err("it is not connected");
    });

    fn pathname(address: io::Result<net::SocketAddr>) -> Option<PathBuf> {
        address.ok()?.as_pathname().map(Path::to_owned)
    }
}

#[test]
fn who_sends_to_a_full_queue_waits_for_room_connected_or_not() {
    const N: usize = 1000;
    let folder = Folder::new("room");
    let path = folder.path("socket");
    for is_connected in [false, true] {
        run(async {
            let receiver = UnixDatagram::bind(&path).expect("the path is free");
            let sender = UnixDatagram::unbound().expect("the system has sockets");
            let path = path.clone();
            let sending = spawn(async move {
                if is_connected {
                    sender.connect(&path).expect("somebody is there");
                }
                for i in 0..N {
                    let datagram = i.to_be_bytes();
                    let sent = match is_connected {
                        true => sender.send(&datagram).await,
                        false => sender.send_to(&datagram, &path).await,
                    };
                    sent.expect("somebody is there");
                }
            });
            // The queue is full long before.
            interrupt().await;
            assert!(!sending.done());
            for i in 0..N {
                let mut datagram = [0; 8];
                receiver.recv(&mut datagram).await.expect("it was sent");
                assert_eq!(usize::from_be_bytes(datagram), i);
            }
            sending.await.expect("it does not panic");
        });
    }
}

#[test]
fn sockets_of_std_come_in_and_go_out_again() {
    let (a, b) = net::UnixStream::pair().expect("the system has sockets");
    let ours = UnixStream::from_std(a).expect("it is a socket");
    assert!(SockRef::from(&ours).nonblocking().expect("it can be asked"));
    assert!(run(begins_to_wait(ours.read(&mut [0]))));
    let theirs = ours.into_std().expect("it is a socket");
    assert!(!SockRef::from(&theirs).nonblocking().expect("it can be asked"));
    drop(b);

    let (a, b) = net::UnixDatagram::pair().expect("the system has sockets");
    let (a, b) = (UnixDatagram::from_std(a), UnixDatagram::from_std(b));
    let (a, b) = (a.expect("it is a socket"), b.expect("it is a socket"));
    assert!(run(begins_to_wait(b.recv(&mut [0]))));
    assert_eq!(run(a.send(b"hi")).expect("there is room"), 2);
    let theirs = b.into_std().expect("it is a socket");
    assert_eq!(theirs.recv(&mut [0; 64]).expect("it was sent"), 2);
    let (_a, b) = UnixDatagram::pair().expect("the system has sockets");
    assert!(b.peer_addr().expect("it is connected").is_unnamed());
}

#[test]
fn a_system_call_that_fails_is_told_to_who_made_it() {
    struct Only(SystemCall);
    impl Faults for Only {
        fn before(&self, call: SystemCall) -> Option<io::Error> {
            (call == self.0).then(|| ErrorKind::OutOfMemory.into())
        }
    }
    let folder = Folder::new("faults");
    for (call, expected) in [
        (SystemCall::Open, "bind"),
        (SystemCall::Bind, "bind"),
        (SystemCall::Listen, "bind"),
        (SystemCall::Connect, "connect"),
        (SystemCall::Accept, "accept"),
        (SystemCall::Write, "write"),
        (SystemCall::Read, "read"),
        (SystemCall::Shutdown, "shutdown"),
    ] {
        let path = folder.path("socket");
        let event_loop = Loop::builder().faults(Only(call)).build();
        let failed = run_in(&event_loop, async move {
            let Ok(listener) = UnixListener::bind(&path) else { return "bind" };
            let Ok(client) = UnixStream::connect(&path).await else { return "connect" };
            let Ok((server, _)) = listener.accept().await else { return "accept" };
            if client.write(b"x").await.is_err() {
                return "write";
            }
            if server.read(&mut [0]).await.is_err() {
                return "read";
            }
            if client.shutdown(Shutdown::Both).is_err() { "shutdown" } else { "none" }
        });
        assert_eq!(failed, expected, "{call:?}");
        // Whatever fails, no file is left behind.
        assert!(!folder.path("socket").exists(), "{call:?}");
    }
}

#[test]
fn a_server_at_a_path_serves_as_one_at_a_port_does() {
    let folder = Folder::new("served");
    let path = folder.path("socket");
    run(async {
        let listener = UnixListener::bind(&path).expect("nobody else uses this name");
        let server = Server::start(listener, 10, async |stream: UnixStream, _| {
            let mut word = [0; 5];
            let n = stream.read(&mut word).await.expect("the client is there");
            stream.write_all(&word[..n]).await.expect("the client is there");
        });
        let address = server.local_addr().expect("it listens");
        assert_eq!(address.as_pathname(), Some(path.as_path()));
        let client = UnixStream::connect(&path).await.expect("it listens");
        client.write_all(b"hello").await.expect("the server is there");
        let mut word = [0; 8];
        assert_eq!(client.read(&mut word).await.expect("the server is there"), 5);
        server.close();
        server.wait_closed().await.expect("nothing was wrong");
        assert_eq!(server.local_addr().expect_err("it is closed").kind(), ErrorKind::NotConnected);
    });
    assert!(!path.exists(), "it goes with its listener");
}
