//! How long it takes until a loop can be used anew, beside making another one.

use std::hint::black_box;
use std::time::Instant;

use boucle::Loop;
use clap::Args;

/// So many times each is done in a row.
const N: u32 = 100_000;

#[derive(Args)]
pub struct Run {
    /// How often each of the two is measured, in turn.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
}

/// Measures both in turn, and prints the medians.
pub fn measure(run: &Run) {
    let mut event_loop = make();
    let (mut renewed, mut made) = (Vec::new(), Vec::new());
    for _ in 0..run.runs.max(1) {
        renewed.push(nanoseconds(|| assert!(event_loop.renew(), "nobody else has it")));
        made.push(nanoseconds(|| drop(black_box(make()))));
    }
    for (what, mut times) in [("used anew", renewed), ("another one", made)] {
        times.sort_by(f64::total_cmp);
        println!("{what}: {:.0} ns", times[times.len() / 2]);
    }
}

fn make() -> Loop {
    Loop::builder().virtual_time(true).build()
}

/// How long it takes, in the mean.
fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let begin = Instant::now();
    (0..N).for_each(|_| work());
    begin.elapsed().as_nanos() as f64 / f64::from(N)
}
