//! The addresses and the settings of a [`TcpStream`].
//!
//! Road: stage 10.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

use super::TcpStream;
use crate::context::sys;
use crate::host::SystemCall;

impl TcpStream {
    /// Asks for, or changes, a setting.
    fn option<R>(&self, f: impl FnOnce(SockRef<'_>) -> io::Result<R>) -> io::Result<R> {
        sys::call(SystemCall::Option, || f(SockRef::from(self.source.io())))
    }

    /// The address of this side.
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     assert_eq!(client.local_addr().unwrap(), server.peer_addr().unwrap());
    /// });
    /// ```
    #[doc(alias = "get_extra_info")]
    #[doc(alias = "getsockname")]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().local_addr())
    }

    /// The address of the other side.
    ///
    /// # Errors
    ///
    /// `NotConnected`: the other side has broken the connection.
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
    ///     assert_eq!(client.peer_addr().unwrap(), address);
    /// });
    /// ```
    #[doc(alias = "getpeername")]
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().peer_addr())
    }

    /// Whether small pieces are sent at once: [`set_nodelay`](TcpStream::set_nodelay).
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     assert!(!client.nodelay().unwrap()); // as the system has it
    /// });
    /// ```
    pub fn nodelay(&self) -> io::Result<bool> {
        self.option(|socket| socket.tcp_nodelay())
    }

    /// Says whether small pieces are sent at once, instead of waiting for more to go with them while an
    /// answer is due. Worth it for questions and answers that are written in one piece.
    ///
    /// # Errors
    ///
    /// `InvalidInput`, on some systems: the other side has broken the connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     client.set_nodelay(true).unwrap();
    ///     assert!(client.nodelay().unwrap());
    /// });
    /// ```
    #[doc(alias = "TCP_NODELAY")]
    pub fn set_nodelay(&self, yes: bool) -> io::Result<()> {
        self.option(|socket| socket.set_tcp_nodelay(yes))
    }

    /// After how long a silence the system asks whether the other side is still there; `None`: never.
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     assert_eq!(client.keepalive().unwrap(), None); // as the system has it
    /// });
    /// ```
    pub fn keepalive(&self) -> io::Result<Option<Duration>> {
        self.option(|socket| match socket.keepalive()? {
            true => socket.tcp_keepalive_time().map(Some),
            false => Ok(None),
        })
    }

    /// Lets the system ask, after a silence, whether the other side is still there: if nothing answers,
    /// a read fails with `TimedOut` in the end. Without it, a peer that was cut off is waited for for
    /// ever. Whole seconds.
    ///
    /// # Errors
    ///
    /// `InvalidInput`: less than a second, or more than the system can.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     client.set_keepalive(Some(Duration::from_secs(60))).unwrap();
    ///     assert_eq!(client.keepalive().unwrap(), Some(Duration::from_secs(60)));
    /// });
    /// ```
    #[doc(alias = "SO_KEEPALIVE")]
    pub fn set_keepalive(&self, after: Option<Duration>) -> io::Result<()> {
        self.option(|socket| match after {
            // This one says yes as well.
            Some(after) => socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(after)),
            None => socket.set_keepalive(false),
        })
    }

    /// What becomes of bytes that are not sent when the stream is dropped:
    /// [`set_linger`](TcpStream::set_linger).
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     assert_eq!(client.linger().unwrap(), None); // as the system has it
    /// });
    /// ```
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.option(|socket| socket.linger())
    }

    /// Says what becomes of bytes that are not sent when the stream is dropped. `None`: the system
    /// sends them on its own. Zero: they are lost, and the other side sees that the connection was
    /// broken.
    ///
    /// Any other time lets the drop **block** so long at the most, and with it the loop: for a stream
    /// that is given to `std`.
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use std::time::Duration;
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     let (server, _) = listener.accept().await.unwrap();
    ///     client.set_linger(Some(Duration::ZERO)).unwrap();
    ///     drop(client);
    ///     let error = server.read(&mut [0; 8]).await.unwrap_err();
    ///     assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    /// });
    /// ```
    #[doc(alias = "SO_LINGER")]
    pub fn set_linger(&self, limit: Option<Duration>) -> io::Result<()> {
        self.option(|socket| socket.set_linger(limit))
    }

    /// How many routers a packet may pass, called hop limit in IPv6.
    ///
    /// # Errors
    ///
    /// None that is known of.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     assert!(client.ttl().unwrap() > 1);
    /// });
    /// ```
    pub fn ttl(&self) -> io::Result<u32> {
        let is_v6 = self.local_addr()?.is_ipv6();
        self.option(|socket| if is_v6 { socket.unicast_hops_v6() } else { socket.ttl_v4() })
    }

    /// Says how many routers a packet may pass.
    ///
    /// # Errors
    ///
    /// `InvalidInput`: 0, or more than 255.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     client.set_ttl(1).unwrap(); // this network only
    ///     assert_eq!(client.ttl().unwrap(), 1);
    /// });
    /// ```
    #[doc(alias = "hop_limit")]
    pub fn set_ttl(&self, n_routers: u32) -> io::Result<()> {
        let is_v6 = self.local_addr()?.is_ipv6();
        self.option(|socket| match is_v6 {
            true => socket.set_unicast_hops_v6(n_routers),
            false => socket.set_ttl_v4(n_routers),
        })
    }

    /// Takes the error that the system keeps for this connection, if there is one: what the next read
    /// or write would fail with, and does not after this.
    ///
    /// # Errors
    ///
    /// The system refuses to tell.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::{TcpListener, TcpStream};
    ///
    /// boucle::run(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await.unwrap();
    ///     let client = TcpStream::connect_to(listener.local_addr().unwrap()).await.unwrap();
    ///     assert!(client.take_error().unwrap().is_none());
    /// });
    /// ```
    #[doc(alias = "SO_ERROR")]
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.option(|socket| socket.take_error())
    }
}
