//! The sealed world of a recording: one for each thread that records.
//!
//! Every other module asks [`with`] first and falls back on `std` where it answers `None`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::recorder::Recorder;
use crate::recording::{Event, Moment, TaskId, WokenBy};
use crate::woken::{FromThreads, Telling};

thread_local! {
    /// The sealed world of this thread, while it records.
    static SEALED: RefCell<Option<Sealed>> = const { RefCell::new(None) };
}

/// A world with a clock of its own, that keeps what happens in it.
pub(crate) struct Sealed {
    /// Virtual time since the recording began.
    pub(crate) now: Duration,
    /// What `env::args` gives, the program's name included.
    pub(crate) args: Vec<String>,
    /// What a look at the clock costs.
    pub(crate) tick: Duration,
    /// How long an endless wait lasts, in real time, before the recording is given up.
    pub(crate) patience: Duration,
    /// How many polls are allowed before the recording is given up, and how many looks.
    pub(crate) poll_limit: usize,
    /// Whether what happens is kept.
    keeps: bool,
    /// What the program gave to `process::exit`, if it did, and is being unwound.
    pub(crate) exiting: Option<i32>,
    /// All that has happened and is kept, oldest first; `now` never goes back, so their times are in order.
    pub(crate) moments: Vec<Moment>,
    /// The tasks that are known and have not ended, by the address of their future.
    pub(crate) tasks: HashMap<usize, Known>,
    /// The tasks that are being polled, the innermost last.
    pub(crate) polling: Vec<TaskId>,
    /// Whom other threads have woken.
    pub(crate) from_threads: Arc<FromThreads>,
    /// The tasks that a map keeps by numbers, each under the last number it was given.
    pub(crate) numbers: HashMap<usize, TaskId>,
    /// Whose waker is being called, and by whom: the queue that it puts its task into takes it from here.
    pub(crate) waking: Option<(TaskId, WokenBy)>,
    /// How many times were put into sorted maps.
    pub(crate) n_timers: usize,
    /// How many tasks have been seen; the next one takes this number plus one.
    n_tasks: usize,
    /// How many polls have begun.
    n_polls: usize,
    /// How often the program has looked at the clock, or at the world outside.
    n_looks: usize,
}

/// A task that has not ended.
pub(crate) struct Known {
    /// Which one.
    pub(crate) task: TaskId,
    /// The waker of its last poll, if anybody holds it.
    pub(crate) waker: Weak<Telling>,
}

impl Sealed {
    pub(crate) fn new(recorder: Recorder) -> Sealed {
        let Recorder { args, poll_limit, tick, patience, keeps } = recorder;
        Sealed {
            now: Duration::ZERO,
            args,
            tick,
            patience,
            poll_limit,
            keeps,
            exiting: None,
            moments: Vec::new(),
            tasks: HashMap::new(),
            polling: Vec::new(),
            from_threads: Arc::default(),
            numbers: HashMap::new(),
            waking: None,
            n_timers: 0,
            n_tasks: 0,
            n_polls: 0,
            n_looks: 0,
        }
    }

    /// Keeps `event`, at the present virtual time.
    pub(crate) fn keep(&mut self, event: Event) {
        if self.keeps {
            self.moments.push(Moment { at: self.now, event });
        }
    }

    /// Counts a poll of the future at `address`, unless the limit is reached.
    pub(crate) fn poll_begins(&mut self, address: usize) -> Result<TaskId, usize> {
        if self.n_polls == self.poll_limit {
            return Err(self.poll_limit);
        }
        self.n_polls += 1;
        Ok(self.task_at(address))
    }

    /// The task whose future lies at `address`: a new one, if none was seen there.
    pub(crate) fn task_at(&mut self, address: usize) -> TaskId {
        let known = self.tasks.entry(address).or_insert_with(|| {
            self.n_tasks += 1;
            Known { task: TaskId(self.n_tasks), waker: Weak::new() }
        });
        known.task
    }

    /// The task that is being polled, as one who wakes others.
    pub(crate) fn who_wakes(&self) -> WokenBy {
        self.polling.last().map_or(WokenBy::Outside, |it| WokenBy::Task(*it))
    }

    /// Notes a look at the clock or at the world outside, unless the limit is reached.
    pub(crate) fn looks(&mut self) -> Result<(), String> {
        if self.n_looks == self.poll_limit {
            return Err(format!(
                "the recording reached its limit of {} looks: \
                 does the loop turn without polling anybody?",
                self.poll_limit
            ));
        }
        self.n_looks += 1;
        Ok(())
    }

    /// Forgets the future at `address`, whose task that was: another one may be put there.
    pub(crate) fn task_ends(&mut self, address: usize) -> Option<TaskId> {
        self.tasks.remove(&address).map(|it| it.task)
    }
}

/// What `look` finds in this thread's sealed world; `None` where there is none.
///
/// The world is borrowed meanwhile: `look` runs no code of the program that is recorded.
pub(crate) fn with<R>(look: impl FnOnce(&mut Sealed) -> R) -> Option<R> {
    SEALED
        .try_with(|sealed| sealed.borrow_mut().as_mut().map(look))
        // A thread that is ending has no world of its own left: the real one answers.
        .unwrap_or(None)
}

/// Puts `world` in place of this thread's sealed world, and hands back the one that was there.
pub(crate) fn replace(world: Option<Sealed>) -> Option<Sealed> {
    SEALED.replace(world)
}
