//! The explorer beside shuttle: how many executions of three tasks that write to a list each makes in a second.

use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use boucle::shared::RefCell;
use boucle::{interrupt, quiescent, spawn};
use boucle_explore::{Explore, Strategy};
use clap::{Args, ValueEnum};

use crate::series::Summary;

/// So many tasks write to the list.
const N_TASKS: usize = 3;

/// So many executions are made by chance, in a round.
const N_RANDOM: usize = 20_000;

#[derive(Args)]
pub struct Run {
    /// Which of the explorer's ways.
    #[arg(value_enum)]
    way: Way,
    /// How often each of the two is measured, in turn.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    /// Uniform random walks: three tasks of three writes, and a turn between them.
    Walk,
    /// The search: the same with four writes, all 34,650 orders that matter.
    Dpor,
}

/// The program on boucle.
async fn program(n_writes: usize) -> usize {
    let list = Rc::new(RefCell::new(Vec::new()));
    for task in 0..N_TASKS {
        let list = Rc::clone(&list);
        drop(spawn(async move {
            for _ in 1..n_writes {
                list.borrow_mut().push(task);
                interrupt().await;
            }
            list.borrow_mut().push(task);
        }));
    }
    quiescent().await;
    list.borrow().len()
}

/// The same for shuttle, whose main task waits for the others.
fn shuttled(n_writes: usize) {
    shuttle::future::block_on(async move {
        let list = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..N_TASKS)
            .map(|task| {
                let list = Arc::clone(&list);
                shuttle::future::spawn(async move {
                    for _ in 1..n_writes {
                        list.lock().expect("nobody panics").push(task);
                        shuttle::future::yield_now().await;
                    }
                    list.lock().expect("nobody panics").push(task);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends");
        }
        assert_eq!(list.lock().expect("nobody panics").len(), N_TASKS * n_writes);
    });
}

/// Measures both in turn, and prints how they compare.
pub fn measure(run: &Run) -> ExitCode {
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..run.runs.max(1) {
        let n_writes = match run.way {
            Way::Walk => 3,
            Way::Dpor => 4,
        };
        own.push(per_second(|| explored(run.way, n_writes)));
        other.push(per_second(|| {
            shuttle::check_random(move || shuttled(n_writes), N_RANDOM);
            N_RANDOM as u64
        }));
    }
    let ratios = own.iter().zip(&other).map(|(own, other)| own / other).collect();
    for (name, rates) in [("boucle-explore", own), ("shuttle, random", other)] {
        print(&format!("{name}, thousand executions a second"), rates, 1_000.0);
    }
    print("ratio", ratios, 1.0);
    ExitCode::SUCCESS
}

/// Explores the program once; how many executions that took.
fn explored(way: Way, n_writes: usize) -> u64 {
    let explore = match way {
        Way::Walk => Explore::new().strategy(Strategy::Walk).executions(N_RANDOM as u64),
        Way::Dpor => Explore::new().strategy(Strategy::Exhaustive),
    };
    let report = explore.run(|| program(n_writes));
    report.assert_no_failures();
    report.n_executions()
}

/// How many executions a second.
fn per_second(work: impl FnOnce() -> u64) -> f64 {
    let begin = Instant::now();
    let n = work();
    n as f64 / begin.elapsed().as_secs_f64()
}

fn print(what: &str, values: Vec<f64>, unit: f64) {
    let Some(Summary { median, min, max }) = Summary::of(values) else { return };
    println!("{what}: {:.1} ({:.1} to {:.1})", median / unit, min / unit, max / unit);
}
