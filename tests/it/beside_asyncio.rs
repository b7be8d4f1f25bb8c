//! The same programs under CPython's asyncio and under `boucle`, on virtual time: what they say is
//! compared line by line. Where they differ on purpose, the table has the lines and the reason.
//!
//! The Python programs are in `tests/beside_asyncio`. Without a Python of 3.11 or later nothing is
//! compared, and the test says so.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::io::Write;
use std::process::Command;
use std::time::Instant;

use boucle::{Loop, now};
use similar::{ChangeTag, TextDiff};

use crate::road;

/// Says something, after the time since the loop was made: as `say` in the Python programs.
macro_rules! say {
    ($($words:tt)*) => { super::say(format_args!($($words)*)) };
}

mod course;
mod differences;
mod exceptions;
mod page;
mod synchronizing;
mod tasks;
mod times;

use differences::{DIFFERENCES, Difference};

/// A program, after the name of its Python twin.
type Program = (&'static str, fn(&Loop));

thread_local! {
    /// When the present program began.
    static ZERO: Cell<Option<Instant>> = const { Cell::new(None) };
    /// What it has said so far.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What `say!` calls.
fn say(words: fmt::Arguments<'_>) {
    let zero = ZERO.get().expect("a program runs");
    // Python writes them with a capital.
    let words = words.to_string().replace("true", "True").replace("false", "False");
    let line = format!("{:.3} {words}\n", (now() - zero).as_secs_f64());
    SAID.with_borrow_mut(|said| said.push_str(&line));
}

/// What a program says, on a loop of its own whose time is virtual.
fn said(program: fn(&Loop)) -> String {
    let event_loop = Loop::builder().virtual_time(true).build();
    Loop::set_current(Some(&event_loop));
    ZERO.set(Some(now()));
    program(&event_loop);
    Loop::set_current(None);
    SAID.take()
}

/// Says something when it is dropped, where Python has a `finally`.
struct Finally<'a>(&'a str, String);

impl Drop for Finally<'_> {
    fn drop(&mut self) {
        say(format_args!("{} {}", self.0, self.1));
    }
}

/// What a program says when it is dropped.
fn finally(name: impl fmt::Display) -> Finally<'static> {
    Finally("clean", name.to_string())
}

/// All programs, by the names of their Python twins, in their order.
fn programs() -> Vec<Program> {
    let all = [
        tasks::PROGRAMS,
        times::PROGRAMS,
        synchronizing::PROGRAMS,
        exceptions::PROGRAMS,
        course::PROGRAMS,
    ];
    all.concat()
}

/// What the Python programs say: names and texts. None, with the reason, if there is no Python for it.
fn python() -> Result<Vec<(String, String)>, String> {
    let version = "import sys; sys.exit(sys.version_info < (3, 11))";
    match Command::new("python3").args(["-c", version]).status() {
        Err(error) => return Err(format!("python3 cannot be started: {error}")),
        Ok(status) if !status.success() => return Err("python3 is older than 3.11".to_owned()),
        Ok(_) => {}
    }
    let output = Command::new("python3")
        // `-I -S` would leave out the folder of the programs; `-B` writes nothing beside them.
        .args(["-B", "tests/beside_asyncio/run.py"])
        .env_remove("PYTHONASYNCIODEBUG")
        .env("PYTHONIOENCODING", "utf-8")
        .current_dir(road::root())
        .output()
        .expect("it could be started just now");
    let text = String::from_utf8(output.stdout).expect("it was told to write UTF-8");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{text}{errors}");
    let programs = text.split("== ").skip(1).map(|part| {
        let (name, lines) = part.split_once('\n').expect("a name has its line");
        (name.to_owned(), lines.to_owned())
    });
    Ok(programs.collect())
}

/// The lines that only one of the two says, in order: `-` for asyncio, `+` for boucle.
fn differing(asyncio: &str, boucle: &str) -> String {
    let mut differing = String::new();
    for change in TextDiff::from_lines(asyncio, boucle).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => differing += &format!("- {}", change.value()),
            ChangeTag::Insert => differing += &format!("+ {}", change.value()),
        }
    }
    differing
}

#[test]
fn boucle_does_what_asyncio_does_but_for_what_is_listed() {
    let python = match python() {
        Ok(python) => python,
        Err(reason) => {
            // Not `eprintln`, which the test's frame keeps from those who should read it.
            let skipped = "SKIPPED: boucle is not compared with asyncio";
            writeln!(io::stderr(), "{skipped}: {reason}").expect("stderr can be written to");
            return;
        }
    };
    let names: Vec<_> = python.iter().map(|(name, _)| name.as_str()).collect();
    let ours: Vec<_> = programs().into_iter().map(|(name, _)| name).collect();
    assert_eq!(ours, names, "each program has its twin");

    let mut wrong = String::new();
    for ((name, asyncio), (_, program)) in python.iter().zip(programs()) {
        let boucle = said(program);
        assert!(!boucle.is_empty(), "{name} says nothing");
        let on_purpose = DIFFERENCES.iter().find(|it| it.program == name).map_or("", |it| it.lines);
        let differing = differing(asyncio, &boucle);
        if differing != on_purpose {
            wrong += &format!("== {name}, listed:\n{on_purpose}found:\n{differing}");
            wrong += &format!("asyncio:\n{asyncio}boucle:\n{boucle}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn each_difference_on_purpose_has_a_program_and_a_reason() {
    let programs = programs();
    let mut table = String::new();
    for Difference { program, reason, lines } in DIFFERENCES {
        assert!(programs.iter().any(|(name, _)| name == program), "{program} is no program");
        table += &format!("{program}: {reason}\n{lines}\n");
    }
    // The book shows it.
    road::check_snapshot("beside_asyncio", &table);
}
