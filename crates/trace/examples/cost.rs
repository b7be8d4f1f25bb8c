//! What recording costs: nanoseconds an event, beside a loop that nobody watches.
//!
//! `cargo run --release -p boucle-trace --example cost`

use std::process::Command;
use std::rc::Rc;

use boucle::{Instrument, Loop, interrupt, spawn};
use boucle_trace::{Clock, Options, Recorder};

/// Each task is polled so often.
const N_POLLS: u32 = 3_000;

/// The least of so many runs counts: what else the machine does only adds.
const N_RUNS: usize = 60;

/// Hears everything, and keeps nothing.
struct Deaf;

impl Instrument for Deaf {}

/// How long this thread has worked, in nanoseconds: what other threads do meanwhile, a keeper say, is theirs.
fn cpu_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Ten tasks in turn, each of which gives the turn back again and again.
async fn turns() {
    let one = || {
        spawn(async {
            for _ in 0..N_POLLS {
                interrupt().await;
            }
        })
    };
    let tasks: Vec<_> = (0..10).map(|_| one()).collect();
    for task in tasks {
        task.await.expect("it ends");
    }
}

/// How long they take, in nanoseconds.
fn run(event_loop: &Loop) -> f64 {
    let start = cpu_time();
    event_loop.run_until_complete(turns()).expect("it ends");
    cpu_time() - start
}

/// Ways to make a loop, by what they are called.
type Ways<'a> = Vec<(&'static str, Box<dyn Fn() -> Loop + 'a>)>;

/// The least time of some runs of each, each on a loop of its own, in nanoseconds a poll. They take turns: a
/// machine that is slow for a while is so for all of them.
fn least(ways: &Ways<'_>) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; ways.len()];
    for _ in 0..N_RUNS {
        for (least, (_, event_loop)) in least.iter_mut().zip(ways) {
            *least = least.min(run(&event_loop()) / f64::from(10 * N_POLLS));
        }
    }
    least
}

fn recorded(options: &Options) -> Loop {
    let recorder = Recorder::with(options.clone()).expect("the options are good");
    Loop::builder().instrument(Rc::new(recorder)).build()
}

/// Nanoseconds a poll of the same tasks in `boucle_trace::run`, which the environment may have recorded.
async fn least_here() -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..N_RUNS {
        let start = cpu_time();
        turns().await;
        least = least.min(cpu_time() - start);
    }
    least / f64::from(10 * N_POLLS)
}

/// The same, in a process with these variables.
fn least_with(variables: &[(&str, &str)]) -> f64 {
    let program = std::env::current_exe().expect("it is there");
    let mut command = Command::new(program);
    let output = command.env("COST", "1").envs(variables.iter().copied()).output();
    let said = String::from_utf8(output.expect("it runs").stdout).expect("it is a number");
    said.trim().parse().expect("it is a number")
}

fn main() {
    if std::env::var_os("COST").is_some() {
        println!("{}", boucle_trace::run(least_here()));
        return;
    }
    let file = std::env::temp_dir().join(format!("cost-{}.trace", std::process::id()));
    let real = || Options::new().clock(Clock::Real);
    let sealed = || Loop::builder().virtual_time(true);
    let in_virtual_time = || {
        let recorder = Recorder::with(Options::new()).expect("the options are good");
        sealed().instrument(Rc::new(recorder)).build()
    };
    let ways: Ways<'_> = vec![
        ("nobody watches", Box::new(|| Loop::builder().build())),
        (
            "somebody watches and keeps nothing",
            Box::new(|| Loop::builder().instrument(Rc::new(Deaf)).build()),
        ),
        ("the same in virtual time", Box::new(|| sealed().instrument(Rc::new(Deaf)).build())),
        ("recorded to memory, in virtual time", Box::new(in_virtual_time)),
        ("recorded to memory, on the real clock", Box::new(|| recorded(&real()))),
        (
            "recorded to the last 10,000 events in memory, on the real clock",
            Box::new(|| recorded(&real().last(10_000))),
        ),
        (
            "recorded to a file, on the real clock",
            Box::new(|| recorded(&real().file(&file).replace(true))),
        ),
    ];
    let times = least(&ways);
    let deaf = times[1];
    for (place, ((name, _), time)) in ways.iter().zip(&times).enumerate() {
        // Three events a poll: it begins, the task wakes itself, it ends.
        match place {
            0..3 => println!("{name}: {time:.1} ns a poll"),
            3 => println!("{name}: {:.1} ns an event", (time - times[2]) / 3.0),
            _ => println!("{name}: {:.1} ns an event", (time - deaf) / 3.0),
        }
    }
    let path = file.to_str().expect("a plain name");
    let ways: [(&str, &[(&str, &str)]); 3] = [
        ("attach ready", &[("BOUCLE_TRACE_ATTACH", "1")]),
        ("the last 100,000 events", &[("BOUCLE_TRACE", path), ("BOUCLE_TRACE_LAST", "100000")]),
        (
            "a file of 100 MB, attach ready",
            &[("BOUCLE_TRACE", path), ("BOUCLE_TRACE_SIZE", "100M")],
        ),
    ];
    for (name, variables) in ways {
        let each = (least_with(variables) - deaf) / 3.0;
        println!("boucle_trace::run, {name}: {each:.1} ns an event");
    }
    std::fs::remove_file(&file).expect("it was written");
}
