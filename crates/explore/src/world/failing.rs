//! A system call that fails: which, with which error, and how a schedule says so.
//!
//! `!read:connection-reset:A` says that the first read of A's next poll fails as one does whose peer has gone;
//! `!read2:…` that the second one does. The errors are those of `std::io::ErrorKind`; `os24` is the system's number 24.

use std::fmt;
use std::io;
use std::io::ErrorKind;

use boucle::SystemCall;

/// What the calls are called. Waiting for what is watched is the loop's own, and no task's.
const CALLS: [(&str, SystemCall); 10] = [
    ("open", SystemCall::Open),
    ("bind", SystemCall::Bind),
    ("listen", SystemCall::Listen),
    ("accept", SystemCall::Accept),
    ("connect", SystemCall::Connect),
    ("read", SystemCall::Read),
    ("write", SystemCall::Write),
    ("shutdown", SystemCall::Shutdown),
    ("option", SystemCall::Option),
    ("register", SystemCall::Register),
];

/// The errors that are called by their kind.
const KINDS: [ErrorKind; 31] = [
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::NetworkDown,
    ErrorKind::BrokenPipe,
    ErrorKind::AlreadyExists,
    ErrorKind::WouldBlock,
    ErrorKind::NotADirectory,
    ErrorKind::IsADirectory,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::TimedOut,
    ErrorKind::WriteZero,
    ErrorKind::StorageFull,
    ErrorKind::NotSeekable,
    ErrorKind::FileTooLarge,
    ErrorKind::ResourceBusy,
    ErrorKind::Deadlock,
    ErrorKind::Interrupted,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
    ErrorKind::Other,
];

/// What numbers of the system begin with.
const NUMBER: &str = "os";

/// The place of a call among those that can fail.
pub(crate) fn number(call: SystemCall) -> Option<usize> {
    CALLS.iter().position(|it| it.1 == call)
}

/// What a call is called.
pub(crate) fn called(call: SystemCall) -> &'static str {
    number(call).map_or("wait", |it| CALLS[it].0)
}

/// How many calls can fail.
pub(crate) const N_CALLS: usize = CALLS.len();

/// An error as it is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Why {
    /// Of a kind.
    Kind(ErrorKind),
    /// By its number in the system.
    Number(i32),
}

/// A kind of call that fails with an error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Failure {
    /// Its place among all calls.
    call: u8,
    why: Why,
}

impl Failure {
    /// Such a call and such an error; `None` if a schedule has no name for one of them.
    pub(crate) fn new(call: SystemCall, error: &io::Error) -> Option<Failure> {
        let why = match error.raw_os_error() {
            Some(number) => Why::Number(number),
            None => Why::Kind(KINDS.into_iter().find(|it| *it == error.kind())?),
        };
        Some(Failure { call: u8::try_from(number(call)?).ok()?, why })
    }

    /// Which call it is.
    pub(crate) fn call(self) -> SystemCall {
        CALLS[usize::from(self.call)].1
    }

    /// The error that the call fails with.
    pub(crate) fn error(self) -> io::Error {
        match self.why {
            Why::Kind(kind) => kind.into(),
            Why::Number(number) => io::Error::from_raw_os_error(number),
        }
    }

    /// What it is called, if there is one of it.
    pub(crate) fn noun(self) -> String {
        format!("failing {}", called(self.call()))
    }
}

/// The error, as schedules have it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::Kind(kind) => f.write_str(&kebab(kind)),
            Why::Number(number) => write!(f, "{NUMBER}{number}"),
        }
    }
}

/// A call of one poll that fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Failing {
    /// The how-many-th such call of the poll it is, from 1.
    pub(crate) nth: u32,
    pub(crate) failure: Failure,
}

/// As schedules have it, before its victim.
impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SIGN}{}", called(self.failure.call()))?;
        if self.nth > 1 {
            write!(f, "{}", self.nth)?;
        }
        write!(f, ":{}:", self.failure)
    }
}

/// What such a call is written with.
pub(crate) const SIGN: char = '!';

impl Failing {
    /// Reads it from the beginning of a text. Returns how long it is.
    pub(crate) fn read(text: &str) -> Option<(Failing, usize)> {
        let (call, rest) = text.strip_prefix(SIGN)?.split_once(':')?;
        let why = rest.split_once(':')?.0;
        let letters = call.trim_end_matches(|it: char| it.is_ascii_digit());
        let nth = &call[letters.len()..];
        let nth = if nth.is_empty() { 1 } else { nth.parse().ok().filter(|it| *it > 1)? };
        let call = CALLS.iter().position(|it| it.0 == letters)?;
        let why = match KINDS.into_iter().find(|it| kebab(*it) == why) {
            Some(kind) => Why::Kind(kind),
            None => Why::Number(why.strip_prefix(NUMBER)?.parse().ok()?),
        };
        let failing = Failing { nth, failure: Failure { call: u8::try_from(call).ok()?, why } };
        // So it is written in one way.
        let written = failing.to_string();
        text.starts_with(&written).then_some((failing, written.len()))
    }
}

/// A kind in small letters: `connection-reset`.
fn kebab(kind: ErrorKind) -> String {
    let mut kebab = String::new();
    for letter in format!("{kind:?}").chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

/// A call that a task is about to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    pub(crate) call: SystemCall,
    /// The how-many-th such call of the poll that is under way, and of its task, from 1.
    pub(crate) in_poll: u32,
    pub(crate) in_all: u32,
}

impl Call {
    /// Whether it is this one that fails.
    pub(crate) fn is(&self, failing: &Failing) -> bool {
        failing.failure.call() == self.call && failing.nth == self.in_poll
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::io::ErrorKind;

    use boucle::SystemCall;

    use super::{CALLS, Failing, Failure, KINDS};

    #[test]
    fn each_call_and_each_error_is_read_as_it_was_written() {
        for (_, call) in CALLS {
            let errors = KINDS.map(io::Error::from).into_iter();
            for error in errors.chain([io::Error::from_raw_os_error(24)]) {
                let failure = Failure::new(call, &error).expect("it has a name");
                assert_eq!((failure.call(), failure.error().kind()), (call, error.kind()));
                for nth in [1, 2, 30] {
                    let failing = Failing { nth, failure };
                    let text = format!("{failing}A2");
                    assert_eq!(Failing::read(&text), Some((failing, text.len() - 2)));
                }
            }
        }
        let reset = Failure::new(SystemCall::Read, &ErrorKind::ConnectionReset.into());
        let failing = Failing { nth: 2, failure: reset.expect("it has a name") };
        assert_eq!(failing.to_string(), "!read2:connection-reset:");
        assert_eq!(Failure::new(SystemCall::Wait, &ErrorKind::TimedOut.into()), None);
    }

    #[test]
    fn what_is_no_failing_call_is_not_read() {
        for text in [
            "!",
            "!read",
            "!read:timed-out",
            "!Read:timed-out:",
            "!wait:timed-out:",
            "!read0:timed-out:",
            "!read1:timed-out:",
            "!read02:timed-out:",
            "!read:os:",
            "!read:os+4:",
            "!read:late:",
        ] {
            assert_eq!(Failing::read(text), None, "{text}");
        }
    }
}
