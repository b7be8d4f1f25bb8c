//! Bytes: hyper's `Read` and `Write`, for our own streams and for all that `futures-io` knows.

use std::cell::Cell;
use std::io;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBufCursor, Write};
use futures_io::{AsyncRead, AsyncWrite};

use crate::net::{TcpStream, UnixStream};

/// Gives hyper's `Read` and `Write` to what has the traits of `futures-io`.
///
/// [`TcpStream`] does not need it. A stream of `futures-rustls` does, and works over any of ours.
///
/// # Cancel safety
///
/// A read or write that is not polled again has done nothing: nothing is kept in between.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
/// use boucle::hyper::HyperIo;
/// use boucle::net::{TcpListener, TcpStream};
/// use boucle::spawn;
/// use hyper::service::service_fn;
/// use hyper::{Request, Response, client, server};
///
/// let status = boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let port = listener.local_addr().unwrap().port();
///     spawn(async move {
///         let (stream, _) = listener.accept().await.unwrap();
///         let stream = HyperIo::new(stream); // here may be TLS in between
///         let answer = service_fn(async |_| {
///             Ok::<_, Infallible>(Response::new("hello".to_owned()))
///         });
///         server::conn::http1::Builder::new().serve_connection(stream, answer).await
///     });
///     let stream = HyperIo::new(TcpStream::connect("127.0.0.1", port).await.unwrap());
///     let (mut client, connection) = client::conn::http1::handshake(stream).await.unwrap();
///     spawn(connection);
///     let request = Request::get("/").header("host", "localhost").body(String::new());
///     client.send_request(request.unwrap()).await.unwrap().status()
/// });
/// assert_eq!(status, 200);
/// ```
#[derive(Debug)]
pub struct HyperIo<T> {
    /// What has the traits of `futures-io`.
    stream: T,
}

impl<T> HyperIo<T> {
    /// Wraps a stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::hyper::HyperIo;
    /// use futures_lite::io::Cursor;
    ///
    /// fn for_hyper(stream: impl hyper::rt::Read + hyper::rt::Write) {}
    ///
    /// let in_memory = Cursor::new(b"GET / HTTP/1.1\r\n\r\n".to_vec());
    /// let stream = HyperIo::new(in_memory);
    /// assert_eq!(stream.into_inner().position(), 0);
    /// # for_hyper(HyperIo::new(Cursor::new(Vec::new())));
    /// ```
    pub fn new(stream: T) -> HyperIo<T> {
        HyperIo { stream }
    }

    /// Gives the stream back, to whom the connection is something else than HTTP by now.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::hyper::HyperIo;
    ///
    /// assert_eq!(HyperIo::new("a stream").into_inner(), "a stream");
    /// ```
    pub fn into_inner(self) -> T {
        self.stream
    }
}

/// No read asks for more. hyper offers 8 KiB to begin with, and up to 408 KiB to who fills that.
const LONGEST_READ: usize = 256 * 1024;

thread_local! {
    /// Where bytes arrive before they go where hyper wants them: one a thread, whatever the number of
    /// connections. Out while in use.
    ///
    /// Why a copy? hyper lends memory that was never written, to which a read of our own may go only
    /// by unsafe code, or after it was filled with zeros at each try. The copy is of what has come,
    /// which the processor has at hand; the zeros would be for all that might come.
    static ARRIVAL: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Reads once, into what hyper lends.
fn read(
    mut cursor: ReadBufCursor<'_>,
    read: impl FnOnce(&mut [u8]) -> Poll<io::Result<usize>>,
) -> Poll<io::Result<()>> {
    let n_wanted = cursor.remaining().min(LONGEST_READ);
    let mut arrival = ARRIVAL.take();
    if arrival.len() < n_wanted {
        arrival.resize(n_wanted, 0);
    }
    let polled = read(&mut arrival[..n_wanted]);
    if let Poll::Ready(Ok(n)) = polled {
        cursor.put_slice(&arrival[..n]);
    }
    ARRIVAL.set(arrival);
    ready!(polled)?;
    Poll::Ready(Ok(()))
}

/// Gives hyper's traits to a type: what in it has those of `futures-io`, and whether that writes several
/// buffers at once.
macro_rules! streams_for_hyper {
    ([$($generics:tt)*] $name:ty, $this:ident => $inner:expr, $is_vectored:literal) => {
        impl<$($generics)*> Read for $name {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                cursor: ReadBufCursor<'_>,
            ) -> Poll<io::Result<()>> {
                let $this = self.get_mut();
                read(cursor, |buffer| AsyncRead::poll_read(Pin::new($inner), cx, buffer))
            }
        }

        impl<$($generics)*> Write for $name {
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffer: &[u8],
            ) -> Poll<io::Result<usize>> {
                let $this = self.get_mut();
                AsyncWrite::poll_write(Pin::new($inner), cx, buffer)
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                let $this = self.get_mut();
                AsyncWrite::poll_flush(Pin::new($inner), cx)
            }

            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                let $this = self.get_mut();
                AsyncWrite::poll_close(Pin::new($inner), cx)
            }

            fn is_write_vectored(&self) -> bool {
                $is_vectored
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buffers: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                let $this = self.get_mut();
                AsyncWrite::poll_write_vectored(Pin::new($inner), cx, buffers)
            }
        }
    };
}

streams_for_hyper!([] TcpStream, this => this, true);
streams_for_hyper!([] UnixStream, this => this, true);
// Nobody says whether `T` writes several buffers at once. hyper now copies small pieces into one, so
// that a head and its body do not go out by two calls, or in two records of TLS.
streams_for_hyper!([T: AsyncRead + AsyncWrite + Unpin] HyperIo<T>, this => &mut this.stream, false);
