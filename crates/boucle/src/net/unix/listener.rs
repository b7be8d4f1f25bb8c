//! [`UnixListener`].

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net;
use std::os::unix::net::SocketAddr;
use std::panic::Location;
use std::path::Path;

use socket2::Type;

use super::UnixStream;
use super::file::SocketFile;
use super::open_at;
use crate::context::sys;
use crate::host::SystemCall;
use crate::net::accept::{Accept, accept};
use crate::net::server::Server;
use crate::source::Source;

/// So many connections wait to be taken.
const BACKLOG: i32 = 1024;

/// Takes connections at a path.
///
/// # Examples
///
/// ```
/// use boucle::net::{UnixListener, UnixStream};
///
/// let path = std::env::temp_dir().join(format!("boucle-{}-listener", std::process::id()));
/// let answer = boucle::run(async {
///     let listener = UnixListener::bind(&path)?;
///     let client = UnixStream::connect(&path).await?;
///     let (server, _) = listener.accept().await?;
///     server.write_all(b"welcome").await?;
///     let mut answer = [0; 64];
///     let n = client.read(&mut answer).await?;
///     std::io::Result::Ok(answer[..n].to_vec())
/// });
/// assert_eq!(answer.unwrap(), b"welcome");
/// assert!(!path.exists()); // removed with the listener
/// ```
#[doc(alias = "start_unix_server")]
#[doc(alias = "create_unix_server")]
#[derive(Debug)]
pub struct UnixListener {
    /// Before `source`: it is removed before the socket is closed.
    file: Option<SocketFile>,
    source: Source<net::UnixListener>,
}

impl UnixListener {
    /// Listens at a path.
    ///
    /// The file that this makes is removed when the listener is dropped, unless another one is there
    /// by then: nobody listens there any more, and the next `bind` would fail.
    /// [`into_std`](UnixListener::into_std) keeps it. A file that is there already is never removed:
    /// somebody may listen there.
    ///
    /// # Errors
    ///
    /// `AddrInUse` if the path exists, though nobody may listen there any more; if the path is too
    /// long (some 100 bytes), or no file can be made there.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use boucle::net::UnixListener;
    ///
    /// let path = std::env::temp_dir().join(format!("boucle-{}-bind", std::process::id()));
    /// let listener = UnixListener::bind(&path).unwrap();
    /// assert_eq!(UnixListener::bind(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
    /// drop(listener);
    /// UnixListener::bind(&path).unwrap();
    /// ```
    #[doc(alias = "cleanup_socket")]
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<UnixListener> {
        let socket = open_at(Type::STREAM, path.as_ref())?;
        let file = SocketFile::at(path.as_ref());
        sys::call(SystemCall::Listen, || socket.listen(BACKLOG))?;
        Ok(UnixListener { file, source: Source::new(socket.into()) })
    }

    /// Takes a listener of `std`, and lets it block no more. Its file is left alone.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixListener;
    ///
    /// let path = std::env::temp_dir().join(format!("boucle-{}-from", std::process::id()));
    /// let theirs = std::os::unix::net::UnixListener::bind(&path).unwrap();
    /// drop(UnixListener::from_std(theirs).unwrap());
    /// assert!(path.exists());
    /// # std::fs::remove_file(path).unwrap();
    /// ```
    #[track_caller]
    pub fn from_std(listener: net::UnixListener) -> io::Result<UnixListener> {
        sys::call(SystemCall::Option, || listener.set_nonblocking(true))?;
        Ok(UnixListener { file: None, source: Source::new(listener) })
    }

    /// Gives the listener as one of `std`, which no loop watches; it blocks again, and its file stays
    /// when it is dropped.
    ///
    /// # Errors
    ///
    /// If the system has a reason; then the listener is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixListener;
    ///
    /// let path = std::env::temp_dir().join(format!("boucle-{}-into", std::process::id()));
    /// drop(UnixListener::bind(&path).unwrap().into_std().unwrap());
    /// assert!(path.exists());
    /// # std::fs::remove_file(path).unwrap();
    /// ```
    pub fn into_std(self) -> io::Result<net::UnixListener> {
        let listener = self.source.into_inner();
        sys::call(SystemCall::Option, || listener.set_nonblocking(false))?;
        if let Some(file) = self.file {
            file.keep();
        }
        Ok(listener)
    }

    /// Waits for a connection. Most clients have no address.
    ///
    /// A connection that broke before it was taken is passed over. If there are no descriptors left, or
    /// no memory, the exception handler is told, and this tries again after a pause.
    ///
    /// # Errors
    ///
    /// If the listener is broken.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{UnixListener, UnixStream};
    ///
    /// let path = std::env::temp_dir().join(format!("boucle-{}-accept", std::process::id()));
    /// let is_unnamed = boucle::run(async {
    ///     let listener = UnixListener::bind(&path)?;
    ///     let client = boucle::spawn(UnixStream::connect(path));
    ///     let (_server, address) = listener.accept().await?;
    ///     std::io::Result::Ok(address.is_unnamed())
    /// });
    /// assert!(is_unnamed.unwrap());
    /// ```
    #[track_caller]
    pub fn accept(&self) -> impl Future<Output = io::Result<(UnixStream, SocketAddr)>> {
        self.accept_for(Location::caller())
    }

    /// The same, for who has asked for it there.
    async fn accept_for(
        &self,
        at: &'static Location<'static>,
    ) -> io::Result<(UnixStream, SocketAddr)> {
        let (stream, peer) = accept(&self.source, at, |listener| {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            Ok((stream, peer))
        })
        .await?;
        Ok((UnixStream::of(stream, at), peer))
    }

    /// Its own address: the path.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UnixListener;
    ///
    /// let path = std::env::temp_dir().join(format!("boucle-{}-addr", std::process::id()));
    /// let listener = UnixListener::bind(&path).unwrap();
    /// assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(path.as_path()));
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().local_addr())
    }
}

impl Accept for UnixListener {
    type Stream = UnixStream;
    type Address = SocketAddr;

    #[track_caller]
    fn accept(&self) -> impl Future<Output = io::Result<(UnixStream, SocketAddr)>> {
        UnixListener::accept(self)
    }

    fn accept_at(
        &self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = io::Result<(UnixStream, SocketAddr)>> {
        self.accept_for(at)
    }
}

impl Server<UnixListener> {
    /// The address that it listens on: the path.
    ///
    /// # Errors
    ///
    /// `NotConnected`: the server is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, UnixListener};
    ///
    /// boucle::run(async {
    ///     let path = std::env::temp_dir().join(format!("boucle-{}-server", std::process::id()));
    ///     let server = Server::start(UnixListener::bind(&path)?, 10, async |_, _| {});
    ///     assert_eq!(server.local_addr()?.as_pathname(), Some(path.as_path()));
    ///     std::io::Result::Ok(())
    /// }).unwrap();
    /// ```
    #[doc(alias = "start_unix_server")]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let closed = || io::Error::new(io::ErrorKind::NotConnected, "the server is closed");
        self.listener().ok_or_else(closed)?.local_addr()
    }
}

impl AsFd for UnixListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
