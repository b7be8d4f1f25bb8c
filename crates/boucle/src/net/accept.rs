//! Taking connections: what to do when the system has none, or has run out of something.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::Errno;

use crate::elsewhere::require_entered;
use crate::reactor::{Direction, Source};
use crate::report::Report;
use crate::sys::SystemCall;
use crate::time::sleep;

/// After running out of descriptors or memory: so long until the next try, doubled after each.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Takes the next connection.
///
/// A connection that broke before it was taken is passed over. If there are no descriptors left, or no
/// memory, the exception handler is told, and this tries again after a pause: the connections wait in
/// the system's queue.
pub(super) async fn accept<T: AsFd, R>(
    source: &Source<T>,
    mut f: impl FnMut(&T) -> io::Result<R>,
) -> io::Result<R> {
    let mut pause = FIRST_PAUSE;
    loop {
        let accepted = source.io_when_ready(Direction::Read, SystemCall::Accept, &mut f).await;
        let error = match accepted {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        match kind(&error) {
            Kind::Broken => {}
            Kind::Exhausted => {
                if pause == FIRST_PAUSE {
                    let report = Report::io("cannot accept a connection", error);
                    require_entered(|core| core.tell(report));
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Kind::Fatal => return Err(error),
        }
    }
}

/// What an error of `accept` is about.
enum Kind {
    /// The connection, which is gone.
    Broken,
    /// The system or the process, for now.
    Exhausted,
    /// The listener.
    Fatal,
}

fn kind(error: &io::Error) -> Kind {
    match Errno::from_io_error(error) {
        // The errors of the network below come out of `accept` on Linux: its page in the manual says to
        // try again.
        Some(
            Errno::CONNABORTED
            | Errno::PROTO
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::HOSTDOWN
            | Errno::HOSTUNREACH
            | Errno::NOPROTOOPT
            | Errno::OPNOTSUPP
            | Errno::PERM
            | Errno::CONNRESET
            | Errno::TIMEDOUT,
        ) => Kind::Broken,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => Kind::Exhausted,
        _ => Kind::Fatal,
    }
}
