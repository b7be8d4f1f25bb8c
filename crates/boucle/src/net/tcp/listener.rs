//! [`TcpListener`], and how it listens: [`ListenOptions`].
//!
//! Road: stages 7 and 10.

use std::io;
use std::net;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::Location;

use socket2::{Domain, Protocol, Socket, Type};

use super::TcpStream;
use crate::context::sys;
use crate::host::SystemCall;
use crate::net::accept::accept;
use crate::net::resolve::resolve;
use crate::source::Source;

/// Takes TCP connections; dropping it stops that.
///
/// Any thread may have it, and several tasks may wait for connections at the same time: each
/// connection is given to one of them. A connection that waits for nobody stays with the system, up to
/// the backlog.
///
/// # Examples
///
/// ```
/// use boucle::net::{TcpListener, TcpStream};
///
/// boucle::run(async {
///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
///     let address = listener.local_addr().unwrap();
///     let client = TcpStream::connect_to(address).await.unwrap();
///     let (server, peer) = listener.accept().await.unwrap();
///     assert_eq!(peer, client.local_addr().unwrap());
///     assert_eq!(server.local_addr().unwrap(), address);
/// });
/// ```
#[doc(alias = "create_server")]
#[doc(alias = "sock_accept")]
#[derive(Debug)]
pub struct TcpListener {
    source: Source<net::TcpListener>,
}

impl TcpListener {
    /// Listens on the first address of a host that it can have; port 0 is any that is free.
    ///
    /// `"0.0.0.0"` is each IPv4 address of this machine, and `"::"` each of both kinds, on most
    /// systems. A name is looked up as [`resolve`] does.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop, if the host is a name.
    ///
    /// # Errors
    ///
    /// The look-up failed, or none of the addresses can be had: the error of the first is given then,
    /// which names it. `AddrInUse`: somebody else listens there. `PermissionDenied`: the port is
    /// below 1024, perhaps. `AddrNotAvailable`: the address is not this machine's.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::TcpListener;
    ///
    /// let listener = boucle::run(TcpListener::bind("localhost", 0)).unwrap();
    /// assert_ne!(listener.local_addr().unwrap().port(), 0);
    /// ```
    #[track_caller]
    pub fn bind(host: &str, port: u16) -> impl Future<Output = io::Result<TcpListener>> {
        let at = Location::caller();
        async move {
            let mut first_error = None;
            for address in resolve(host, port).await? {
                match ListenOptions::new().listen(address, at) {
                    Ok(listener) => return Ok(listener),
                    Err(error) => first_error = first_error.or(Some(error)),
                }
            }
            Err(first_error.expect("a name that was looked up has an address"))
        }
    }

    /// Listens on one address; port 0 is any that is free. [`ListenOptions`] says what can be chosen.
    ///
    /// An address that a connection of an earlier program has not quite let go of can be had.
    ///
    /// # Errors
    ///
    /// As [`bind`](TcpListener::bind), for the one address, which the message names.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use std::net::Ipv4Addr;
    /// use boucle::net::TcpListener;
    ///
    /// let first = TcpListener::bind_to((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    /// let second = TcpListener::bind_to(first.local_addr().unwrap());
    /// assert_eq!(second.unwrap_err().kind(), ErrorKind::AddrInUse);
    /// ```
    #[track_caller]
    pub fn bind_to(address: SocketAddr) -> io::Result<TcpListener> {
        ListenOptions::new().bind_to(address)
    }

    /// Takes a listener of `std`, which does not block from then on.
    ///
    /// # Errors
    ///
    /// The system does not let it be non-blocking.
    ///
    /// # Examples
    ///
    /// ```
    /// let std = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    /// let address = std.local_addr().unwrap();
    /// let listener = boucle::net::TcpListener::from_std(std).unwrap();
    /// assert_eq!(listener.local_addr().unwrap(), address);
    /// ```
    #[track_caller]
    pub fn from_std(listener: net::TcpListener) -> io::Result<TcpListener> {
        sys::call(SystemCall::Option, || listener.set_nonblocking(true))?;
        Ok(TcpListener { source: Source::new(listener) })
    }

    /// Gives it back to `std`; no loop watches it any more. It still does not block: ask it to.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use boucle::net::TcpListener;
    ///
    /// let listener = TcpListener::bind_to((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    /// let std = listener.into_std();
    /// assert_eq!(std.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    /// std.set_nonblocking(false).unwrap();
    /// ```
    #[must_use]
    pub fn into_std(self) -> net::TcpListener {
        self.source.into_inner()
    }

    /// Waits for a connection, and takes it; and says whose it is.
    ///
    /// A connection that broke before it was taken is passed over. If the process has no descriptors
    /// left, or the system no memory, or a rule of it forbids this one, the loop's exception handler is
    /// told, and this tries again after a pause: 5 ms, doubled each time up to 1 s.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// The listener is unusable, and it is of no use to try again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    /// use boucle::spawn;
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let address = listener.local_addr().unwrap();
    ///     let client = spawn(TcpStream::connect_to(address));
    ///     let (server, _peer) = listener.accept().await.unwrap();
    ///     server.write_all(b"hello").await.unwrap();
    ///     let mut word = [0; 5];
    ///     client.await.unwrap().unwrap().read_exact(&mut word).await.unwrap();
    ///     assert_eq!(&word, b"hello");
    /// });
    /// ```
    #[track_caller]
    pub fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        self.accept_for(Location::caller())
    }

    /// The same, for who has asked for it there.
    pub(in crate::net) async fn accept_for(
        &self,
        at: &'static Location<'static>,
    ) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = accept(&self.source, at, |listener| {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            Ok((stream, peer))
        })
        .await?;
        Ok((TcpStream::of(Source::new_at(stream, at)), peer))
    }

    /// The address that it listens on, with the port that the system has chosen.
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use boucle::net::TcpListener;
    ///
    /// let listener = TcpListener::bind_to((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    /// let address = listener.local_addr().unwrap();
    /// assert!(address.ip() == Ipv4Addr::LOCALHOST && address.port() != 0);
    /// ```
    #[doc(alias = "getsockname")]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().local_addr())
    }
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}

/// How a [`TcpListener`] listens, where that shall not be as usual.
///
/// # Examples
///
/// ```
/// use std::net::Ipv4Addr;
/// use boucle::net::ListenOptions;
///
/// let shared = ListenOptions::new().reuse_port(true).backlog(16);
/// let first = shared.bind_to((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
/// let second = shared.bind_to(first.local_addr().unwrap()); // another one on the same port
/// assert!(second.is_ok());
/// ```
#[derive(Clone, Debug)]
#[must_use = "it listens when `bind_to` is called"]
pub struct ListenOptions {
    /// How many connections may wait to be taken, about.
    backlog: u32,
    reuse_port: bool,
    /// `None`: as the system is set up.
    only_v6: Option<bool>,
}

impl ListenOptions {
    /// The usual: a backlog of 1024, an address that nobody else has, and what the system does with
    /// IPv6.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv6Addr;
    /// use boucle::net::ListenOptions;
    ///
    /// let listener = ListenOptions::new().bind_to(([127, 0, 0, 1], 0).into());
    /// assert!(listener.unwrap().local_addr().unwrap().is_ipv4());
    /// ```
    pub fn new() -> ListenOptions {
        ListenOptions { backlog: 1024, reuse_port: false, only_v6: None }
    }

    /// How many connections may wait to be taken; who comes then is kept waiting, or refused. The
    /// system has a limit of its own, and may round.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::ListenOptions;
    ///
    /// assert!(ListenOptions::new().backlog(1).bind_to(([127, 0, 0, 1], 0).into()).is_ok());
    /// ```
    pub fn backlog(mut self, n_connections: u32) -> ListenOptions {
        self.backlog = n_connections;
        self
    }

    /// Lets others listen on the same address, if they say so too: the system shares the connections
    /// out among them. Say, a process or a loop a processor.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::ListenOptions;
    ///
    /// let alone = ListenOptions::new().bind_to(([127, 0, 0, 1], 0).into()).unwrap();
    /// let other = ListenOptions::new().reuse_port(true).bind_to(alone.local_addr().unwrap());
    /// assert!(other.is_err()); // both must want it
    /// ```
    #[doc(alias = "SO_REUSEPORT")]
    pub fn reuse_port(mut self, yes: bool) -> ListenOptions {
        self.reuse_port = yes;
        self
    }

    /// Whether `"::"` is IPv6 alone, or IPv4 as well, whose addresses are then written as `::ffff:…`.
    ///
    /// Does nothing for an IPv4 address.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::ListenOptions;
    ///
    /// let v4 = ListenOptions::new().only_v6(true).bind_to(([127, 0, 0, 1], 0).into());
    /// assert!(v4.is_ok());
    /// ```
    #[doc(alias = "IPV6_V6ONLY")]
    pub fn only_v6(mut self, yes: bool) -> ListenOptions {
        self.only_v6 = Some(yes);
        self
    }

    /// Listens on an address; port 0 is any that is free.
    ///
    /// # Errors
    ///
    /// As [`TcpListener::bind_to`].
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::ListenOptions;
    ///
    /// let far = ListenOptions::new().bind_to(([192, 0, 2, 1], 80).into());
    /// assert!(far.unwrap_err().to_string().starts_with("cannot listen on 192.0.2.1:80: "));
    /// ```
    #[track_caller]
    pub fn bind_to(&self, address: SocketAddr) -> io::Result<TcpListener> {
        self.listen(address, Location::caller())
    }

    fn listen(
        &self,
        address: SocketAddr,
        at: &'static Location<'static>,
    ) -> io::Result<TcpListener> {
        let listen = || {
            let socket = sys::call(SystemCall::Open, || {
                Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))
            })?;
            sys::call(SystemCall::Option, || {
                socket.set_nonblocking(true)?;
                socket.set_reuse_address(true)?;
                if self.reuse_port {
                    socket.set_reuse_port(true)?;
                }
                match self.only_v6 {
                    Some(yes) if address.is_ipv6() => socket.set_only_v6(yes),
                    _ => Ok(()),
                }
            })?;
            sys::call(SystemCall::Bind, || socket.bind(&address.into()))?;
            let backlog = i32::try_from(self.backlog).unwrap_or(i32::MAX);
            sys::call(SystemCall::Listen, || socket.listen(backlog))?;
            Ok(TcpListener { source: Source::new_at(socket.into(), at) })
        };
        listen().map_err(|error: io::Error| {
            io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
        })
    }
}

impl Default for ListenOptions {
    fn default() -> ListenOptions {
        ListenOptions::new()
    }
}
