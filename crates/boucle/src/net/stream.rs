//! What all sockets that stream bytes have in common: reading, writing, and the traits for it.

use std::future::poll_fn;
use std::io;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net;
use std::net::Shutdown;
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix;
use std::panic::Location;
use std::task::{Context, Poll};

use rustix::net::{SendAncillaryBuffer, SendFlags};
use socket2::SockRef;

use crate::context::sys;
use crate::host::SystemCall;
use crate::reactor::{Direction, Drained, Moved};
use crate::source::{Source, poll_nothing};

/// A peer that is gone is an error, and no signal.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;

/// There the sockets themselves are told so, when they are made.
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// So many buffers are offered at once: as many as the system takes.
const MAX_BUFFERS: usize = 1024;

/// So many bytes are offered at once: systems take a little less than two gigabytes.
const MAX_BYTES: usize = 1 << 30;

/// Something that streams bytes, and is used by shared reference as `std`'s sockets are. Each call says
/// what it offered to the system, which is at least one byte unless there is none.
pub(crate) trait Streams: AsFd {
    fn read(&self, buffer: &mut [u8]) -> io::Result<Moved>;
    fn read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<Moved>;
    fn write(&self, buffer: &[u8]) -> io::Result<Moved>;
    fn write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<Moved>;
}

impl<T> Streams for T
where
    T: AsFd,
    for<'a> &'a T: Read + Write,
{
    fn read(&self, buffer: &mut [u8]) -> io::Result<Moved> {
        let asked = buffer.len().min(MAX_BYTES);
        Ok(Moved::new(asked, Read::read(&mut { self }, &mut buffer[..asked])?))
    }

    fn read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<Moved> {
        match offer(buffers.iter().map(|it| it.len())) {
            Offer::One(place) => Streams::read(self, &mut buffers[place]),
            Offer::Many(places, asked) => {
                Ok(Moved::new(asked, Read::read_vectored(&mut { self }, &mut buffers[places])?))
            }
        }
    }

    // Why not by the traits? Where SIGPIPE is not ignored, as in a C program that Rust is a part of, a peer
    // that is gone would end the process: std's vectored writes and socket2's writes let it.
    fn write(&self, buffer: &[u8]) -> io::Result<Moved> {
        let asked = buffer.len().min(MAX_BYTES);
        Ok(Moved::new(asked, rustix::net::send(self, &buffer[..asked], NO_SIGNAL)?))
    }

    fn write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<Moved> {
        match offer(buffers.iter().map(|it| it.len())) {
            Offer::One(place) => Streams::write(self, &buffers[place]),
            Offer::Many(places, asked) => {
                let nothing = &mut SendAncillaryBuffer::default();
                let n = rustix::net::sendmsg(self, &buffers[places], nothing, NO_SIGNAL)?;
                Ok(Moved::new(asked, n))
            }
        }
    }
}

/// What of some buffers is offered to the system in one call.
#[derive(PartialEq, Eq, Debug)]
enum Offer {
    /// One of them, or as much of it as is offered at once.
    One(usize),
    /// Several, and how many bytes that is.
    Many(Range<usize>, usize),
}

/// Chooses what is offered of buffers of these lengths, of which one is not empty: of the system's own
/// choice nobody would hear.
fn offer(lengths: impl Iterator<Item = usize>) -> Offer {
    let mut lengths = lengths.enumerate().skip_while(|(_, n)| *n == 0);
    let Some((first, mut asked)) = lengths.next() else { return Offer::Many(0..0, 0) };
    let mut end = first + 1;
    for (place, n) in lengths.take(MAX_BUFFERS - 1) {
        if asked + n > MAX_BYTES {
            break;
        }
        asked += n;
        end = place + 1;
    }
    if end == first + 1 { Offer::One(first) } else { Offer::Many(first..end, asked) }
}

/// Of a kind of stream: what a call proves.
pub(crate) trait Kind: Streams {
    /// The proof that nothing is left, or no room, if a call of this kind can give one.
    fn proof(moved: Moved) -> Option<Drained>;
}

impl Kind for net::TcpStream {
    #[inline]
    fn proof(moved: Moved) -> Option<Drained> {
        moved.drained::<net::TcpStream>()
    }
}

/// A read of a Unix socket stops where a descriptor came along, or the credentials of another writer.
impl Kind for unix::net::UnixStream {
    fn proof(_moved: Moved) -> Option<Drained> {
        None
    }
}

/// What became of a call.
fn finish<T: Kind>(moved: Moved) -> (usize, Option<Drained>) {
    (moved.n(), T::proof(moved))
}

impl<T: Kind> Source<T> {
    #[track_caller]
    pub(super) fn read(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        self.read_at(Location::caller(), buffer)
    }

    /// The same, for the line that waits.
    fn read_at(
        &self,
        at: &'static Location<'static>,
        buffer: &mut [u8],
    ) -> impl Future<Output = io::Result<usize>> {
        let mut reading = self.waiting(at, Direction::Read, SystemCall::Read);
        poll_fn(move |cx| {
            if buffer.is_empty() {
                return poll_nothing(cx);
            }
            reading.poll(cx, |io| io.read(buffer), finish::<T>)
        })
    }

    #[track_caller]
    pub(super) fn read_exact(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<()>> {
        self.read_exact_at(Location::caller(), buffer)
    }

    async fn read_exact_at(
        &self,
        at: &'static Location<'static>,
        buffer: &mut [u8],
    ) -> io::Result<()> {
        let mut left = buffer;
        while !left.is_empty() {
            match self.read_at(at, left).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => left = &mut left[n..],
            }
        }
        Ok(())
    }

    #[track_caller]
    pub(super) fn write(&self, buffer: &[u8]) -> impl Future<Output = io::Result<usize>> {
        self.write_at(Location::caller(), buffer)
    }

    /// The same, for the line that waits.
    fn write_at(
        &self,
        at: &'static Location<'static>,
        buffer: &[u8],
    ) -> impl Future<Output = io::Result<usize>> {
        let mut writing = self.waiting(at, Direction::Write, SystemCall::Write);
        poll_fn(move |cx| {
            if buffer.is_empty() {
                return poll_nothing(cx);
            }
            writing.poll(cx, |io| io.write(buffer), finish::<T>)
        })
    }

    #[track_caller]
    pub(super) fn write_all(&self, buffer: &[u8]) -> impl Future<Output = io::Result<()>> {
        self.write_all_at(Location::caller(), buffer)
    }

    async fn write_all_at(&self, at: &'static Location<'static>, buffer: &[u8]) -> io::Result<()> {
        let mut left = buffer;
        while !left.is_empty() {
            match self.write_at(at, left).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                n => left = &left[n..],
            }
        }
        Ok(())
    }

    pub(super) fn poll_read(&self, cx: &Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        if buffer.is_empty() {
            return poll_nothing(cx);
        }
        self.poll_reading(cx, |io| io.read(buffer))
    }

    pub(super) fn poll_read_vectored(
        &self,
        cx: &Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        if buffers.iter().all(|it| it.is_empty()) {
            return poll_nothing(cx);
        }
        self.poll_reading(cx, |io| io.read_vectored(buffers))
    }

    pub(super) fn poll_write(&self, cx: &Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        if buffer.is_empty() {
            return poll_nothing(cx);
        }
        self.poll_writing(cx, |io| io.write(buffer))
    }

    pub(super) fn poll_write_vectored(
        &self,
        cx: &Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if buffers.iter().all(|it| it.is_empty()) {
            return poll_nothing(cx);
        }
        self.poll_writing(cx, |io| io.write_vectored(buffers))
    }

    fn poll_reading(
        &self,
        cx: &Context<'_>,
        f: impl FnMut(&T) -> io::Result<Moved>,
    ) -> Poll<io::Result<usize>> {
        self.poll_until_drained(cx, Direction::Read, SystemCall::Read, f, finish::<T>)
    }

    fn poll_writing(
        &self,
        cx: &Context<'_>,
        f: impl FnMut(&T) -> io::Result<Moved>,
    ) -> Poll<io::Result<usize>> {
        self.poll_until_drained(cx, Direction::Write, SystemCall::Write, f, finish::<T>)
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

#[cfg(test)]
mod tests {
    use super::{MAX_BUFFERS, MAX_BYTES, Offer, offer};

    #[test]
    fn what_is_offered_is_what_the_system_takes_at_once() {
        let many = |n, length| offer(std::iter::repeat_n(length, n));
        assert_eq!(many(3, 2), Offer::Many(0..3, 6));
        assert_eq!(many(3000, 2), Offer::Many(0..MAX_BUFFERS, 2 * MAX_BUFFERS));
        assert_eq!(many(3, MAX_BYTES / 2), Offer::Many(0..2, MAX_BYTES));
        assert_eq!(many(3, MAX_BYTES + 1), Offer::One(0), "and less than all of it");
        assert_eq!(offer([7].into_iter()), Offer::One(0));
        // Empty ones do not hide those that come after, however many they are.
        let hidden = |n| std::iter::repeat_n(0, n).chain([5, 0, 6]);
        assert_eq!(offer(hidden(0)), Offer::Many(0..3, 11));
        assert_eq!(offer(hidden(3000)), Offer::Many(3000..3003, 11));
        assert_eq!(many(0, 0), Offer::Many(0..0, 0));
    }
}
