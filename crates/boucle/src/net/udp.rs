//! [`UdpSocket`]; its settings are in a file of their own.
//!
//! Road: stage 7.

mod settings;

use std::io;
use std::net;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::Location;

use socket2::{Domain, Protocol, Socket, Type};

use super::resolve::resolve;
use crate::context::sys;
use crate::host::SystemCall;
use crate::reactor::Direction;
use crate::source::Source;

/// Sends and receives datagrams: each arrives whole, late, twice or not at all.
///
/// Many tasks may use it at once, by shared reference; each datagram goes to one of them.
///
/// # Examples
///
/// ```
/// use boucle::net::UdpSocket;
///
/// let greeting = boucle::run(async {
///     let here = UdpSocket::bind("localhost", 0).await?;
///     let there = UdpSocket::bind("localhost", 0).await?;
///     here.send_to(b"hello", there.local_addr()?).await?;
///     let mut buffer = [0; 1500];
///     let (n, from) = there.recv_from(&mut buffer).await?;
///     assert_eq!(from, here.local_addr()?);
///     std::io::Result::Ok(buffer[..n].to_vec())
/// });
/// assert_eq!(greeting.unwrap(), b"hello");
/// ```
#[doc(alias = "create_datagram_endpoint")]
#[doc(alias = "DatagramTransport")]
#[derive(Debug)]
pub struct UdpSocket {
    source: Source<net::UdpSocket>,
}

impl UdpSocket {
    /// Makes a socket with the first address of `host` that is free; port 0 is any port.
    ///
    /// # Errors
    ///
    /// If the name has no address, or none of its addresses is one of this machine, and free.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves no socket behind.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let socket = boucle::run(async { UdpSocket::bind("127.0.0.1", 0).await }).unwrap();
    /// assert_ne!(socket.local_addr().unwrap().port(), 0);
    /// ```
    #[track_caller]
    pub fn bind(host: &str, port: u16) -> impl Future<Output = io::Result<UdpSocket>> {
        let at = Location::caller();
        first_that_works(host, port, move |address| UdpSocket::open(address, at))
    }

    /// Makes a socket with this address.
    ///
    /// # Errors
    ///
    /// If it is no address of this machine, or taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::{Ipv4Addr, SocketAddr};
    /// use boucle::net::UdpSocket;
    ///
    /// let socket = UdpSocket::bind_to(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    /// let again = UdpSocket::bind_to(socket.local_addr().unwrap());
    /// assert_eq!(again.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    /// ```
    #[track_caller]
    pub fn bind_to(address: SocketAddr) -> io::Result<UdpSocket> {
        UdpSocket::open(address, Location::caller())
    }

    fn open(address: SocketAddr, at: &'static Location<'static>) -> io::Result<UdpSocket> {
        let socket = sys::call(SystemCall::Open, || {
            Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))
        })?;
        socket.set_nonblocking(true)?;
        sys::call(SystemCall::Bind, || socket.bind(&address.into()))?;
        Ok(UdpSocket { source: Source::new_at(socket.into(), at) })
    }

    /// Lets the socket send to, and hear of, one peer alone: the first address of `host` that can be
    /// reached from here. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If the name has no address, or the system knows no way to any of them.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the socket as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let peer = boucle::run(async {
    ///     let socket = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     socket.connect("127.0.0.1", 9).await?;
    ///     socket.peer_addr()
    /// });
    /// assert_eq!(peer.unwrap().port(), 9);
    /// ```
    pub async fn connect(&self, host: &str, port: u16) -> io::Result<()> {
        first_that_works(host, port, |address| self.connect_to(address)).await
    }

    /// As [`connect`](UdpSocket::connect), with an address.
    ///
    /// # Errors
    ///
    /// If the system knows no way to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let answer = boucle::run(async {
    ///     let here = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     let there = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     here.connect_to(there.local_addr()?)?;
    ///     there.connect_to(here.local_addr()?)?;
    ///     here.send(b"ping").await?;
    ///     let mut buffer = [0; 4];
    ///     let n = there.recv(&mut buffer).await?;
    ///     std::io::Result::Ok(buffer[..n].to_vec())
    /// });
    /// assert_eq!(answer.unwrap(), b"ping");
    /// ```
    pub fn connect_to(&self, address: SocketAddr) -> io::Result<()> {
        sys::call(SystemCall::Connect, || self.source.io().connect(address))
    }

    /// Sends a datagram to the peer that the socket was connected to.
    ///
    /// # Errors
    ///
    /// If it is not connected, if the datagram is too long, or if the peer has refused an earlier one.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, nothing was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let sent = boucle::run(async {
    ///     UdpSocket::bind("127.0.0.1", 0).await?.send(b"to whom?").await
    /// });
    /// assert!(sent.is_err());
    /// ```
    #[track_caller]
    pub fn send(&self, datagram: &[u8]) -> impl Future<Output = io::Result<usize>> {
        let send = move |io: &net::UdpSocket| io.send(datagram);
        self.source.io_when_ready(Direction::Write, SystemCall::Write, send)
    }

    /// Receives a datagram of the peer that the socket was connected to, or of anybody if it was not.
    /// What does not fit into `buffer` is lost.
    ///
    /// # Errors
    ///
    /// If the peer has refused what was sent: nobody is there.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, no datagram was taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let n = boucle::run(async {
    ///     let socket = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     socket.connect_to(socket.local_addr()?)?;
    ///     socket.send(b"to myself").await?;
    ///     socket.recv(&mut [0; 2]).await
    /// });
    /// assert_eq!(n.unwrap(), 2); // the rest is lost
    /// ```
    #[track_caller]
    pub fn recv(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        let recv = move |io: &net::UdpSocket| io.recv(buffer);
        self.source.io_when_ready(Direction::Read, SystemCall::Read, recv)
    }

    /// Sends a datagram to `target`.
    ///
    /// # Errors
    ///
    /// If there is no way to it, if the datagram is too long, or if it is for all (see
    /// [`set_broadcast`](UdpSocket::set_broadcast)).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, nothing was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let n = boucle::run(async {
    ///     let socket = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     socket.send_to(b"", socket.local_addr()?).await // a datagram may be empty
    /// });
    /// assert_eq!(n.unwrap(), 0);
    /// ```
    #[doc(alias = "sendto")]
    #[track_caller]
    pub fn send_to(
        &self,
        datagram: &[u8],
        target: SocketAddr,
    ) -> impl Future<Output = io::Result<usize>> {
        let send = move |io: &net::UdpSocket| io.send_to(datagram, target);
        self.source.io_when_ready(Direction::Write, SystemCall::Write, send)
    }

    /// Receives a datagram, and tells who sent it. What does not fit into `buffer` is lost.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, no datagram was taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let (n, is_mine) = boucle::run(async {
    ///     let socket = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     socket.send_to(b"ping", socket.local_addr()?).await?;
    ///     let (n, from) = socket.recv_from(&mut [0; 1500]).await?;
    ///     std::io::Result::Ok((n, from == socket.local_addr()?))
    /// }).unwrap();
    /// assert!(n == 4 && is_mine);
    /// ```
    #[doc(alias = "recvfrom")]
    #[doc(alias = "datagram_received")]
    #[track_caller]
    pub fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> impl Future<Output = io::Result<(usize, SocketAddr)>> {
        let recv = move |io: &net::UdpSocket| io.recv_from(buffer);
        self.source.io_when_ready(Direction::Read, SystemCall::Read, recv)
    }

    /// Looks at the next datagram, and leaves it.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let (seen, taken) = boucle::run(async {
    ///     let socket = UdpSocket::bind("127.0.0.1", 0).await?;
    ///     socket.send_to(b"ping", socket.local_addr()?).await?;
    ///     let (seen, _) = socket.peek_from(&mut [0; 1500]).await?;
    ///     std::io::Result::Ok((seen, socket.recv(&mut [0; 1500]).await?))
    /// }).unwrap();
    /// assert_eq!(seen, taken);
    /// ```
    #[track_caller]
    pub fn peek_from(
        &self,
        buffer: &mut [u8],
    ) -> impl Future<Output = io::Result<(usize, SocketAddr)>> {
        let peek = move |io: &net::UdpSocket| io.peek_from(buffer);
        self.source.io_when_ready(Direction::Read, SystemCall::Read, peek)
    }
}

/// Tries the addresses behind a name, in their order; if none works, the last error is the result.
async fn first_that_works<R>(
    host: &str,
    port: u16,
    f: impl Fn(SocketAddr) -> io::Result<R>,
) -> io::Result<R> {
    let mut result = Err(io::ErrorKind::NotFound.into());
    for address in resolve(host, port).await? {
        result = f(address);
        if result.is_ok() {
            break;
        }
    }
    result
}

impl AsFd for UdpSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
