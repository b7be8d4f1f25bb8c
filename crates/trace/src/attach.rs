//! Looking at a program while it runs: what [`run`](crate::run()) records can be asked for over a socket of
//! its user. A thread answers, and so it answers also if the loop hangs.

mod client;
mod place;
mod server;
mod wire;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::client::{AttachError, Following, Program, Update};
pub(crate) use self::server::Server;
use crate::event::{RunEnd, TaskNo, Text};

/// How a loop of a program stands.
///
/// # Examples
///
/// ```
/// use boucle_trace::attach::Program;
///
/// // This very program has no loop that is recorded.
/// assert!(Program::find(std::process::id()).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoopStatus {
    /// Which loop of the program it is, from 1.
    pub number: u32,
    /// What the program is called.
    pub program: Text,
    /// How many events there were since the recording began.
    pub n_events: u64,
    /// How many tasks there are that have not ended.
    pub n_tasks: u64,
    /// When its recording began. The times of all loops of a program count from when the first one's did.
    pub began: Duration,
    /// The time of its recording now.
    pub now: Duration,
    /// Who is being polled now, what it is called, and for how long.
    pub runs: Option<(TaskNo, Text, Duration)>,
    /// Whether the loop sleeps: nothing can go on.
    pub is_asleep: bool,
    /// How the run has ended, if it has.
    pub end: Option<RunEnd>,
}

/// The tasks of a loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tree {
    /// How the loop stands.
    pub status: LoopStatus,
    /// Its own tree, with what each task awaits; none if it did not answer in time, since it hangs.
    pub tree: Option<String>,
}
