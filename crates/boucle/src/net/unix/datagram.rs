//! [`UnixDatagram`].

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net;
use std::os::unix::net::SocketAddr;
use std::panic::Location;
use std::path::Path;

use socket2::{SockAddr, SockRef, Type};

use super::file::SocketFile;
use super::{again_and_again, open, open_at};
use crate::context::sys;
use crate::host::SystemCall;
use crate::reactor::Direction;
use crate::source::Source;

/// Sends and receives datagrams on the same machine: each arrives whole, in order, and once.
///
/// # Examples
///
/// ```
/// use boucle::net::UnixDatagram;
///
/// let path = std::env::temp_dir().join(format!("boucle-{}-datagram", std::process::id()));
/// let n = boucle::run(async {
///     let server = UnixDatagram::bind(&path)?;
///     let client = UnixDatagram::unbound()?;
///     client.send_to(b"hello", &path).await?;
///     let (n, from) = server.recv_from(&mut [0; 64]).await?;
///     assert!(from.is_unnamed());
///     std::io::Result::Ok(n)
/// });
/// assert_eq!(n.unwrap(), 5);
/// ```
#[derive(Debug)]
pub struct UnixDatagram {
    /// Before `source`: it is removed before the socket is closed.
    file: Option<SocketFile>,
    source: Source<net::UnixDatagram>,
}

impl UnixDatagram {
    /// Makes a socket with a path, where others can send to.
    ///
    /// The file that this makes is removed when the socket is dropped, unless another one is there by
    /// then; [`into_std`](UnixDatagram::into_std) keeps it. A file that is there already is never
    /// removed.
    ///
    /// # Errors
    ///
    /// `AddrInUse` if the path exists; if the path is too long (some 100 bytes), or no file can be made
    /// there.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixDatagram;
    ///
    /// let path = std::env::temp_dir().join(format!("boucle-{}-dgram", std::process::id()));
    /// let socket = UnixDatagram::bind(&path).unwrap();
    /// assert!(UnixDatagram::bind(&path).is_err());
    /// drop(socket);
    /// assert!(!path.exists());
    /// ```
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<UnixDatagram> {
        let socket = open_at(Type::DGRAM, path.as_ref())?;
        let file = SocketFile::at(path.as_ref());
        Ok(UnixDatagram { file, source: Source::new(socket.into()) })
    }

    /// Makes a socket without a path: it sends, and nobody can answer.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::net::UnixDatagram::unbound().unwrap();
    /// assert!(socket.local_addr().unwrap().is_unnamed());
    /// ```
    #[track_caller]
    pub fn unbound() -> io::Result<UnixDatagram> {
        Ok(UnixDatagram { file: None, source: Source::new(open(Type::DGRAM)?.into()) })
    }

    /// Makes two that are connected to one another.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixDatagram;
    ///
    /// let n = boucle::run(async {
    ///     let (here, there) = UnixDatagram::pair()?;
    ///     here.send(b"one").await?;
    ///     here.send(b"two").await?;
    ///     there.recv(&mut [0; 64]).await
    /// });
    /// assert_eq!(n.unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn pair() -> io::Result<(UnixDatagram, UnixDatagram)> {
        let (here, there) = sys::call(SystemCall::Open, net::UnixDatagram::pair)?;
        Ok((UnixDatagram::from_std(here)?, UnixDatagram::from_std(there)?))
    }

    /// Lets the socket send to, and hear of, who is at a path, and nobody else.
    ///
    /// # Errors
    ///
    /// If there is no such path, or nobody is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixDatagram;
    ///
    /// let socket = UnixDatagram::unbound().unwrap();
    /// assert!(socket.connect("/no/such/path").is_err());
    /// ```
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let address = SockAddr::unix(path)?;
        sys::call(SystemCall::Connect, || SockRef::from(self.source.io()).connect(&address))
    }

    /// Takes a socket of `std`, and lets it block no more. Its file is left alone.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixDatagram;
    ///
    /// let theirs = std::os::unix::net::UnixDatagram::unbound().unwrap();
    /// assert!(UnixDatagram::from_std(theirs).unwrap().peer_addr().is_err());
    /// ```
    #[track_caller]
    pub fn from_std(socket: net::UnixDatagram) -> io::Result<UnixDatagram> {
        sys::call(SystemCall::Option, || socket.set_nonblocking(true))?;
        Ok(UnixDatagram { file: None, source: Source::new(socket) })
    }

    /// Gives the socket as one of `std`, which no loop watches; it blocks again, and its file stays
    /// when it is dropped.
    ///
    /// # Errors
    ///
    /// If the system has a reason; then the socket is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// let (here, there) = boucle::net::UnixDatagram::pair().unwrap();
    /// here.into_std().unwrap().send(b"hello").unwrap();
    /// assert_eq!(boucle::run(there.recv(&mut [0; 64])).unwrap(), 5);
    /// ```
    pub fn into_std(self) -> io::Result<net::UnixDatagram> {
        let socket = self.source.into_inner();
        sys::call(SystemCall::Option, || socket.set_nonblocking(false))?;
        if let Some(file) = self.file {
            file.keep();
        }
        Ok(socket)
    }

    /// Sends a datagram to the one that the socket was connected to, once there is room.
    ///
    /// # Errors
    ///
    /// If it is not connected, if that one is gone, or if the datagram is too long.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, nothing was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// let (here, there) = boucle::net::UnixDatagram::pair().unwrap();
    /// drop(there);
    /// assert!(boucle::run(here.send(b"anybody?")).is_err());
    /// ```
    #[track_caller]
    pub fn send(&self, datagram: &[u8]) -> impl Future<Output = io::Result<usize>> {
        let send = move |io: &net::UnixDatagram| io.send(datagram);
        self.source.io_when_ready(Direction::Write, SystemCall::Write, send)
    }

    /// Receives a datagram. What does not fit into `buffer` is lost.
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
    /// let (here, there) = boucle::net::UnixDatagram::pair().unwrap();
    /// boucle::run(here.send(b"too long")).unwrap();
    /// assert_eq!(boucle::run(there.recv(&mut [0; 3])).unwrap(), 3);
    /// ```
    #[track_caller]
    pub fn recv(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        let recv = move |io: &net::UnixDatagram| io.recv(buffer);
        self.source.io_when_ready(Direction::Read, SystemCall::Read, recv)
    }

    /// Sends a datagram to who is at a path.
    ///
    /// If too many wait there to be received, this tries again, after pauses of 1 to 32 ms: the system
    /// tells nobody when there is room.
    ///
    /// # Errors
    ///
    /// If there is no such path, or nobody is there, or the datagram is too long.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, nothing was sent.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::net::UnixDatagram::unbound().unwrap();
    /// assert!(boucle::run(socket.send_to(b"hello", "/no/such/path")).is_err());
    /// ```
    #[track_caller]
    pub fn send_to(
        &self,
        datagram: &[u8],
        path: impl AsRef<Path>,
    ) -> impl Future<Output = io::Result<usize>> {
        let at = Location::caller();
        async move {
            let target = SockAddr::unix(path)?;
            let socket = SockRef::from(self.source.io());
            let send = || sys::call(SystemCall::Write, || socket.send_to(datagram, &target));
            again_and_again(at, send).await
        }
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
    /// let (here, there) = boucle::net::UnixDatagram::pair().unwrap();
    /// boucle::run(here.send(b"hello")).unwrap();
    /// let (n, from) = boucle::run(there.recv_from(&mut [0; 64])).unwrap();
    /// assert!(n == 5 && from.is_unnamed());
    /// ```
    #[track_caller]
    pub fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> impl Future<Output = io::Result<(usize, SocketAddr)>> {
        let recv = move |io: &net::UnixDatagram| io.recv_from(buffer);
        self.source.io_when_ready(Direction::Read, SystemCall::Read, recv)
    }

    /// Its own address: the path, if it has one.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let (here, _there) = boucle::net::UnixDatagram::pair().unwrap();
    /// assert!(here.local_addr().unwrap().is_unnamed());
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().local_addr())
    }

    /// The address that it was connected to.
    ///
    /// # Errors
    ///
    /// If it was not connected.
    ///
    /// # Examples
    ///
    /// ```
    /// let (here, _there) = boucle::net::UnixDatagram::pair().unwrap();
    /// assert!(here.peer_addr().unwrap().is_unnamed());
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().peer_addr())
    }
}

impl AsFd for UnixDatagram {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
