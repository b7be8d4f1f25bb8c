//! [`UnixStream`].

use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net;
use std::os::unix::net::SocketAddr;
use std::panic::Location;
use std::path::Path;

use rustix::io::Errno;
use socket2::{SockAddr, Type};

use super::{again_and_again, open};
use crate::context::sys;
use crate::host::SystemCall;
use crate::net::connect::connect_socket;
use crate::net::stream::streams_bytes;
use crate::source::Source;

/// A connection on the same machine.
///
/// One task may read and another one write, by shared reference: `&UnixStream` has the traits of
/// `futures-io` as well.
///
/// # Examples
///
/// ```
/// use boucle::net::UnixStream;
///
/// let answer = boucle::run(async {
///     let (here, there) = UnixStream::pair()?;
///     here.write_all(b"hello").await?;
///     let mut answer = [0; 64];
///     let n = there.read(&mut answer).await?;
///     std::io::Result::Ok(answer[..n].to_vec())
/// });
/// assert_eq!(answer.unwrap(), b"hello");
/// ```
#[doc(alias = "open_unix_connection")]
#[doc(alias = "create_unix_connection")]
#[derive(Debug)]
pub struct UnixStream {
    source: Source<net::UnixStream>,
}

impl UnixStream {
    pub(super) fn of(stream: net::UnixStream, at: &'static Location<'static>) -> UnixStream {
        UnixStream { source: Source::new_at(stream, at) }
    }

    /// Connects to who listens at a path.
    ///
    /// If too many wait there to be taken, this tries again, after pauses of 1 to 32 ms: the system
    /// tells nobody when there is room.
    ///
    /// # Errors
    ///
    /// If there is no such path, or nobody listens there.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves no connection behind, unless it was made in that instant; then the
    /// other side reads the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use boucle::net::UnixStream;
    ///
    /// let error = boucle::run(UnixStream::connect("/no/such/path")).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotFound);
    /// ```
    #[track_caller]
    pub fn connect(path: impl AsRef<Path>) -> impl Future<Output = io::Result<UnixStream>> {
        let at = Location::caller();
        async move {
            let address = SockAddr::unix(path)?;
            let socket = open(Type::STREAM)?;
            let connect = || sys::call(SystemCall::Connect, || socket.connect(&address));
            match again_and_again(at, connect).await {
                // Not on Linux: it goes on without us.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => {
                    let source = Source::new_at(socket, at);
                    connect_socket(&source, &address, at).await?;
                    Ok(UnixStream { source: source.turn_into() })
                }
                result => result.map(|()| UnixStream::of(socket.into(), at)),
            }
        }
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
    /// use boucle::net::UnixStream;
    ///
    /// let (here, there) = UnixStream::pair().unwrap();
    /// drop(there);
    /// assert_eq!(boucle::run(here.read(&mut [0])).unwrap(), 0); // the end
    /// ```
    #[doc(alias = "socketpair")]
    #[track_caller]
    pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (here, there) = sys::call(SystemCall::Open, net::UnixStream::pair)?;
        Ok((UnixStream::from_std(here)?, UnixStream::from_std(there)?))
    }

    /// Takes a connection of `std`, and lets it block no more.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Write;
    /// use boucle::net::UnixStream;
    ///
    /// let (mut theirs, ours) = std::os::unix::net::UnixStream::pair().unwrap();
    /// let ours = UnixStream::from_std(ours).unwrap();
    /// theirs.write_all(b"hello").unwrap();
    /// assert_eq!(boucle::run(ours.read(&mut [0; 64])).unwrap(), 5);
    /// ```
    #[track_caller]
    pub fn from_std(stream: net::UnixStream) -> io::Result<UnixStream> {
        sys::call(SystemCall::Option, || stream.set_nonblocking(true))?;
        Ok(UnixStream::of(stream, Location::caller()))
    }

    /// Gives the connection as one of `std`, which no loop watches; it blocks again.
    ///
    /// # Errors
    ///
    /// If the system has a reason; then the connection is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read;
    /// use boucle::net::UnixStream;
    ///
    /// let (here, there) = UnixStream::pair().unwrap();
    /// let other = std::thread::spawn(|| {
    ///     let mut all = String::new();
    ///     here.into_std().unwrap().read_to_string(&mut all).map(|_| all)
    /// });
    /// boucle::run(there.write_all(b"hello")).unwrap();
    /// drop(there);
    /// assert_eq!(other.join().unwrap().unwrap(), "hello");
    /// ```
    pub fn into_std(self) -> io::Result<net::UnixStream> {
        let stream = self.source.into_inner();
        sys::call(SystemCall::Option, || stream.set_nonblocking(false))?;
        Ok(stream)
    }

    /// Reads what has come, at the most as much as `buffer` holds; 0 is the end, unless the buffer is
    /// empty: then nothing is waited for.
    ///
    /// # Errors
    ///
    /// If the connection is broken.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, nothing was read.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixStream;
    ///
    /// let n = boucle::run(async {
    ///     let (here, there) = UnixStream::pair()?;
    ///     here.write_all(b"hello").await?;
    ///     there.read(&mut [0; 2]).await
    /// });
    /// assert_eq!(n.unwrap(), 2);
    /// ```
    #[track_caller]
    pub fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        self.source.read(buffer)
    }

    /// Writes as much of `buffer` as there is room for, and returns how much that was. No bytes need no
    /// room.
    ///
    /// # Errors
    ///
    /// If the other side is gone: `BrokenPipe`, and never a signal.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, nothing was written.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use boucle::net::UnixStream;
    ///
    /// let error = boucle::run(async {
    ///     let (here, there) = UnixStream::pair()?;
    ///     drop(there);
    ///     here.write(b"hello").await
    /// });
    /// assert_eq!(error.unwrap_err().kind(), ErrorKind::BrokenPipe);
    /// ```
    #[track_caller]
    pub fn write(&self, buffer: &[u8]) -> impl Future<Output = io::Result<usize>> {
        self.source.write(buffer)
    }

    /// Writes all of `buffer`.
    ///
    /// # Errors
    ///
    /// If the other side is gone; some may have been written.
    ///
    /// # Cancel safety
    ///
    /// None: if the future is dropped before it is ready, some may have been written.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixStream;
    ///
    /// let written = boucle::run(async {
    ///     let (here, _there) = UnixStream::pair()?;
    ///     here.write_all(b"hello").await
    /// });
    /// assert!(written.is_ok());
    /// ```
    #[doc(alias = "sendall")]
    #[track_caller]
    pub fn write_all(&self, buffer: &[u8]) -> impl Future<Output = io::Result<()>> {
        self.source.write_all(buffer)
    }

    /// Ends one direction, or both.
    ///
    /// # Errors
    ///
    /// If the other side is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Shutdown;
    /// use boucle::net::UnixStream;
    ///
    /// let (here, there) = UnixStream::pair().unwrap();
    /// here.shutdown(Shutdown::Write).unwrap();
    /// assert_eq!(boucle::run(there.read(&mut [0])).unwrap(), 0);
    /// ```
    #[doc(alias = "write_eof")]
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        sys::call(SystemCall::Shutdown, || self.source.io().shutdown(how))
    }

    /// Its own address: mostly none.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let (here, _there) = boucle::net::UnixStream::pair().unwrap();
    /// assert!(here.local_addr().unwrap().is_unnamed());
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().local_addr())
    }

    /// The address of the other side: where it listens, if this one has connected.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let (here, _there) = boucle::net::UnixStream::pair().unwrap();
    /// assert!(here.peer_addr().unwrap().is_unnamed());
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().peer_addr())
    }
}

streams_bytes!(UnixStream, &UnixStream);

impl AsFd for UnixStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
