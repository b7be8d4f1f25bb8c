//! One execution of the program, and what came of it.

use std::cell::RefCell;
use std::fmt::Debug;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Instant;

use boucle::{Instrument, Loop, Order, RunError};

use crate::quiet::{message, quietly};
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

/// Runs the program once, in an order that the chooser of `world` chooses; `None` if that gave it up.
pub(crate) fn run<C: Choose + 'static, F>(
    world: &Rc<RefCell<World<C>>>,
    program: &impl Fn() -> F,
) -> Option<Outcome>
where
    F: Future<Output: Debug>,
{
    let seat = Rc::new(Seat(Rc::clone(world)));
    run_watched(world, seat, program)
}

/// The same, where somebody watches who tells the world what it is told.
pub(crate) fn run_watched<C: Choose + 'static, F>(
    world: &Rc<RefCell<World<C>>>,
    instrument: Rc<impl Instrument + 'static>,
    program: &impl Fn() -> F,
) -> Option<Outcome>
where
    F: Future<Output: Debug>,
{
    run_as(world, Seat(Rc::clone(world)), instrument, program)
}

/// The same, where another order asks the world, and may do more than that.
pub(crate) fn run_as<C: Choose + 'static, F>(
    world: &Rc<RefCell<World<C>>>,
    order: impl Order + 'static,
    instrument: Rc<impl Instrument + 'static>,
    program: &impl Fn() -> F,
) -> Option<Outcome>
where
    F: Future<Output: Debug>,
{
    world.borrow_mut().begin();
    let reports: Rc<RefCell<Vec<String>>> = Rc::default();
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .virtual_time_from(*BEGIN)
        .order(order)
        .instrument(instrument)
        .exception_handler(move |report| {
            let first = report.to_string().lines().next().unwrap_or_default().to_owned();
            told.borrow_mut().push(first);
        })
        .build();
    let result = quietly(|| {
        let run = || event_loop.run_until_complete(async { program().await });
        let result = panic::catch_unwind(AssertUnwindSafe(run));
        world.borrow_mut().end_step();
        // What is left of the program is dropped as ever, and is no part of its order.
        let said = match result {
            Ok(Ok(value)) => Ok(format!("{value:?}")),
            Ok(Err(error)) => Err(Ok(error)),
            Err(payload) => Err(Err(message(&*payload))),
        };
        drop(panic::catch_unwind(AssertUnwindSafe(|| drop(event_loop))));
        said
    });
    let trouble = world.borrow().trouble.clone();
    let outcome = match (trouble, result) {
        (Some(Trouble::GivenUp), _) => return None,
        (Some(Trouble::TooLong), _) => {
            let world = world.borrow();
            Outcome::failure(world.round.says(&world.names))
        }
        (Some(Trouble::Outside), _) => Outcome::failure(
            "a thread or a descriptor has a word in it, whose order nobody can choose",
        ),
        (None, Err(Ok(RunError::Stopped))) if world.borrow().is_closed => {
            Outcome { says: "closed".to_owned(), is_failure: false, is_closed: true }
        }
        (None, Ok(says)) => Outcome { says, is_failure: false, is_closed: false },
        (None, Err(Ok(RunError::Deadlock))) => Outcome::failure("deadlock"),
        (None, Err(Ok(error))) => Outcome::failure(error.to_string()),
        (None, Err(Err(message))) => Outcome::failure(format!("panicked: {message}")),
    };
    Some(match &reports.borrow()[..] {
        [] => outcome,
        // A task has panicked, and nobody has asked for its result.
        [first, ..] => Outcome::failure(format!("{}; {first}", outcome.says)),
    })
}
