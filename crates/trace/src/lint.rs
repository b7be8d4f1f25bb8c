//! What is suspicious about a run: findings that point to an event.

mod circle;
mod ends;
mod polls;
mod tasks;
mod timers;

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use crate::event::{Reported, TaskNo, What};
use crate::trace::Trace;

/// Something suspicious about a run.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Lint, record};
///
/// let trace = record(|| std::future::pending::<()>());
/// let findings = trace.lint();
/// assert_eq!(findings[0].lint, Lint::LostWake);
/// assert_eq!(findings[0].to_string().split(": ").next(), Some("event 2"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which kind of thing it is.
    pub lint: Lint,
    /// The place in [`Trace::events`] of the event that shows it.
    pub event: usize,
    /// The task that it is about.
    pub task: Option<TaskNo>,
    /// What is suspicious, and what to do about it.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}: {}", self.event, self.message)
    }
}

/// A kind of suspicious thing.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Lint, record};
///
/// let trace = record(|| async {
///     drop(boucle::spawn(async { panic!("boom") }));
///     boucle::interrupt().await;
/// });
/// assert_eq!(trace.lint()[0].lint, Lint::UnreadPanic);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lint {
    /// A poll took longer than [`Limits::poll`]: all other tasks were held up.
    LongPoll,
    /// The recording ends in the middle of a poll: the task never gave the turn back.
    NeverYielded,
    /// A task did nothing but wake itself, in [`Limits::in_a_row`] polls in a row: it waits by
    /// looking.
    WakesItself,
    /// A task was woken by somebody else and polled, and still waits for the same as before, in
    /// [`Limits::in_a_row`] polls in a row. One that waits for nothing known is not judged.
    PolledForNothing,
    /// A task waits at the end for what has happened already: a task that has ended, a time that has
    /// come. Or it gave the turn back in a run that stands still, has no child left that it could
    /// gather, and told nobody what it waits for. A wake that came before the wait leaves no trace.
    LostWake,
    /// A panic was reported since nobody read it.
    UnreadPanic,
    /// A task panicked, and nobody ever awaited it. That somebody looks at its result is not
    /// recorded.
    UnawaitedPanic,
    /// The run stands still: every task waits for another.
    Deadlock,
    /// A task was not done as the run ended, and nobody ever awaited it: what it was for was not done.
    UnawaitedTask,
    /// [`Limits::tasks`] tasks that were spawned at one place wait, nobody awaits them, and hardly one of
    /// them ever ended.
    TaskPile,
    /// More than [`Limits::timers`] timers fired within 100 ms.
    TimerStorm,
}

/// From when on something is suspicious.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle_trace::{Limits, Lint, record_stage};
/// use world::thread;
///
/// let trace = record_stage(|| {
///     let mut task = Box::pin(async { thread::sleep(Duration::from_millis(20)) });
///     assert!(world::step(&mut task, std::task::Waker::noop()).is_ready());
/// });
/// assert_eq!(trace.lint(), []);
/// let limits = Limits { poll: Duration::from_millis(10), ..Limits::default() };
/// assert_eq!(trace.lint_with(&limits)[0].lint, Lint::LongPoll);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a poll may take.
    pub poll: Duration,
    /// How many polls in a row may change nothing.
    pub in_a_row: usize,
    /// How many tasks of one place that nobody awaits may wait, if they do not end.
    pub tasks: usize,
    /// How many timers may fire within 100 ms.
    pub timers: usize,
}

impl Default for Limits {
    /// 100 ms a poll, as boucle's debug mode has it, 100 polls, 100 tasks and 1000 timers.
    fn default() -> Limits {
        Limits { poll: Duration::from_millis(100), in_a_row: 100, tasks: 100, timers: 1000 }
    }
}

impl Trace {
    /// What is suspicious about the run, in the order of the events.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { boucle::interrupt().await });
    /// assert_eq!(trace.lint(), []);
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        self.lint_with(&Limits::default())
    }

    /// What is suspicious about the run, with other limits.
    ///
    /// What a task does again and again is found once: the first time.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Limits, Lint, record};
    ///
    /// let trace = record(|| async { boucle::interrupt().await });
    /// let strict = Limits { in_a_row: 1, ..Limits::default() };
    /// assert_eq!(trace.lint_with(&strict)[0].lint, Lint::WakesItself);
    /// ```
    #[must_use]
    pub fn lint_with(&self, limits: &Limits) -> Vec<Finding> {
        let mut findings = polls::find(self, limits);
        findings.extend(ends::find(self));
        findings.extend(tasks::find(self, limits));
        findings.extend(timers::find(self, limits));
        findings.sort_by_key(|it| (it.event, it.lint, it.task));
        let mut seen = HashSet::new();
        findings.retain(|it| it.task.is_none() || seen.insert((it.lint, it.task)));
        findings
    }
}

/// Whether the recording has reached its limit: what is missing then was not lost by the program.
fn is_cut_off(trace: &Trace) -> bool {
    let is_limit = |it: &What| matches!(it, What::Reported { kind: Reported::Limit, .. });
    trace.events().iter().rev().any(|it| is_limit(&it.what))
}
