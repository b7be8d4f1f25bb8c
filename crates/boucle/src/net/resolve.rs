//! From a name to its addresses, without holding up the loop.
//!
//! Road: stage 10.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::panic::Location;

use crate::thread::to_thread_at;

/// Looks a host up, and gives all its addresses, with this port, in the order that the system prefers.
///
/// The host is a name, or an IP address, which is only read. The system's look-up blocks: it runs on
/// another thread, as [`to_thread`](crate::to_thread) has it, and asks what the system is set up to ask. Nothing is
/// remembered.
///
/// # Panics
///
/// When polled in a thread that runs no loop, if the host is a name; the message says where the future was
/// made.
///
/// # Errors
///
/// What the system says: the name is unknown, nobody answers. There is at least one address else.
///
/// # Cancel safety
///
/// Dropping the future loses nothing. A look-up that has begun goes on alone, and closing the loop
/// does not wait for it.
///
/// # Examples
///
/// ```
/// use boucle::net::resolve;
///
/// boucle::run(async {
///     let addresses = resolve("localhost", 80).await.unwrap();
///     assert!(addresses.iter().all(|it| it.ip().is_loopback() && it.port() == 80));
///     assert_eq!(resolve("::1", 80).await.unwrap(), ["[::1]:80".parse().unwrap()]);
/// });
/// ```
#[doc(alias = "getaddrinfo")]
#[doc(alias = "lookup_host")]
#[doc(alias = "getnameinfo")]
#[track_caller]
pub fn resolve(host: &str, port: u16) -> impl Future<Output = io::Result<Vec<SocketAddr>>> {
    resolve_at(Location::caller(), host, port)
}

/// As [`resolve`], for what was made at `at`.
async fn resolve_at(
    at: &'static Location<'static>,
    host: &str,
    port: u16,
) -> io::Result<Vec<SocketAddr>> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let name = host.to_owned();
    let look_up = move || (name.as_str(), port).to_socket_addrs().map(Iterator::collect);
    let looked_up = match to_thread_at(at, look_up).await {
        Ok(looked_up) => looked_up,
        Err(error) => Err(io::Error::other(error.to_string())),
    };
    match looked_up {
        Ok(addresses) if Vec::is_empty(&addresses) => {
            let message = format!("cannot look up {host:?}: it has no address");
            Err(io::Error::new(io::ErrorKind::NotFound, message))
        }
        Ok(addresses) => Ok(addresses),
        Err(error) => {
            Err(io::Error::new(error.kind(), format!("cannot look up {host:?}: {error}")))
        }
    }
}
