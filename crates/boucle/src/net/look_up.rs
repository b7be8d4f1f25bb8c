//! Looking a name up, on another thread: the system's way blocks. Called by `UdpSocket` and `AIOSocket`.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use crate::thread::to_thread;

/// The addresses behind a name and a port; never none. Dropping the future lets the thread end alone.
pub(super) async fn look_up(
    name: impl ToSocketAddrs + Send + 'static,
) -> io::Result<Vec<SocketAddr>> {
    let found = to_thread(move || name.to_socket_addrs().map(Vec::from_iter)).await;
    let addresses: Vec<_> = found.map_err(io::Error::other)??;
    if addresses.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
    }
    Ok(addresses)
}
