//! A server: takes connections, and has a task for each.
//!
//! Road: stage 10.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::panic::Location;
use std::rc::{Rc, Weak};

use super::accept::Accept;
use super::{TcpListener, TcpStream};
use crate::context::require_current;
use crate::host::Report;
use crate::sync::{Event, Semaphore};
use crate::task::{Task, spawn_as};

impl Accept for TcpListener {
    type Stream = TcpStream;
    type Address = SocketAddr;

    #[track_caller]
    fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        TcpListener::accept(self)
    }

    fn accept_at(
        &self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        self.accept_for(at)
    }
}

/// Takes connections, and handles each in a task of its own. Dropping it stops that, and cancels those
/// tasks.
///
/// # Examples
///
/// ```
/// use boucle::net::{Server, TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let server = Server::start(listener, 100, async |stream: TcpStream, _peer| {
///         let mut bytes = [0; 64];
///         while let Ok(n @ 1..) = stream.read(&mut bytes).await {
///             if stream.write_all(&bytes[..n]).await.is_err() {
///                 break;
///             }
///         }
///     });
///     let client = TcpStream::connect_to(server.local_addr().unwrap()).await.unwrap();
///     client.write_all(b"hello").await.unwrap();
///     let mut bytes = [0; 5];
///     client.read_exact(&mut bytes).await.unwrap();
///     assert_eq!(&bytes, b"hello");
///     drop(client);
///     server.close();
///     server.wait_closed().await.unwrap();
/// });
/// ```
#[doc(alias = "start_unix_server")]
#[doc(alias = "create_server")]
#[doc(alias = "start_server")]
#[doc(alias = "AbstractServer")]
pub struct Server<L> {
    /// Takes the connections, and has the listener.
    accepting: Task<()>,
    /// The listener, as long as connections are taken.
    listener: Weak<L>,
    clients: Rc<Clients>,
}

/// The connections of a server.
struct Clients {
    /// Their handlers, each with its number.
    tasks: RefCell<BTreeMap<u64, Task<()>>>,
    /// How many connections were taken.
    n_taken: Cell<u64>,
    /// A permit for each connection that may be there.
    room: Semaphore,
    /// Whether there will be no more.
    is_closed: Cell<bool>,
    /// Set when there will be no more, and none is left.
    is_over: Event,
    /// What has made an end of it.
    error: Cell<Option<io::Error>>,
}

impl Clients {
    /// Called at the end of a connection, and of all accepting.
    fn look_for_the_end(&self) {
        if self.is_closed.get() && self.tasks.borrow().is_empty() {
            self.is_over.set();
        }
    }
}

impl<L: Accept + 'static> Server<L> {
    /// Starts to take connections on the current loop, and calls `handler` with each, in a task of its
    /// own. There are `limit` of them at the most, `usize::MAX` for any number: who comes then waits in
    /// the system's queue.
    ///
    /// A handler that panics is reported to the loop's exception handler, and its connection dropped;
    /// nobody else is concerned.
    ///
    /// # Panics
    ///
    /// If this thread has no loop, or the loop is closed; if `limit` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let server = Server::start(listener, 10, async |stream: TcpStream, peer| {
    ///         let _ = stream.write_all(format!("{peer}").as_bytes()).await;
    ///     });
    ///     let client = TcpStream::connect_to(server.local_addr().unwrap()).await.unwrap();
    ///     let mut bytes = [0; 64];
    ///     let n = client.read(&mut bytes).await.unwrap();
    ///     let answer = std::str::from_utf8(&bytes[..n]).unwrap();
    ///     assert_eq!(answer, client.local_addr().unwrap().to_string());
    /// });
    /// ```
    #[track_caller]
    pub fn start<H>(listener: L, limit: usize, handler: H) -> Server<L>
    where
        H: AsyncFn(L::Stream, L::Address) + 'static,
        L::Stream: 'static,
        L::Address: 'static,
    {
        assert!(limit > 0, "a server needs room for one connection: nobody would be served");
        let clients = Rc::new(Clients {
            tasks: RefCell::default(),
            n_taken: Cell::new(0),
            room: Semaphore::new(limit),
            is_closed: Cell::new(false),
            is_over: Event::new(),
            error: Cell::new(None),
        });
        let (listener, at) = (Rc::new(listener), Location::caller());
        let weak = Rc::downgrade(&listener);
        // Made here: a task that is cancelled before it starts drops it.
        let end = EndOfAccepting(Rc::clone(&clients));
        let accepting = async move {
            let clients = &end.0;
            if let Err(error) = accept_all(listener, clients, Rc::new(handler), at).await {
                clients.error.set(Some(error));
            }
        };
        let accepting = require_current(|core| spawn_as::<Server<L>, _>(core, accepting, at));
        Server { accepting, listener: weak, clients }
    }
}

/// Takes connections until one cannot be taken.
async fn accept_all<L, H>(
    listener: Rc<L>,
    clients: &Rc<Clients>,
    handler: Rc<H>,
    at: &'static Location<'static>,
) -> io::Result<()>
where
    L: Accept + 'static,
    H: AsyncFn(L::Stream, L::Address) + 'static,
    L::Stream: 'static,
    L::Address: 'static,
{
    loop {
        // First the room: a connection that is not taken can be taken by another process.
        let permit = clients.room.acquire_at(at).await;
        let (stream, address) = listener.accept_at(at).await?;
        // Given back at the end of the client.
        std::mem::forget(permit);
        let number = clients.n_taken.get();
        clients.n_taken.set(number + 1);
        let end = EndOfClient { clients: Rc::clone(clients), number };
        let handler = Rc::clone(&handler);
        let client = async move {
            let _end = end;
            handler(stream, address).await;
        };
        let task = require_current(|core| spawn_as::<H, _>(core, client, at));
        clients.tasks.borrow_mut().insert(number, task);
    }
}

impl<L> Server<L> {
    /// Stops taking connections: the listener is dropped at the loop's next turn. Those that are there
    /// go on.
    ///
    /// Connections that wait in the system's queue are broken by that.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let server = Server::start(listener, 10, async |_, _| {});
    ///     let address = server.local_addr().unwrap();
    ///     server.close();
    ///     server.wait_closed().await.unwrap();
    ///     assert!(TcpStream::connect_to(address).await.is_err());
    /// });
    /// ```
    pub fn close(&self) {
        self.accepting.cancel();
    }

    /// Waits until no connections are taken any more, and the handlers of all that were taken have
    /// ended. It closes nothing: of a server that nobody closes it waits for the failure.
    ///
    /// # Errors
    ///
    /// What has ended the server, if that was not [`close`](Server::close). It is told once; if nobody
    /// is told, the exception handler is, when the server is dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let server = Server::start(listener, 10, async |stream: TcpStream, _| {
    ///         let _ = stream.read(&mut [0; 8]).await; // until the other side says something
    ///     });
    ///     let client = TcpStream::connect_to(server.local_addr().unwrap()).await.unwrap();
    ///     boucle::interrupt().await;
    ///     server.close();
    ///     client.write_all(b"bye").await.unwrap();
    ///     server.wait_closed().await.unwrap();
    ///     assert_eq!(server.n_connections(), 0);
    /// });
    /// ```
    #[doc(alias = "serve_forever")]
    #[track_caller]
    pub fn wait_closed(&self) -> impl Future<Output = io::Result<()>> {
        self.wait_closed_at(Location::caller())
    }

    async fn wait_closed_at(&self, at: &'static Location<'static>) -> io::Result<()> {
        self.clients.is_over.wait_at(at).await;
        self.clients.error.take().map_or(Ok(()), Err)
    }

    /// Cancels the handlers of all connections that are there: each is dropped at its next turn, and
    /// with it the connection. New ones are taken as before.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let server = Server::start(listener, 10, async |_stream: TcpStream, _| {
    ///         std::future::pending::<()>().await;
    ///     });
    ///     let client = TcpStream::connect_to(server.local_addr().unwrap()).await.unwrap();
    ///     boucle::interrupt().await;
    ///     server.abort_clients();
    ///     assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0); // the end
    /// });
    /// ```
    #[doc(alias = "close_clients")]
    pub fn abort_clients(&self) {
        self.clients.tasks.borrow().values().for_each(|task| {
            task.cancel();
        });
    }

    /// How many connections are there: taken, and their handlers not ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, TcpListener};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let server = Server::start(listener, 10, async |_, _| {});
    ///     assert_eq!(server.n_connections(), 0);
    /// });
    /// ```
    #[must_use]
    pub fn n_connections(&self) -> usize {
        self.clients.tasks.borrow().len()
    }

    /// The listener, until the server is closed. Not to be kept: it listens as long as somebody has it.
    pub(super) fn listener(&self) -> Option<Rc<L>> {
        self.listener.upgrade()
    }
}

impl Server<TcpListener> {
    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// `NotConnected`: the server is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{Server, TcpListener};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let server = Server::start(listener, 10, async |_, _| {});
    ///     assert!(server.local_addr().unwrap().ip().is_loopback());
    /// });
    /// ```
    #[doc(alias = "sockets")]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let closed = || io::Error::new(io::ErrorKind::NotConnected, "the server is closed");
        self.listener().ok_or_else(closed)?.local_addr()
    }
}

impl<L> fmt::Debug for Server<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.clients.is_closed.get() { "closed" } else { "open" };
        write!(f, "<Server {state}, {} connections>", self.n_connections())
    }
}

impl<L> Drop for Server<L> {
    fn drop(&mut self) {
        self.close();
        self.abort_clients();
        let Some(error) = self.clients.error.take() else { return };
        if let Some(core) = self.accepting.raw().core() {
            core.host.tell(Report::io_end("a server has ended", error));
        }
    }
}

/// Says that no more connections will be taken, when it is dropped.
struct EndOfAccepting(Rc<Clients>);

impl Drop for EndOfAccepting {
    fn drop(&mut self) {
        self.0.is_closed.set(true);
        self.0.look_for_the_end();
    }
}

/// Says that a connection is over, when it is dropped.
struct EndOfClient {
    clients: Rc<Clients>,
    number: u64,
}

impl Drop for EndOfClient {
    fn drop(&mut self) {
        // Taken out first: the handle of a task that panicked reports it, and that may do anything.
        let task = self.clients.tasks.borrow_mut().remove(&self.number);
        drop(task);
        self.clients.room.add_permits(1);
        self.clients.look_for_the_end();
    }
}
