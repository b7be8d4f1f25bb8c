//! How a [`TcpStream`] comes about: connecting, or taken from `std`.
//!
//! Road: stages 7 and 10.

use std::io;
use std::net;
use std::net::SocketAddr;
use std::panic::Location;
use std::time::Duration;

use super::TcpStream;
use crate::context::sys;
use crate::host::SystemCall;
use crate::net::connect::{connect, connect_within};
use crate::net::resolve::resolve;
use crate::source::Source;

impl TcpStream {
    /// Connects to a host, which is a name or an IP address.
    ///
    /// A name is looked up as [`resolve`] does. Of its addresses the first one that answers is taken:
    /// they are tried in turn, IPv6 and IPv4 by turns, each 250 ms after the one before, or as soon as
    /// one has failed. That is RFC 8305, "Happy Eyeballs".
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// The look-up failed, or each address did: then [`ConnectError`](crate::net::ConnectError) is
    /// inside, which has all errors, and the kind is that of the first.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what has begun to connect.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let port = listener.local_addr().unwrap().port();
    ///     let stream = TcpStream::connect("localhost", port).await.unwrap();
    ///     assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
    /// });
    /// ```
    #[doc(alias = "create_connection")]
    #[doc(alias = "happy_eyeballs_delay")]
    #[track_caller]
    pub fn connect(host: &str, port: u16) -> impl Future<Output = io::Result<TcpStream>> {
        connect_to_host(host, port, Location::caller())
    }

    /// Connects as [`connect`](TcpStream::connect) does, for `limit` at the most.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// As [`connect`](TcpStream::connect); `TimedOut` when the time is over, also if some of the
    /// addresses have failed by then.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what has begun to connect.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use std::time::Duration;
    /// use boucle::Loop;
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// let event_loop = Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let second = Duration::from_secs(1);
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let port = listener.local_addr().unwrap().port();
    ///     assert!(TcpStream::connect_timeout("127.0.0.1", port, second).await.is_ok());
    ///     drop(listener);
    ///     let error = TcpStream::connect_timeout("127.0.0.1", port, second).await.unwrap_err();
    ///     assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn connect_timeout(
        host: &str,
        port: u16,
        limit: Duration,
    ) -> impl Future<Output = io::Result<TcpStream>> {
        let at = Location::caller();
        connect_within(limit, (host, port), connect_to_host(host, port, at), at)
    }

    /// Connects to one address.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// `ConnectionRefused`: nobody listens there. `TimedOut`, `HostUnreachable`, `NetworkUnreachable`:
    /// nobody answers. The message names the address; the system's own error is inside, in a
    /// [`ConnectError`](crate::net::ConnectError).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what has begun to connect.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let address = listener.local_addr().unwrap();
    ///     assert_eq!(TcpStream::connect_to(address).await.unwrap().peer_addr().unwrap(), address);
    ///     drop(listener);
    ///     let error = TcpStream::connect_to(address).await.unwrap_err();
    ///     assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    ///     assert!(error.to_string().starts_with(&format!("cannot connect to {address}: ")));
    /// });
    /// ```
    #[doc(alias = "sock_connect")]
    #[track_caller]
    pub fn connect_to(address: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> {
        let at = Location::caller();
        async move { Ok(TcpStream { source: connect(&[address], at).await? }) }
    }

    /// Connects to the first of some addresses that answers, as [`connect`](TcpStream::connect) does:
    /// for who looks names up in another way.
    ///
    /// The two kinds of IP are tried by turns, and the kind of the first address begins.
    ///
    /// # Panics
    ///
    /// When polled in a thread that runs no loop.
    ///
    /// # Errors
    ///
    /// Each address failed: [`ConnectError`](crate::net::ConnectError) is inside, which has all errors,
    /// and the kind is that of the first. `NotFound`: there is no address.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what has begun to connect.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let gone = TcpListener::bind("127.0.0.1", 0).await.unwrap().local_addr().unwrap();
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let here = listener.local_addr().unwrap();
    ///     let stream = TcpStream::connect_to_any(&[gone, here]).await.unwrap();
    ///     assert_eq!(stream.peer_addr().unwrap(), here);
    /// });
    /// ```
    #[track_caller]
    pub fn connect_to_any(addresses: &[SocketAddr]) -> impl Future<Output = io::Result<TcpStream>> {
        let at = Location::caller();
        async move { Ok(TcpStream { source: connect(addresses, at).await? }) }
    }

    /// Takes a connection of `std`, which does not block from then on.
    ///
    /// # Errors
    ///
    /// The system does not let it be non-blocking.
    ///
    /// # Examples
    ///
    /// ```
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    /// let address = listener.local_addr().unwrap();
    /// let std = std::net::TcpStream::connect(address).unwrap();
    /// let stream = boucle::net::TcpStream::from_std(std).unwrap();
    /// assert_eq!(stream.peer_addr().unwrap(), address);
    /// ```
    #[track_caller]
    pub fn from_std(stream: net::TcpStream) -> io::Result<TcpStream> {
        sys::call(SystemCall::Option, || stream.set_nonblocking(true))?;
        Ok(TcpStream { source: Source::new(stream) })
    }

    /// Gives it back to `std`; no loop watches it any more. It still does not block: ask it to.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let address = listener.local_addr().unwrap();
    ///     let std = TcpStream::connect_to(address).await.unwrap().into_std();
    ///     std.set_nonblocking(false).unwrap();
    ///     assert_eq!(std.peer_addr().unwrap(), address);
    /// });
    /// ```
    #[must_use]
    pub fn into_std(self) -> net::TcpStream {
        self.source.into_inner()
    }
}

/// Connects to a host, for who has asked for it there.
async fn connect_to_host(
    host: &str,
    port: u16,
    at: &'static Location<'static>,
) -> io::Result<TcpStream> {
    let addresses = resolve(host, port).await?;
    Ok(TcpStream { source: connect(&addresses, at).await? })
}
