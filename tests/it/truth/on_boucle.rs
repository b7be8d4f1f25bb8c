//! A trace of boucle shows at each event what the loop holds: its queue, its timers, its tasks.

mod checked;
mod drops;
mod edges;
mod handed;
mod left;
mod servers;
mod waits;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use boucle::{Builder, Loop, Order, TaskId, hold_up, sleep};
use boucle_trace::{Recorder, record};

use self::checked::Checked;
use self::drops::DROPS;
use self::edges::{Busy, EDGES};
use self::handed::HANDED;
use self::left::LEFT;
use self::servers::{N_VISITED, SERVERS};
use self::waits::WAITS;
use crate::course::examples;
use crate::road;
use crate::trace::{faulty, pictures, random};

/// Chooses anyone, the same ones at each run.
struct Chance(u64);

impl Order for Chance {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("it is small") % ready.len()
    }
}

/// Chooses as the loop does without it.
struct First;

impl Order for First {
    fn choose(&mut self, _ready: &[TaskId]) -> usize {
        0
    }
}

/// A way to make a loop.
type Way = (&'static str, fn(Builder) -> Builder);

/// How a loop is made.
const WAYS: [Way; 5] = [
    ("as it is", |it| it),
    ("in debug mode", |it| it.debug(true)),
    ("in an order that is chosen", |it| it.debug(true).order(First)),
    ("in any order", |it| it.order(Chance(1))),
    ("the last first, and more", |it| it.order(Busy::default())),
];

/// Those in which something waits that does not say so if its task is asked: it is kept, and nobody awaits it; or
/// a combinator polls only those of its futures that were woken.
const KEEPING: [&str; 10] = [
    "a task that is awaited no longer",
    "the next of several tasks, in several hands",
    "until it is quiet, handed on",
    "sleeps without an end, handed on",
    "pending, and what waits is kept",
    "several polled as they are woken",
    "handed on",
    "a lock that two tasks wait for with one future",
    "what outlives its task",
    "children and more",
];

/// Runs a program on a loop that is compared with its trace all the time.
fn checked(name: &str, way: usize, program: impl FnOnce(&Loop)) -> Rc<Checked> {
    let (way, builder) = WAYS[way];
    let checked = Checked::new(KEEPING.contains(&name) || name.contains("Unordered"));
    let event_loop = builder(Loop::builder().virtual_time(true))
        .instrument(Rc::clone(&checked))
        .exception_handler(|_| {})
        .build();
    checked.watch(&event_loop);
    let listening = checked.recorder().listen();
    // A panic that goes out of the run is part of some programs.
    let run = || panic::catch_unwind(AssertUnwindSafe(|| program(&event_loop)));
    world::record(|| drop(run()));
    drop(listening);
    drop(event_loop);
    Loop::set_current(None);
    let wrong = checked.close();
    let n_wrong = wrong.len();
    assert!(n_wrong == 0, "{name} {way}: {n_wrong} times: {:#?}", &wrong[..n_wrong.min(8)]);
    checked
}

/// A program that is given its loop, and after how many seconds it is stopped if it has no end.
type Program = (&'static str, Option<u64>, fn(&Loop));

/// What a loop runs until its end.
macro_rules! run {
    ($main:expr) => {
        |event_loop| {
            let _ended = event_loop.run_until_complete($main);
        }
    };
}

/// The examples of boucle, then those of traces.
const PROGRAMS: [Program; 24] = [
    ("timer", None, examples::timer::program),
    ("morceaux", None, examples::morceaux::program),
    ("famine", None, examples::famine::program),
    ("ticks", None, examples::ticks::program),
    ("fork", Some(5), examples::fork::program),
    ("fork_and_stop", None, examples::fork_and_stop::program),
    ("three_durations", None, examples::three_durations::program),
    ("leftovers", Some(4), examples::leftovers::program),
    ("tasks", None, examples::tasks::program),
    ("results", None, examples::results::program),
    ("boom", Some(1), examples::boom::program),
    ("queue", Some(4), examples::queue::program),
    ("window", Some(6), examples::window::program),
    ("breathe", None, examples::breathe::program),
    ("starvation", None, examples::starvation::program),
    ("sync_island", None, examples::sync_island::program),
    ("debug", None, examples::debug::program),
    ("arange", None, examples::arange::program),
    ("holders", None, examples::holders::deadlock),
    ("threads", None, threads),
    ("philosophers", None, run!(faulty::philosophers::dinner())),
    ("starved", None, run!(faulty::starved::server())),
    ("stuck", Some(20), run!(faulty::stuck::service())),
    ("picture", None, run!(pictures::example::three_items())),
];

/// What is no program for this: it measures what a recording costs, in real time and in processes of its own.
const OTHERS: [&str; 1] = ["cost"];

thread_local! {
    /// The loop of `threads` that is looked at, until the program asks for one.
    static GIVEN: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

/// It makes its loops itself; that of the first thread is looked at.
fn threads(event_loop: &Loop) {
    GIVEN.set(Some(event_loop.clone()));
    examples::threads::program(|| {
        GIVEN.take().unwrap_or_else(|| Loop::builder().virtual_time(true).build())
    });
}

/// Runs one of the programs: as Ctrl-C would, a task ends it that has none.
fn run((_, stop_after, program): Program, event_loop: &Loop) {
    if let Some(n_seconds) = stop_after {
        let stopped = event_loop.clone();
        let key = event_loop.add_task(async move {
            sleep(Duration::from_secs(n_seconds)).await;
            stopped.stop();
        });
        key.set_name("Ctrl-C");
    }
    program(event_loop);
}

#[test]
fn what_is_shown_of_the_examples_is_what_the_loop_holds_at_every_event() {
    for program in PROGRAMS.into_iter().chain(SERVERS) {
        let (mut n_ready, mut n_timers) = (0, 0);
        for way in 0..WAYS.len() {
            let checked = checked(program.0, way, |event_loop| run(program, event_loop));
            assert!(checked.n_tasks.get() > 0 && checked.n_events.get() > 0, "{}", program.0);
            n_ready = n_ready.max(checked.n_ready.get());
            n_timers += checked.n_timers.get();
        }
        assert!(n_ready > 0, "{}", program.0);
        let has_no_time = ["tasks", "results", "debug", "boom", "holders", "threads"];
        let is_expected = n_timers > 0 || has_no_time.contains(&program.0);
        assert!(is_expected, "{} has no timers", program.0);
    }
    // A panic of theirs would be one of a program.
    assert_eq!(N_VISITED.get(), SERVERS.len() * WAYS.len());
}

#[test]
fn what_is_shown_of_odd_programs_is_what_the_loop_holds_at_every_event() {
    let all = EDGES.into_iter().chain(WAITS).chain(HANDED).chain(LEFT).chain(DROPS);
    for program in all {
        for way in 0..WAYS.len() {
            checked(program.0, way, |event_loop| run(program, event_loop));
        }
    }
}

#[test]
fn no_example_is_left_out() {
    let folders = ["crates/boucle/examples", "crates/trace/examples"];
    let files = folders.map(|it| road::root().join(it).read_dir().expect("it is there"));
    let files = files.into_iter().flatten().map(|it| it.expect("it can be read").path());
    let names = files.filter_map(|it| it.file_stem()?.to_str().map(str::to_owned));
    let names: BTreeSet<_> = names.filter(|it| it != "course").collect();
    let known = PROGRAMS.iter().chain(&SERVERS).map(|it| it.0).chain(OTHERS);
    assert_eq!(names, known.map(str::to_owned).collect());
}

#[test]
fn what_is_shown_of_random_programs_is_what_the_loop_holds_at_every_event() {
    random::for_all_scripts(60, |script| {
        for way in 0..WAYS.len() {
            let script = script.clone();
            checked(&format!("{script:?}"), way, |event_loop| {
                let _ = event_loop.run_until_complete(random::program(script));
            });
        }
        Ok(())
    });
}

#[test]
fn the_time_of_a_trace_is_that_of_its_loop_whichever_is_current() {
    let other = Loop::builder().virtual_time(true).build();
    Loop::set_current(Some(&other));
    let second = Duration::from_secs(1);
    let recorder = Rc::new(Recorder::new());
    hold_up(second);
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&recorder)).build();
    for _ in 0..2 {
        // Told while the other one is current, whose time is a second ahead.
        let task = event_loop.add_task(async {});
        task.set_name("idle");
        event_loop.run_until_complete(async { sleep(second).await }).expect("it ends");
        hold_up(second);
    }
    recorder.run_ends(boucle_trace::RunEnd::Stopped);
    let mut times: Vec<_> = recorder.trace().events().iter().map(|it| it.at).collect();
    times.dedup();
    assert_eq!(times, [0, 1_000_000_000, 2_000_000_000]);
    Loop::set_current(None);
    assert_eq!(record(|| sleep(second)).events().last().map(|it| it.at), Some(1_000_000_000));
}
