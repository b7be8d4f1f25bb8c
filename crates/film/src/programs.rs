//! What can be played without a file: the stages of the road, and the examples of boucle.
//!
//! A new one is a line in [`PROGRAMS`] and a module in `demos` or `examples`.

mod demos;
mod examples;
mod record;
mod threads;

use boucle_trace::Trace;

pub(crate) use self::record::{Main, quietly, record_in, run_example, said};
use crate::source::Source;

/// A program that film has in it.
#[derive(Debug)]
pub struct Program {
    /// Its name on the command line.
    pub name: &'static str,
    /// How it is run.
    main: Main,
    /// Its source, the loop first: the path from the root of the workspace, and the text.
    files: &'static [(&'static str, &'static str)],
}

/// The file of a crate, and its text.
macro_rules! file {
    ($path:expr) => {
        (concat!("crates/", $path), include_str!(concat!("../../", $path)))
    };
}

/// A stage of the road, by the name of its module in `demos`.
macro_rules! stage {
    ($name:ident) => {
        stage!($name, [])
    };
    ($name:ident, [$($file:literal),*]) => {
        stage!($name, Stage, [$($file),*])
    };
    ($name:ident, exact, [$($file:literal),*]) => {
        stage!($name, ExactStage, [$($file),*])
    };
    ($name:ident, $main:ident, [$($file:literal),*]) => {
        Program {
            name: stringify!($name),
            main: Main::$main(demos::$name::main),
            files: &[
                file!(concat!(stringify!($name), "/src/lib.rs")),
                $( file!(concat!(stringify!($name), "/src/", $file)), )*
                file!(concat!(stringify!($name), "/src/main.rs")),
            ],
        }
    };
}

/// An example of boucle, by the name of its module in `examples`; one that has no end is stopped after
/// so many seconds.
macro_rules! example {
    ($name:ident) => {
        example!($name, Main::Example(examples::$name::program))
    };
    ($name:ident, $seconds:literal) => {
        example!($name, Main::Endless(examples::$name::program, $seconds))
    };
    ($name:ident, $main:expr) => {
        Program {
            name: stringify!($name),
            main: $main,
            files: &[
                file!(concat!("boucle/examples/", stringify!($name), ".rs")),
                file!("boucle/examples/course/mod.rs"),
            ],
        }
    };
}

/// All of them, in the order in which they are listed.
pub static PROGRAMS: &[Program] = &[
    stage!(stage0),
    stage!(stage1),
    stage!(stage2),
    stage!(stage3),
    stage!(stage4),
    stage!(stage5),
    stage!(stage6),
    stage!(stage7),
    stage!(stage8),
    stage!(stage9),
    stage!(stage10, ["socket.rs"]),
    stage!(stage11, exact, ["task.rs"]),
    stage!(stage12, exact, ["task.rs", "life.rs"]),
    stage!(stage13, exact, ["task.rs", "life.rs", "queue.rs"]),
    example!(timer),
    example!(morceaux),
    example!(famine),
    example!(ticks),
    example!(fork, 5),
    example!(fork_and_stop),
    example!(three_durations),
    example!(leftovers, 4),
    example!(tasks),
    example!(results),
    example!(boom, 1),
    example!(queue, 4),
    example!(window, 6),
    example!(breathe),
    example!(starvation),
    example!(sync_island),
    example!(debug),
    example!(arange),
    example!(holders, Main::Example(examples::holders::deadlock)),
    example!(threads, Main::Example(threads::program)),
];

/// The examples of boucle that cannot be played, and why.
const UNPLAYED: &[(&str, &str)] = &[
    ("echo", "it is a server: it waits for clients, and has no end"),
    ("proxy", "it is a server: it waits for clients, and for another server"),
    ("resp_server", "it is a server: it waits for clients, and has no end"),
];

/// Why the example of this name cannot be played; nothing if there is none.
pub(crate) fn why_not(name: &str) -> Option<&'static str> {
    UNPLAYED.iter().find(|(it, _)| *it == name).map(|(_, why)| *why)
}

impl Program {
    /// The program of this name; `4` is `stage4`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Program> {
        let is_it = |it: &&Program| it.name == name || it.name.strip_prefix("stage") == Some(name);
        PROGRAMS.iter().find(is_it)
    }

    /// Its idea: the first line of its source.
    #[must_use]
    pub fn idea(&self) -> &'static str {
        let first = self.files[0].1.lines().next().unwrap_or_default();
        let idea = first.trim_start_matches("//! ").trim_end_matches('.');
        let stage = self.name.replace("stage", "Stage ");
        idea.strip_prefix(&stage).and_then(|it| it.strip_prefix(": ")).unwrap_or(idea)
    }

    /// Runs it, sealed and on virtual time. A panic is in the trace, and nowhere else.
    #[must_use]
    pub fn record(&self) -> Trace {
        record::record(self.name, self.main)
    }

    /// How it is run.
    pub(crate) fn main(&self) -> Main {
        self.main
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
    PROGRAMS.iter().map(|it| format!("  {:<width$}  {}\n", it.name, it.idea())).collect()
}
