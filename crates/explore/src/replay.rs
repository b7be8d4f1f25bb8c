//! One order once more: by its schedule.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::rc::Rc;

use boucle_trace::{Recorder, Trace};

use crate::explore::N_STEPS;
use crate::schedule::{ParseScheduleError, Schedule, is_fault};
use crate::search::foot::Task;
use crate::search::order::Event;
use crate::why::again::Again;
use crate::why::both::Both;
use crate::world::execution::run_as;
use crate::world::failing::{Call, Failing, Failure};
use crate::world::names::{Names, Who};
use crate::world::{Choose, Seat, World};

/// What came of one order.
///
/// # Examples
///
/// ```
/// use boucle::spawn;
/// use boucle_explore::replay;
///
/// let program = || async {
///     let [one, other] = [1, 2].map(|n| spawn(async move { world::println!("{n}") }));
///     (one.await.unwrap(), other.await.unwrap())
/// };
/// let replay = replay("B", program).unwrap();
/// assert_eq!(replay.outcome(), "((), ())");
/// assert_eq!(replay.trace().output(), "2\n1\n");
/// ```
#[derive(Debug)]
pub struct Replay {
    /// What it comes to.
    outcome: String,
    /// Whether that is a failure.
    is_failure: bool,
    /// What happened.
    trace: Trace,
    /// An order that stands for the same.
    shortest: Schedule,
}

impl Replay {
    /// What it comes to: the value of the program as `{:?}` has it, or what went wrong.
    ///
    /// # Examples
    ///
    /// ```
    /// let replay = boucle_explore::replay("", || async { 42 }).unwrap();
    /// assert_eq!(replay.outcome(), "42");
    /// ```
    #[must_use]
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// Whether that is a failure: a panic, a deadlock, a run that does not end.
    ///
    /// # Examples
    ///
    /// ```
    /// let replay = boucle_explore::replay("", std::future::pending::<()>).unwrap();
    /// assert!(replay.is_failure() && replay.outcome() == "deadlock");
    /// ```
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.is_failure
    }

    /// What happened, step by step.
    ///
    /// # Examples
    ///
    /// ```
    /// let replay = boucle_explore::replay("", || async {}).unwrap();
    /// assert_eq!(replay.trace().state_at(replay.trace().len()).end, Some(boucle_trace::RunEnd::Complete));
    /// ```
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// An order that differs only in what does not matter, with as few changes of the task as can be.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{gather, interrupt};
    /// use boucle_explore::replay;
    ///
    /// let program = || async {
    ///     let yields = || async {
    ///         for _ in 0..5 {
    ///             interrupt().await;
    ///         }
    ///     };
    ///     gather([yields(), yields()]).await.map(drop)
    /// };
    /// assert_eq!(replay("ABABABAB", program).unwrap().shortest().to_string(), "A6");
    /// ```
    #[must_use]
    pub fn shortest(&self) -> &Schedule {
        &self.shortest
    }
}

/// A schedule that cannot be followed. The message says why.
///
/// # Examples
///
/// ```
/// use boucle_explore::{ReplayError, replay};
///
/// let error = replay("B", || async { boucle::spawn(async {}).await.unwrap() }).unwrap_err();
/// assert!(matches!(error, ReplayError::LeftOver { .. }));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// It is no schedule.
    #[error(transparent)]
    Parse(#[from] ParseScheduleError),
    /// The task that it names is not ready. The program is another one than that of the schedule.
    #[error("choice {choice} of the schedule: expected {expected}, ready {ready}")]
    NotReady {
        /// Which choice it is, from 1.
        choice: usize,
        /// The task that it names.
        expected: String,
        /// Those that are ready.
        ready: String,
    },
    /// The program has fewer choices. It is another one than that of the schedule.
    #[error("the program was over after {n_used} choices, and the schedule has {n_all}")]
    LeftOver {
        /// How many choices there were.
        n_used: usize,
        /// How many the schedule has.
        n_all: usize,
    },
}

/// Follows a schedule.
#[derive(Debug)]
pub(crate) struct Follow {
    schedule: Schedule,
    /// So many of its steps are written also where there is no choice.
    n_explicit: usize,
    /// What is done to the program besides.
    faults: BTreeSet<String>,
    /// How many of its steps were taken.
    at: usize,
    /// At which place the task that is polled gives its turn back, from 1; 0 if it does not.
    gives_up: u32,
    /// Which of its calls fail.
    fails: Vec<Failing>,
    /// What did not go.
    error: Option<ReplayError>,
}

impl Follow {
    /// From its beginning.
    pub(crate) fn new(schedule: &Schedule) -> Follow {
        let faults = schedule.0.iter().filter(|it| is_fault(it)).cloned().collect();
        let n_explicit = schedule.n_explicit();
        let schedule = schedule.clone();
        Follow { schedule, n_explicit, faults, at: 0, gives_up: 0, fails: Vec::new(), error: None }
    }
}

impl Follow {
    /// Whether the program has gone as the schedule says, to its end.
    pub(crate) fn fits(&self) -> bool {
        self.error.is_none() && self.at == self.schedule.0.len()
    }
}

impl Choose for Follow {
    fn choose(&mut self, ready: &[Task], names: &Names) -> Option<Task> {
        // What is done in a poll is done in that one alone.
        self.gives_up = 0;
        self.fails.clear();
        let is_explicit = self.at < self.n_explicit;
        let is_choice = |it: &&Task| is_explicit || !matches!(names.who(**it), Who::Fault(..));
        let ready: Vec<Task> = ready.iter().filter(is_choice).copied().collect();
        if !is_explicit && (ready.len() < 2 || self.at == self.schedule.0.len()) {
            return ready.first().copied();
        }
        while let Some(sign) = self.schedule.0.get(self.at) {
            match Failing::read(sign) {
                Some((failing, _)) => self.fails.push(failing),
                None if sign.starts_with('%') => self.gives_up += 1,
                None => break,
            }
            self.at += 1;
        }
        let wanted = self.schedule.0.get(self.at).cloned().unwrap_or_default();
        self.at += 1;
        let chosen = ready.iter().copied().find(|it| names.called(*it) == wanted);
        if chosen.is_none() {
            let ready: Vec<_> = ready.iter().map(|it| names.called(*it)).collect();
            let ready = ready.join(" ");
            self.error = Some(ReplayError::NotReady { choice: self.at, expected: wanted, ready });
        }
        chosen
    }

    fn at_any_time(&self) -> Option<&BTreeSet<String>> {
        (self.at < self.n_explicit).then_some(&self.faults)
    }

    fn gives_up(&mut self, place: u32) -> bool {
        place == self.gives_up
    }

    fn fails(&mut self, call: &Call) -> Option<Failure> {
        self.fails.iter().find(|it| call.is(it)).map(|it| it.failure)
    }

    fn took(&mut self, _: Event, _: &[Task]) {}
}

/// Runs the program in the order that a [`Schedule`] says.
///
/// # Errors
///
/// [`ReplayError`] says where the schedule and the program differ.
///
/// # Examples
///
/// ```
/// use boucle::spawn;
/// use boucle_explore::replay;
///
/// let program = || async { spawn(async {}).await.unwrap() };
/// let error = replay("A2", program).unwrap_err();
/// assert_eq!(error.to_string(), "the program was over after 0 choices, and the schedule has 2");
/// ```
pub fn replay<F: Future<Output: Debug>>(
    schedule: &str,
    program: impl Fn() -> F,
) -> Result<Replay, ReplayError> {
    let schedule = schedule.parse()?;
    let mut replay = follow(&schedule, &program, N_STEPS)?;
    // A program that is not the same each time has none that is shorter.
    if let Ok(run) = Again::new(&program, N_STEPS).see(&schedule, &replay.outcome) {
        replay.shortest = run.schedule;
    }
    Ok(replay)
}

/// The same for a schedule that was read, up to so many steps.
pub(crate) fn follow<F: Future<Output: Debug>>(
    schedule: &Schedule,
    program: &impl Fn() -> F,
    n_steps: usize,
) -> Result<Replay, ReplayError> {
    let world = Rc::new(RefCell::new(World::new(Follow::new(schedule), n_steps)));
    let recorder = Rc::new(Recorder::new());
    let listening = recorder.listen();
    let both = Rc::new(Both(Rc::new(Seat(Rc::clone(&world))), Rc::clone(&recorder) as _));
    let seat = || Seat(Rc::clone(&world));
    let outcome = run_as(&world, seat(), both, seat(), program);
    drop(listening);
    let chooser = &world.borrow().chooser;
    if let Some(error) = &chooser.error {
        return Err(error.clone());
    }
    let (n_used, n_all) = (chooser.at, chooser.schedule.0.len());
    match outcome {
        Some(outcome) if n_used == n_all => Ok(Replay {
            outcome: outcome.says,
            is_failure: outcome.is_failure,
            trace: recorder.trace(),
            shortest: schedule.clone(),
        }),
        _ => Err(ReplayError::LeftOver { n_used, n_all }),
    }
}
