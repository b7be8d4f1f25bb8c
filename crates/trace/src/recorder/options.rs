//! How a recorder is made that is not as others are: its clock, how much it keeps, and where.

use std::path::PathBuf;
use std::time::Duration;

use crate::header::Clock;

/// What a recorder is made with.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Clock, Options, Recorder};
///
/// let options = Options::new().program("server").clock(Clock::Real).last(10_000);
/// let recorder = Recorder::with(options).unwrap();
/// assert_eq!(recorder.trace().header().program.as_ref(), "server");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    /// What is run, in a word or two.
    pub(super) program: String,
    /// Whose time it is.
    pub(super) clock: Clock,
    /// How many events are kept, if not all.
    pub(super) last: Option<usize>,
    /// Where the events go, if not to memory.
    pub(super) file: Option<PathBuf>,
    /// Whether a file that is there already is replaced.
    pub(super) replace: bool,
    /// Whether the file is brought up to date before each poll.
    pub(super) flush_each_poll: bool,
    /// After how many events the run is ended, if that was said.
    pub(super) limit: Option<usize>,
    /// What a look at the clock costs in a sealed world.
    pub(super) tick: Duration,
    /// Whether it is told where each task stands as a run comes to nothing.
    pub(super) awaits: bool,
}

impl Options {
    /// Virtual time, all events, in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Options, Recorder};
    ///
    /// assert!(Recorder::with(Options::new()).is_ok());
    /// ```
    pub fn new() -> Options {
        Options {
            program: "program".to_owned(),
            clock: Clock::Virtual,
            last: None,
            file: None,
            replace: false,
            flush_each_poll: false,
            limit: None,
            tick: world::time::TICK,
            awaits: false,
        }
    }

    /// What is run, in a word or two.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Options, Recorder};
    ///
    /// let recorder = Recorder::with(Options::new().program("server")).unwrap();
    /// assert_eq!(recorder.trace().header().program.as_ref(), "server");
    /// ```
    pub fn program(mut self, name: &str) -> Options {
        name.clone_into(&mut self.program);
        self
    }

    /// Whose time it is: the loop's own, or the system's.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Clock, Options, Recorder};
    ///
    /// let recorder = Recorder::with(Options::new().clock(Clock::Real)).unwrap();
    /// assert_eq!(recorder.trace().header().clock, Clock::Real);
    /// ```
    pub fn clock(mut self, clock: Clock) -> Options {
        self.clock = clock;
        self
    }

    /// Keeps the last `n` events at least, and at most twice as many. What came before is kept as
    /// the state that it led to, so that the rest can still be played.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle_trace::{Options, Recorder, record_with};
    ///
    /// let recorder = Rc::new(Recorder::with(Options::new().last(2)).unwrap());
    /// record_with(&recorder, || async { world::println!("Hello") });
    /// let trace = recorder.trace();
    /// assert!(trace.len() < 4 && trace.base().position > 2);
    /// // What was given up is known as a state.
    /// assert_eq!(trace.state_at(trace.len()).output.len(), 1);
    /// ```
    pub fn last(mut self, n: usize) -> Options {
        self.last = Some(n);
        self.file = None;
        self
    }

    /// Ends the run after `n` events, those included that a ring buffer gives up: so a program that never
    /// ends has a recording. If nothing is said, [`record`](crate::record) and its like end it after 20
    /// million, and a loop that a recorder watches goes on for ever.
    ///
    /// The last two events tell of it: a report of the kind [`Limit`](crate::Reported::Limit), and the
    /// end of the run. A loop is stopped before its next poll; a stage ends with a panic, and so does a
    /// task that prints ten thousand lines more in one poll.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle_trace::{Options, Recorder, RunEnd, record_with};
    ///
    /// let recorder = Rc::new(Recorder::with(Options::new().limit(100)).unwrap());
    /// record_with(&recorder, || async {
    ///     loop {
    ///         boucle::interrupt().await;
    ///     }
    /// });
    /// let trace = recorder.trace();
    /// assert_eq!(trace.len(), 100 + 2);
    /// assert_eq!(trace.state_at(trace.len()).end, Some(RunEnd::Stopped));
    /// ```
    pub fn limit(mut self, n: usize) -> Options {
        self.limit = Some(n);
        self
    }

    /// Makes a look at the clock cost `tick` in a sealed world: [`world::time::TICK`], 1 ms, if nothing is said.
    ///
    /// It is for stages. One that waits by looking needs it; of one that sleeps the times are exact with
    /// `Duration::ZERO`. The clock of boucle goes on by sleeping alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use std::time::Duration;
    /// use boucle_trace::{Options, Recorder, record_stage_with};
    /// use world::println;
    /// use world::time::Instant;
    ///
    /// let recorder = Rc::new(Recorder::with(Options::new().tick(Duration::from_secs(1))).unwrap());
    /// record_stage_with(&recorder, || {
    ///     let _ = Instant::now();
    ///     println!("a second later");
    /// });
    /// assert_eq!(recorder.trace().events()[0].at, 1_000_000_000);
    /// ```
    pub fn tick(mut self, tick: Duration) -> Options {
        self.tick = tick;
        self
    }

    /// Whether it is recorded where each task stands, as [`What::Stands`](crate::What::Stands), when a run ends in
    /// a deadlock, or since somebody has stopped it. [`run`](crate::run()) does so.
    ///
    /// It is not done of more than a thousand tasks: to look at one takes some 20 µs, and at the first one longer
    /// (see [`Loop::task_stacks`](boucle::Loop::task_stacks)). The files are as the compiler was told them, or as
    /// they lie on this machine: two recordings on two machines may differ.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::Event;
    /// use boucle_trace::{Options, Recorder, What, record_with};
    ///
    /// async fn wait_for(event: Event) {
    ///     event.wait().await;
    /// }
    ///
    /// let recorder = Rc::new(Recorder::with(Options::new().awaits(true)).unwrap());
    /// record_with(&recorder, || wait_for(Event::new()));
    /// let trace = recorder.trace();
    /// let stands = trace.events().iter().find_map(|it| match &it.what {
    ///     What::Stands { awaits, .. } => Some(awaits.clone()),
    ///     _ => None,
    /// });
    /// assert_eq!(&*stands.unwrap().last().unwrap().what, "an event");
    /// ```
    pub fn awaits(mut self, yes: bool) -> Options {
        self.awaits = yes;
        self
    }

    /// Writes the events to a file while the program runs, and keeps none in memory.
    ///
    /// The file is complete whenever the loop sleeps, when a task has panicked, and when the recorder
    /// is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle_trace::{Options, Recorder, Trace, record_with};
    ///
    /// let path = std::env::temp_dir().join("boucle-trace-file.trace");
    /// let options = Options::new().file(&path).replace(true);
    /// let recorder = Rc::new(Recorder::with(options).unwrap());
    /// record_with(&recorder, || async { world::println!("Hello") });
    /// assert_eq!(Trace::load(&path).unwrap().output(), "Hello\n");
    /// ```
    pub fn file(mut self, path: impl Into<PathBuf>) -> Options {
        self.file = Some(path.into());
        self.last = None;
        self
    }

    /// Whether a file that is there already is replaced; else it is an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Options, Recorder};
    ///
    /// let path = std::env::temp_dir().join("boucle-trace-replace.trace");
    /// let made = |replace| Recorder::with(Options::new().file(&path).replace(replace));
    /// assert!(made(true).is_ok());
    /// assert!(made(false).is_err()); // it is there now
    /// ```
    pub fn replace(mut self, yes: bool) -> Options {
        self.replace = yes;
        self
    }

    /// Whether the file is complete before each poll as well: so a task that never gives the turn
    /// back can be found in it. It costs a system call a poll.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle_trace::{Options, Recorder, Trace, record_with};
    ///
    /// let path = std::env::temp_dir().join("boucle-trace-flush.trace");
    /// let options = Options::new().file(&path).replace(true).flush_each_poll(true);
    /// let recorder = Rc::new(Recorder::with(options).unwrap());
    /// record_with(&recorder, || async {
    ///     assert_eq!(Trace::load(&path).unwrap().len(), 2); // added, and this poll begins
    /// });
    /// ```
    pub fn flush_each_poll(mut self, yes: bool) -> Options {
        self.flush_each_poll = yes;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}
