//! Each system call of sockets and descriptors goes through here, so that a test can let any of them
//! fail.
//!
//! Road: stages 7 and 10.

use std::io;

/// A system call that a loop makes for its sockets and descriptors.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::io;
/// use std::rc::Rc;
/// use boucle::net::TcpListener;
/// use boucle::{Faults, Loop, SystemCall};
///
/// /// Lets every call pass, and keeps which it was.
/// struct Keep(Rc<RefCell<Vec<SystemCall>>>);
///
/// impl Faults for Keep {
///     fn before(&self, call: SystemCall) -> Option<io::Error> {
///         self.0.borrow_mut().push(call);
///         None
///     }
/// }
///
/// let calls = Rc::default();
/// let event_loop = Loop::builder().faults(Keep(Rc::clone(&calls))).build();
/// event_loop.run_until_complete(TcpListener::bind("127.0.0.1", 0)).unwrap().unwrap();
/// let expected = [SystemCall::Open, SystemCall::Option, SystemCall::Bind, SystemCall::Listen];
/// assert_eq!(*calls.borrow(), expected);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SystemCall {
    /// Making a socket.
    Open,
    /// Giving a socket its address.
    Bind,
    /// Letting a socket accept connections.
    Listen,
    /// Taking a connection.
    Accept,
    /// Beginning to connect, or asking how that ended.
    Connect,
    /// Taking data: `recv`, `read`, and their kin.
    Read,
    /// Giving data: `send`, `write`, and their kin.
    Write,
    /// Ending one or both directions of a connection.
    Shutdown,
    /// Asking for a setting of a socket, or for an address of it; or changing a setting.
    Option,
    /// Having a descriptor watched.
    Register,
    /// Waiting for what is watched.
    Wait,
}

/// Decides which system calls fail: a seam for tests of what a program does then.
///
/// # Examples
///
/// ```
/// use std::io;
/// use boucle::net::TcpListener;
/// use boucle::{Faults, Loop, SystemCall};
///
/// struct NoSockets;
///
/// impl Faults for NoSockets {
///     fn before(&self, call: SystemCall) -> Option<io::Error> {
///         (call == SystemCall::Open).then(|| io::ErrorKind::OutOfMemory.into())
///     }
/// }
///
/// let event_loop = Loop::builder().faults(NoSockets).build();
/// let socket = event_loop.run_until_complete(TcpListener::bind("127.0.0.1", 0));
/// assert_eq!(socket.unwrap().unwrap_err().kind(), io::ErrorKind::OutOfMemory);
/// ```
pub trait Faults {
    /// Asked before each system call, on the loop's thread; with an error the call is not made, and
    /// fails with it; after a `WouldBlock` the task tries again at its next turn, since the system has nothing to
    /// tell of a call that it was not asked for. A method that panics is reported to the exception handler, and the call is made.
    fn before(&self, call: SystemCall) -> Option<io::Error>;
}
