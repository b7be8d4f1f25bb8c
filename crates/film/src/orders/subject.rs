//! A program whose orders are looked at, and one execution of it.

use std::cell::RefCell;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use boucle::{Loop, Order, Situation, Step, TaskId};
use boucle_trace::{Printable, Trace};

use super::OrdersError;
use super::choice::Choices;
use super::watch::{Policy, Watch};
use crate::programs::{self, Main, Program};

/// An execution that has so many steps, or looks so often at the clock, is cut.
const MOST_STEPS: usize = 5_000;

/// What a look at the clock costs where tasks ask at every turn: so few turns are enough for a second.
const LONG_TICK: Duration = Duration::from_millis(100);

/// A program that can be run in any order of its tasks.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is called.
    pub(super) name: Printable,
    /// How it is run.
    main: Main,
    /// Whether each task has one turn in a round: where a task that waits asks at every turn, it would
    /// otherwise be asked for ever in some orders.
    pub(super) rounds: bool,
}

/// What an execution came to.
#[derive(Debug)]
pub(super) struct Execution {
    /// What was seen of it.
    pub(super) watch: Watch,
    /// Whether it was cut.
    pub(super) is_cut: bool,
}

impl Subject {
    /// The program of this name that film has in it; `13` is `stage13`.
    ///
    /// # Errors
    ///
    /// If there is none, or if its order is not the loop's alone to choose; the message says why.
    pub fn named(name: &str) -> Result<Subject, OrdersError> {
        let Some(program) = Program::named(name) else {
            return Err(OrdersError::Unknown { name: name.into() });
        };
        let why = match program.name {
            "stage7" | "stage10" => "it has sockets, and the system says when they are ready",
            "threads" => "its loops run on several threads, and the system says which runs",
            _ => {
                let rounds = ["stage2", "stage3", "stage4", "stage5", "stage6", "stage8"];
                let rounds = rounds.contains(&program.name);
                return Ok(Subject { name: program.name.into(), main: program.main(), rounds });
            }
        };
        Err(OrdersError::Unordered { name: program.name.into(), why })
    }

    /// A program on a loop of the road: its queue is a [`world::collections::VecDeque`].
    #[must_use]
    pub fn stage(name: &str, main: fn()) -> Subject {
        Subject { name: name.into(), main: Main::Stage(main), rounds: false }
    }

    /// Whether each task has one turn in a round, in any order, and another only in the next round.
    #[must_use]
    pub fn rounds(mut self, rounds: bool) -> Subject {
        self.rounds = rounds;
        self
    }

    /// What a look at the clock costs.
    fn tick(&self) -> Duration {
        match self.main {
            Main::ExactStage(_) => Duration::ZERO,
            Main::Stage(_) if self.rounds => LONG_TICK,
            _ => world::time::TICK,
        }
    }

    /// Runs it once. What it prints is kept, and nothing is seen of it; a panic is a line.
    pub(super) fn run(&self, policy: Policy, part: Option<usize>) -> Execution {
        let watch = Rc::new(RefCell::new(Watch::new(policy, self.rounds, part)));
        let heard = Rc::clone(&watch);
        let listening = world::listen(move |_, event| heard.borrow_mut().happened(event));
        let recorder = world::Recorder::new()
            .poll_limit(MOST_STEPS)
            .tick(self.tick())
            // Who waits without end waits for nobody: all that is there is in here.
            .patience(Duration::ZERO)
            .keep_nothing();

        let mut is_cut = false;
        let _ = recorder.record(|| {
            let caught = panic::catch_unwind(AssertUnwindSafe(|| match self.main {
                Main::Stage(main) | Main::ExactStage(main) => {
                    world::in_order(chooser(&watch), main);
                }
                Main::Example(program) => run_example(&watch, program, None),
                Main::Endless(program, seconds) => run_example(&watch, program, Some(seconds)),
            }));
            let Err(payload) = caught else { return };
            let Some(message) = programs::said(&*payload) else { panic::resume_unwind(payload) };
            // As `Recorder::poll_limit` says it.
            is_cut = message.starts_with("the recording reached its limit of");
            watch.borrow_mut().line(format!("! panic: {}", message.lines().next().unwrap_or("")));
        });
        drop(listening);
        is_cut |= watch.borrow().n_next.len() >= MOST_STEPS;
        let watch = watch.replace(Watch::new(Policy::Random(0), false, None));
        Execution { watch, is_cut }
    }

    /// Runs it in this order, as something to be played.
    pub(super) fn record(&self, choices: &Choices) -> Trace {
        let watch = Watch::new(Policy::Tasks(choices.clone()), self.rounds, None);
        let watch = Rc::new(RefCell::new(watch));
        let order = Chosen(Rc::clone(&watch));
        let name = self.name.to_string();
        world::in_order(chooser(&watch), || {
            programs::record_in(&name, self.main, self.tick(), Some(order))
        })
    }
}

/// Who chooses in a queue of the road.
fn chooser(watch: &Rc<RefCell<Watch>>) -> impl FnMut(&[Option<world::TaskId>]) -> usize + 'static {
    let watch = Rc::clone(watch);
    move |queue| {
        let queue: Vec<_> = queue.iter().map(|it| it.map_or(0, |id| id.0 as u64)).collect();
        watch.borrow_mut().choose(&queue)
    }
}

/// Who chooses in a loop of boucle.
#[derive(Debug)]
pub(crate) struct Chosen(Rc<RefCell<Watch>>);

impl Order for Chosen {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        // What it shows is its number.
        let number = |it: &TaskId| it.to_string().parse().expect("an id is shown as a number");
        let queue: Vec<u64> = ready.iter().map(number).collect();
        self.0.borrow_mut().choose(&queue)
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        match at.ready {
            [] => Step::Idle,
            _ if self.0.borrow().n_next.len() >= MOST_STEPS => Step::Stop,
            ready => Step::Poll(self.choose(ready)),
        }
    }
}

/// Runs an example of boucle.
fn run_example(watch: &Rc<RefCell<Watch>>, program: fn(&Loop), stop_after: Option<u64>) {
    let event_loop = Loop::builder()
        .virtual_time(true)
        .order(Chosen(Rc::clone(watch)))
        .exception_handler(|report| world::eprintln!("{report}"))
        .build();
    programs::run_example(&event_loop, program, stop_after);
}
