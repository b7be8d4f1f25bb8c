//! What is asked of the servers: how many connections, how long the messages, how many of them; and the
//! goals.

use std::time::Duration;

use clap::ValueEnum;

#[cfg(feature = "boucle")]
use crate::workload::{self, Goal, Unit};

/// A load; a table of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// 1 connection, 64 B.
    #[value(name = "echo-1")]
    One,
    /// 50 connections, 64 B.
    #[value(name = "echo-50")]
    Fifty,
    /// 1,000 connections, 64 B.
    #[value(name = "echo-1000")]
    Thousand,
    /// 10,000 connections, 64 B.
    #[value(name = "echo-10000")]
    TenThousand,
    /// 50 connections, 16 KiB.
    #[value(name = "echo-16k")]
    Long,
    /// 10,000 connections on which nothing happens.
    #[value(name = "idle")]
    Idle,
}

/// What boucle has to reach in CPU time a request: as a ratio to the edge-triggered loop, and to tokio.
pub const GOALS: (f64, f64) = (1.05, 1.0);

/// What the CPU time of an idle server may be: a clock that is read now and then counts as nothing.
pub const IDLE: Duration = Duration::from_millis(1);

impl Row {
    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Row::One => "1 connection, 64 B",
            Row::Fifty => "50 connections, 64 B",
            Row::Thousand => "1,000 connections, 64 B",
            Row::TenThousand => "10,000 connections, 64 B",
            Row::Long => "50 connections, 16 KiB",
            Row::Idle => "10,000 idle connections",
        }
    }

    /// The figures that are the server's own, and not also the generator's: those that come first.
    #[cfg(feature = "boucle")]
    pub fn figures(self) -> Vec<workload::Row> {
        let row = |title, unit, goal| workload::Row { title, unit, goal };
        match self {
            Row::Idle => {
                let nothing = Goal::Enough(IDLE.as_nanos() as f64);
                vec![
                    row("10,000 idle connections, CPU", Unit::Time, nothing),
                    row("10,000 idle connections, memory", Unit::Bytes, Goal::None),
                ]
            }
            _ => vec![row(self.title(), Unit::Time, Goal::None)],
        }
    }

    /// How many connections there are.
    pub fn n_connections(self) -> usize {
        match self {
            Row::One => 1,
            Row::Fifty | Row::Long => 50,
            Row::Thousand => 1_000,
            Row::TenThousand | Row::Idle => 10_000,
        }
    }

    /// The length of a message.
    pub fn message(self) -> usize {
        if self == Row::Long { 16 << 10 } else { 64 }
    }

    /// How much a server can read at once: more than a message, so that a short count can tell that all
    /// is read. An idle connection keeps its buffer: it shall not be most of the figure.
    pub fn buffer(self) -> usize {
        match self {
            Row::Long => 32 << 10,
            Row::Idle => 128,
            _ => 4 << 10,
        }
    }

    /// How many requests are measured; CPython gets a tenth. As many again by ten warm up.
    pub fn n_requests(self, quick: bool, python: bool) -> usize {
        let n = match self {
            Row::One => 50_000,
            Row::Fifty | Row::Thousand | Row::TenThousand => 200_000,
            Row::Long => 100_000,
            Row::Idle => 0,
        };
        n / if quick { 5 } else { 1 } / if python { 10 } else { 1 }
    }

    /// How long an idle server is watched.
    pub fn span(self, quick: bool) -> Option<Duration> {
        let span = Duration::from_millis(if quick { 300 } else { 3_000 });
        (self == Row::Idle).then_some(span)
    }

    /// How many system calls a request may cost boucle.
    pub fn calls(self) -> Option<f64> {
        match self {
            Row::One => Some(3.0),
            Row::Fifty => Some(2.1),
            _ => None,
        }
    }

    /// Whether boucle's CPU time has a goal here.
    pub fn has_goal(self) -> bool {
        !matches!(self, Row::TenThousand | Row::Idle)
    }
}
