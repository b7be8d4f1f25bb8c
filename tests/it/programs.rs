//! The programs, each as it is, against peers in the same loop; and boucle's feature `hyper`, of which
//! some of them are made.

mod arguments;
mod copying;
mod fetching;
mod http;
mod hyper;
pub(crate) mod program;
mod resp;
mod resp_hostile;
mod tls;
mod websocket;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use boucle::net::TcpListener;
use boucle::timeout;
use futures_io::{AsyncRead, AsyncWrite};

/// Runs a test in a loop of its own, and not for ever.
#[track_caller]
fn run<T>(test: impl Future<Output = T>) -> T {
    boucle::run(timeout(Duration::from_secs(10), test)).expect("it ends by itself")
}

/// A listener on a port of its own, and the port.
async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1", 0).await.expect("there is a free port");
    let port = listener.local_addr().expect("it has an address").port();
    (listener, port)
}

/// A stream of which a test has only the reading: whatever is written is taken.
struct TakesAll<R>(R);

impl<R: AsyncRead + Unpin> AsyncRead for TakesAll<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl<R: Unpin> AsyncWrite for TakesAll<R> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, b: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(b.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
