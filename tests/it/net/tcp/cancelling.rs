//! Everything that can be awaited, dropped after each number of polls: nothing is lost, nothing stays.

use boucle::net::{Server, TcpStream};
use boucle::{interrupt, spawn};

use crate::net::{listener, pair, polled, read_all, run};

#[test]
fn a_client_that_is_dropped_anywhere_leaves_nothing_behind() {
    const SIZE: usize = 300_000;
    run(async {
        let echo = async |stream: TcpStream, _| {
            let Ok(bytes) = read_all(&stream).await else { return };
            let _ = stream.write_all(&bytes).await;
        };
        let server = Server::start(listener(), usize::MAX, echo);
        let address = server.local_addr().expect("it listens");
        let conversation = async || {
            let stream = TcpStream::connect_to(address).await.expect("it listens");
            stream.write_all(&[7; SIZE]).await.expect("it is open");
            stream.shutdown(std::net::Shutdown::Write).expect("it is open");
            let mut echoed = vec![0; SIZE];
            stream.read_exact(&mut echoed).await.expect("it is open");
            assert_eq!(stream.read(&mut [0]).await.expect("it ends well"), 0);
            echoed
        };
        let mut n_polls = 0;
        let echoed = loop {
            if let Some(echoed) = polled(n_polls, conversation()).await {
                break echoed;
            }
            // The next one finds the server as the first one did.
            while server.n_connections() > 0 {
                interrupt().await;
            }
            n_polls += 1;
        };
        assert!(echoed == [7; SIZE] && n_polls >= 2, "{n_polls} polls were all");
        server.close();
        server.wait_closed().await.expect("it was closed");
    });
}

#[test]
fn a_read_that_is_dropped_takes_nothing() {
    run(async {
        let (client, server) = pair().await;
        let writes = spawn(async move {
            for byte in 0..=255 {
                client.write_all(&[byte]).await.expect("it is open");
                interrupt().await;
                interrupt().await;
            }
        });
        let (mut all, mut n_dropped) = (Vec::new(), 0);
        let mut bytes = [0; 4];
        loop {
            // All kinds of reads by turns; those that do not wait for more than one byte.
            let _ = polled(1, server.peek(&mut bytes)).await;
            match polled(1, server.read(&mut bytes)).await {
                Some(Ok(0)) => break,
                Some(n) => all.extend_from_slice(&bytes[..n.expect("it is open")]),
                None => n_dropped += 1,
            }
            interrupt().await;
        }
        assert_eq!(all, (0..=255).collect::<Vec<u8>>());
        assert!(n_dropped > 10, "only {n_dropped} reads had to wait");
        writes.await.expect("it ends");
    });
}

#[test]
fn a_write_that_is_dropped_before_it_is_ready_wrote_nothing() {
    run(async {
        let (client, server) = pair().await;
        let piece = [7; 50_000];
        let (mut n_written, mut n_dropped) = (0, 0);
        while n_dropped < 100 {
            // Nobody reads: soon there is no room.
            match polled(1, client.write(&piece)).await {
                Some(n) => n_written += n.expect("it is open"),
                None => n_dropped += 1,
            }
            interrupt().await;
        }
        drop(client);
        assert_eq!(read_all(&server).await.expect("it ends well").len(), n_written);
    });
}

#[test]
fn an_accept_that_is_dropped_takes_no_connection() {
    run(async {
        let listener = listener();
        let address = listener.local_addr().expect("it has one");
        let connects = spawn(async move {
            let mut clients = Vec::new();
            for _ in 0..20 {
                for _ in 0..3 {
                    interrupt().await;
                }
                clients.push(TcpStream::connect_to(address).await.expect("it listens"));
            }
            clients
        });
        let (mut peers, mut n_dropped) = (Vec::new(), 0);
        while peers.len() < 20 {
            match polled(1, listener.accept()).await {
                Some(taken) => peers.push(taken.expect("it is one").1),
                None => n_dropped += 1,
            }
            interrupt().await;
        }
        let clients = connects.await.expect("it ends");
        let expected: Vec<_> =
            clients.iter().map(|it| it.local_addr().expect("it has one")).collect();
        assert_eq!(peers, expected);
        assert!(n_dropped > 20, "only {n_dropped} had to wait");
    });
}
