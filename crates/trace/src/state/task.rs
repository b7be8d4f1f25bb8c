//! What is known of one task at a moment.

use serde::{Deserialize, Serialize};

use super::Waits;
use crate::event::{Await, By, Ended, ObjectNo, On, Place, PollEnd, TaskNo, Text};

/// One task at a moment.
///
/// # Examples
///
/// ```
/// let trace = boucle_trace::record(|| async { boucle::interrupt().await });
/// let task = trace.state_at(trace.len()).tasks.into_values().next().unwrap();
/// assert_eq!(task.n_polls, 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    /// Its name, if it was given one.
    pub name: Option<Text>,
    /// What its future is, in a word, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub future: Option<Text>,
    /// The task that added it.
    pub by: Option<TaskNo>,
    /// Where it was added.
    pub place: Option<Place>,
    /// Whether it is in the ready queue. A task that woke itself is, while it is polled.
    pub is_ready: bool,
    /// How it ended, if it has.
    pub done: Option<Ended>,
    /// Whether it was made to be polled by hand, in no queue.
    #[serde(default)]
    pub is_by_hand: bool,
    /// Whether it is being dropped, or was, in no poll.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_dropped: bool,
    /// Why it went into the ready queue the last time.
    pub woken: Option<Wake>,
    /// What it waits for: what has no number, as it said in the last poll in which it said something.
    /// [`State::waits_for`](crate::State::waits_for) leaves out what has come, and was not seen yet.
    pub waits: Waits,
    /// The wait with a number that ended last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Wait>,
    /// Whether it has said so in the present poll.
    pub waits_told: bool,
    /// The calls that await one another, the outermost first, as they were when that was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaits: Vec<Await>,
    /// How often it was polled.
    pub n_polls: u64,
    /// When the present poll began.
    pub poll_began: Option<u64>,
    /// How its last poll ended.
    pub last_poll: Option<PollEnd>,
    /// How long all its polls took together.
    pub busy: u64,
}

/// Why a task went into the ready queue.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle_trace::{By, record};
///
/// let trace = record(|| boucle::sleep(Duration::from_secs(1)));
/// let task = trace.state_at(trace.len()).tasks.into_values().next().unwrap();
/// let wake = task.woken.unwrap();
/// assert_eq!((wake.at, wake.by), (1_000_000_000, Some(By::Timer)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// The position of the event that tells of it.
    pub position: u64,
    /// When.
    pub at: u64,
    /// Who woke it; `None` if nobody did: it was added, or it goes on unasked.
    pub by: Option<By>,
}

/// Something that a task waits for.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let trace = boucle_trace::record(|| boucle::sleep(Duration::from_secs(1)));
/// let task = trace.state_at(5).tasks.into_values().next().unwrap();
/// assert_eq!(task.waits[0].at, 0); // since the beginning
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// The position of the event that tells of it.
    pub position: u64,
    /// Since when.
    pub at: u64,
    /// For what.
    pub on: On,
    /// At which object, if it is one that tasks share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectNo>,
    /// Where in the source, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its number, if it has one: by that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

/// Where a task stands in its life.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Ended, Life, TaskNo, record};
///
/// let trace = record(|| async {});
/// let life = trace.state_at(trace.len()).life(TaskNo::new(1).unwrap());
/// assert_eq!(life, Life::Done(Ended::Value));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is being polled.
    Running,
    /// It is in the ready queue.
    Ready,
    /// It waits for something.
    Waiting,
    /// It has ended.
    Done(Ended),
}
