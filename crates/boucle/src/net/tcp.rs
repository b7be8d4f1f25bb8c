//! [`TcpListener`] and [`TcpStream`].
//!
//! Road: stages 7 and 10.

use std::io;
use std::net;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::accept::accept;
use super::connect::connect_to;
use super::stream::streams_bytes;
use crate::reactor::{Direction, Source};
use crate::sys;
use crate::sys::SystemCall;

/// Takes connections.
#[doc(alias = "start_server")]
#[derive(Debug)]
pub struct TcpListener {
    source: Source<net::TcpListener>,
}

/// A connection.
#[doc(alias = "open_connection")]
#[derive(Debug)]
pub struct TcpStream {
    source: Source<net::TcpStream>,
}

impl TcpListener {
    /// Listens on an address; port 0 is any that is free.
    pub async fn bind(host: &str, port: u16) -> io::Result<TcpListener> {
        let ip = host
            .parse::<net::IpAddr>()
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
        TcpListener::bind_to(SocketAddr::new(ip, port))
    }

    /// Listens on an address.
    pub fn bind_to(address: SocketAddr) -> io::Result<TcpListener> {
        let socket = sys::call(SystemCall::Open, || {
            Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))
        })?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        sys::call(SystemCall::Bind, || socket.bind(&address.into()))?;
        sys::call(SystemCall::Listen, || socket.listen(1024))?;
        Ok(TcpListener { source: Source::new(socket.into()) })
    }

    /// Waits for a connection.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = accept(&self.source, |listener| {
            let (stream, peer) = listener.accept()?;
            stream.set_nonblocking(true)?;
            Ok((stream, peer))
        })
        .await?;
        Ok((TcpStream { source: Source::new(stream) }, peer))
    }

    /// Its own address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.source.io().local_addr()
    }
}

impl TcpStream {
    /// Connects.
    pub async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
        let ip = host
            .parse::<net::IpAddr>()
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
        TcpStream::connect_to(SocketAddr::new(ip, port)).await
    }

    /// Connects to one address.
    pub async fn connect_to(address: SocketAddr) -> io::Result<TcpStream> {
        Ok(TcpStream { source: connect_to(address).await? })
    }

    /// Reads what has come, at the most as much as `buffer` holds.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer).await
    }

    /// Writes.
    pub async fn write(&self, buffer: &[u8]) -> io::Result<usize> {
        self.source.write(buffer).await
    }

    /// Writes all.
    pub async fn write_all(&self, buffer: &[u8]) -> io::Result<()> {
        self.source.write_all(buffer).await
    }

    /// Looks at what has come, and leaves it.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.io_when_ready(Direction::Read, SystemCall::Read, |io| io.peek(buffer)).await
    }

    /// Ends one direction, or both.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        sys::call(SystemCall::Shutdown, || self.source.io().shutdown(how))
    }

    /// Sets nodelay.
    pub fn set_nodelay(&self, yes: bool) -> io::Result<()> {
        sys::call(SystemCall::Option, || SockRef::from(self.source.io()).set_tcp_nodelay(yes))
    }
}

streams_bytes!(TcpStream, &TcpStream);

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.io().as_fd()
    }
}
