//! Connecting: without blocking, and to the first address that answers.
//!
//! Road: stage 10.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net;
use std::net::SocketAddr;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::io::Errno;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::context::budget;
use crate::context::sys;
use crate::host::SystemCall;
use crate::reactor::Direction;
use crate::source::Source;
use crate::time::{Sleep, sleep_at, timeout_at};

/// The "Connection Attempt Delay" of RFC 8305: so long one address has before the next is tried beside.
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first of some addresses that answers, as RFC 8305 has it; for who has asked for it there.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    at: &'static Location<'static>,
) -> io::Result<Source<net::TcpStream>> {
    let mut attempts = Attempts {
        at,
        left: interleaved(addresses),
        running: Vec::new(),
        head_start: None,
        failed: Vec::new(),
    };
    poll_fn(|cx| attempts.poll(cx)).await.map_err(|error| {
        let kind = error.failed.first().map_or(io::ErrorKind::NotFound, |(_, it)| it.kind());
        io::Error::new(kind, error)
    })
}

/// Awaits a connection to a host, for a while.
pub(super) async fn connect_within<T>(
    limit: Duration,
    (host, port): (&str, u16),
    connect: impl Future<Output = io::Result<T>>,
    at: &'static Location<'static>,
) -> io::Result<T> {
    timeout_at(at, limit, connect).await.unwrap_or_else(|elapsed| {
        let message = format!("cannot connect to {host} port {port}: {elapsed}");
        Err(io::Error::new(io::ErrorKind::TimedOut, message))
    })
}

/// The addresses, the two families by turns; the family of the first one begins.
fn interleaved(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let begins = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|it| it.is_ipv6() == begins);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut mixed = VecDeque::with_capacity(addresses.len());
    loop {
        let before = mixed.len();
        mixed.extend(first.next());
        mixed.extend(second.next());
        if mixed.len() == before {
            return mixed;
        }
    }
}

/// Connecting to one address. `Send`, as all that waits for sockets.
type Attempt = Pin<Box<dyn Future<Output = io::Result<Source<net::TcpStream>>> + Send>>;

/// Connecting to several addresses.
struct Attempts {
    /// Where it was asked for.
    at: &'static Location<'static>,
    /// Those that were not tried yet.
    left: VecDeque<SocketAddr>,
    /// Those that are tried now, the first one first.
    running: Vec<(SocketAddr, Attempt)>,
    /// Over when the next one is tried; `None`: at once.
    head_start: Option<Sleep>,
    failed: Vec<(SocketAddr, io::Error)>,
}

impl Attempts {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Source<net::TcpStream>, ConnectError>> {
        loop {
            let mut place = 0;
            while let Some((address, attempt)) = self.running.get_mut(place) {
                match attempt.as_mut().poll(cx) {
                    Poll::Ready(Ok(source)) => return Poll::Ready(Ok(source)),
                    Poll::Ready(Err(error)) => {
                        self.failed.push((*address, error));
                        drop(self.running.remove(place));
                        self.head_start = None;
                    }
                    Poll::Pending => place += 1,
                }
            }
            if self.left.is_empty() && self.running.is_empty() {
                return Poll::Ready(Err(ConnectError { failed: std::mem::take(&mut self.failed) }));
            }
            if let Some(head_start) = self.head_start.as_mut().filter(|_| !self.left.is_empty()) {
                if Pin::new(head_start).poll(cx).is_pending() {
                    return Poll::Pending;
                }
            }
            let Some(address) = self.left.pop_front() else { return Poll::Pending };
            self.head_start = Some(sleep_at(self.at, HEAD_START));
            self.running.push((address, Box::pin(connect_to(address, self.at))));
        }
    }
}

/// Why there is no connection: what became of each address that was tried.
///
/// It is inside the [`io::Error`] that the `connect` functions of [`TcpStream`](super::TcpStream)
/// return.
///
/// # Examples
///
/// ```
/// use std::io::ErrorKind;
/// use boucle::net::{ConnectError, TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let address = listener.local_addr().unwrap();
///     drop(listener);
///     let error = TcpStream::connect_to(address).await.unwrap_err();
///     let error: &ConnectError = error.get_ref().unwrap().downcast_ref().unwrap();
///     let (tried, why) = &error.failed()[0];
///     assert_eq!((*tried, why.kind()), (address, ErrorKind::ConnectionRefused));
///     assert!(why.raw_os_error().is_some());
/// });
/// ```
#[derive(Debug)]
pub struct ConnectError {
    failed: Vec<(SocketAddr, io::Error)>,
}

impl ConnectError {
    /// The addresses, and what the system said, in the order in which they failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{ConnectError, TcpStream};
    ///
    /// let error = boucle::run(TcpStream::connect("255.255.255.255", 1)).unwrap_err();
    /// let error: &ConnectError = error.get_ref().unwrap().downcast_ref().unwrap();
    /// assert_eq!(error.failed().len(), 1);
    /// ```
    #[must_use]
    pub fn failed(&self) -> &[(SocketAddr, io::Error)] {
        &self.failed
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failed.is_empty() {
            return f.write_str("cannot connect: there is no address");
        }
        f.write_str("cannot connect to ")?;
        for (n, (address, error)) in self.failed.iter().enumerate() {
            write!(f, "{}{address}: {error}", if n == 0 { "" } else { "; to " })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.failed.first().map(|(_, error)| error as _)
    }
}

/// Connects a TCP socket to one address.
async fn connect_to(
    address: SocketAddr,
    at: &'static Location<'static>,
) -> io::Result<Source<net::TcpStream>> {
    let socket = sys::call(SystemCall::Open, || {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    let source = Source::new_at(socket, at);
    connect_socket(&source, &address.into(), at).await?;
    Ok(source.turn_into())
}

/// Connects a socket that does not block.
pub(super) async fn connect_socket(
    source: &Source<Socket>,
    address: &SockAddr,
    at: &'static Location<'static>,
) -> io::Result<()> {
    loop {
        let Err(error) = sys::call(SystemCall::Connect, || source.io().connect(address)) else {
            return Ok(());
        };
        match Errno::from_io_error(&error) {
            // Asked again, the system says whether it is under way, or done; not for ever in one turn.
            Some(Errno::INTR) => budget::charge().await,
            Some(Errno::ISCONN) => return Ok(()),
            Some(Errno::INPROGRESS | Errno::ALREADY) => break,
            _ => return Err(error),
        }
    }
    source
        .io_when_ready_at(at, Direction::Write, SystemCall::Connect, |socket| {
            // First the error, which is told once; then whether there is somebody on the other side.
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
            match socket.peer_addr() {
                Ok(_) => Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                    Err(io::ErrorKind::WouldBlock.into())
                }
                Err(error) => Err(error),
            }
        })
        .await
}
