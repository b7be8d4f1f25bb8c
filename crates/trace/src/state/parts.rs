//! What a state is made of besides its tasks: a choice, a timer, a sleep, a line.

use serde::{Deserialize, Serialize};

use crate::event::{TaskNo, Text};

/// A choice: which of the ready tasks was taken.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async {});
/// let choice = trace.state_at(2).choice.unwrap();
/// assert_eq!((choice.place, choice.n_ready), (Some(0), 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The position of the event that tells of it.
    pub position: u64,
    /// Who was taken.
    pub task: TaskNo,
    /// Its place in the ready queue, from 0; `None` if it was not known to be there.
    pub place: Option<usize>,
    /// How many were ready, the chosen one included.
    pub n_ready: usize,
}

/// A timer that is set.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let trace = boucle_trace::record(|| boucle::sleep(Duration::from_secs(1)));
/// assert_eq!(trace.state_at(3).timers[0].at, 1_000_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Which.
    pub number: u32,
    /// When it fires.
    pub at: u64,
    /// Who set it.
    pub by: Option<TaskNo>,
}

/// The loop sleeps.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Asleep, Event, State, What};
///
/// let mut state = State::default();
/// state.apply(&Event { at: 5, what: What::LoopSleeps { timeout: Some(10) } });
/// assert_eq!(state.asleep, Some(Asleep { since: 5, until: Some(15) }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asleep {
    /// Since when.
    pub since: u64,
    /// Until when at the most; `None`: until somebody wakes it.
    pub until: Option<u64>,
}

/// A line that was printed.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async { world::println!("Hello") });
/// assert_eq!(trace.state_at(trace.len()).output[0].text.as_ref(), "Hello");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: u64,
    /// By the task that was polled meanwhile.
    pub by: Option<TaskNo>,
    /// Whether it went to stderr.
    pub error: bool,
    /// What it says.
    pub text: Text,
}
