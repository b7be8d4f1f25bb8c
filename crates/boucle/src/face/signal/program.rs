//! What Ctrl-C does without us: nothing, it ends the process, or it calls a handler of the program.
//!
//! `signal-hook` calls the handler that was there before us; Linux tells that there was one, in a file. One
//! that the program installs later with `sigaction` stands in our place. One that it gives to `signal-hook`
//! later, or any crate that stands on it, is called beside ours; that there is one can be seen, since
//! `signal-hook` numbers what it is given, for whatever signal. Other signals that are caught now, and were
//! not, account for one number each.
//!
//! Where there is no such file, a handler that was not given to `signal-hook` is not seen, and any that was
//! is taken for one of Ctrl-C.

use std::fs;
use std::sync::Arc;

use signal_hook::consts::SIGINT;
use signal_hook::{SigId, flag, low_level};

/// What is known of the program's handlers.
#[derive(Clone, Default)]
pub(super) struct Program {
    /// Whether it has one for Ctrl-C. Once it had, Ctrl-C ends no process: that is `signal-hook`'s rule.
    has_a_handler: bool,
    /// The number of the last action that `signal-hook` is known to have been given; none if those before
    /// our first one do not matter.
    last: Option<u128>,
    /// The signals that were caught when we last looked.
    caught: u64,
}

impl Program {
    /// Whether it was told to ignore Ctrl-C.
    pub(super) fn ignores_ctrl_c() -> bool {
        signals("SigIgn:").is_some_and(has_ctrl_c)
    }

    /// Whether it has a handler of its own; as it was, before ours is there.
    pub(super) fn before_us() -> Program {
        match signals("SigCgt:") {
            Some(caught) => Program { has_a_handler: has_ctrl_c(caught), last: None, caught },
            None => Program { has_a_handler: false, last: Some(0), caught: 0 },
        }
    }

    /// Whether it has a handler of its own, now.
    pub(super) fn has_a_handler(&mut self) -> bool {
        if !self.has_a_handler {
            if let Some(number) = look() {
                self.count(number);
            }
        }
        self.has_a_handler
    }

    /// An action was given to `signal-hook` by us.
    pub(super) fn gave(&mut self, id: SigId) {
        if let Some(number) = number(id) {
            self.count(number);
        }
    }

    /// An action of ours has this number: those before it that are not known are of others.
    fn count(&mut self, number: u128) {
        let last = self.last.replace(number);
        let n_others = last.map_or(0, |last| number.saturating_sub(last + 1));
        if n_others == 0 {
            return;
        }
        let caught = signals("SigCgt:").unwrap_or_default();
        let is_new = caught & !self.caught & !(1 << (SIGINT - 1));
        self.caught |= caught;
        self.has_a_handler |= n_others > u128::from(is_new.count_ones());
    }
}

/// The number that `signal-hook` gives next.
fn look() -> Option<u128> {
    let id = flag::register(SIGINT, Arc::default()).ok()?;
    low_level::unregister(id);
    number(id)
}

/// The number of an action, as it shows itself.
fn number(id: SigId) -> Option<u128> {
    let shown = format!("{id:?}");
    let (_, number) = shown.rsplit_once('(')?;
    number.trim_end_matches(|it: char| !it.is_ascii_digit()).parse().ok()
}

fn has_ctrl_c(signals: u64) -> bool {
    signals >> (SIGINT - 1) & 1 == 1
}

/// The signals of which Linux says in a file that they are caught, or ignored.
fn signals(which: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let signals = status.lines().find_map(|line| line.strip_prefix(which))?;
    u64::from_str_radix(signals.trim(), 16).ok()
}
