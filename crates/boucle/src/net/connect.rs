//! Connecting: without blocking, and to the first address that answers.

use std::io;
use std::net;
use std::net::SocketAddr;

use rustix::io::Errno;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::reactor::{Direction, Source};
use crate::sys;
use crate::sys::SystemCall;

/// Connects a TCP socket to one address.
pub(super) async fn connect_to(address: SocketAddr) -> io::Result<Source<net::TcpStream>> {
    let socket = sys::call(SystemCall::Open, || {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    let source = Source::new(socket);
    connect_socket(&source, &address.into()).await?;
    Ok(Source::new(source.into_inner().into()))
}

/// Connects a socket that does not block.
pub(super) async fn connect_socket(source: &Source<Socket>, address: &SockAddr) -> io::Result<()> {
    loop {
        let Err(error) = sys::call(SystemCall::Connect, || source.io().connect(address)) else {
            return Ok(());
        };
        match Errno::from_io_error(&error) {
            // Asked again, the system says whether it is under way, or done.
            Some(Errno::INTR) => {}
            Some(Errno::ISCONN) => return Ok(()),
            Some(Errno::INPROGRESS | Errno::ALREADY | Errno::WOULDBLOCK) => break,
            _ => return Err(error),
        }
    }
    source
        .io_when_ready(Direction::Write, SystemCall::Connect, |socket| {
            // First the error, which is told once; then whether there is somebody on the other side.
            if let Some(error) = socket.take_error()? {
                return Err(error);
            }
            match socket.peer_addr() {
                Ok(_) => Ok(()),
                Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                    Err(io::ErrorKind::WouldBlock.into())
                }
                Err(error) => Err(error),
            }
        })
        .await
}
