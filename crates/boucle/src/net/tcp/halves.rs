//! The two halves of a [`TcpStream`], for two tasks.
//!
//! Road: stage 10.

use std::io;
use std::net::Shutdown;
use std::sync::Arc;

use super::TcpStream;
use crate::net::stream::{reads_bytes, writes_bytes};

impl TcpStream {
    /// Lends it twice: one for who reads, one for who writes. Both have the traits of `futures-io`.
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
    ///     let (reader, writer) = server.split();
    ///     client.write_all(b"hello").await.unwrap();
    ///     let mut bytes = [0; 5];
    ///     reader.read_exact(&mut bytes).await.unwrap();
    ///     writer.write_all(&bytes).await.unwrap();
    ///     assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 5);
    /// });
    /// ```
    #[must_use]
    pub fn split(&self) -> (&TcpStream, &TcpStream) {
        (self, self)
    }

    /// Splits it into a half that reads and one that writes, for two tasks, in two threads if need be.
    ///
    /// Dropping the half that writes ends that direction: the other side reads the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    /// use boucle::spawn;
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     let (reader, writer) = client.into_split();
    ///     let writes = spawn(async move { writer.write_all(b"hello").await });
    ///     let mut bytes = [0; 8];
    ///     assert_eq!(server.read(&mut bytes).await.unwrap(), 5);
    ///     assert_eq!(server.read(&mut bytes).await.unwrap(), 0); // the writer is gone
    ///     writes.await.unwrap().unwrap();
    ///     drop(server);
    ///     assert_eq!(reader.read(&mut bytes).await.unwrap(), 0);
    /// });
    /// ```
    #[must_use]
    pub fn into_split(self) -> (TcpReadHalf, TcpWriteHalf) {
        let stream = Arc::new(self);
        (TcpReadHalf { stream: Arc::clone(&stream) }, TcpWriteHalf { stream, ends: true })
    }
}

/// The half of a [`TcpStream`] that reads: [`into_split`](TcpStream::into_split) makes it.
///
/// It lends the whole stream, whose addresses and settings it has. Dropping it ends nothing; when both
/// halves are gone, the connection is closed.
///
/// # Examples
///
/// ```
/// use boucle::net::{TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let address = listener.local_addr().unwrap();
///     let (reader, _writer) = TcpStream::connect_to(address).await.unwrap().into_split();
///     assert_eq!(reader.as_ref().peer_addr().unwrap(), address);
/// });
/// ```
#[doc(alias = "OwnedReadHalf")]
#[doc(alias = "StreamReader")]
#[derive(Debug)]
pub struct TcpReadHalf {
    stream: Arc<TcpStream>,
}

/// The half of a [`TcpStream`] that writes: [`into_split`](TcpStream::into_split) makes it. Dropping it
/// ends that direction.
///
/// It lends the whole stream, whose addresses and settings it has.
///
/// # Examples
///
/// ```
/// use boucle::net::{TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let address = listener.local_addr().unwrap();
///     let (_reader, writer) = TcpStream::connect_to(address).await.unwrap().into_split();
///     writer.as_ref().set_nodelay(true).unwrap();
///     drop(writer);
///     let (server, _) = listener.accept().await.unwrap();
///     assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0);
/// });
/// ```
#[doc(alias = "OwnedWriteHalf")]
#[doc(alias = "StreamWriter")]
#[derive(Debug)]
pub struct TcpWriteHalf {
    stream: Arc<TcpStream>,
    /// Whether dropping it ends its direction.
    ends: bool,
}

reads_bytes!(TcpReadHalf, stream.source);
writes_bytes!(TcpWriteHalf, stream.source);

impl TcpReadHalf {
    /// Reads what has come: [`TcpStream::read`].
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`TcpStream::read`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no bytes.
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
    ///     server.write_all(b"hello").await.unwrap();
    ///     let (reader, _writer) = client.into_split();
    ///     assert_eq!(reader.read(&mut [0; 8]).await.unwrap(), 5);
    /// });
    /// ```
    #[track_caller]
    pub fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        self.stream.read(buffer)
    }

    /// Makes one stream of the two halves again.
    ///
    /// # Errors
    ///
    /// [`ReuniteError`], with the halves inside, if they are of two streams.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let address = listener.local_addr().unwrap();
    ///     let (reader, writer) = TcpStream::connect_to(address).await.unwrap().into_split();
    ///     let whole = reader.reunite(writer).unwrap();
    ///     assert_eq!(whole.peer_addr().unwrap(), address);
    /// });
    /// ```
    pub fn reunite(self, writer: TcpWriteHalf) -> Result<TcpStream, ReuniteError> {
        if !Arc::ptr_eq(&self.stream, &writer.stream) {
            return Err(ReuniteError { reader: self, writer });
        }
        writer.forget();
        Ok(Arc::into_inner(self.stream).expect("there are two halves, and no more"))
    }
}

impl TcpWriteHalf {
    /// Writes some bytes: [`TcpStream::write`].
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`TcpStream::write`].
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
    ///     let (_reader, writer) = client.into_split();
    ///     assert_eq!(writer.write(b"hello").await.unwrap(), 5);
    /// });
    /// ```
    #[track_caller]
    pub fn write(&self, buffer: &[u8]) -> impl Future<Output = io::Result<usize>> {
        self.stream.write(buffer)
    }

    /// Writes all bytes: [`TcpStream::write_all`].
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`TcpStream::write_all`].
    ///
    /// # Cancel safety
    ///
    /// Not safe: dropping the future may leave the first part written, and nobody says how much.
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
    ///     let (_reader, writer) = client.into_split();
    ///     writer.write_all(b"hello").await.unwrap();
    ///     assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 5);
    /// });
    /// ```
    #[track_caller]
    pub fn write_all(&self, buffer: &[u8]) -> impl Future<Output = io::Result<()>> {
        self.stream.write_all(buffer)
    }

    /// Drops the half, and leaves its direction open until the half that reads is dropped.
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
    ///     let (reader, writer) = client.into_split();
    ///     writer.forget();
    ///     reader.as_ref().write_all(b"still open").await.unwrap();
    ///     assert_eq!(server.read(&mut [0; 16]).await.unwrap(), 10);
    /// });
    /// ```
    pub fn forget(mut self) {
        self.ends = false;
    }
}

impl Drop for TcpWriteHalf {
    fn drop(&mut self) {
        if self.ends {
            // Refused only if there is no connection to end any more.
            let _ = self.stream.shutdown(Shutdown::Write);
        }
    }
}

impl AsRef<TcpStream> for TcpReadHalf {
    fn as_ref(&self) -> &TcpStream {
        &self.stream
    }
}

impl AsRef<TcpStream> for TcpWriteHalf {
    fn as_ref(&self) -> &TcpStream {
        &self.stream
    }
}

/// The two halves that were to be one again are of two streams.
///
/// # Examples
///
/// ```
/// use boucle::net::{TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let address = listener.local_addr().unwrap();
///     let (reader, _) = TcpStream::connect_to(address).await.unwrap().into_split();
///     let (_, writer) = TcpStream::connect_to(address).await.unwrap().into_split();
///     let error = reader.reunite(writer).unwrap_err();
///     assert_eq!(error.to_string(), "the two halves are of two streams");
/// });
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the two halves are of two streams")]
pub struct ReuniteError {
    /// The half that reads, as it was.
    pub reader: TcpReadHalf,
    /// The half that writes, as it was.
    pub writer: TcpWriteHalf,
}
