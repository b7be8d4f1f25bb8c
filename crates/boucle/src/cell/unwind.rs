//! Which stack a thread has: the addresses to which its functions return. By them one stack is told from
//! another without asking what they are called, which takes a hundred times longer.
//!
//! The functions are those of the unwinder that std itself is linked to.

/// The addresses to which the callers of this function return, the innermost first; none where the system
/// does not tell.
#[inline(never)]
pub(crate) fn addresses() -> Vec<usize> {
    let mut addresses = Vec::with_capacity(64);
    system::walk(&mut addresses);
    addresses
}

#[cfg(all(unix, not(target_arch = "arm"), not(miri)))]
mod system {
    use std::ffi::{c_int, c_void};

    /// What the unwinder is to do next: to go on.
    const GO_ON: c_int = 0;

    unsafe extern "C-unwind" {
        /// Calls `each` for every function on the stack, the innermost first, until it says otherwise.
        fn _Unwind_Backtrace(
            each: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
            argument: *mut c_void,
        ) -> c_int;

        /// The address at which the function of this frame goes on.
        fn _Unwind_GetIP(frame: *mut c_void) -> usize;
    }

    pub(super) fn walk(addresses: &mut Vec<usize>) {
        let argument: *mut Vec<usize> = addresses;
        // SAFETY: `each` is called before this returns, with a frame of the unwinder and with `addresses`,
        // which nobody else touches meanwhile.
        unsafe { _Unwind_Backtrace(each, argument.cast()) };
    }

    extern "C" fn each(frame: *mut c_void, argument: *mut c_void) -> c_int {
        // SAFETY: `walk` has given the list, and the unwinder the frame.
        unsafe { (*argument.cast::<Vec<usize>>()).push(_Unwind_GetIP(frame)) };
        GO_ON
    }
}

/// Where the unwinder has no such function, or nobody runs natively.
#[cfg(not(all(unix, not(target_arch = "arm"), not(miri))))]
mod system {
    pub(super) fn walk(_addresses: &mut Vec<usize>) {}
}
