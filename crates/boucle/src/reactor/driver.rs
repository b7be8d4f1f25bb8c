//! [`Driver`]: how a loop asks the system. `Builder` is told which.

/// How a loop asks the system which of its descriptors are ready.
///
/// # Examples
///
/// ```
/// use boucle::{Driver, Loop};
///
/// let event_loop = Loop::builder().driver(Driver::Portable).build();
/// assert_eq!(event_loop.run_until_complete(async { 42 }), Ok(42));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// By the crate `polling`: on Linux, macOS, the BSDs and other Unix systems.
    Portable,
    /// By Linux itself, past `polling`, with which it shares the descriptors: one system call where
    /// the portable way makes five.
    Linux,
}

impl Driver {
    /// Whether it works here.
    pub(crate) const fn is_here(self) -> bool {
        let has_direct = cfg!(all(target_os = "linux", not(polling_test_poll_backend)));
        matches!(self, Driver::Portable) || has_direct
    }

    /// The one that `BOUCLE_DRIVER` names.
    pub(crate) fn asked() -> Option<Driver> {
        let name = std::env::var_os("BOUCLE_DRIVER")?;
        match name.to_str() {
            Some("portable") => Some(Driver::Portable),
            Some("linux") => Some(Driver::Linux),
            _ => panic!("BOUCLE_DRIVER is {name:?}: it can be `portable` or `linux`"),
        }
    }
}

impl Default for Driver {
    fn default() -> Driver {
        if Driver::Linux.is_here() { Driver::Linux } else { Driver::Portable }
    }
}
