//! What a recording kept: each line printed, each poll and each wake, with its virtual time.

use std::fmt;
use std::time::Duration;

/// All that happened in a sealed world, oldest first.
///
/// Shown with `{}`, it is a transcript: a line for each line printed, after its virtual time in
/// seconds; what went to stderr is marked `!`.
///
/// # Examples
///
/// ```
/// use world::{eprintln, println};
///
/// let recording = world::record(|| {
///     println!("one\ntwo");
///     eprintln!("oh");
/// });
///
/// assert_eq!(recording.to_string(), "   0.000 one\n   0.000 two\n   0.000 ! oh\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// What happened; the times never go back.
    moments: Vec<Moment>,
    /// The exit status: 0, or what the program gave to `process::exit`.
    status: i32,
}

/// One thing that happened, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The virtual time since the recording began.
    pub at: Duration,
    /// What happened.
    pub event: Event,
}

/// Something that a recording keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A task is about to be polled; one of the next three says how it went, if it returned.
    PollBegins(TaskId),
    /// The poll returned `Pending`: the task has given the turn back.
    Pending(TaskId),
    /// The poll returned `Ready`: the task has ended.
    Ended(TaskId),
    /// The poll panicked.
    Panicked(TaskId),
    /// The poll that is about to return `Pending` has left its waker with somebody, who may call it.
    Waits(TaskId),
    /// A future was made that is polled by hand: it stands in no queue.
    Made(TaskId),
    /// A task was dropped that had not ended.
    Dropped(TaskId),
    /// A task was put into a queue.
    Queued {
        /// Which task.
        task: TaskId,
        /// Who called the waker that did it; nobody if the loop put it there.
        by: Option<WokenBy>,
        /// Whether it stands before all others; else behind them.
        first: bool,
    },
    /// A task was taken out of a queue: to be polled, as a rule.
    Unqueued(TaskId),
    /// Something was put into a map that is sorted by time.
    TimerSet {
        /// So many were put into such maps before.
        timer: usize,
        /// Its time; virtual, as all times here.
        at: Duration,
    },
    /// It was taken out, as the first of its map: its time has come.
    TimerTaken {
        /// Which.
        timer: usize,
    },
    /// It was given up, alone or with its map.
    TimerUnset {
        /// Which.
        timer: usize,
    },
    /// A loop is about to wait, for so long at the most; for ever without. Not told of a look.
    LoopSleeps(Option<Duration>),
    /// It has waited.
    LoopWakes,
    /// A waker that a poll was given was called. What comes of it is the loop's to say: the task may
    /// be ready already, or have ended.
    Woken {
        /// Whose waker it is.
        task: TaskId,
        /// Who called it.
        by: WokenBy,
    },
    /// A line was printed on stdout.
    Printed(String),
    /// A line was printed on stderr.
    PrintedError(String),
}

/// A task, by the order in which the recording met it: the first is 1.
///
/// A recording knows a task by where its future lies. Two futures without any size are one to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub usize);

/// Who woke a task.
///
/// # Examples
///
/// ```
/// use std::future::poll_fn;
/// use std::sync::Arc;
/// use std::task::{Poll, Wake, Waker};
/// use world::{Event, TaskId, WokenBy};
///
/// struct Bell;
///
/// impl Wake for Bell {
///     fn wake(self: Arc<Bell>) {}
/// }
///
/// let recording = world::record(|| {
///     let mut task = Box::pin(poll_fn(|cx| {
///         cx.waker().wake_by_ref();
///         Poll::Ready(())
///     }));
///     assert!(world::step(&mut task, &Waker::from(Arc::new(Bell))).is_ready());
/// });
/// let woken = Event::Woken { task: TaskId(1), by: WokenBy::Task(TaskId(1)) };
/// assert_eq!(recording.moments()[1].event, woken);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WokenBy {
    /// A task, while it was polled; or itself.
    Task(TaskId),
    /// Code of the recording's thread that runs in no poll: the loop, for which a time has come, say.
    Outside,
    /// Another thread. It is kept together with what happens next on the recording's own.
    Thread,
}

impl Recording {
    pub(crate) fn new(moments: Vec<Moment>, status: i32) -> Recording {
        Recording { moments, status }
    }

    /// What the program printed on stdout, each line ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use world::println;
    ///
    /// let recording = world::record(|| println!("Hello"));
    /// assert_eq!(recording.output(), "Hello\n");
    /// ```
    #[must_use]
    pub fn output(&self) -> String {
        self.lines(|event| match event {
            Event::Printed(line) => Some(line),
            _ => None,
        })
    }

    /// What the program printed on stderr, each line ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use world::eprintln;
    ///
    /// let recording = world::record(|| eprintln!("cannot"));
    /// assert_eq!(recording.errors(), "cannot\n");
    /// ```
    #[must_use]
    pub fn errors(&self) -> String {
        self.lines(|event| match event {
            Event::PrintedError(line) => Some(line),
            _ => None,
        })
    }

    /// The exit status: 0, or what the program gave to [`process::exit`](crate::process::exit).
    ///
    /// # Examples
    ///
    /// ```
    /// let recording = world::record(|| world::process::exit(3));
    /// assert_eq!(recording.status(), 3);
    /// ```
    #[must_use]
    pub fn status(&self) -> i32 {
        self.status
    }

    /// Everything, in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use world::{Event, println};
    ///
    /// let recording = world::record(|| println!("Hello"));
    /// assert_eq!(recording.moments()[0].event, Event::Printed("Hello".to_owned()));
    /// ```
    #[must_use]
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// How many times each task was polled: the first place is for task 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::task::Waker;
    ///
    /// let recording = world::record(|| {
    ///     let mut task = Box::pin(async {});
    ///     assert!(world::step(&mut task, Waker::noop()).is_ready());
    /// });
    /// assert_eq!(recording.polls(), [1]);
    /// ```
    #[must_use]
    pub fn polls(&self) -> Vec<usize> {
        let mut polls = Vec::new();
        for moment in &self.moments {
            if let Event::PollBegins(TaskId(number)) = moment.event {
                // Tasks are numbered as they are met: a new one is the next place.
                polls.resize(polls.len().max(number), 0);
                polls[number - 1] += 1;
            }
        }
        polls
    }

    /// The lines that `choose` finds, each ended.
    fn lines(&self, choose: impl Fn(&Event) -> Option<&String>) -> String {
        let mut lines = String::new();
        for line in self.moments.iter().filter_map(|it| choose(&it.event)) {
            lines.push_str(line);
            lines.push('\n');
        }
        lines
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Moment { at, event } in &self.moments {
            let (mark, line) = match event {
                Event::Printed(line) => ("", line),
                Event::PrintedError(line) => ("! ", line),
                _ => continue,
            };
            writeln!(f, "{:8.3} {mark}{line}", at.as_secs_f64())?;
        }
        if self.status != 0 {
            writeln!(f, "exit status {}", self.status)?;
        }
        Ok(())
    }
}
