//! Random programs, thousands of them: whatever they do, nothing escapes, is lost, or is dropped twice.
//!
//! A program is a seed. `BOUCLE_CHAOS_SEED` runs one alone; `BOUCLE_CHAOS_PROGRAMS` says how many are run. Time
//! is virtual; threads do as they like, and are joined before the program ends.

mod acts;
mod maker;
mod model;
mod program;
mod steps;
mod watch;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use boucle::{Builder, Loop, RunError, quiescent, timeout};

use self::program::{Dice, Program, Wildness};
use self::steps::{Inline, body, join_threads, milliseconds};
use self::watch::{AnyOrder, Watch};
use self::world::World;

/// A loop that `world` knows, and whose reports are heard by nobody else.
fn make_loop(world: &World, builder: Builder) -> Loop {
    make_watched(world, builder, Rc::new(Watch::default()))
}

fn make_watched(world: &World, builder: Builder, watch: Rc<Watch>) -> Loop {
    // The handler is dropped with the loop, and this with it.
    let alive = Rc::new(());
    let kept = Rc::clone(&alive);
    let handler = move |report: &boucle::Report| {
        let _alive = &kept;
        watch::hear(&watch, report);
    };
    let event_loop = builder.virtual_time(true).exception_handler(handler).build();
    world.know(&event_loop, &alive);
    event_loop
}

/// Runs a program; returns what was wrong.
fn run(program: &Program) -> Vec<String> {
    let world = World::begin();
    let watch = Rc::new(Watch::new(&program.plans));
    let mut builder = Loop::builder().debug(program.debug).instrument(Rc::clone(&watch));
    if let Some(seed) = program.order {
        builder = builder.order(AnyOrder { dice: Dice::new(seed), watch: Rc::clone(&watch) });
    }
    let event_loop = make_watched(&world, builder, Rc::clone(&watch));
    world.handles.borrow_mut().push(event_loop.handle());
    world.loops.borrow_mut().push(event_loop);

    for ((script, which), acts) in program.runs.iter().zip(&program.between) {
        let runs = {
            let loops = world.loops.borrow();
            loops.get(*which).or(loops.first()).cloned()
        };
        if let Some(event_loop) = runs {
            run_once(&world, &event_loop, script);
        }
        world.try_out(|| acts::all(&world, acts));
    }
    join_threads(&world);
    end(&world, program.end);
    world.check_the_ledger();
    watch.check_ends();
    World::end();
    world.take_faults()
}

/// Runs a main task for a while; then nobody who was woken may still wait.
fn run_once(world: &Rc<World>, event_loop: &Loop, script: &Arc<program::Script>) {
    world.note_run(event_loop);
    let main = body(script, Some(event_loop));
    let mut ended = Ok(());
    world.try_out(|| {
        ended = event_loop.run_until_complete(async {
            timeout(milliseconds(50), Inline(main)).await.unwrap_or(());
            // Several times: others may wait for this as well, and wake somebody first.
            for _ in 0..10 {
                quiescent().await;
            }
            world.check_wakes();
        });
    });
    match ended {
        Ok(()) | Err(RunError::Stopped) => {}
        Err(RunError::Closed) if event_loop.is_closed() => {}
        Err(error) => world.fault(format!("a run ended with {error:?}")),
    }
}

/// Drops all that is left, in one of several orders; what comes anew meanwhile as well.
fn end(world: &Rc<World>, order: usize) {
    let drop_loops = || loop {
        let event_loop = world.loops.borrow_mut().pop();
        let Some(event_loop) = event_loop else { break };
        if order % 2 == 0 {
            world.close(&event_loop);
        }
        drop(event_loop);
    };
    let drop_tables = || {
        // A panic that nobody has read is printed where the loop is gone.
        let tasks = world.tasks.iter().filter_map(RefCell::take);
        tasks.for_each(|it| drop((it.exception().is_ok(), it)));
        world.wakers.iter().for_each(|it| drop(it.take()));
        world.waits.iter().for_each(|it| drop(it.take()));
        drop(world.groups.take());
        while let Ok(item) = world.queue.0.try_get() {
            drop(item);
        }
    };
    let drop_handles = || drop(world.handles.take());
    let ways: [[&dyn Fn(); 3]; 3] = [
        [&drop_loops, &drop_tables, &drop_handles],
        [&drop_tables, &drop_handles, &drop_loops],
        [&drop_handles, &drop_loops, &drop_tables],
    ];
    // What panics leaves the rest to the next round.
    for _ in 0..20 {
        for drop_some in ways[order / 2] {
            world.try_out(drop_some);
        }
    }
}

/// A program that fails.
struct Failure {
    seed: u64,
    faults: Vec<String>,
    /// The program, as one can read it.
    program: String,
}

/// Runs the program of a seed on a thread of its own, so that whatever goes wrong names the seed.
fn check(seed: u64, wildness: Wildness) -> Option<Failure> {
    let run = move || {
        let program = Program::new(seed, wildness);
        let faults = panic::catch_unwind(AssertUnwindSafe(|| run(&program)));
        let faults = faults.unwrap_or_else(|_| vec!["a panic has escaped".to_owned()]);
        (!faults.is_empty()).then(|| Failure { seed, faults, program: format!("{program:#?}") })
    };
    let thread = thread::Builder::new().name(format!("the program of seed {seed}"));
    let ended = thread.spawn(run).expect("the system has a thread").join();
    let faults = vec!["the thread panicked at its end".to_owned()];
    ended.unwrap_or(Some(Failure { seed, faults, program: String::new() }))
}

/// What a thread of a program runs.
fn run_nested_program(seed: u64) {
    if let Some(Failure { faults, program, .. }) = check(seed, Wildness::Tame) {
        panic!("{}\n{program}", faults.join("\n"));
    }
}

fn from_environment(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is {value:?}: it is to be a number")))
}

/// The seeds of `n` programs, or the one that is asked for.
fn seeds(n: u64) -> Range<u64> {
    let n = from_environment("BOUCLE_CHAOS_PROGRAMS").unwrap_or(n);
    let seeds = from_environment("BOUCLE_CHAOS_SEED").map_or(0..n, |seed| seed..seed + 1);
    println!("the seeds {seeds:?}");
    seeds
}

/// Runs many programs, or the one that is asked for.
fn check_many(wildness: Wildness, n: u64) {
    let failures: Vec<_> = seeds(n).filter_map(|seed| check(seed, wildness)).collect();
    let Some(shortest) = failures.iter().min_by_key(|it| it.program.len()) else { return };
    // Of each kind, how many there are, and one of them.
    let mut kinds = BTreeMap::new();
    for (failure, fault) in
        failures.iter().flat_map(|it| it.faults.iter().map(move |fault| (it, fault)))
    {
        let kind = fault.replace(|it: char| it.is_ascii_digit(), "");
        kinds.entry(kind).or_insert((0, failure.seed, fault)).0 += 1;
    }
    let kinds: Vec<_> = kinds
        .values()
        .map(|(n, seed, fault)| format!("{n} times, as of seed {seed}: {fault}"))
        .collect();
    panic!(
        "{} programs fail; BOUCLE_CHAOS_SEED runs one alone.\n{}\n\nThe shortest, of seed {}:\n{}\n{}",
        failures.len(),
        kinds.join("\n"),
        shortest.seed,
        shortest.faults.join("\n"),
        shortest.program,
    );
}

#[test]
fn tame_programs_end_as_they_should() {
    check_many(Wildness::Tame, 500);
}

#[test]
fn wild_programs_end_as_they_should() {
    check_many(Wildness::Wild, 500);
}
