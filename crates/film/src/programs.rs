//! What can be played without a file: the stages of the road, and the examples of boucle.
//!
//! A new one is a line in [`PROGRAMS`] and a module beside it.

mod demos;

use std::panic;
use std::sync::{Mutex, PoisonError};

use boucle_trace::{Trace, record_stage};

use crate::source::Source;

/// A program that film has in it.
#[derive(Debug)]
pub struct Program {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its idea: the first line of its source.
    pub idea: &'static str,
    /// Runs it once, on virtual time.
    record: fn() -> Trace,
    /// Its source, the loop first: the path, as the compiler knows it, and the text.
    files: &'static [(&'static str, &'static str)],
}

/// A stage of the road: its name, which is also the name of its module in `demos`.
macro_rules! stage {
    ($name:ident, $idea:literal) => {
        Program {
            name: stringify!($name),
            idea: $idea,
            record: || record_stage(demos::$name::main),
            files: &[
                (
                    concat!("crates/", stringify!($name), "/src/lib.rs"),
                    include_str!(concat!("../../", stringify!($name), "/src/lib.rs")),
                ),
                (
                    concat!("crates/", stringify!($name), "/src/main.rs"),
                    include_str!(concat!("../../", stringify!($name), "/src/main.rs")),
                ),
            ],
        }
    };
}

/// All of them, in the order in which they are listed.
pub static PROGRAMS: &[Program] = &[
    stage!(stage0, "a coroutine is something you can step"),
    stage!(stage1, "a task is stepped until it ends"),
    stage!(stage2, "tasks take turns in a queue, and one can wait for another"),
    stage!(stage3, "a task can hand the turn back, and so it can wait for a time"),
    stage!(stage4, "the queue becomes a loop, to which tasks can be added"),
    stage!(stage5, "a task reaches the loop that runs it"),
    stage!(stage6, "a waiter counts, and so a task can gather others"),
    stage!(stage7, "a task can wait for a socket"),
];

impl Program {
    /// The program of this name; `4` is `stage4`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Program> {
        let is_it = |it: &&Program| it.name == name || it.name.strip_prefix("stage") == Some(name);
        PROGRAMS.iter().find(is_it)
    }

    /// Runs it, sealed and on virtual time. A panic is in the trace, and nowhere else.
    #[must_use]
    pub fn record(&self) -> Trace {
        // The hook is one for all threads, and two of them may record.
        static QUIET: Mutex<()> = Mutex::new(());
        let _quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        let trace = (self.record)();
        panic::set_hook(hook);
        trace
    }

    /// Its source, the loop first.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.files.iter().map(|(path, text)| Source::new(path, text)).collect()
    }
}

/// A line for each program: its name and its idea.
pub(crate) fn list() -> String {
    let width = PROGRAMS.iter().map(|it| it.name.len()).max().unwrap_or(0);
    PROGRAMS.iter().map(|it| format!("  {:<width$}  {}\n", it.name, it.idea)).collect()
}
