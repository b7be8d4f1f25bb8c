//! A stream is of no loop: several may use it, and each may end before it.

use std::io::{Read, Write};
use std::net;
use std::sync::Arc;
use std::thread;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Loop, interrupt, spawn};

use crate::net::{listener, pair, polled, read_all, run, watched};
#[cfg(target_os = "linux")]
use crate::net::{n_open, name_of};

#[test]
fn two_loops_in_two_threads_share_a_stream() {
    const N_BYTES: usize = 20_000;
    let (client, server) = run(pair());
    let server = Arc::new(server);
    let counts = thread::scope(|scope| {
        let readers = [(); 2].map(|()| {
            let server = Arc::clone(&server);
            scope.spawn(move || {
                run(async {
                    let mut n = 0;
                    // One by one: each byte is for one of the two.
                    while server.read(&mut [0]).await.expect("it ends well") > 0 {
                        n += 1;
                        server.write_all(&[1]).await.expect("it is open");
                    }
                    n
                })
            })
        });
        let answers = run(async {
            let (reader, writer) = client.into_split();
            let writes = spawn(async move { writer.write_all(&vec![7; N_BYTES]).await });
            let mut answers = vec![0; N_BYTES];
            reader.as_ref().read_exact(&mut answers).await.expect("both answer");
            writes.await.expect("it ends").expect("it is open");
            answers
        });
        assert!(answers.iter().all(|it| *it == 1));
        readers.map(|it| it.join().expect("it does not panic"))
    });
    assert_eq!(counts.iter().sum::<usize>(), N_BYTES, "{counts:?}");
}

#[test]
fn a_stream_moves_from_loop_to_loop_and_thread_to_thread() {
    let (client, server) = run(pair());
    let first = Loop::new();
    // It waits here, and is watched here.
    let waited = first.run_until_complete(polled(1, server.read(&mut [0; 8])));
    assert!(waited.expect("it ends").is_none());
    // The first one is still there, and then it is not.
    for event_loop in [Loop::new(), Loop::new()] {
        let talk = async {
            let reads = async || {
                let mut word = [0; 5];
                server.read_exact(&mut word).await.expect("it is open");
                word
            };
            assert!(polled(1, reads()).await.is_none());
            client.write_all(b"hello").await.expect("it is open");
            assert_eq!(&reads().await, b"hello");
        };
        event_loop.run_until_complete(watched(talk)).expect("it ends");
        first.close().expect("it does not run");
    }
    let server = thread::spawn(move || {
        run(async {
            server.write_all(b"from another thread").await.expect("it is open");
            server
        })
    });
    let server = server.join().expect("it does not panic");
    drop(server);
    assert_eq!(run(read_all(&client)).expect("it ends well"), b"from another thread");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_is_closed_wherever_it_is_dropped() {
    let drops: [fn(TcpStream); 3] = [
        drop,
        |stream| thread::spawn(|| drop(stream)).join().expect("it does not panic"),
        |stream| Loop::new().run_until_complete(async { drop(stream) }).expect("it ends"),
    ];
    for drops in drops {
        for is_watched in [false, true] {
            let event_loop = Loop::new();
            let (client, server) = run(pair());
            if is_watched {
                let waits = event_loop.run_until_complete(polled(1, server.read(&mut [0; 8])));
                assert!(waits.expect("it ends").is_none());
            }
            let name = name_of(&server);
            assert_eq!(n_open(&name), 1);
            drops(server);
            assert_eq!(n_open(&name), 0);
            assert_eq!(run(client.read(&mut [0; 8])).expect("it ends well"), 0);
            // It had something to forget, perhaps.
            event_loop.run_until_complete(interrupt()).expect("it ends");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_loop_that_is_closed_closes_the_sockets_of_its_tasks() {
    let event_loop = Loop::new();
    let listener = listener();
    let address = listener.local_addr().expect("it has one");
    let (mut reader, mut writer) = (client(address), client(address));
    let kept = Arc::new(TcpStream::from_std(client(address)).expect("it can wait"));
    let also = Arc::clone(&kept);
    let waiting = event_loop.run_until_complete(watched(async {
        let names = |sockets: &[TcpStream]| sockets.iter().map(name_of).collect::<Vec<_>>();
        let mut sockets = Vec::new();
        for _ in 0..3 {
            sockets.push(listener.accept().await.expect("a client has come").0);
        }
        let mut names = names(&sockets);
        names.push(name_of(&listener));
        let last = sockets.pop();
        let (writes, reads) = (sockets.pop().expect("it came"), sockets.pop().expect("it came"));
        let waits = [
            spawn(async move { drop(listener.accept().await) }),
            spawn(async move { drop(reads.read(&mut [0; 8]).await) }),
            // More than there is room for.
            spawn(async move { drop(writes.write_all(&vec![7; 50_000_000]).await) }),
            spawn(async move { drop(also.read(&mut [0; 8]).await) }),
        ];
        for _ in 0..10 {
            interrupt().await;
        }
        assert!(waits.iter().all(|it| !it.done()));
        (names, last.expect("it came"))
    }));
    let (names, last) = waiting.expect("it ends");
    assert!(names.iter().all(|it| n_open(it) == 1));
    event_loop.close().expect("it does not run");
    let n_left: Vec<_> = names.iter().map(|it| n_open(it)).collect();
    // The third one is here.
    assert_eq!(n_left, [0, 0, 1, 0]);
    assert_eq!(reader.read(&mut [0; 8]).expect("it ends well"), 0);
    writer.read_to_end(&mut Vec::new()).expect("it ends well");
    // Another loop takes the one that is left.
    drop(event_loop);
    run(async {
        let reads = polled(1, kept.read(&mut [0; 8])).await;
        assert!(reads.is_none());
        last.write_all(b"hello").await.expect("it is open");
        assert_eq!(kept.read(&mut [0; 8]).await.expect("it is open"), 5);
    });
}

/// A client that blocks.
fn client(address: net::SocketAddr) -> net::TcpStream {
    net::TcpStream::connect(address).expect("it listens")
}

#[test]
fn what_comes_from_std_goes_back_to_it() {
    let std = net::TcpListener::bind("127.0.0.1:0").expect("there is a port left");
    let address = std.local_addr().expect("it has one");
    let listener = TcpListener::from_std(std).expect("it can wait");
    let client = TcpStream::from_std(client(address)).expect("it can wait");
    let (listener, client, server) = run(async {
        let (server, _) = listener.accept().await.expect("a client has come");
        // Both are watched.
        assert!(polled(1, server.read(&mut [0; 8])).await.is_none());
        assert!(polled(1, listener.accept()).await.is_none());
        // There and back, in one loop: it was forgotten in between.
        let server = TcpStream::from_std(server.into_std()).expect("it can wait");
        assert!(polled(1, server.read(&mut [0; 8])).await.is_none());
        client.write_all(b"async").await.expect("it is open");
        server.read_exact(&mut [0; 5]).await.expect("it is open");
        (listener, client, server)
    });
    let (mut client, mut server) = (client.into_std(), server.into_std());
    server.set_nonblocking(false).expect("it can be set");
    client.write_all(b"plain").expect("it is open");
    let mut word = [0; 5];
    server.read_exact(&mut word).expect("it is open");
    assert_eq!(&word, b"plain");

    let std = listener.into_std();
    let again = TcpListener::from_std(std).expect("it can wait");
    let _client = net::TcpStream::connect(address).expect("it listens");
    run(again.accept()).expect("a client has come");
}
