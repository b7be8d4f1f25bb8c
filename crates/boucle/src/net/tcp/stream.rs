//! [`TcpStream`]: reading and writing. `opening` is how it comes about, `options` has its settings,
//! `halves` its two halves.
//!
//! Road: stages 7 and 10.

use std::io;
use std::net;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::Location;

use crate::context::budget;
use crate::host::SystemCall;
use crate::net::stream::streams_bytes;
use crate::reactor::Direction;
use crate::source::Source;

/// A TCP connection: a stream of bytes each way. Dropping it closes both.
///
/// All that it does needs a shared reference only, so that one task may read while another one writes;
/// [`into_split`](TcpStream::into_split) gives each its own half. It has the traits of `futures-io`, as
/// has a reference to it.
///
/// Any thread may have it, and any loop: whoever waits for it has it watched by the own loop. Of two
/// tasks that read at the same time, each byte goes to one of them.
///
/// Bytes that were written and not sent when it is dropped are sent still. But if there are bytes that
/// came and were not read, the system breaks the connection, and the other side may lose what it has
/// not read: read to the end first.
///
/// # Examples
///
/// ```
/// use boucle::net::{TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
///     let (server, _) = listener.accept().await.unwrap();
///     client.write_all(b"hello").await.unwrap();
///     drop(client);
///     let mut bytes = [0; 64];
///     assert_eq!(server.read(&mut bytes).await.unwrap(), 5);
///     assert_eq!(server.read(&mut bytes).await.unwrap(), 0); // the end
/// });
/// ```
#[doc(alias = "open_connection")]
#[doc(alias = "StreamReader")]
#[doc(alias = "StreamWriter")]
#[derive(Debug)]
pub struct TcpStream {
    pub(super) source: Source<net::TcpStream>,
}

streams_bytes!(TcpStream, &TcpStream);

impl TcpStream {
    pub(super) fn of(source: Source<net::TcpStream>) -> TcpStream {
        TcpStream { source }
    }

    /// Reads what has come, at the most as much as `buffer` holds; waits until there is something. 0
    /// is the end, unless the buffer is empty: then nothing is waited for.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// `ConnectionReset`: the other side has broken the connection.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no bytes.
    ///
    /// # Examples
    ///
    /// See [`TcpStream`]. A buffer that is too small:
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     client.write_all(b"hello").await.unwrap();
    ///     let mut bytes = [0; 4];
    ///     assert_eq!(server.read(&mut bytes).await.unwrap(), 4);
    ///     assert_eq!(server.read(&mut bytes).await.unwrap(), 1);
    /// });
    /// ```
    #[doc(alias = "sock_recv_into")]
    #[doc(alias = "sock_recv")]
    #[doc(alias = "recv")]
    #[track_caller]
    pub fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        self.source.read(buffer)
    }

    /// Reads until `buffer` is full.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`read`](TcpStream::read); `UnexpectedEof` if the end comes first. What was read until then
    /// is in the buffer; how much that is, nobody says.
    ///
    /// # Cancel safety
    ///
    /// Not safe: dropping the future loses the bytes that were read until then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     client.write_all(b"hello").await.unwrap();
    ///     drop(client);
    ///     let mut bytes = [0; 4];
    ///     server.read_exact(&mut bytes).await.unwrap();
    ///     assert_eq!(&bytes, b"hell");
    ///     let error = server.read_exact(&mut bytes).await.unwrap_err();
    ///     assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    /// });
    /// ```
    #[doc(alias = "readexactly")]
    #[track_caller]
    pub fn read_exact(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<()>> {
        self.source.read_exact(buffer)
    }

    /// Looks at what has come, and leaves it to be read.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`read`](TcpStream::read).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     client.write_all(b"hello").await.unwrap();
    ///     let mut first = [0; 1];
    ///     server.peek(&mut first).await.unwrap();
    ///     let mut bytes = [0; 64];
    ///     assert_eq!((server.read(&mut bytes).await.unwrap(), &first), (5, b"h"));
    /// });
    /// ```
    #[track_caller]
    pub fn peek(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        self.peek_at(Location::caller(), buffer)
    }

    async fn peek_at(
        &self,
        at: &'static Location<'static>,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        if buffer.is_empty() {
            budget::charge().await;
            return Ok(0);
        }
        let peek = |io: &net::TcpStream| io.peek(buffer);
        self.source.io_when_ready_at(at, Direction::Read, SystemCall::Read, peek).await
    }

    /// Writes some bytes, and says how many; waits until there is room for one. No bytes need no room.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// `BrokenPipe`: this direction was ended, or the other side is gone. `ConnectionReset`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future before it is ready: nothing was written.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     assert_eq!(client.write(b"hello").await.unwrap(), 5);
    /// });
    /// ```
    #[doc(alias = "send")]
    #[track_caller]
    pub fn write(&self, buffer: &[u8]) -> impl Future<Output = io::Result<usize>> {
        self.source.write(buffer)
    }

    /// Writes all bytes.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`write`](TcpStream::write). Some of the bytes may be on their way.
    ///
    /// # Cancel safety
    ///
    /// Not safe: dropping the future may leave the first part written, and nobody says how much.
    ///
    /// # Examples
    ///
    /// See [`TcpStream`]. More than the system has room for:
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    /// use boucle::spawn;
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     let writes = spawn(async move { client.write_all(&vec![7; 10_000_000]).await });
    ///     let mut bytes = vec![0; 10_000_000];
    ///     server.read_exact(&mut bytes).await.unwrap();
    ///     writes.await.unwrap().unwrap();
    ///     assert!(bytes.iter().all(|it| *it == 7));
    /// });
    /// ```
    #[doc(alias = "sock_sendall")]
    #[doc(alias = "writelines")]
    #[doc(alias = "drain")]
    #[track_caller]
    pub fn write_all(&self, buffer: &[u8]) -> impl Future<Output = io::Result<()>> {
        self.source.write_all(buffer)
    }

    /// Ends one direction, or both, at once. Who reads on the other side comes to the end, after all
    /// that was written before; what is written here after it is refused.
    ///
    /// # Errors
    ///
    /// `NotConnected`: the other side has broken the connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Shutdown;
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     client.shutdown(Shutdown::Write).unwrap();
    ///     assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0);
    ///     server.write_all(b"bye").await.unwrap(); // the other direction is open
    ///     assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 3);
    /// });
    /// ```
    #[doc(alias = "write_eof")]
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.source.shutdown(how)
    }
}

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
