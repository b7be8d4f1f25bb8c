//! What can happen in a run: one model for boucle and for the stages of the road.

mod numbers;
mod parts;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::numbers::{ObjectNo, TaskNo};
pub use self::parts::{Await, By, Ended, On, Place, PollEnd, Reported, RunEnd};

/// A text of an event. The same text is kept once; a clone is the same text.
pub type Text = Arc<str>;

/// One thing that happened, and when.
///
/// # Examples
///
/// ```
/// use boucle_trace::{What, record};
///
/// let trace = record(|| async { world::println!("Hello") });
/// let printed = trace.events().iter().find(|it| matches!(it.what, What::Printed { .. }));
/// assert_eq!(printed.unwrap().at, 0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(u64, What)", from = "(u64, What)")]
pub struct Event {
    /// Nanoseconds since the run began, virtual or real. They never go back.
    pub at: u64,
    /// What happened.
    pub what: What,
}

impl From<(u64, What)> for Event {
    fn from((at, what): (u64, What)) -> Event {
        Event { at, what }
    }
}

impl From<Event> for (u64, What) {
    fn from(event: Event) -> (u64, What) {
        (event.at, event.what)
    }
}

/// What happened.
///
/// # Examples
///
/// ```
/// use boucle_trace::{What, record};
///
/// let trace = record(|| async { boucle::spawn(async {}).await });
/// let is_spawn = |what: &What| matches!(what, What::Added { by: Some(_), .. });
/// assert_eq!(trace.events().iter().filter(|it| is_spawn(&it.what)).count(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A task was added: it is ready, behind all that are.
    Added {
        /// The task.
        task: TaskNo,
        /// The task that was polled meanwhile.
        by: Option<TaskNo>,
        /// Where in the source.
        place: Option<Place>,
        /// What its future is, in a word: `job` for the body of `async fn job`. None for a block.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        future: Option<Text>,
    },
    /// A task was made that stands in no queue: somebody polls it by hand.
    Made {
        /// The task.
        task: TaskNo,
        /// The task that was polled meanwhile.
        by: Option<TaskNo>,
    },
    /// A task was given a name.
    Named {
        /// The task.
        task: TaskNo,
        /// Its name from now on.
        name: Text,
    },
    /// A task is taken out of the ready queue and polled, or dropped since it was cancelled.
    PollBegins {
        /// The task.
        task: TaskNo,
    },
    /// The poll has come back.
    PollEnds {
        /// The task.
        task: TaskNo,
        /// With what.
        how: PollEnd,
    },
    /// A task is about to be dropped, in no poll: its run has ended without it, or the loop closes. It runs
    /// what its destructors do, until it is [done](What::Done).
    DropBegins {
        /// The task.
        task: TaskNo,
    },
    /// A task goes to the end of the queue, unasked. One that gives the turn back and is put back at
    /// once does both in [one event](PollEnd::Requeued).
    Requeued {
        /// The task.
        task: TaskNo,
    },
    /// A task goes to the head of the queue, wherever it stood: the next poll is its own.
    QueuedFirst {
        /// The task.
        task: TaskNo,
    },
    /// A task leaves the queue without being polled.
    Unqueued {
        /// The task.
        task: TaskNo,
    },
    /// A line was printed.
    Printed {
        /// The task that was polled meanwhile.
        by: Option<TaskNo>,
        /// Whether it went to stderr.
        error: bool,
        /// The line, without its end.
        line: Text,
    },
    /// A task was woken: it goes to the end of the ready queue.
    Woken {
        /// The task.
        task: TaskNo,
        /// By whom.
        by: By,
    },
    /// A task was woken that can go on already: nothing changes.
    WokenInVain {
        /// The task.
        task: TaskNo,
        /// By whom.
        by: By,
    },
    /// A task begins to wait; it may wait for several things.
    Waits {
        /// The task.
        task: TaskNo,
        /// For what.
        on: On,
        /// At which object, if it is one that tasks share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        object: Option<ObjectNo>,
        /// Where in the source, if that is known: the line of a `sleep`, of a `gather`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// Its number: it lasts until [`WaitEnds`](What::WaitEnds) names this, or the task ends. None in
        /// recordings of versions 1 and 2, and of a stage: then it lasts until a later poll tells of another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<u32>,
    },
    /// A task waits no longer for something: it has seen that it has come, or has given up.
    WaitEnds {
        /// The task.
        task: TaskNo,
        /// The number of the wait.
        wait: u32,
    },
    /// An object that tasks share is met for the first time: a task waits for it, or has got it.
    ObjectMade {
        /// The object.
        object: ObjectNo,
        /// What it is: `queue`, `lock`.
        kind: Text,
        /// Where it was made.
        place: Option<Place>,
    },
    /// An object was given a name.
    ObjectNamed {
        /// The object.
        object: ObjectNo,
        /// Its name from now on.
        name: Text,
    },
    /// An object is gone.
    ObjectGone {
        /// The object.
        object: ObjectNo,
    },
    /// The task that is being polled has got a lock, or a permit of a semaphore.
    Acquired {
        /// The task.
        task: TaskNo,
        /// The lock.
        object: ObjectNo,
    },
    /// A lock, or a permit of a semaphore, was given back.
    Released {
        /// The lock.
        object: ObjectNo,
        /// The task that was polled meanwhile.
        by: Option<TaskNo>,
    },
    /// Where a task stands that waits: the calls that await one another. It is told when that is asked
    /// for, and at the end of a run that came to nothing.
    Stands {
        /// The task.
        task: TaskNo,
        /// The calls, the outermost first.
        awaits: Vec<Await>,
    },
    /// A timer was set.
    TimerSet {
        /// Which: so many were set before it.
        timer: u32,
        /// The task that was polled meanwhile.
        by: Option<TaskNo>,
        /// So many nanoseconds ahead.
        after: u64,
    },
    /// A timer has fired; whom it wakes follows.
    TimerFired {
        /// Which.
        timer: u32,
    },
    /// A timer was taken back: what waited for it is gone, or waits for another time.
    TimerUnset {
        /// Which.
        timer: u32,
        /// The task that was polled meanwhile.
        by: Option<TaskNo>,
    },
    /// A descriptor is ready; whom that wakes follows.
    DescriptorReady {
        /// Which.
        descriptor: i32,
        /// Whether it can be read from.
        readable: bool,
        /// Whether it can be written to.
        writable: bool,
    },
    /// The loop is about to sleep.
    LoopSleeps {
        /// So many nanoseconds at the most; for ever without.
        timeout: Option<u64>,
    },
    /// The loop is awake again.
    LoopWakes,
    /// A task has ended.
    Done {
        /// The task.
        task: TaskNo,
        /// How.
        how: Ended,
    },
    /// The loop reported what nobody else will hear of: a panic that nobody read, say.
    Reported {
        /// The task that it is about.
        task: Option<TaskNo>,
        /// What kind of thing it is.
        kind: Reported,
        /// The report, in words.
        message: Text,
    },
    /// The run is over; nothing follows, unless the loop is run again.
    RunEnds {
        /// How.
        how: RunEnd,
    },
}

impl What {
    /// The task that it is about: the one whose lane it belongs to.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{TaskNo, What};
    ///
    /// let first = TaskNo::new(1).unwrap();
    /// assert_eq!(What::PollBegins { task: first }.task(), Some(first));
    /// assert_eq!(What::LoopWakes.task(), None);
    /// ```
    #[must_use]
    pub fn task(&self) -> Option<TaskNo> {
        match *self {
            What::Added { task, .. }
            | What::Made { task, .. }
            | What::Named { task, .. }
            | What::PollBegins { task }
            | What::DropBegins { task }
            | What::PollEnds { task, .. }
            | What::Requeued { task }
            | What::QueuedFirst { task }
            | What::Unqueued { task }
            | What::Woken { task, .. }
            | What::WokenInVain { task, .. }
            | What::Waits { task, .. }
            | What::WaitEnds { task, .. }
            | What::Acquired { task, .. }
            | What::Stands { task, .. }
            | What::Done { task, .. } => Some(task),
            What::Printed { by, .. }
            | What::Released { by, .. }
            | What::TimerSet { by, .. }
            | What::TimerUnset { by, .. } => by,
            What::Reported { task, .. } => task,
            What::ObjectMade { .. }
            | What::ObjectNamed { .. }
            | What::ObjectGone { .. }
            | What::TimerFired { .. }
            | What::DescriptorReady { .. }
            | What::LoopSleeps { .. }
            | What::LoopWakes
            | What::RunEnds { .. } => None,
        }
    }
}
