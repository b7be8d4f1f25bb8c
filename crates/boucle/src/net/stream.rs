//! What all sockets that stream bytes have in common: reading, writing, and the traits for it.

use std::io;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::task::{Context, Poll};

use rustix::net::{SendAncillaryBuffer, SendFlags};
use socket2::SockRef;

use crate::context::sys;
use crate::host::SystemCall;
use crate::reactor::Direction;
use crate::source::Source;

/// A peer that is gone is an error, and no signal.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;

/// There the sockets themselves are told so, when they are made.
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// The system takes so many at once.
const MAX_BUFFERS: usize = 1024;

/// Something that streams bytes, and is used by shared reference as `std`'s sockets are.
pub(crate) trait Streams: AsFd {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize>;
    fn write(&self, buffer: &[u8]) -> io::Result<usize>;
    fn write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize>;
}

impl<T> Streams for T
where
    T: AsFd,
    for<'a> &'a T: Read + Write,
{
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(&mut { self }, buffer)
    }

    fn read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Read::read_vectored(&mut { self }, buffers)
    }

    // Why not by the traits? Where SIGPIPE is not ignored, as in a C program that Rust is a part of, a peer
    // that is gone would end the process: std's vectored writes and socket2's writes let it.
    fn write(&self, buffer: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(self, buffer, NO_SIGNAL)?)
    }

    fn write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let buffers = &buffers[..buffers.len().min(MAX_BUFFERS)];
        Ok(rustix::net::sendmsg(self, buffers, &mut SendAncillaryBuffer::default(), NO_SIGNAL)?)
    }
}

impl<T: Streams> Source<T> {
    pub(super) fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        let wanted = buffer.len();
        let read = move |io: &T| io.read(buffer);
        self.io_until_drained(Direction::Read, SystemCall::Read, read, move |n| is_all(*n, wanted))
    }

    pub(super) async fn read_exact(&self, buffer: &mut [u8]) -> io::Result<()> {
        let mut left = buffer;
        while !left.is_empty() {
            match self.read(left).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => left = &mut left[n..],
            }
        }
        Ok(())
    }

    pub(super) fn write(&self, buffer: &[u8]) -> impl Future<Output = io::Result<usize>> {
        let write = |io: &T| io.write(buffer);
        self.io_until_drained(Direction::Write, SystemCall::Write, write, |n| *n < buffer.len())
    }

    pub(super) async fn write_all(&self, buffer: &[u8]) -> io::Result<()> {
        let mut left = buffer;
        while !left.is_empty() {
            match self.write(left).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                n => left = &left[n..],
            }
        }
        Ok(())
    }

    pub(super) fn poll_read(&self, cx: &Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let polled = self.poll_io(cx, Direction::Read, SystemCall::Read, |io| io.read(buffer));
        if let Poll::Ready(Ok(n)) = polled {
            self.was_read(n, buffer.len());
        }
        polled
    }

    pub(super) fn poll_read_vectored(
        &self,
        cx: &Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let read = |io: &T| io.read_vectored(buffers);
        let polled = self.poll_io(cx, Direction::Read, SystemCall::Read, read);
        if let Poll::Ready(Ok(n)) = polled {
            self.was_read(n, buffers.iter().map(|it| it.len()).sum());
        }
        polled
    }

    pub(super) fn poll_write(&self, cx: &Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let polled = self.poll_io(cx, Direction::Write, SystemCall::Write, |io| io.write(buffer));
        if let Poll::Ready(Ok(n)) = polled {
            self.was_written(n, buffer.len());
        }
        polled
    }

    pub(super) fn poll_write_vectored(
        &self,
        cx: &Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = |io: &T| io.write_vectored(buffers);
        let polled = self.poll_io(cx, Direction::Write, SystemCall::Write, write);
        if let Poll::Ready(Ok(n)) = polled {
            self.was_written(n, buffers.iter().map(|it| it.len()).sum());
        }
        polled
    }

    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        sys::call(SystemCall::Shutdown, || SockRef::from(self.io()).shutdown(how))
    }

    /// Ends the direction away from us; the other side reads the end.
    pub(super) fn end_writing(&self) -> io::Result<()> {
        match self.shutdown(Shutdown::Write) {
            // The other side was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }

    fn was_read(&self, n: usize, wanted: usize) {
        if is_all(n, wanted) {
            self.drained(Direction::Read);
        }
    }

    fn was_written(&self, n: usize, wanted: usize) {
        if n < wanted {
            self.drained(Direction::Write);
        }
    }
}

/// Whether a read of `n` bytes was all that there was. Nothing at all is the end, which can be read
/// again.
fn is_all(n: usize, wanted: usize) -> bool {
    0 < n && n < wanted
}

/// Gives a socket the traits of `futures-io`, owned and by shared reference. It has a field `source`.
macro_rules! streams_bytes {
    ($($name:ty),*) => { $(
        $crate::net::stream::reads_bytes!($name, source);
        $crate::net::stream::writes_bytes!($name, source);
    )* };
}

/// Gives the trait by which others read. The path leads to the source.
macro_rules! reads_bytes {
    ($name:ty, $($source:ident).+) => {
        impl futures_io::AsyncRead for $name {
            fn poll_read(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buffer: &mut [u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.$($source).+.poll_read(cx, buffer)
            }

            fn poll_read_vectored(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buffers: &mut [std::io::IoSliceMut<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.$($source).+.poll_read_vectored(cx, buffers)
            }
        }
    };
}

/// Gives the trait by which others write. The path leads to the source.
macro_rules! writes_bytes {
    ($name:ty, $($source:ident).+) => {
        impl futures_io::AsyncWrite for $name {
            fn poll_write(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buffer: &[u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.$($source).+.poll_write(cx, buffer)
            }

            fn poll_write_vectored(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buffers: &[std::io::IoSlice<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.$($source).+.poll_write_vectored(cx, buffers)
            }

            fn poll_flush(
                self: std::pin::Pin<&mut Self>,
                _cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                std::task::Poll::Ready(Ok(()))
            }

            fn poll_close(
                self: std::pin::Pin<&mut Self>,
                _cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                std::task::Poll::Ready(self.$($source).+.end_writing())
            }
        }
    };
}
pub(super) use {reads_bytes, streams_bytes, writes_bytes};
