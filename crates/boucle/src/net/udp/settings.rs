//! The addresses and settings of a [`UdpSocket`], and the way to `std`'s and back.

use std::io;
use std::net;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::UdpSocket;
use crate::context::sys;
use crate::host::SystemCall;
use crate::source::Source;

impl UdpSocket {
    /// Takes a socket of `std`, and lets it block no more.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    /// let address = socket.local_addr().unwrap();
    /// assert_eq!(UdpSocket::from_std(socket).unwrap().local_addr().unwrap(), address);
    /// ```
    #[track_caller]
    pub fn from_std(socket: net::UdpSocket) -> io::Result<UdpSocket> {
        sys::call(SystemCall::Option, || socket.set_nonblocking(true))?;
        Ok(UdpSocket { source: Source::new(socket) })
    }

    /// Gives the socket as one of `std`, which no loop watches; it blocks again.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::UdpSocket;
    ///
    /// let socket = boucle::run(UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// let address = socket.local_addr().unwrap();
    /// assert_eq!(socket.into_std().unwrap().local_addr().unwrap(), address);
    /// ```
    pub fn into_std(self) -> io::Result<net::UdpSocket> {
        let socket = self.source.into_inner();
        sys::call(SystemCall::Option, || socket.set_nonblocking(false))?;
        Ok(socket)
    }

    /// Its own address.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// assert!(socket.local_addr().unwrap().ip().is_loopback());
    /// ```
    #[doc(alias = "getsockname")]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().local_addr())
    }

    /// The address of the peer that it was connected to.
    ///
    /// # Errors
    ///
    /// If it was not connected.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// assert_eq!(socket.peer_addr().unwrap_err().kind(), std::io::ErrorKind::NotConnected);
    /// ```
    #[doc(alias = "getpeername")]
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        sys::call(SystemCall::Option, || self.source.io().peer_addr())
    }

    /// Whether it may send to all of a network; at first it may not.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// assert!(!socket.broadcast().unwrap());
    /// ```
    pub fn broadcast(&self) -> io::Result<bool> {
        sys::call(SystemCall::Option, || self.source.io().broadcast())
    }

    /// Lets it send to all of a network.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// socket.set_broadcast(true).unwrap();
    /// assert!(socket.broadcast().unwrap());
    /// ```
    #[doc(alias = "allow_broadcast")]
    pub fn set_broadcast(&self, yes: bool) -> io::Result<()> {
        sys::call(SystemCall::Option, || self.source.io().set_broadcast(yes))
    }

    /// Over how many networks a datagram goes at the most.
    ///
    /// # Errors
    ///
    /// If the system has a reason.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// assert!(socket.ttl().unwrap() > 1);
    /// ```
    pub fn ttl(&self) -> io::Result<u32> {
        sys::call(SystemCall::Option, || self.source.io().ttl())
    }

    /// Says over how many networks a datagram goes at the most.
    ///
    /// # Errors
    ///
    /// If it is zero, or above 255.
    ///
    /// # Examples
    ///
    /// ```
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("127.0.0.1", 0)).unwrap();
    /// socket.set_ttl(1).unwrap();
    /// assert_eq!(socket.ttl().unwrap(), 1);
    /// ```
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        sys::call(SystemCall::Option, || self.source.io().set_ttl(ttl))
    }

    /// Hears from now on what is sent to `group`, by the interface with that address; by the system's
    /// choice, if it is `0.0.0.0`.
    ///
    /// # Errors
    ///
    /// If `group` is no multicast address, or there is no such interface.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    ///
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("0.0.0.0", 0)).unwrap();
    /// let (group, interface) = (Ipv4Addr::new(224, 0, 0, 251), Ipv4Addr::LOCALHOST);
    /// socket.join_multicast_v4(group, interface).unwrap();
    /// assert!(socket.join_multicast_v4(group, interface).is_err()); // it is in already
    /// ```
    pub fn join_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        sys::call(SystemCall::Option, || self.source.io().join_multicast_v4(&group, &interface))
    }

    /// Hears no more what is sent to `group`.
    ///
    /// # Errors
    ///
    /// If it did not.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    ///
    /// let socket = boucle::run(boucle::net::UdpSocket::bind("0.0.0.0", 0)).unwrap();
    /// let (group, interface) = (Ipv4Addr::new(224, 0, 0, 251), Ipv4Addr::LOCALHOST);
    /// assert!(socket.leave_multicast_v4(group, interface).is_err()); // it is not in
    /// ```
    pub fn leave_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        sys::call(SystemCall::Option, || self.source.io().leave_multicast_v4(&group, &interface))
    }

    /// Hears from now on what is sent to `group`, by the interface with that number; by the system's
    /// choice, if it is 0.
    ///
    /// # Errors
    ///
    /// If `group` is no multicast address, or there is no such interface.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv6Addr;
    /// use boucle::net::UdpSocket;
    ///
    /// # if std::net::UdpSocket::bind("[::1]:0").is_err() { return; }
    /// let socket = boucle::run(UdpSocket::bind("::1", 0)).unwrap();
    /// let nobody = socket.join_multicast_v6(Ipv6Addr::LOCALHOST, 0);
    /// assert!(nobody.is_err()); // it is not a group
    /// ```
    pub fn join_multicast_v6(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        sys::call(SystemCall::Option, || self.source.io().join_multicast_v6(&group, interface))
    }

    /// Hears no more what is sent to `group`.
    ///
    /// # Errors
    ///
    /// If it did not.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::net::Ipv6Addr;
    /// use boucle::net::UdpSocket;
    ///
    /// # if std::net::UdpSocket::bind("[::1]:0").is_err() { return; }
    /// let socket = boucle::run(UdpSocket::bind("::1", 0)).unwrap();
    /// let all = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb);
    /// assert!(socket.leave_multicast_v6(all, 0).is_err()); // it is not in
    /// ```
    pub fn leave_multicast_v6(&self, group: Ipv6Addr, interface: u32) -> io::Result<()> {
        sys::call(SystemCall::Option, || self.source.io().leave_multicast_v6(&group, interface))
    }
}
