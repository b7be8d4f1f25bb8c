//! Each system call that fails is told to whoever made it, and to nobody else.

use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, Shutdown};
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Faults, Loop, SystemCall, interrupt};
use rustix::io::Errno;

use crate::net::{pair, polled, watched};

/// The one call that fails, if there is one.
#[derive(Clone, Default)]
struct Fails(Rc<Cell<Option<SystemCall>>>);

impl Faults for Fails {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        (self.0.get() == Some(call)).then(|| Errno::IO.into())
    }
}

/// Does everything that has an error, and says what failed.
async fn everything(fails: &Fails, call: SystemCall) -> Vec<&'static str> {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let listener = TcpListener::bind_to(address).expect("nothing fails yet");
    let (client, server) = pair().await;
    server.write_all(b"hello").await.expect("nothing fails yet");
    let here = listener.local_addr().expect("nothing fails yet");
    let _waits = TcpStream::connect_to(here).await.expect("nothing fails yet");
    let (std, std_listener) = (pair().await.0.into_std(), crate::net::listener().into_std());

    fails.0.set(Some(call));
    let results = [
        ("bind_to", TcpListener::bind_to(address).err()),
        ("connect_to", TcpStream::connect_to(here).await.err()),
        ("accept", listener.accept().await.err()),
        ("from_std", TcpStream::from_std(std).err()),
        ("listener from_std", TcpListener::from_std(std_listener).err()),
        ("listener local_addr", listener.local_addr().err()),
        ("local_addr", client.local_addr().err()),
        ("peer_addr", client.peer_addr().err()),
        ("nodelay", client.nodelay().err()),
        ("set_nodelay", client.set_nodelay(true).err()),
        ("keepalive", client.keepalive().err()),
        ("set_keepalive", client.set_keepalive(Some(Duration::from_secs(9))).err()),
        ("linger", client.linger().err()),
        ("set_linger", client.set_linger(None).err()),
        ("ttl", client.ttl().err()),
        ("set_ttl", client.set_ttl(9).err()),
        ("take_error", client.take_error().err()),
        ("peek", client.peek(&mut [0]).await.err()),
        ("read", client.read(&mut [0]).await.err()),
        ("read_exact", client.read_exact(&mut [0]).await.err()),
        ("write", client.write(b"a").await.err()),
        ("write_all", client.write_all(b"a").await.err()),
        ("waiting read", polled(1, server.read(&mut [0; 8])).await.and_then(Result::err)),
        ("second waiting read", polled(1, server.read(&mut [0; 8])).await.and_then(Result::err)),
        ("shutdown", client.shutdown(Shutdown::Write).err()),
    ];
    fails.0.set(None);
    interrupt().await;
    let failed = results.iter().filter_map(|(what, error)| Some((*what, error.as_ref()?)));
    let failed = failed.map(|(what, error)| {
        assert!(error.to_string().ends_with(&Errno::IO.to_string()), "{what}: {error}");
        what
    });
    failed.collect()
}

#[test]
fn each_system_call_that_fails_is_told() {
    let settings = [
        "from_std",
        "listener from_std",
        "listener local_addr",
        "local_addr",
        "peer_addr",
        "nodelay",
        "set_nodelay",
        "keepalive",
        "set_keepalive",
        "linger",
        "set_linger",
        "ttl",
        "set_ttl",
        "take_error",
    ];
    let reads = ["peek", "read", "read_exact", "waiting read", "second waiting read"];
    let expected: [(SystemCall, Vec<_>); 10] = [
        (SystemCall::Open, vec!["bind_to", "connect_to"]),
        (SystemCall::Bind, vec!["bind_to"]),
        (SystemCall::Listen, vec!["bind_to"]),
        (SystemCall::Connect, vec!["connect_to"]),
        (SystemCall::Accept, vec!["accept"]),
        (SystemCall::Option, [&["bind_to"], &settings[..]].concat()),
        (SystemCall::Read, reads.to_vec()),
        (SystemCall::Write, vec!["write", "write_all"]),
        // Whoever must wait is told that it cannot.
        (SystemCall::Register, vec!["second waiting read"]),
        (SystemCall::Shutdown, vec!["shutdown"]),
    ];
    for (call, expected) in expected {
        let fails = Fails::default();
        let event_loop = Loop::builder().faults(fails.clone()).build();
        let failed = event_loop.run_until_complete(watched(everything(&fails, call)));
        assert_eq!(failed.expect("it ends"), expected, "{call:?}");
    }
}
