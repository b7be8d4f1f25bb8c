//! Taking connections: from whom, and what to do when the system has none, or has run out of
//! something.
//!
//! Road: stage 10.

use std::io;
use std::os::fd::AsFd;
use std::panic::Location;
use std::time::Duration;

use rustix::io::Errno;

use crate::context::require_entered;
use crate::host::Report;
use crate::host::SystemCall;
use crate::reactor::Direction;
use crate::source::Source;
use crate::time::sleep_at;

/// What gives connections to a [`Server`](super::Server).
///
/// # Examples
///
/// ```
/// use std::io;
/// use boucle::net::{Accept, Server};
/// use boucle::sync::Queue;
///
/// struct Numbers(Queue<u32>);
///
/// impl Accept for Numbers {
///     type Stream = u32;
///     type Address = ();
///
///     async fn accept(&self) -> io::Result<(u32, ())> {
///         Ok((self.0.get().await.map_err(io::Error::other)?, ()))
///     }
/// }
///
/// let error = boucle::run(async {
///     let numbers = Queue::unbounded();
///     numbers.try_put(7).unwrap();
///     numbers.shutdown(false);
///     let server = Server::start(Numbers(numbers), 8, async |number, ()| assert_eq!(number, 7));
///     server.wait_closed().await
/// });
/// assert!(error.is_err()); // no more numbers
/// ```
pub trait Accept {
    /// A connection.
    type Stream;
    /// Whose it is.
    type Address;

    /// Waits for a connection. An error is final; the server ends with it. Dropping the future must
    /// lose no connection.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Self::Address)>>;

    /// The same, for a [`Server`](super::Server) that was started there: so the listeners of this crate
    /// have it that a connection [was made](crate::Object::made_at) where its server was started. Write it
    /// only to hand the place down to another one.
    ///
    /// # Cancel safety
    ///
    /// As of [`accept`](Accept::accept).
    fn accept_at(
        &self,
        _at: &'static Location<'static>,
    ) -> impl Future<Output = io::Result<(Self::Stream, Self::Address)>> {
        self.accept()
    }
}

/// After running out of descriptors or memory: so long until the next try, doubled after each.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Takes the next connection, for who has asked for it there.
///
/// A connection that broke before it was taken is passed over. If there are no descriptors left, or no
/// memory, the exception handler is told, and this tries again after a pause: the connections wait in
/// the system's queue.
pub(super) async fn accept<T: AsFd, R>(
    source: &Source<T>,
    at: &'static Location<'static>,
    mut f: impl FnMut(&T) -> io::Result<R>,
) -> io::Result<R> {
    // Before anything else: once the descriptors are gone, there is none to wait with.
    require_entered(|core| core.watcher().map(drop))?;
    let mut pause = FIRST_PAUSE;
    loop {
        let accepted =
            source.io_when_ready_at(at, Direction::Read, SystemCall::Accept, &mut f).await;
        let error = match accepted {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        match kind(&error, source.io()) {
            Kind::Broken => {}
            Kind::Refused => {
                if pause == FIRST_PAUSE {
                    let report = Report::io("cannot accept a connection", error);
                    require_entered(|core| core.host.tell(report));
                }
                sleep_at(at, pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Kind::Fatal => return Err(error),
        }
    }
}

/// What an error of `accept` is about.
enum Kind {
    /// The connection, which is gone: the next one may be there already.
    Broken,
    /// The system or the process, for now: the connection stays in the queue, or another one follows
    /// that is refused in the same way. To try again at once would never end.
    Refused,
    /// The listener.
    Fatal,
}

/// Tells what an error is about, for Linux by its manual's page: there the errors of a connection that
/// broke come out of `accept`, and are to be passed over.
fn kind(error: &io::Error, listener: &impl AsFd) -> Kind {
    match Errno::from_io_error(error) {
        Some(
            Errno::CONNABORTED
            | Errno::PROTO
            | Errno::NOPROTOOPT
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH
            | Errno::TIMEDOUT,
        ) => Kind::Broken,
        #[cfg(target_os = "linux")]
        Some(Errno::NONET) => Kind::Broken,
        // Of two meanings: the connection's option, or a socket that can never accept.
        Some(Errno::OPNOTSUPP) if is_listener(listener) => Kind::Broken,
        // The last one: a rule of a firewall or of the system's security, before anything is taken.
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM | Errno::PERM) => {
            Kind::Refused
        }
        _ => Kind::Fatal,
    }
}

/// Whether the system knows a socket as one that accepts.
fn is_listener(socket: &impl AsFd) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    return socket2::SockRef::from(socket).is_listener().unwrap_or(false);
    // Elsewhere nobody says, and the error has the other meaning.
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    {
        let _ = socket;
        false
    }
}
