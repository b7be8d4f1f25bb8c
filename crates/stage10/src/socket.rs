//! Stage 7's sockets, watched by the loop.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::ToSocketAddrs;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::rc::Rc;
use std::sync::Arc;

use polling::{Event, Poller};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::{Loop, Waiter};

/// A socket that a task can wait for: as long as it is not ready, the other tasks go on.
pub struct AIOSocket {
    /// The loop's: who waits for a socket.
    sockets: Rc<Sockets>,
    /// The loop's: told before each wait what to watch for, once.
    poller: Arc<Poller>,
    /// Never blocks. Closed when dropped, after `poller` has forgotten it.
    socket: Socket,
}

/// Makes a socket; if nothing is said, the slides take `Domain::IPV4`, `Type::STREAM`, `None`.
pub fn aiosocket(family: Domain, kind: Type, protocol: Option<Protocol>) -> io::Result<AIOSocket> {
    AIOSocket::new(Socket::new(family, kind, protocol).map_err(cannot("make a socket"))?)
}

impl AIOSocket {
    /// Adopts a socket that exists: one of `socket2`, one of `std`, an `OwnedFd`.
    /// Panics if no loop has run on this thread.
    #[expect(unsafe_code, reason = "polling wants a promise: a socket is forgotten, then closed")]
    pub fn new(socket: impl Into<Socket>) -> io::Result<AIOSocket> {
        let Loop { sockets, poller, .. } = Loop::current().expect("a socket belongs to a loop");
        let socket = socket.into();
        socket.set_nonblocking(true)?;
        // SAFETY: `drop` makes the poller forget the socket before the socket is closed.
        let watched = unsafe { poller.add(&socket, Event::none(key(&socket))) };
        watched.map_err(cannot("watch the socket"))?;
        Ok(AIOSocket { sockets, poller, socket })
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

    /// Waits until the socket is `ready`, then does `io`.
    async fn when<T>(
        &self,
        what: impl Display,
        ready: fn(Event) -> bool,
        mut io: impl FnMut(&Socket) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            self.watch(ready)?.wait().await;
            match io(&self.socket) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {} // Somebody was first.
                result => return result.map_err(cannot(what)),
            }
        }
    }

    /// Has the loop set a waiter, when the socket is `ready`.
    fn watch(&self, ready: fn(Event) -> bool) -> io::Result<Rc<Waiter>> {
        let (key, waiter) = (key(&self.socket), Rc::new(Waiter::new(1)));
        let [read, write] = [Event::readable(key), Event::writable(key)];
        let mut sockets = self.sockets.borrow_mut();
        let waiting = sockets.entry(key).or_default();
        waiting.push((if ready(read) { read } else { write }, Rc::clone(&waiter)));
        // For all that somebody waits for.
        let reads = waiting.iter().any(|(it, _)| it.readable);
        let writes = waiting.iter().any(|(it, _)| it.writable);
        self.poller.modify(&self.socket, Event::new(key, reads, writes))?;
        Ok(waiter)
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
        // Should it fail: the system forgets a socket that is closed.
        let _ = self.poller.delete(&self.socket);
        // Taken, then dropped: a waiter holds bells, and those may be of others.
        let unset = self.sockets.borrow_mut().remove(&key(&self.socket));
        drop(unset);
    }
}

/// Who waits for which socket: by its key, what for, and the waiter to set.
pub(crate) type Sockets = RefCell<HashMap<usize, Vec<(Event, Rc<Waiter>)>>>;

/// What the poller knows a socket by: its descriptor, which no other open socket has.
fn key(socket: &Socket) -> usize {
    socket.as_raw_fd() as usize
}

/// Says what could not be done, before the system's reason.
fn cannot(what: impl Display) -> impl FnOnce(Error) -> Error {
    move |error| Error::new(error.kind(), format!("cannot {what}: {error}"))
}
