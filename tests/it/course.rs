//! The course on `boucle`: each example's transcript, on virtual time; and what the compiler refuses.

mod ctrl_c;
pub(crate) mod examples;
mod fairness;
mod forks;
mod lessons;
mod pages;
mod polls;
mod refused;

use boucle::{Builder, Loop};
use world::Event;

use crate::road;

/// A loop whose time is virtual, and that reports to whoever records.
fn recorded(builder: Builder) -> Loop {
    let tell = |report: &boucle::Report| {
        // The second line says where the task was spawned.
        let report = report.to_string();
        world::eprintln!("{}", report.lines().next().unwrap_or_default());
    };
    builder.virtual_time(true).exception_handler(tell).build()
}

/// The same, with nothing else to say about it.
fn recorded_loop() -> Loop {
    recorded(Loop::builder())
}

/// What a program prints; what goes to stderr is marked `!`.
fn transcript(program: impl FnOnce()) -> String {
    let recording = world::record(program);
    // The programs set a loop for their thread; the next test may have the same one.
    Loop::set_current(None);
    let mut transcript = String::new();
    for moment in recording.moments() {
        match &moment.event {
            Event::Printed(line) => transcript += &format!("{line}\n"),
            Event::PrintedError(line) => transcript += &format!("! {line}\n"),
            other => panic!("the programs have no polls of their own: {other:?}"),
        }
    }
    transcript
}

/// Compares what an example prints with its snapshot, which the book shows.
fn check(name: &str, program: impl FnOnce()) {
    road::check_snapshot(&format!("course_{name}"), &transcript(program));
}

/// The same, for a program that wants a loop.
fn check_on_a_loop(name: &str, program: fn(&Loop)) {
    check(name, || program(&recorded_loop()));
}

#[test]
fn timer_shows_the_time_since_its_start() {
    check_on_a_loop("timer", examples::timer::program);
}

#[test]
fn morceaux_gives_the_turn_back_and_both_take_the_time_of_one() {
    check_on_a_loop("morceaux", examples::morceaux::program);
}

#[test]
fn famine_keeps_the_turn_and_the_other_one_starves() {
    check_on_a_loop("famine", examples::famine::program);
}

#[test]
fn ticks_of_two_tickers_interleave() {
    check_on_a_loop("ticks", examples::ticks::program);
}

#[test]
fn fork_and_stop_ends_by_itself() {
    check_on_a_loop("fork_and_stop", examples::fork_and_stop::program);
}

#[test]
fn three_durations_leave_one_task_for_the_next_run() {
    check_on_a_loop("three_durations", examples::three_durations::program);
}

#[test]
fn tasks_are_known_to_the_loop_until_they_end() {
    check_on_a_loop("tasks", examples::tasks::program);
}

#[test]
fn results_are_kept_in_the_task() {
    check_on_a_loop("results", examples::results::program);
}

#[test]
fn starvation_is_a_computation_that_never_waits() {
    check_on_a_loop("starvation", examples::starvation::program);
}

#[test]
fn breathe_lets_the_countdown_have_its_turn() {
    check_on_a_loop("breathe", examples::breathe::program);
}

#[test]
fn sync_island_brings_the_same_in_a_third_of_the_time() {
    check_on_a_loop("sync_island", examples::sync_island::program);
}

#[test]
fn arange_is_iterated_over_by_waiting() {
    check_on_a_loop("arange", examples::arange::program);
}

#[test]
fn debug_mode_reports_the_greedy_task_and_not_the_polite_one() {
    check("debug", || examples::debug::program(&recorded(Loop::builder().debug(true))));
}

#[test]
fn holders_shows_who_holds_what_in_a_deadlock() {
    let watched = || recorded(Loop::builder().instrument(examples::holders::watcher()));
    check("holders", || examples::holders::deadlock(&watched()));
}

#[test]
fn threads_have_a_loop_each_or_none() {
    check("threads", || examples::threads::program(recorded_loop));
}
