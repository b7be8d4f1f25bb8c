//! CPython's asyncio, and uvloop under it: a script of our own does the work in the child's place.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::Name;
use crate::workload::{Size, Workload};

/// Part of the binary, so that the binary can be run from anywhere.
const SCRIPT: &str = include_str!("../../python/bench.py");

/// Turns this process into the interpreter that does the work; says why, if it cannot.
pub fn become_script(peer: Name, workload: Workload, size: Size, python: &str) -> String {
    let error = Command::new(python)
        .args(["-c", SCRIPT, &peer.to_string(), &workload.to_string()])
        .args([size.n.to_string(), size.span.as_secs_f64().to_string()])
        .exec();
    format!("cannot start {python}: {error}")
}

/// The versions of the interpreter and of uvloop, in words.
pub fn versions(python: &str) -> String {
    let output = Command::new(python).args(["-c", SCRIPT, "versions"]).output();
    let text = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    text.filter(|text| !text.is_empty())
        .map_or("no Python".to_owned(), |text| text.trim().to_owned())
}
