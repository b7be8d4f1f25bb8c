//! How many executions it takes until each known bug is found, the program cancelling by itself where it must.

use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use boucle_explore::Explore;
use clap::Args;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};

use crate::{on_boucle, on_shuttle};

#[derive(Args)]
pub struct Run {
    /// Executions at the most.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    limit: u64,
    /// Seeds for each of shuttle's schedulers; the median counts.
    #[arg(long, value_name = "N", default_value_t = 11)]
    seeds: u64,
}

type Program = Pin<Box<dyn Future<Output = ()>>>;

/// A bug; those that need a clock or boucle's own locks run on boucle alone.
struct Bug {
    name: &'static str,
    boucle: fn(on_boucle::parts::Case) -> Program,
    shuttle: Option<fn(on_shuttle::parts::Case) -> Program>,
}

/// How shuttle chooses.
const SCHEDULERS: [(&str, Make); 3] = [
    ("random", |seed, most| Box::new(RandomScheduler::new_from_seed(seed, most))),
    ("PCT 2", |seed, most| Box::new(PctScheduler::new_from_seed(seed, 2, most))),
    ("PCT 3", |seed, most| Box::new(PctScheduler::new_from_seed(seed, 3, most))),
];

type Make = fn(u64, usize) -> Box<dyn Scheduler + Send>;

/// Prints the table.
pub fn measure(run: &Run) {
    // What fails is counted, and not shown.
    panic::set_hook(Box::new(|_| {}));
    let bugs: [Bug; 24] = include!(concat!(env!("OUT_DIR"), "/all.rs"));
    let head: String = SCHEDULERS.iter().map(|it| format!("{:>9}", it.0)).collect();
    println!("{:<17}{:>7}{head}   median of {} seeds", "bug", "boucle", run.seeds);
    let (mut n_found, mut n_beside, mut n_as_soon) = (0, 0, 0);
    for bug in &bugs {
        let own = on_boucle(bug, run, false);
        n_found += u32::from(own.is_some());
        print!("{:<17}{:>7}", bug.name, shown(own));
        assert!(on_boucle(bug, run, true).is_none(), "{}: it is mended", bug.name);
        if let Some(program) = bug.shuttle {
            let theirs = SCHEDULERS.map(|it| median(program, run, it.1));
            theirs.iter().for_each(|it| print!("{:>9}", shown(*it)));
            n_beside += 1;
            let best = theirs.into_iter().flatten().min();
            n_as_soon += u32::from(own.is_some() && best.is_none_or(|best| own <= Some(best)));
            let mended = on_shuttle(program, true, (SCHEDULERS[0].1)(0, 1_000));
            assert!(mended.is_none(), "{}: it is mended", bug.name);
        }
        println!();
    }
    println!(
        "\nboucle finds {n_found} of {}; of {n_beside} that run on shuttle, {n_as_soon} as soon as its best",
        bugs.len()
    );
}

fn shown(n: Option<u64>) -> String {
    n.map_or_else(|| "-".to_owned(), |it| it.to_string())
}

/// The first execution of boucle-explore that fails.
fn on_boucle(bug: &Bug, run: &Run, mended: bool) -> Option<u64> {
    let case = on_boucle::parts::Case { mended, cancels: true };
    Explore::new().executions(run.limit).run(|| (bug.boucle)(case)).first_failure()
}

/// The median of the first schedules of shuttle that fail, each with a seed of its own.
fn median(program: fn(on_shuttle::parts::Case) -> Program, run: &Run, make: Make) -> Option<u64> {
    let most = usize::try_from(run.limit).expect("it fits");
    let mut all: Vec<_> = (0..run.seeds)
        .map(|seed| on_shuttle(program, false, make(seed, most)).unwrap_or(u64::MAX))
        .collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().filter(|it| *it < u64::MAX)
}

/// The first schedule that fails.
fn on_shuttle(
    program: fn(on_shuttle::parts::Case) -> Program,
    mended: bool,
    scheduler: Box<dyn Scheduler + Send>,
) -> Option<u64> {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    let n = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&n);
    let explore = || {
        Runner::new(scheduler, config).run(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            shuttle::future::block_on(program(on_shuttle::parts::Case { mended, cancels: true }));
        })
    };
    let result = panic::catch_unwind(AssertUnwindSafe(explore));
    result.is_err().then(|| n.load(Ordering::Relaxed))
}
