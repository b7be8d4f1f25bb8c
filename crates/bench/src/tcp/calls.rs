//! System calls a request, counted from outside in two runs of their own: what the longer one has more,
//! its additional requests have cost. So starting and connecting do not count.

use std::fs;
use std::process::{self, Command};

use super::process::Running;
use super::row::Row;
use super::series::Plan;
use super::servers::Server;
use crate::child::myself;

/// Requests of the shorter run.
const FEW: usize = 2_000;

/// The longer run has so many more; or so many a connection, if that is more.
const MORE: usize = 20_000;
const MORE_EACH: usize = 10;

/// What counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// It hardly slows the server.
    Perf,
    /// It slows the server by far, so that more connections are ready at once.
    Strace,
}

impl Tool {
    /// The better one of those that work here.
    pub fn find() -> Option<Tool> {
        let works = |tool: &Tool| {
            let file = file();
            let words = tool.command(&file);
            let run = Command::new(words[0]).args(&words[1..]).arg("true").output();
            let count = tool.read(&file);
            run.is_ok_and(|output| output.status.success()) && count.is_some()
        };
        [Tool::Perf, Tool::Strace].into_iter().find(works)
    }

    /// In words, for the report.
    pub fn describe(self) -> &'static str {
        match self {
            Tool::Perf => "perf stat -e raw_syscalls:sys_enter",
            Tool::Strace => "strace -c -f, which slows the servers",
        }
    }

    /// System calls a request.
    pub fn count(self, plan: &Plan, row: Row, server: Server) -> Result<f64, String> {
        let n_more = MORE.max(row.n_connections() * MORE_EACH);
        let short = self.count_all(plan, row, server, FEW)?;
        let long = self.count_all(plan, row, server, FEW + n_more)?;
        Ok((long - short) / n_more as f64)
    }

    fn count_all(self, plan: &Plan, row: Row, server: Server, n: usize) -> Result<f64, String> {
        let file = file();
        let mut running = Running::start(&myself()?, plan, row, server, &self.command(&file))?;
        // As many again by ten warm up: the same in both, but for their difference.
        running.load(plan, row, n * 10 / 11)?;
        running.end()?;
        self.read(&file).ok_or_else(|| "the count cannot be read".to_owned())
    }

    fn command(self, file: &str) -> Vec<&str> {
        match self {
            Tool::Perf => {
                vec!["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-o", file, "--"]
            }
            Tool::Strace => vec!["strace", "-c", "-f", "-o", file, "--"],
        }
    }

    fn read(self, file: &str) -> Option<f64> {
        let text = fs::read_to_string(file);
        // It is not there if the tool is not.
        let _ = fs::remove_file(file);
        let text = text.ok()?;
        match self {
            Tool::Perf => {
                let line = text.lines().find(|line| line.contains("raw_syscalls"))?;
                line.split(',').next()?.parse().ok()
            }
            // Share, seconds, microseconds a call, calls, perhaps errors, name.
            Tool::Strace => {
                let line = text.lines().find(|line| line.trim_end().ends_with(" total"))?;
                line.split_whitespace().nth(3)?.parse().ok()
            }
        }
    }
}

/// Where a tool writes its count.
fn file() -> String {
    let name = format!("bench-calls-{}", process::id());
    std::env::temp_dir().join(name).to_string_lossy().into_owned()
}
