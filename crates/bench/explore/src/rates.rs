//! How many executions a second: three tasks that write to one list, on boucle by random walks or by the search, and
//! on shuttle at random.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use boucle::shared::RefCell;
use boucle::{interrupt, quiescent, spawn};
use boucle_explore::{Explore, Strategy};
use clap::Args;

/// So many tasks write to the list.
const N_TASKS: usize = 3;

/// So many executions are made by chance, each time.
const N_RANDOM: usize = 20_000;

#[derive(Args)]
pub struct Run {
    /// How often each of the two is measured, in turn.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
}

/// Which of the explorer's ways.
#[derive(Clone, Copy)]
pub enum Way {
    /// Uniform random walks, three writes a task.
    Walk,
    /// The search, four writes a task: 34,650 orders that matter.
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

/// The same on shuttle, whose first task waits for the others.
fn shuttled(n_writes: usize) {
    shuttle::future::block_on(async move {
        let list = Arc::new(Mutex::new(Vec::new()));
        let tasks = (0..N_TASKS).map(|task| {
            let list = Arc::clone(&list);
            shuttle::future::spawn(async move {
                let write = || list.lock().expect("nobody panics").push(task);
                for _ in 1..n_writes {
                    write();
                    shuttle::future::yield_now().await;
                }
                write();
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("it ends");
        }
        assert_eq!(list.lock().expect("nobody panics").len(), N_TASKS * n_writes);
    });
}

/// Measures both in turn, and prints how they compare.
pub fn measure(run: &Run, way: Way) {
    let n_writes = match way {
        Way::Walk => 3,
        Way::Dpor => 4,
    };
    let (mut own, mut other) = (Vec::new(), Vec::new());
    for _ in 0..run.runs.max(1) {
        own.push(per_second(|| explored(way, n_writes)));
        other.push(per_second(|| {
            shuttle::check_random(move || shuttled(n_writes), N_RANDOM);
            N_RANDOM as u64
        }));
    }
    let ratios = own.iter().zip(&other).map(|(own, other)| own / other).collect();
    print("boucle, thousand executions a second", own, 1_000.0);
    print("shuttle, random, the same", other, 1_000.0);
    print("ratio", ratios, 1.0);
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

/// The median, with the least and the most.
fn print(what: &str, mut values: Vec<f64>, unit: f64) {
    values.sort_by(f64::total_cmp);
    let [least, median, most] = [0, values.len() / 2, values.len() - 1].map(|it| values[it] / unit);
    println!("{what}: {median:.1} ({least:.1} to {most:.1})");
}
