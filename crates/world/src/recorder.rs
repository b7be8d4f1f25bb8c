//! How a recording is made: seal the world, run, unseal.

use std::any::Any;
use std::panic;
use std::panic::AssertUnwindSafe;

use crate::process::Exit;
use crate::recording::Recording;
use crate::sealed;
use crate::sealed::Sealed;
use crate::time::{Duration, TICK};

/// Runs `f` in a sealed world and hands back what happened there.
///
/// Time starts at zero and is virtual. Each look at the clock costs one tick of
/// [`time::TICK`](crate::time::TICK) if nothing else is said, so that a loop which waits by looking gets somewhere;
/// a call that blocks jumps to its end. Two recordings of the same program are equal.
///
/// Only this thread is sealed: a thread that `f` starts lives in the real world.
///
/// # Panics
///
/// If `f` panics, with its message and all that was recorded so far; the world is unsealed first.
/// If this thread is already recording. If `f` polls its tasks a million times, see
/// [`Recorder::poll_limit`].
///
/// # Examples
///
/// ```
/// use world::println;
///
/// assert_eq!(world::record(|| println!("Hello")).output(), "Hello\n");
/// ```
pub fn record(f: impl FnOnce()) -> Recording {
    Recorder::new().record(f)
}

/// A recording to be made, with more to say about the world than [`record`] does.
///
/// # Examples
///
/// ```
/// use world::{Recorder, println};
///
/// let greet = || println!("Hello {}", world::env::args().nth(1).expect("a name"));
/// let recording = Recorder::new().args(["World"]).record(greet);
/// assert_eq!(recording.output(), "Hello World\n");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Recorder {
    /// The program's arguments, its name first.
    pub(crate) args: Vec<String>,
    /// How many polls are allowed, and how many looks.
    pub(crate) poll_limit: usize,
    /// What a look at the clock costs.
    pub(crate) tick: Duration,
    /// How long an endless wait lasts, in real time.
    pub(crate) patience: Duration,
    /// Whether what happens is kept.
    pub(crate) keeps: bool,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new()
    }
}

impl Recorder {
    /// A recording of a program without arguments, and of a million polls at the most.
    pub fn new() -> Recorder {
        Recorder {
            args: vec!["world".to_owned()],
            poll_limit: 1_000_000,
            tick: TICK,
            patience: Duration::from_secs(10),
            keeps: true,
        }
    }

    /// Gives the program these arguments, after its name.
    pub fn args<const N: usize>(mut self, args: [&str; N]) -> Recorder {
        self.args.truncate(1);
        self.args.extend(args.map(str::to_owned));
        self
    }

    /// Makes a look at the clock cost `tick`; [`TICK`] if nothing is said.
    ///
    /// A loop that waits by looking needs it. One that waits with [`wait`](crate::wait) does not: with
    /// `Duration::ZERO` its times are exact.
    ///
    /// # Examples
    ///
    /// ```
    /// use world::Recorder;
    /// use world::time::{Duration, Instant};
    ///
    /// Recorder::new().tick(Duration::ZERO).record(|| {
    ///     assert_eq!(Instant::now(), Instant::now());
    /// });
    /// ```
    pub fn tick(mut self, tick: Duration) -> Recorder {
        self.tick = tick;
        self
    }

    /// Gives the recording up, with a panic, when it has waited so long in real time for the world
    /// outside; 10 s if nothing is said.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// use world::Recorder;
    /// use world::time::Duration;
    ///
    /// Recorder::new().patience(Duration::ZERO).record(|| {
    ///     let nothing_comes = |_timeout| Ok(0);
    ///     world::wait(None, nothing_comes).expect("it never fails");
    /// });
    /// ```
    pub fn patience(mut self, patience: Duration) -> Recorder {
        self.patience = patience;
        self
    }

    /// Keeps nothing of what happens, for a program that prints for long: who
    /// [listens](crate::listen) is told of it, and the recording has the exit status alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use world::{Recorder, println, process};
    ///
    /// let recording = Recorder::new().keep_nothing().record(|| {
    ///     println!("Hello");
    ///     process::exit(3);
    /// });
    /// assert_eq!((recording.output().as_str(), recording.status()), ("", 3));
    /// ```
    pub fn keep_nothing(mut self) -> Recorder {
        self.keeps = false;
        self
    }

    /// Gives the recording up, with a panic, before poll number `limit + 1`, or look number
    /// `limit + 1` at the clock or at the world outside.
    ///
    /// A loop that waits for what never comes turns for ever: here it ends, and says so.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// use std::future;
    /// use std::task::Waker;
    ///
    /// world::Recorder::new().poll_limit(100).record(|| {
    ///     let mut never = Box::pin(future::pending::<()>());
    ///     while world::step(&mut never, Waker::noop()).is_pending() {}
    /// });
    /// ```
    pub fn poll_limit(mut self, limit: usize) -> Recorder {
        self.poll_limit = limit;
        self
    }

    /// Runs `f` in a sealed world and hands back what happened there, as [`record`] does.
    ///
    /// # Panics
    ///
    /// As [`record`] does.
    pub fn record(self, f: impl FnOnce()) -> Recording {
        let outer = sealed::replace(Some(Sealed::new(self)));
        if outer.is_some() {
            sealed::replace(outer);
            panic!("this thread is already recording: a recording cannot hold another");
        }

        // Nothing of `f` is looked at after its panic but what it recorded.
        let result = panic::catch_unwind(AssertUnwindSafe(f));
        let world = sealed::replace(None).expect("the world stays sealed until here");

        match result {
            Ok(()) => Recording::new(world.moments, 0),
            Err(payload) => match payload.downcast_ref() {
                Some(Exit(status)) => Recording::new(world.moments, *status),
                None => panic!(
                    "the recorded program panicked: {}\nrecorded so far:\n{}",
                    message(&*payload),
                    Recording::new(world.moments, 0),
                ),
            },
        }
    }
}

/// What a panic said, if it said something.
fn message(payload: &(dyn Any + Send)) -> &str {
    if let Some(message) = payload.downcast_ref::<String>() {
        message
    } else if let Some(message) = payload.downcast_ref::<&str>() {
        message
    } else {
        "(no message)"
    }
}
