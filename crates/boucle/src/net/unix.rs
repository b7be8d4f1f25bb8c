//! The sockets of Unix, which reach the same machine alone: [`UnixListener`], [`UnixStream`],
//! [`UnixDatagram`].
//!
//! A path that begins with a zero byte is a name in Linux's abstract space, and makes no file.
//!
//! Road: stages 7 and 10.

mod datagram;
mod file;
mod listener;
mod stream;

use std::io;
use std::panic::Location;
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

pub use self::datagram::UnixDatagram;
pub use self::listener::UnixListener;
pub use self::stream::UnixStream;
use crate::context::budget;
use crate::context::sys;
use crate::host::SystemCall;
use crate::time::sleep_at;

/// The first pause before the next try, doubled after each.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_millis(32);

/// Makes a socket that does not block.
fn open(kind: Type) -> io::Result<Socket> {
    let socket = sys::call(SystemCall::Open, || Socket::new(Domain::UNIX, kind, None))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Makes a socket with a path of its own.
fn open_at(kind: Type, path: &Path) -> io::Result<Socket> {
    let address = SockAddr::unix(path)?;
    let socket = open(kind)?;
    let bound = sys::call(SystemCall::Bind, || socket.bind(&address));
    bound.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            let path = path.display();
            let message =
                format!("cannot bind {path}: it exists; remove it if nobody listens there");
            io::Error::new(io::ErrorKind::AddrInUse, message)
        }
        _ => error,
    })?;
    Ok(socket)
}

/// Tries until it would not block, with a pause before each further try. Each try takes its share of the
/// turn. `at` is where that was asked for.
///
/// Why not wait for the socket? It is the peer's queue that is full, and the system tells nobody but
/// who blocks when there is room again.
async fn again_and_again<R>(
    at: &'static Location<'static>,
    mut f: impl FnMut() -> io::Result<R>,
) -> io::Result<R> {
    let mut pause = FIRST_PAUSE;
    loop {
        budget::charge().await;
        match f() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => return result,
        }
        sleep_at(at, pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
