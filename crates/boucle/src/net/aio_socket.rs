//! [`AIOSocket`], as the slides have it: made first, bound or connected later.
//!
//! Road: stage 7.

use std::fmt::Display;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::Location;

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use super::accept::accept;
use super::connect::connect_socket;
use super::resolve::resolve;
use super::stream::Streams;
use crate::context::budget;
use crate::context::sys;
use crate::host::SystemCall;
use crate::reactor::{Direction, Moved};
use crate::source::Source;

/// A socket with the slides' words: a task waits for it, and the others go on.
///
/// It is of any kind that the system has. [`TcpStream`](super::TcpStream) and its kin say more, and have
/// the traits of `futures-io`.
///
/// # Examples
///
/// ```
/// use boucle::net::{Domain, Type, aiosocket};
/// use boucle::spawn;
/// use socket2::SockRef;
///
/// let answer = boucle::run(async {
///     let server = aiosocket(Domain::IPV4, Type::STREAM, None)?;
///     server.bind("localhost:0").await?;
///     server.listen().await?;
///     let address = SockRef::from(&server).local_addr()?.as_socket().unwrap();
///     spawn(async move {
///         let client = server.accept().await?;
///         let mut msg = client.recv(1024).await?;
///         msg.reverse();
///         client.send(&msg).await
///     });
///     let client = aiosocket(Domain::IPV4, Type::STREAM, None)?;
///     client.connect(address).await?;
///     client.send(b"Hello World!").await?;
///     client.recv(1024).await
/// });
/// assert_eq!(answer.unwrap(), b"!dlroW olleH");
/// ```
#[derive(Debug)]
pub struct AIOSocket {
    source: Source<Socket>,
}

/// Makes a socket; if nothing is said, the slides take `Domain::IPV4`, `Type::STREAM`, `None`.
///
/// # Errors
///
/// If the system has no such sockets.
///
/// # Examples
///
/// ```
/// use boucle::net::{Domain, Protocol, Type, aiosocket};
///
/// let datagrams = aiosocket(Domain::IPV4, Type::DGRAM, None).unwrap();
/// boucle::run(datagrams.bind("127.0.0.1:0")).unwrap();
/// assert!(aiosocket(Domain::IPV4, Type::DGRAM, Some(Protocol::TCP)).is_err());
/// ```
#[track_caller]
pub fn aiosocket(family: Domain, kind: Type, protocol: Option<Protocol>) -> io::Result<AIOSocket> {
    let socket = sys::call(SystemCall::Open, || Socket::new(family, kind, protocol));
    AIOSocket::new(socket.map_err(cannot("make a socket"))?)
}

impl AIOSocket {
    /// Adopts a socket that exists: one of `socket2`, one of `std`, an `OwnedFd`.
    ///
    /// # Errors
    ///
    /// If it cannot be told not to block.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::AIOSocket;
    ///
    /// let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// let (here, there) = (AIOSocket::new(here).unwrap(), AIOSocket::new(there).unwrap());
    /// boucle::run(here.send(b"hi")).unwrap();
    /// assert_eq!(boucle::run(there.recv(1024)).unwrap(), b"hi");
    /// ```
    #[track_caller]
    pub fn new(socket: impl Into<Socket>) -> io::Result<AIOSocket> {
        AIOSocket::made_at(socket.into(), Location::caller())
    }

    fn made_at(socket: Socket, at: &'static Location<'static>) -> io::Result<AIOSocket> {
        sys::call(SystemCall::Option, || socket.set_nonblocking(true))?;
        Ok(AIOSocket { source: Source::new_at(socket, at) })
    }

    /// Binds the socket to a `"host:port"`; port 0 is one that the system chooses. What the address is
    /// displayed as is looked up, on another thread if it is a name.
    ///
    /// # Errors
    ///
    /// If the name has no address of the socket's family, or that is not of this machine, or taken.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, the socket is not bound.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Domain, Type, aiosocket};
    ///
    /// let socket = aiosocket(Domain::IPV4, Type::STREAM, None).unwrap();
    /// let error = boucle::run(socket.bind("192.0.2.1:0")).unwrap_err(); // nobody's
    /// assert!(error.to_string().starts_with("cannot bind 192.0.2.1:0: "));
    /// ```
    pub async fn bind(&self, address: impl ToSocketAddrs + Display) -> io::Result<()> {
        let what = format!("bind {address}");
        let here = self.resolve(address.to_string()).await.map_err(cannot(&what))?;
        let socket = self.source.io();
        // Else the port of a server stays taken for a minute after its last connection.
        let is_stream = socket.r#type()? == Type::STREAM;
        sys::call(SystemCall::Option, || socket.set_reuse_address(is_stream))?;
        sys::call(SystemCall::Bind, || socket.bind(&here)).map_err(cannot(what))
    }

    /// Lets clients come; up to 128 of them wait to be accepted.
    ///
    /// # Errors
    ///
    /// If the socket is of a kind that takes no connections, or connected.
    ///
    /// # Cancel safety
    ///
    /// The future does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Domain, Type, aiosocket};
    ///
    /// let datagrams = aiosocket(Domain::IPV4, Type::DGRAM, None).unwrap();
    /// assert!(boucle::run(datagrams.listen()).is_err());
    /// ```
    pub async fn listen(&self) -> io::Result<()> {
        sys::call(SystemCall::Listen, || self.source.io().listen(128)).map_err(cannot("listen"))
    }

    /// Connects the socket to a `"host:port"`; looked up as [`bind`](AIOSocket::bind) does.
    ///
    /// # Errors
    ///
    /// If the name has no address of the socket's family, or nobody listens there, or the socket is
    /// connected already.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, drop the socket as well: it may be about to connect.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Domain, Type, aiosocket};
    ///
    /// let socket = aiosocket(Domain::IPV4, Type::STREAM, None).unwrap();
    /// let error = boucle::run(socket.connect("no such name:80")).unwrap_err();
    /// assert!(error.to_string().starts_with("cannot connect to no such name:80: "));
    /// ```
    #[track_caller]
    pub fn connect(
        &self,
        address: impl ToSocketAddrs + Display,
    ) -> impl Future<Output = io::Result<()>> {
        self.connect_at(Location::caller(), address)
    }

    async fn connect_at(
        &self,
        at: &'static Location<'static>,
        address: impl ToSocketAddrs + Display,
    ) -> io::Result<()> {
        let what = format!("connect to {address}");
        let there = self.resolve(address.to_string()).await.map_err(cannot(&what))?;
        let socket = self.source.io();
        if socket.r#type()? == Type::STREAM && socket.peer_addr().is_ok() {
            return Err(cannot(what)(io::Error::other("the socket is connected already")));
        }
        connect_socket(&self.source, &there, at).await.map_err(cannot(what))
    }

    /// Waits for a client.
    ///
    /// A client that left before it was taken is passed over. If there are no descriptors left, or no
    /// memory, the exception handler is told, and this tries again after a pause.
    ///
    /// # Errors
    ///
    /// If the socket does not listen.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no client.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Domain, Type, aiosocket};
    ///
    /// let socket = aiosocket(Domain::IPV4, Type::STREAM, None).unwrap();
    /// let error = boucle::run(socket.accept()).unwrap_err();
    /// assert!(error.to_string().starts_with("cannot accept a client: "));
    /// ```
    #[track_caller]
    pub fn accept(&self) -> impl Future<Output = io::Result<AIOSocket>> {
        let at = Location::caller();
        async move {
            let accepted = accept(&self.source, at, Socket::accept).await;
            let (client, _) = accepted.map_err(cannot("accept a client"))?;
            AIOSocket::made_at(client, at)
        }
    }

    /// Waits for at most `bufsize` bytes; none: the peer has closed, unless none were asked for.
    ///
    /// # Errors
    ///
    /// If the socket is not connected, or the connection is broken.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, no byte was taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::AIOSocket;
    ///
    /// let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// drop(there);
    /// assert!(boucle::run(AIOSocket::new(here).unwrap().recv(1024)).unwrap().is_empty());
    /// ```
    #[track_caller]
    pub fn recv(&self, bufsize: usize) -> impl Future<Output = io::Result<Vec<u8>>> {
        self.recv_at(Location::caller(), bufsize)
    }

    async fn recv_at(&self, at: &'static Location<'static>, bufsize: usize) -> io::Result<Vec<u8>> {
        if bufsize == 0 && !self.source.has_records() {
            budget::charge().await;
            return Ok(Vec::new());
        }
        let mut bytes = vec![0; bufsize];
        let read = |io: &Socket| Streams::read(io, &mut bytes);
        let moved = self.source.io_when_ready_at(at, Direction::Read, SystemCall::Read, read).await;
        bytes.truncate(moved.map_err(cannot("receive"))?.n());
        Ok(bytes)
    }

    /// Waits for room; returns how many of `bytes` went: perhaps not all.
    ///
    /// # Errors
    ///
    /// If the socket is not connected, or the peer is gone: never a signal.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, no byte has gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::AIOSocket;
    ///
    /// let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// let here = AIOSocket::new(here).unwrap();
    /// assert_eq!(boucle::run(here.send(b"hi")).unwrap(), 2);
    /// drop(there);
    /// assert!(boucle::run(here.send(b"hi")).is_err());
    /// ```
    #[track_caller]
    pub fn send(&self, bytes: &[u8]) -> impl Future<Output = io::Result<usize>> {
        self.send_at(Location::caller(), bytes)
    }

    async fn send_at(&self, at: &'static Location<'static>, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() && !self.source.has_records() {
            budget::charge().await;
            return Ok(0);
        }
        let write = |io: &Socket| Streams::write(io, bytes);
        let moved =
            self.source.io_when_ready_at(at, Direction::Write, SystemCall::Write, write).await;
        moved.map(Moved::n).map_err(cannot("send"))
    }

    /// Closes the socket, as dropping it does.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read;
    /// use boucle::net::AIOSocket;
    ///
    /// let (here, mut there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// AIOSocket::new(here).unwrap().close();
    /// assert_eq!(there.read(&mut [0]).unwrap(), 0);
    /// ```
    pub fn close(self) {}

    /// The first address behind a name that the socket's family has.
    async fn resolve(&self, address: String) -> io::Result<SockAddr> {
        let local = sys::call(SystemCall::Option, || SockRef::from(self.source.io()).local_addr())?;
        let addresses = match address.parse::<SocketAddr>() {
            Ok(address) => vec![address],
            Err(_) => {
                let parts = address.rsplit_once(':');
                let parts = parts.and_then(|(host, port)| Some((host, port.parse().ok()?)));
                let (host, port) = parts.ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidInput, "an address is HOST:PORT")
                })?;
                resolve(host, port).await?
            }
        };
        let mut addresses = addresses.into_iter().map(SockAddr::from);
        let found = addresses.find(|it| it.domain() == local.domain());
        found.ok_or_else(|| io::Error::other("no address of the socket's family"))
    }
}

/// Says what could not be done, before the system's reason.
fn cannot(what: impl Display) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("cannot {what}: {error}"))
}

impl AsFd for AIOSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
