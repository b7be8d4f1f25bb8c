//! The network, a module a theme. Sockets on the loopback interface, real time, and no sleeping.
#![cfg(unix)]

mod aio_socket;
mod async_fd;
mod connect;
mod every_call_fails;
mod fairness;
mod hard_times;
mod no_bytes;
mod processes;
mod reactor;
mod readiness;
mod server;
mod soak;
mod tcp;
mod try_io;
mod udp;
mod unix;
mod waiting;
mod watchdog;

use std::cell::Cell;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd};
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Faults, SystemCall, Task, interrupt, spawn, timeout};

/// Runs `future` on a loop of its own, and not for ever.
fn run<T>(future: impl Future<Output = T>) -> T {
    boucle::run(watched(future))
}

/// Ends a test that hangs.
async fn watched<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), future).await.expect("it does not hang")
}

/// A listener on a port that nobody else has.
fn listener() -> TcpListener {
    TcpListener::bind_to((Ipv4Addr::LOCALHOST, 0).into()).expect("there is a port left")
}

/// Both sides of a connection.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = listener();
    let address = listener.local_addr().expect("it has one");
    let client = TcpStream::connect_to(address).await.expect("it listens");
    let (server, _) = listener.accept().await.expect("a client has come");
    (client, server)
}

/// Counts the turns of a task that is always ready.
fn count_turns() -> (Rc<Cell<usize>>, Task<()>) {
    let n_turns = Rc::new(Cell::new(0));
    let counter = Rc::clone(&n_turns);
    let counts = spawn(async move {
        loop {
            counter.set(counter.get() + 1);
            interrupt().await;
        }
    });
    (n_turns, counts)
}

/// Has every call of this kind fail.
struct FailsAt(SystemCall);

impl Faults for FailsAt {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        (call == self.0).then(|| io::ErrorKind::OutOfMemory.into())
    }
}

/// Reads until the end.
async fn read_all(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let (mut all, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece).await? {
            0 => return Ok(all),
            n => all.extend_from_slice(&piece[..n]),
        }
    }
}

/// What the system calls the socket itself, whatever its descriptor is.
#[cfg(target_os = "linux")]
fn name_of(socket: &impl AsFd) -> std::path::PathBuf {
    let descriptor = socket.as_fd().as_raw_fd();
    std::fs::read_link(format!("/proc/self/fd/{descriptor}")).expect("it is open")
}

/// How many descriptors of this process are this socket.
#[cfg(target_os = "linux")]
fn n_open(name: &std::path::Path) -> usize {
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("Linux has it");
    let links = descriptors.filter_map(|it| std::fs::read_link(it.ok()?.path()).ok());
    links.filter(|it| it == name).count()
}

/// Polls `future` up to `n` times, each time that it is woken, and drops it then; its value, if it
/// comes by then.
async fn polled<T>(n: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut left = n;
    std::future::poll_fn(|cx| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(cx).map(Some);
        if polled.is_pending() && left == 0 {
            return std::task::Poll::Ready(None);
        }
        polled
    })
    .await
}
