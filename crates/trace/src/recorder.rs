//! The recorder: it watches a loop, or listens to a stage, and keeps what happens.

mod clock;
mod instrument;
mod limit;
mod listening;
mod numbers;
mod objects;
mod options;
mod stage;
mod standing;
mod store;

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use boucle::{Report, TaskId, WeakLoopHandle};
use world::eprintln;

use self::clock::{RealClock, is_current};
use self::limit::Limit;
use self::numbers::Numbers;
use self::objects::Objects;
pub use self::options::Options;
use self::stage::Stage;
use self::store::Store;
use crate::event::{Ended, Event, Reported, RunEnd, TaskNo, Text, What};
use crate::file::bounds::{TEXT, cut};
use crate::header::{Clock, Header};
use crate::run::Writer;
use crate::trace::Trace;

/// Records one loop: give it to [`Builder::instrument`](boucle::Builder::instrument).
///
/// [`record`](crate::record) does all of this for a program on virtual time. A recorder costs some
/// 40 ns an event; a loop without one pays nothing.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::{Loop, interrupt};
/// use boucle_trace::Recorder;
///
/// let recorder = Rc::new(Recorder::new());
/// let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&recorder)).build();
/// event_loop.run_until_complete(interrupt()).unwrap();
/// // Added, two polls, a wake between them, the end of the task, and that of the run.
/// assert_eq!(recorder.trace().len(), 8);
/// ```
pub struct Recorder {
    /// Borrowed for one event at a time; no code of a user runs meanwhile.
    inner: RefCell<Inner>,
}

/// What tells the times of a recording.
enum Time {
    /// The loop's clock, and when the run began on it; none until the first look.
    Virtual(Option<Instant>),
    /// The real one.
    Real(RealClock),
}

/// What a recorder knows.
struct Inner {
    header: Header,
    /// What tells its times.
    clock: Time,
    /// The loop that is recorded, if it told that it was made.
    event_loop: Option<WeakLoopHandle>,
    /// The time of the last event.
    now: u64,
    /// Where the program was given to `record`, and its type: from there its first task comes.
    main: Option<(&'static Location<'static>, &'static str)>,
    /// The tasks' numbers.
    numbers: Numbers,
    /// The objects' numbers.
    objects: Objects,
    /// What is known of a stage, if it is one that is listened to.
    stage: Stage,
    /// The tasks that are being polled, the innermost last.
    current: Vec<TaskNo>,
    /// Those of them that are dropped instead, in no poll.
    dropped: Vec<TaskNo>,
    /// Those of them that were woken meanwhile: they stand in the queue again.
    rung: Vec<TaskNo>,
    /// The last task that ended, and how: the end of its poll tells of it once more.
    last_done: Option<(TaskNo, Ended)>,
    /// What a look at the clock costs in a sealed world.
    world_tick: Duration,
    /// The texts that live as long as the program, by where they lie.
    texts: Vec<(&'static str, Text)>,
    /// Whether it is told where each task stands as a run comes to nothing.
    tells_awaits: bool,
    /// How the run has ended, if it has, and nobody was polled since.
    ended: Option<RunEnd>,
    /// How many events were kept, or written, or kept and given up.
    n_kept: u64,
    /// Where the events go.
    store: Store,
    /// How many events there may be, and how many there were.
    limit: Limit,
}

impl Recorder {
    /// A recorder of virtual time that keeps all events in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(boucle_trace::Recorder::new().trace().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Recorder {
        Recorder::with(Options::new()).expect("nothing is opened that could fail")
    }

    /// A recorder as these options say.
    ///
    /// # Errors
    ///
    /// If the file cannot be made, or is there already.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Options, Recorder};
    ///
    /// // A file that is there is not recorded over.
    /// let path = std::env::current_exe().unwrap();
    /// assert!(Recorder::with(Options::new().file(path)).is_err());
    /// ```
    pub fn with(options: Options) -> io::Result<Recorder> {
        let header = Header::new(&options.program, options.clock);
        let store = Store::new(&header, &options)?;
        let clock = match options.clock {
            Clock::Virtual => Time::Virtual(None),
            Clock::Real => Time::Real(RealClock::new(Instant::now())),
        };
        Ok(Recorder::of(store, header, clock, &options))
    }

    /// A recorder of real time that writes to a tape, from `start` on.
    pub(crate) fn onto(tape: Writer, header: Header, start: Instant) -> Recorder {
        let options = Options::new().awaits(true);
        let clock = Time::Real(RealClock::new(start));
        Recorder::of(Store::Tape(Box::new(tape)), header, clock, &options)
    }

    fn of(store: Store, header: Header, clock: Time, options: &Options) -> Recorder {
        let inner = Inner {
            store,
            clock,
            event_loop: None,
            header,
            now: 0,
            main: None,
            numbers: Numbers::default(),
            objects: Objects::default(),
            stage: Stage::default(),
            current: Vec::new(),
            dropped: Vec::new(),
            rung: Vec::new(),
            last_done: None,
            world_tick: options.tick,
            texts: Vec::new(),
            tells_awaits: options.awaits,
            ended: None,
            n_kept: 0,
            limit: Limit::new(options.limit),
        };
        Recorder { inner: RefCell::new(inner) }
    }

    /// What was recorded so far; of a ring buffer, what is left of it.
    ///
    /// # Panics
    ///
    /// If the events go to a file: [`Trace::load`] reads them.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle_trace::{Recorder, record_with};
    ///
    /// let recorder = Rc::new(Recorder::new());
    /// record_with(&recorder, || async { world::println!("Hello") });
    /// assert_eq!(recorder.trace().output(), "Hello\n");
    /// ```
    #[must_use]
    pub fn trace(&self) -> Trace {
        let inner = self.inner.borrow();
        let (base, mut events) = inner.store.kept();
        // What follows may yet say what it was: here it is the last.
        events.extend(inner.stage.held().map(|what| Event { at: inner.now, what }));
        Trace { header: inner.header.clone(), base: Arc::new(base), events: Arc::new(events) }
    }

    /// How many events there are so far, those that were given up included.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Recorder, RunEnd};
    ///
    /// let recorder = Recorder::new();
    /// assert_eq!(recorder.n_events(), 0);
    /// recorder.run_ends(RunEnd::Stopped);
    /// assert_eq!(recorder.n_events(), 1);
    /// ```
    #[must_use]
    pub fn n_events(&self) -> u64 {
        let inner = self.inner.borrow();
        inner.n_kept + u64::from(inner.stage.held().is_some())
    }

    /// Notes how the run has ended, and brings all that was recorded to the file, if there is one.
    ///
    /// A loop tells of it by itself; then what is said here is kept only if it says more.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Recorder, RunEnd};
    ///
    /// let recorder = Recorder::new();
    /// recorder.run_ends(RunEnd::Stopped);
    /// let trace = recorder.trace();
    /// assert_eq!(trace.state_at(1).end, Some(RunEnd::Stopped));
    /// ```
    pub fn run_ends(&self, how: RunEnd) {
        let inner = &mut *self.inner.borrow_mut();
        // The loop has told of it before; a panic that goes out of it is more than it knew.
        if inner.ended.as_ref() == Some(&how) || inner.ended.is_some() && how == RunEnd::Complete {
            return;
        }
        inner.ended = Some(how.clone());
        inner.settle();
        inner.tick();
        let how = match how {
            RunEnd::Panicked(message) => RunEnd::Panicked(cut(&message, TEXT)),
            other => other,
        };
        // Kept also if the limit is reached.
        inner.store(What::RunEnds { how });
        inner.store.flush();
    }

    /// Brings what was recorded to the file.
    ///
    /// That happens anyway when the loop goes to sleep, when a task panics, and when the recorder is
    /// dropped.
    ///
    /// # Errors
    ///
    /// The first thing that went wrong with the file; nothing was recorded since.
    ///
    /// # Examples
    ///
    /// ```
    /// // Memory never fails.
    /// assert!(boucle_trace::Recorder::new().flush().is_ok());
    /// ```
    pub fn flush(&self) -> io::Result<()> {
        let inner = &mut *self.inner.borrow_mut();
        inner.store.flush();
        inner.store.error()
    }

    /// For [`Builder::exception_handler`](boucle::Builder::exception_handler): reports are recorded,
    /// and printed on stderr as ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::Loop;
    /// use boucle_trace::{Recorder, What};
    ///
    /// let recorder = Rc::new(Recorder::new());
    /// let event_loop = Loop::builder()
    ///     .instrument(Rc::clone(&recorder))
    ///     .exception_handler(recorder.exception_handler())
    ///     .build();
    /// drop(event_loop.add_task(async { panic!("boom") }));
    /// event_loop.run();
    /// let is_report = |what: &What| matches!(what, What::Reported { .. });
    /// assert!(recorder.trace().events().iter().any(|it| is_report(&it.what)));
    /// ```
    pub fn exception_handler(self: &Rc<Recorder>) -> impl Fn(&Report) + 'static {
        let recorder = Rc::clone(self);
        move |report| {
            recorder.reported(report);
            eprintln!("{report}");
        }
    }

    /// The next task is the program itself, a future of this type, and comes from there.
    pub(crate) fn calls_main(&self, at: &'static Location<'static>, future: &'static str) {
        self.inner.borrow_mut().main = Some((at, future));
    }

    /// What a look at the clock of the sealed world costs.
    pub(crate) fn world_tick(&self) -> Duration {
        self.inner.borrow().world_tick
    }

    /// A run begins that ends by itself, or else at the limit.
    pub(crate) fn is_sealed(&self) {
        self.inner.borrow_mut().limit.is_sealed();
    }

    fn reported(&self, report: &Report) {
        let kind = match report {
            _ if report.slow_poll().is_some() => Reported::SlowPoll,
            _ if report.io_error().is_some() => Reported::Io,
            _ => Reported::Panic,
        };
        // Formatted before anything is borrowed: a panic's message may run code of a user.
        let message = cut(&report.to_string(), TEXT);
        let inner = &mut *self.inner.borrow_mut();
        let task = report.task_id().map(|id| inner.number(id));
        inner.tick();
        inner.keep(What::Reported { task, kind, message });
    }
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("header", &self.inner.borrow().header)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn keep(&mut self, what: What) {
        self.settle();
        self.push(what);
    }

    /// Keeps an event before what was held back, if anything was.
    fn push(&mut self, what: What) {
        if self.limit.allows() {
            self.store(what);
        } else if let Some(message) = self.limit.first_word() {
            self.store(What::Reported { task: None, kind: Reported::Limit, message });
        }
    }

    fn store(&mut self, what: What) {
        self.n_kept += 1;
        self.store.push(&Event { at: self.now, what });
    }

    /// Looks at the loop's clock: a virtual one goes on within a poll as well, if somebody holds it up.
    #[inline]
    fn tick(&mut self) {
        let now = match &mut self.clock {
            Time::Real(clock) => clock.now(),
            // Another loop has another time, and outside of every loop there is none: it stands where it stood.
            Time::Virtual(_) if !is_current(self.event_loop.as_ref()) => return,
            Time::Virtual(start) => {
                let now = boucle::now();
                nanoseconds(now.saturating_duration_since(*start.get_or_insert(now)))
            }
        };
        self.now = self.now.max(now);
    }

    fn number(&mut self, task: TaskId) -> TaskNo {
        self.numbers.of(task)
    }
}

/// A duration in nanoseconds; one that is too long is as long as can be said.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
