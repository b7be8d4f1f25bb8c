//! [`AsyncFd`]: anything that has a descriptor, waited for; [`add_reader`] and [`add_writer`].
//!
//! Road: stage 7.

mod callbacks;
mod traits;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::Location;

use rustix::event;
use rustix::event::{PollFd, PollFlags, Timespec};

use self::callbacks::Callbacks;
pub use self::callbacks::{ReadyCallback, add_reader, add_writer};
use crate::context::Identity;
use crate::data::Kind;
use crate::host::SystemCall;
use crate::reactor::Direction;
use crate::source::Source;

/// Anything that has a descriptor: a pipe, a terminal, a device, a socket of another crate.
///
/// [`readable`](AsyncFd::readable) and [`writable`](AsyncFd::writable) only wait, and leave what there is
/// to do to you; [`read_with`](AsyncFd::read_with) and [`write_with`](AsyncFd::write_with) do it. If
/// `&T` reads and writes as `std`'s do, then this has the traits of `futures-io`.
///
/// What is waited for *must not block*, unless one only asks whether it is ready: nobody sets
/// `O_NONBLOCK` here, since who inherits a descriptor shares that flag with others, a shell with its
/// terminal. Its descriptor must be the same one as long as it lives.
///
/// Files and devices that are always ready, as `/dev/null`, cannot be waited for: the first call says
/// `Unsupported`. They are for [`to_thread`](crate::to_thread).
///
/// # Examples
///
/// ```
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
/// use boucle::AsyncFd;
///
/// let (mut here, there) = UnixStream::pair().unwrap();
/// there.set_nonblocking(true).unwrap();
/// let there = AsyncFd::new(there);
/// let greeting = boucle::run(async {
///     boucle::spawn(async move { here.write_all(b"hello").unwrap() });
///     let mut greeting = [0; 64];
///     let n = there.read_with(|mut it| it.read(&mut greeting)).await?;
///     std::io::Result::Ok(greeting[..n].to_vec())
/// });
/// assert_eq!(greeting.unwrap(), b"hello");
/// ```
#[doc(alias = "connect_read_pipe")]
#[doc(alias = "connect_write_pipe")]
#[derive(Debug)]
pub struct AsyncFd<T: AsFd> {
    source: Source<T>,
    /// Who is called when it is ready.
    callbacks: Callbacks,
}

impl<T: AsFd + 'static> AsyncFd<T> {
    /// Adopts something that has a descriptor.
    ///
    /// A loop watches it from the first call on that awaits. One loop watches one descriptor once: a
    /// second `AsyncFd` of the same one fails with `AlreadyExists` there. Share the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use boucle::AsyncFd;
    ///
    /// let file = AsyncFd::new(std::fs::File::open("/dev/null").unwrap());
    /// let error = boucle::run(file.readable()).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unsupported);
    /// ```
    #[track_caller]
    pub fn new(io: T) -> AsyncFd<T> {
        let identity = Identity::new(Kind::Descriptor);
        AsyncFd { source: Source::known_as(identity, io), callbacks: Callbacks::default() }
    }
}

impl<T: AsFd> AsyncFd<T> {
    /// What has the descriptor.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::AsyncFd;
    ///
    /// let (here, _there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// assert!(AsyncFd::new(here).get_ref().local_addr().unwrap().is_unnamed());
    /// ```
    pub fn get_ref(&self) -> &T {
        self.source.io()
    }

    /// Gives it back; no loop watches it any more.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::AsyncFd;
    ///
    /// let (here, _there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// assert!(AsyncFd::new(here).into_inner().local_addr().is_ok());
    /// ```
    pub fn into_inner(self) -> T {
        self.source.into_inner()
    }

    /// Waits until there is something to read, or the end, or an error.
    ///
    /// The system was asked in this instant: it is no news of before, and if nobody else reads, one
    /// `read` does not block, whatever the descriptor's flags.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// `Unsupported` if it cannot be waited for, `AlreadyExists` if another `AsyncFd` has the same
    /// descriptor.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use boucle::AsyncFd;
    ///
    /// let (mut here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// let there = AsyncFd::new(there); // it blocks; one read after `readable` does not
    /// here.write_all(b"hello").unwrap();
    /// boucle::run(there.readable()).unwrap();
    /// assert_eq!(there.get_ref().read(&mut [0; 64]).unwrap(), 5);
    /// ```
    #[doc(alias = "wait_readable")]
    #[track_caller]
    pub fn readable(&self) -> impl Future<Output = io::Result<()>> {
        self.ready(Location::caller(), Direction::Read, PollFlags::IN)
    }

    /// Waits until there is room to write, or an error.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As of [`readable`](AsyncFd::readable).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::AsyncFd;
    ///
    /// let (here, _there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// let here = AsyncFd::new(here);
    /// assert!(boucle::run(here.writable()).is_ok());
    /// ```
    #[doc(alias = "wait_writable")]
    #[track_caller]
    pub fn writable(&self) -> impl Future<Output = io::Result<()>> {
        self.ready(Location::caller(), Direction::Write, PollFlags::OUT)
    }

    /// Calls `f`, which must not block, until it does not say `WouldBlock`; waits in between until it
    /// can be read.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// The error of `f`, or as of [`readable`](AsyncFd::readable).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, `f` has said `WouldBlock` whenever it was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read;
    /// use boucle::AsyncFd;
    ///
    /// let (here, there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// here.set_nonblocking(true).unwrap();
    /// drop(there);
    /// let here = AsyncFd::new(here);
    /// assert_eq!(boucle::run(here.read_with(|mut it| it.read(&mut [0]))).unwrap(), 0);
    /// ```
    #[track_caller]
    pub fn read_with<R>(
        &self,
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> impl Future<Output = io::Result<R>> {
        self.call_when_ready(Location::caller(), (Direction::Read, SystemCall::Read), f)
    }

    /// Calls `f`, which must not block, until it does not say `WouldBlock`; waits in between until it
    /// can be written to.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// The error of `f`, or as of [`readable`](AsyncFd::readable).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, `f` has said `WouldBlock` whenever it was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Write;
    /// use boucle::AsyncFd;
    ///
    /// let (here, _there) = std::os::unix::net::UnixStream::pair().unwrap();
    /// here.set_nonblocking(true).unwrap();
    /// let here = AsyncFd::new(here);
    /// assert_eq!(boucle::run(here.write_with(|mut it| it.write(b"hello"))).unwrap(), 5);
    /// ```
    #[track_caller]
    pub fn write_with<R>(
        &self,
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> impl Future<Output = io::Result<R>> {
        self.call_when_ready(Location::caller(), (Direction::Write, SystemCall::Write), f)
    }

    /// Calls `f` once, without waiting: for those who have waited with [`readable`](AsyncFd::readable)
    /// or [`writable`](AsyncFd::writable).
    ///
    /// # Errors
    ///
    /// What `f` says: `WouldBlock` if the descriptor was not ready after all; then wait again.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use std::io::Read;
    /// use std::os::unix::net::UnixStream;
    /// use boucle::AsyncFd;
    ///
    /// boucle::run(async {
    ///     let (ours, theirs) = UnixStream::pair()?;
    ///     ours.set_nonblocking(true)?;
    ///     let ours = AsyncFd::new(ours);
    ///     let nothing = ours.try_io(|mut io| io.read(&mut [0; 8]));
    ///     assert_eq!(nothing.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    ///     drop(theirs);
    ///     ours.readable().await?;
    ///     assert_eq!(ours.try_io(|mut io| io.read(&mut [0; 8]))?, 0);
    ///     io::Result::Ok(())
    /// }).unwrap();
    /// ```
    pub fn try_io<R>(&self, f: impl FnOnce(&T) -> io::Result<R>) -> io::Result<R> {
        f(self.source.io())
    }

    async fn call_when_ready<R>(
        &self,
        at: &'static Location<'static>,
        (direction, call): (Direction, SystemCall),
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.source.watch(direction)?;
        self.source.io_when_ready_at(at, direction, call, f).await
    }

    async fn ready(
        &self,
        at: &'static Location<'static>,
        direction: Direction,
        flags: PollFlags,
    ) -> io::Result<()> {
        self.source.watch(direction)?;
        let ask = |io: &T| ask(io, flags);
        self.source.io_when_ready_at(at, direction, SystemCall::Wait, ask).await
    }
}

/// Whether it is ready; the call that says `WouldBlock` without doing anything.
fn ask(io: &impl AsFd, flags: PollFlags) -> io::Result<()> {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    match event::poll(&mut [PollFd::new(io, flags)], Some(&at_once))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}

impl<T: AsFd> AsFd for AsyncFd<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
