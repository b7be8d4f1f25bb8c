//! Stage 7: a task can wait for a socket.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::poll_fn;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::ToSocketAddrs;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use polling::{Event, Events, PollMode, Poller};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use world::collections::VecDeque;
use world::step;
use world::time::{Duration, Instant};

/// A task of any kind, in a box of its own: so they all fit into one queue.
pub type Coroutine = Pin<Box<dyn Future<Output = ()>>>;

/// An event loop: runs its tasks in turn, one step each. A clone is the same loop.
#[derive(Clone, Default)]
pub struct Loop {
    /// The tasks that have not ended, next one first; borrowed only between two steps.
    tasks: Rc<RefCell<VecDeque<Coroutine>>>,
}

thread_local! {
    /// The loop that runs on this thread, or the last one that ran.
    static CURRENT: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

impl Loop {
    /// Makes a loop without any task.
    pub fn new() -> Loop {
        Loop::default()
    }

    /// The loop that runs on this thread, or the last one that ran; `None` before the first run.
    pub fn current() -> Option<Loop> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Adds `task` at the end of the queue; it is not started, or goes on where it was.
    pub fn add_task(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push_back(Box::pin(task));
    }

    /// Runs until all tasks have ended, also those that are added meanwhile.
    pub fn run(&self) {
        CURRENT.set(Some(self.clone()));
        loop {
            // The first task is taken: its step may add others, so the queue is not borrowed then.
            let Some(mut task) = self.tasks.borrow_mut().pop_front() else { break };
            match step(&mut task, Waker::noop()) {
                // The task goes on: it is put back, at the end of the queue.
                Poll::Pending => self.tasks.borrow_mut().push_back(task),
                Poll::Ready(()) => {} // The task has ended.
            }
        }
    }

    /// Adds `task`, and runs until all tasks have ended.
    pub fn run_task(&self, task: impl Future<Output = ()> + 'static) {
        self.add_task(task);
        self.run();
    }
}

/// Something that one task waits for, and that others set, `n` times in all.
pub struct Waiter {
    /// How many times it has yet to be set.
    missing: Cell<usize>,
}

impl Waiter {
    /// Makes a waiter that is to be set `n` times.
    pub fn new(n: usize) -> Waiter {
        Waiter { missing: Cell::new(n) }
    }

    /// Counts one; the last one lets those who wait go on, at their next turn.
    pub fn set(&self) {
        self.missing.set(self.missing.get().saturating_sub(1));
    }

    /// Waits until the waiter is set. Dropping the future loses nothing: what is set stays set.
    pub async fn wait(&self) {
        while self.missing.get() > 0 {
            interrupt().await;
        }
    }
}

/// Adds all `tasks` to the current loop, and waits until all have ended.
/// Panics if no loop has run on this thread. Dropping the future ends the waiting, not the tasks.
pub async fn gather<const N: usize>(tasks: [Coroutine; N]) {
    let waiter = Rc::new(Waiter::new(N));
    for task in tasks {
        let waiter = Rc::clone(&waiter);
        Loop::current().expect("gather runs in a loop").add_task(async move {
            task.await;
            waiter.set();
        });
    }
    waiter.wait().await;
}

/// Gives the turn back to the loop, once.
pub async fn interrupt() {
    let mut turn = Some(());
    poll_fn(|_| if turn.take().is_some() { Poll::Pending } else { Poll::Ready(()) }).await;
}

/// Waits until `t`, asking at every turn whether it has come.
pub async fn sleep_until(t: Instant) {
    while Instant::now() < t {
        interrupt().await;
    }
}

/// Waits for `duration`; not even for a turn if it is zero.
pub async fn sleep(duration: Duration) {
    sleep_until(Instant::now() + duration).await;
}

/// A socket that a task can wait for: as long as it is not ready, the other tasks go on.
pub struct AIOSocket {
    /// Watches `socket` and nothing else. It is asked how things stand; nobody sleeps in it.
    poller: Poller,
    /// Never blocks. Closed when dropped, after `poller` has forgotten it.
    socket: Socket,
}

/// Makes a socket; if nothing is said, the slides take `Domain::IPV4`, `Type::STREAM`, `None`.
pub fn aiosocket(family: Domain, kind: Type, protocol: Option<Protocol>) -> io::Result<AIOSocket> {
    AIOSocket::new(Socket::new(family, kind, protocol).map_err(cannot("make a socket"))?)
}

impl AIOSocket {
    /// Adopts a socket that exists: one of `socket2`, one of `std`, an `OwnedFd`.
    #[expect(unsafe_code, reason = "polling wants a promise: a socket is forgotten, then closed")]
    pub fn new(socket: impl Into<Socket>) -> io::Result<AIOSocket> {
        let (socket, poller) = (socket.into(), Poller::new().map_err(cannot("make a poller"))?);
        socket.set_nonblocking(true)?;
        // SAFETY: `drop` makes the poller forget the socket before the socket is closed.
        let watched = unsafe { poller.add_with_mode(&socket, Event::all(0), PollMode::Level) };
        watched.map_err(cannot("watch the socket"))?;
        Ok(AIOSocket { poller, socket })
    }

    /// Binds the socket to a `"host:port"`; port 0 is one that the system chooses.
    pub async fn bind(&self, address: impl ToSocketAddrs + Display) -> io::Result<()> {
        // Else the port of a server stays taken for a minute after its last connection.
        self.socket.set_reuse_address(self.socket.r#type()? == Type::STREAM)?;
        let bound = self.resolve(&address).and_then(|it| self.socket.bind(&it));
        bound.map_err(cannot(format_args!("bind {address}")))
    }

    /// Lets clients come; up to 128 of them wait to be accepted.
    pub async fn listen(&self) -> io::Result<()> {
        self.socket.listen(128).map_err(cannot("listen"))
    }

    /// Connects the socket to a `"host:port"`. If the future is dropped, drop the socket as well.
    pub async fn connect(&self, address: impl ToSocketAddrs + Display) -> io::Result<()> {
        let what = format!("connect to {address}");
        let target = self.resolve(&address).map_err(cannot(&what))?;
        if self.socket.r#type()? == Type::STREAM && self.socket.peer_addr().is_ok() {
            return Err(cannot(what)(Error::other("the socket is connected already")));
        }
        let Err(error) = self.socket.connect(&target) else { return Ok(()) };
        // Under way, or failed? Once it is writable, the socket knows.
        match self.when(&what, |it| it.writable, Socket::take_error).await? {
            None if self.socket.peer_addr().is_ok() => Ok(()),
            failure => Err(cannot(what)(failure.unwrap_or(error))),
        }
    }

    /// Waits for a client. Dropping the future loses none.
    pub async fn accept(&self) -> io::Result<AIOSocket> {
        let (client, _) = self.when("accept a client", |it| it.readable, Socket::accept).await?;
        AIOSocket::new(client)
    }

    /// Waits for at most `bufsize` bytes; none: the peer has closed. If it is dropped, none is lost.
    pub async fn recv(&self, bufsize: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; bufsize];
        let n = self.when("receive", |it| it.readable, |mut it| it.read(&mut bytes)).await?;
        bytes.truncate(n);
        Ok(bytes)
    }

    /// Waits for room; returns how many of `bytes` went: perhaps not all. If it is dropped, none.
    pub async fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        self.when("send", |it| it.writable, |mut it| it.write(bytes)).await
    }

    /// Closes the socket, as dropping it does.
    pub fn close(self) {}

    /// Gives the turn back as long as the socket is not `ready`, then does `io`.
    async fn when<T>(
        &self,
        what: impl Display,
        ready: fn(Event) -> bool,
        mut io: impl FnMut(&Socket) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let mut events = Events::with_capacity(NonZeroUsize::MIN);
            self.poller.wait(&mut events, Some(Duration::ZERO))?;
            if events.iter().any(ready) {
                match io(&self.socket) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {} // Somebody was first.
                    result => return result.map_err(cannot(what)),
                }
            }
            interrupt().await;
        }
    }

    /// The first address behind a name that the socket's family has. The look-up blocks the loop.
    fn resolve(&self, address: &impl ToSocketAddrs) -> io::Result<SockAddr> {
        let family = self.socket.local_addr()?.domain();
        let mut addresses = address.to_socket_addrs()?.map(SockAddr::from);
        let found = addresses.find(|it| it.domain() == family);
        found.ok_or_else(|| Error::other("no address of the socket's family"))
    }
}

impl AsFd for AIOSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for AIOSocket {
    fn drop(&mut self) {
        // Should it fail: the poller goes next, and forgets all.
        let _ = self.poller.delete(&self.socket);
    }
}

/// Says what could not be done, before the system's reason.
fn cannot(what: impl Display) -> impl FnOnce(Error) -> Error {
    move |error| Error::new(error.kind(), format!("cannot {what}: {error}"))
}
