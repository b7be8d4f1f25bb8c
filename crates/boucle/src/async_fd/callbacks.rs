//! [`add_reader`] and [`add_writer`]: a function that the loop calls whenever a descriptor is ready.

use std::io;
use std::os::fd::AsFd;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::PollFlags;

use super::AsyncFd;
use crate::context::require_entered;
use crate::host::Report;
use crate::reactor::Direction;
use crate::task::{Task, spawn_as};
use crate::time::{interrupt, sleep_at};

/// After the system could not be asked: so long until the next try.
const PAUSE: Duration = Duration::from_millis(100);

/// Calls `f` whenever there is something to read, or the end, until that is
/// [cancelled](ReadyCallback::cancel).
///
/// It is called once a turn, and the other tasks run in between; if it leaves something to read, then it
/// is called again. A panic of `f` is reported to the exception handler, and ends it. It shares `fd`: to
/// close that, cancel it and drop your own.
///
/// # Panics
///
/// If this thread runs no loop.
///
/// # Errors
///
/// `AlreadyExists` if `fd` has a reader already, or another `AsyncFd` has the same descriptor;
/// `Unsupported` if it cannot be waited for.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
/// use std::rc::Rc;
/// use boucle::{AsyncFd, add_reader, interrupt};
///
/// let read = Rc::new(RefCell::new(Vec::new()));
/// let log = Rc::clone(&read);
/// boucle::run(async move {
///     let (mut here, there) = UnixStream::pair()?;
///     let there = Rc::new(AsyncFd::new(there));
///     let reader = add_reader(&there, move |mut it| {
///         let mut byte = [0];
///         it.read_exact(&mut byte).unwrap(); // leaves the others for the next turns
///         log.borrow_mut().push(byte[0]);
///     })?;
///     here.write_all(b"abc")?;
///     while read.borrow().len() < 3 {
///         interrupt().await;
///     }
///     assert!(reader.cancel());
///     assert_eq!(*read.borrow(), b"abc");
///     std::io::Result::Ok(())
/// }).unwrap();
/// ```
#[track_caller]
pub fn add_reader<T: AsFd + 'static>(
    fd: &Rc<AsyncFd<T>>,
    f: impl FnMut(&T) + 'static,
) -> io::Result<ReadyCallback> {
    add(fd, Direction::Read, f, Location::caller())
}

/// Calls `f` whenever there is room to write, until that is [cancelled](ReadyCallback::cancel).
///
/// There mostly is: it is called every turn then, so cancel it when there is nothing to write. All else
/// as of [`add_reader`].
///
/// # Panics
///
/// If this thread runs no loop.
///
/// # Errors
///
/// As of [`add_reader`]; a reader and a writer do not disturb one another.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::os::unix::net::UnixStream;
/// use std::rc::Rc;
/// use boucle::{AsyncFd, add_writer, interrupt};
///
/// let has_room = Rc::new(Cell::new(false));
/// let flag = Rc::clone(&has_room);
/// boucle::run(async move {
///     let (here, _there) = UnixStream::pair()?;
///     let here = Rc::new(AsyncFd::new(here));
///     let writer = add_writer(&here, move |_| flag.set(true))?;
///     while !has_room.get() {
///         interrupt().await;
///     }
///     assert!(writer.cancel());
///     std::io::Result::Ok(())
/// }).unwrap();
/// ```
#[track_caller]
pub fn add_writer<T: AsFd + 'static>(
    fd: &Rc<AsyncFd<T>>,
    f: impl FnMut(&T) + 'static,
) -> io::Result<ReadyCallback> {
    add(fd, Direction::Write, f, Location::caller())
}

#[track_caller]
fn add<T: AsFd + 'static>(
    fd: &Rc<AsyncFd<T>>,
    direction: Direction,
    f: impl FnMut(&T) + 'static,
    at: &'static Location<'static>,
) -> io::Result<ReadyCallback> {
    require_entered(|_| ());
    fd.source.watch(direction)?;
    let mine = fd.callbacks.enter(direction)?;
    let call = call_when_ready(Rc::clone(fd), (direction, at), f, Registered(Arc::clone(&mine)));
    let task = require_entered(|core| spawn_as::<ReadyCallback, _>(core, call, at));
    Ok(ReadyCallback { task, mine })
}

/// What is registered stays so until this is dropped.
async fn call_when_ready<T: AsFd>(
    fd: Rc<AsyncFd<T>>,
    (direction, at): (Direction, &'static Location<'static>),
    mut f: impl FnMut(&T),
    _registered: Registered,
) {
    loop {
        let ready = match direction {
            Direction::Read => fd.ready(at, direction, PollFlags::IN).await,
            Direction::Write => fd.ready(at, direction, PollFlags::OUT).await,
        };
        if let Err(error) = ready {
            let report = Report::io("cannot ask whether a descriptor is ready", error);
            require_entered(|core| core.host.tell(report));
            sleep_at(at, PAUSE).await;
            continue;
        }
        let mut has_panicked = true;
        require_entered(|core| {
            core.host.guard(|| {
                f(fd.get_ref());
                has_panicked = false;
            });
        });
        if has_panicked {
            return;
        }
        interrupt().await;
    }
}

/// Who is called for a descriptor: one for each direction.
#[derive(Debug, Default)]
pub(super) struct Callbacks([Mutex<Option<Arc<AtomicBool>>>; 2]);

impl Callbacks {
    /// Enters one who is called, who is in as long as the flag that this returns is up.
    fn enter(&self, direction: Direction) -> io::Result<Arc<AtomicBool>> {
        let mut entry = self.0[direction as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if entry.as_ref().is_some_and(|it| it.load(Ordering::Relaxed)) {
            let message = match direction {
                Direction::Read => "the descriptor has a reader already: cancel it first",
                Direction::Write => "the descriptor has a writer already: cancel it first",
            };
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let mine = Arc::new(AtomicBool::new(true));
        *entry = Some(Arc::clone(&mine));
        Ok(mine)
    }
}

/// Lowers the flag at the end, whatever that is.
struct Registered(Arc<AtomicBool>);

impl Drop for Registered {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// What [`add_reader`] and [`add_writer`] return. Dropping it changes nothing: the calls go on.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::{AsyncFd, add_reader};
///
/// boucle::run(async {
///     let (here, _there) = std::os::unix::net::UnixStream::pair()?;
///     let here = Rc::new(AsyncFd::new(here));
///     let first = add_reader(&here, |_| {})?;
///     assert!(add_reader(&here, |_| {}).is_err());
///     first.cancel();
///     add_reader(&here, |_| {})
/// }).unwrap();
/// ```
#[derive(Debug)]
pub struct ReadyCallback {
    /// The task that makes the calls.
    task: Task<()>,
    /// Up as long as it is registered.
    mine: Arc<AtomicBool>,
}

impl ReadyCallback {
    /// Ends the calls: there is none after this, another one may be registered at once, and `f` is
    /// dropped at the loop's next turn. `false` if it is [`done`](ReadyCallback::done).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::{AsyncFd, add_writer, interrupt};
    ///
    /// boucle::run(async {
    ///     let (here, _there) = std::os::unix::net::UnixStream::pair().unwrap();
    ///     let writer = add_writer(&Rc::new(AsyncFd::new(here)), |_| unreachable!()).unwrap();
    ///     assert!(writer.cancel());
    ///     interrupt().await;
    ///     assert!(!writer.cancel());
    /// });
    /// ```
    #[doc(alias = "remove_reader")]
    #[doc(alias = "remove_writer")]
    pub fn cancel(&self) -> bool {
        self.mine.store(false, Ordering::Relaxed);
        self.task.cancel()
    }

    /// Whether there will be no more calls: it was cancelled, or `f` has panicked, or the loop was
    /// closed.
    ///
    /// What is cancelled is not done before the loop's next turn.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::{AsyncFd, Loop, add_reader};
    ///
    /// let event_loop = Loop::new();
    /// let reader = event_loop.run_until_complete(async {
    ///     let (here, _there) = std::os::unix::net::UnixStream::pair()?;
    ///     add_reader(&Rc::new(AsyncFd::new(here)), |_| {})
    /// });
    /// let reader = reader.unwrap().unwrap();
    /// assert!(!reader.done());
    /// event_loop.close().unwrap();
    /// assert!(reader.done());
    /// ```
    #[must_use]
    pub fn done(&self) -> bool {
        self.task.done()
    }
}
