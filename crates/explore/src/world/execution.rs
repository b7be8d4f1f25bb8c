//! One execution of the program, and what came of it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Instant;

use boucle::{Faults, Instrument, Loop, Order, RunError};

use crate::world::quiet::{message, quietly};
use crate::world::{Choose, Seat, Trouble, World};

/// When each execution begins, on its own clock.
static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// What came of an execution.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Outcome {
    /// What it comes to, in words.
    pub(crate) says: String,
    /// Whether that is a failure: a panic, a deadlock, a run without an end.
    pub(crate) is_failure: bool,
    /// Whether the loop was closed before the program had an end: then nothing comes of it.
    pub(crate) is_closed: bool,
}

impl Outcome {
    fn failure(says: impl Into<String>) -> Outcome {
        Outcome { says: says.into(), is_failure: true, is_closed: false }
    }
}

/// Runs a program again and again, each time in an order that the chooser of its world chooses.
pub(crate) struct Runner<C> {
    /// The executions, one after another.
    pub(crate) world: Rc<RefCell<World<C>>>,
    /// The loop of the last one, if it can be used anew.
    event_loop: RefCell<Option<Loop>>,
    /// What nobody has asked for, of the one that is under way.
    reports: Reports,
}

/// The first lines of what the loop reports.
type Reports = Rc<RefCell<Vec<String>>>;

impl<C: Choose + 'static> Runner<C> {
    pub(crate) fn new(world: World<C>) -> Runner<C> {
        let world = Rc::new(RefCell::new(world));
        Runner { world, event_loop: RefCell::default(), reports: Rc::default() }
    }

    /// Runs the program once; `None` if the chooser gave it up.
    pub(crate) fn run<F: Future<Output: Debug>>(
        &self,
        program: &impl Fn() -> F,
    ) -> Option<Outcome> {
        let event_loop = self.event_loop.take().unwrap_or_else(|| {
            let watch = Rc::new(Seat(Rc::clone(&self.world)));
            let seat = || Seat(Rc::clone(&self.world));
            build(seat(), watch, seat(), &self.reports)
        });
        let (outcome, event_loop) = run_on(event_loop, &self.world, &self.reports, program);
        self.event_loop.replace(event_loop);
        outcome
    }
}

/// Runs the program once, where another order asks the world and may do more than that, and those who watch and who
/// let calls fail tell the world what they are told.
pub(crate) fn run_as<C: Choose + 'static, F>(
    world: &Rc<RefCell<World<C>>>,
    order: impl Order + 'static,
    instrument: Rc<impl Instrument + 'static>,
    faults: impl Faults + 'static,
    program: &impl Fn() -> F,
) -> Option<Outcome>
where
    F: Future<Output: Debug>,
{
    let reports = Reports::default();
    run_on(build(order, instrument, faults, &reports), world, &reports, program).0
}

/// A loop for an execution.
fn build(
    order: impl Order + 'static,
    instrument: Rc<impl Instrument + 'static>,
    faults: impl Faults + 'static,
    reports: &Reports,
) -> Loop {
    let told = Rc::clone(reports);
    Loop::builder()
        .virtual_time_from(*BEGIN)
        .order(order)
        .instrument(instrument)
        .faults(faults)
        .exception_handler(move |report| {
            // What the system has refused to the loop itself, which tries again, is no mistake of the program.
            if report.io_error().is_some() {
                return;
            }
            let first = report.to_string().lines().next().unwrap_or_default().to_owned();
            told.borrow_mut().push(first);
        })
        .build()
}

/// Runs the program once on this loop, which is returned if it can be used anew.
fn run_on<C: Choose, F: Future<Output: Debug>>(
    mut event_loop: Loop,
    world: &RefCell<World<C>>,
    reports: &Reports,
    program: &impl Fn() -> F,
) -> (Option<Outcome>, Option<Loop>) {
    world.borrow_mut().begin();
    reports.borrow_mut().clear();
    let (result, event_loop) = quietly(|| {
        let run = || event_loop.run_until_complete(async { program().await });
        let result = panic::catch_unwind(AssertUnwindSafe(run));
        world.borrow_mut().end_step();
        // What is left of the program is dropped as ever, and is no part of its order.
        let said = match result {
            Ok(Ok(value)) => Ok(format!("{value:?}")),
            Ok(Err(error)) => Err(Ok(error)),
            Err(payload) => Err(Err(message(&*payload))),
        };
        let renew = move || event_loop.renew().then_some(event_loop);
        (said, panic::catch_unwind(AssertUnwindSafe(renew)).unwrap_or(None))
    });
    (outcome(world, result, reports), event_loop)
}

/// What came of an execution; `None` if it was given up.
fn outcome<C: Choose>(
    world: &RefCell<World<C>>,
    result: Result<String, Result<RunError, String>>,
    reports: &Reports,
) -> Option<Outcome> {
    let trouble = world.borrow().trouble.clone();
    let outcome = match (trouble, result) {
        (Some(Trouble::GivenUp), _) => return None,
        (Some(Trouble::TooLong), _) => {
            let world = world.borrow();
            Outcome::failure(world.round.says(&world.names))
        }
        (Some(Trouble::Thread(says)), _) => Outcome::failure(format!(
            "a thread has a word in it, whose order nobody can choose: {says}"
        )),
        (None, Err(Ok(RunError::Stopped))) if world.borrow().is_closed => {
            Outcome { says: "closed".to_owned(), is_failure: false, is_closed: true }
        }
        (None, Ok(says)) => Outcome { says, is_failure: false, is_closed: false },
        (None, Err(Ok(RunError::Deadlock))) => Outcome::failure(world.borrow().deadlock()),
        (None, Err(Ok(error))) => Outcome::failure(error.to_string()),
        (None, Err(Err(message))) => Outcome::failure(format!("panicked: {message}")),
    };
    Some(match &reports.borrow()[..] {
        [] => outcome,
        // A task has panicked, and nobody has asked for its result.
        [first, ..] => Outcome::failure(format!("{}; {first}", outcome.says)),
    })
}
