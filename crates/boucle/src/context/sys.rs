//! Each system call of sockets and descriptors goes through here, so that a test can let any of them
//! fail.

use std::io;

use crate::cell;
use crate::core::Core;
use crate::host::SystemCall;

impl Core {
    /// Makes a system call, unless it is to fail.
    pub(crate) fn call<R>(
        &self,
        call: SystemCall,
        f: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        if let Some(faults) = &self.faults {
            let mut fault = None;
            self.guard(|| fault = faults.before(call));
            if let Some(error) = fault {
                return Err(error);
            }
        }
        f()
    }
}

/// Makes a system call for the loop that this thread is in, or for none.
pub(crate) fn call<R>(call: SystemCall, f: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
    let mut f = Some(f);
    let mut make = || f.take().expect("it is made once")();
    match cell::with_entered(|core| core.call(call, &mut make)) {
        Some(made) => made,
        None => make(),
    }
}
