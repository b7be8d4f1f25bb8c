//! What an event is made of: who woke, what is waited for, how something ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{TaskNo, Text};

/// A place in the source.
///
/// # Examples
///
/// ```
/// use boucle_trace::Place;
///
/// assert_eq!(Place { file: "src/main.rs".into(), line: 7 }.to_string(), "src/main.rs:7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the compiler was given it.
    pub file: Text,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One of the calls that await one another while a task waits.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Await, Place};
///
/// let place = Some(Place { file: "src/main.rs".into(), line: 7 });
/// let call = Await { level: 0, what: "app::job".into(), place };
/// assert_eq!(call.to_string(), "app::job, src/main.rs:7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Await {
    /// How many calls it stands below. Two of the same level, below the same one, are awaited together.
    #[serde(default)]
    pub level: u32,
    /// The function, as the compiler calls it.
    pub what: Text,
    /// Where it awaits; none if the program was built without the numbers of its lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl fmt::Display for Await {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}, {place}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// With what a poll came back.
///
/// # Examples
///
/// ```
/// use boucle_trace::{PollEnd, record};
///
/// let trace = record(|| async { boucle::interrupt().await });
/// let first = &trace.state_at(4).tasks.into_values().next().unwrap();
/// assert_eq!(first.last_poll, Some(PollEnd::Pending));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollEnd {
    /// The task gave the turn back.
    Pending,
    /// The task has ended, with a value.
    Ready,
    /// The task panicked.
    Panicked,
    /// The task was cancelled, and its future was dropped.
    Cancelled,
    /// The task had ended before: it only left the queue.
    Over,
    /// The task gave the turn back, and stands at the end of the queue again: the stages without
    /// wakers put it there.
    Requeued,
}

/// How a task ended.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Ended, record};
///
/// let trace = record(|| async {});
/// let task = trace.state_at(trace.len()).tasks.into_values().next().unwrap();
/// assert_eq!(task.done, Some(Ended::Value));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// With a value.
    Value,
    /// It panicked.
    Panicked,
    /// It was cancelled, or its loop was closed.
    Cancelled,
    /// Its future was dropped, by whoever held it.
    Dropped,
}

/// Who woke a task.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle_trace::{By, What, record};
///
/// let trace = record(|| boucle::sleep(Duration::from_secs(1)));
/// let woken_by_timer = |what: &What| matches!(what, What::Woken { by: By::Timer, .. });
/// assert!(trace.events().iter().any(|it| woken_by_timer(&it.what)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum By {
    /// A task, while it was polled; or itself.
    Task(TaskNo),
    /// A time that has come.
    Timer,
    /// A descriptor that is ready.
    Descriptor(i32),
    /// Another thread.
    Thread,
    /// The loop, since nothing else could run.
    Quiet,
    /// Code of the loop's thread that belongs to no task.
    Outside,
    /// The loop of a stage, in no task's turn: a time has come, say, or a socket is ready. A recording
    /// knows no loop: what a program does between two runs counts as the loop's as well.
    Loop,
}

/// What a task waits for.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle_trace::{On, What, record};
///
/// let trace = record(|| boucle::sleep(Duration::from_secs(1)));
/// let a_second = |what: &What| matches!(what, What::Waits { on: On::Time(1_000_000_000), .. });
/// assert!(trace.events().iter().any(|it| a_second(&it.what)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum On {
    /// Until so many nanoseconds have passed.
    Time(u64),
    /// For the end of a task.
    Task(TaskNo),
    /// Until a descriptor can be read from.
    Readable(i32),
    /// Until a descriptor can be written to.
    Writable(i32),
    /// For something that tasks share, in words: `an item of a queue`.
    Sync(Text),
    /// For an answer of another thread.
    Thread,
}

/// What kind of thing a loop reported.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Reported, What, record};
///
/// let trace = record(|| async {
///     drop(boucle::spawn(async { panic!("boom") }));
///     boucle::interrupt().await;
/// });
/// let is_panic = |what: &What| matches!(what, What::Reported { kind: Reported::Panic, .. });
/// assert!(trace.events().iter().any(|it| is_panic(&it.what)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reported {
    /// A panic that nobody read.
    Panic,
    /// A poll that was too long.
    SlowPoll,
    /// Something that the system refused.
    Io,
    /// The recording has reached its limit: nothing that came after is in it, but for the end of the run.
    Limit,
}

/// How a run ended.
///
/// # Examples
///
/// ```
/// use boucle_trace::{RunEnd, record};
///
/// let trace = record(|| std::future::pending::<()>());
/// assert_eq!(trace.state_at(trace.len()).end, Some(RunEnd::Deadlock));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunEnd {
    /// What was to be run has ended.
    Complete,
    /// Every task waits, and nothing is left that could wake one.
    Deadlock,
    /// It was stopped.
    Stopped,
    /// A panic went out of it.
    Panicked(Text),
    /// The program ended itself, with this status.
    Exit(i32),
}
