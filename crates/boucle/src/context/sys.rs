//! Each system call of sockets and descriptors goes through here, so that a test can let any of them
//! fail.

use std::io;

use super::{Core, with_entered};
use crate::host::SystemCall;

impl Core {
    /// Makes a system call, unless it is to fail.
    pub(crate) fn call<R>(
        &self,
        call: SystemCall,
        f: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        match self.host.fault(call) {
            Some(error) => Err(error),
            None => f(),
        }
    }
}

/// Makes a system call for the loop that this thread is in, or for none.
pub(crate) fn call<R>(call: SystemCall, f: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
    match with_entered(|core| core.host.fault(call)).flatten() {
        Some(error) => Err(error),
        None => f(),
    }
}
