//! What recording costs: nanoseconds an event, beside a loop that nobody watches.
//!
//! `cargo run --release -p boucle-trace --example cost`

use std::rc::Rc;
use std::time::Instant;

use boucle::{Instrument, Loop, interrupt, spawn};
use boucle_trace::{Clock, Options, Recorder};

/// Each task is polled so often.
const N_POLLS: u32 = 100_000;

/// Hears everything, and keeps nothing.
struct Deaf;

impl Instrument for Deaf {}

/// Ten tasks in turn, each of which gives the turn back again and again; the time in nanoseconds.
fn run(event_loop: &Loop) -> f64 {
    let start = Instant::now();
    event_loop
        .run_until_complete(async {
            let tasks: Vec<_> = (0..10)
                .map(|_| {
                    spawn(async {
                        for _ in 0..N_POLLS {
                            interrupt().await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("it ends");
            }
        })
        .expect("it ends");
    start.elapsed().as_secs_f64() * 1e9
}

fn recorded(options: Options) -> (f64, usize) {
    let recorder = Rc::new(Recorder::with(options).expect("the options are good"));
    let event_loop = Loop::builder().instrument(Rc::clone(&recorder)).build();
    let time = run(&event_loop);
    // Three events a poll: begins, wakes itself, ends.
    (time, 3 * 10 * N_POLLS as usize)
}

fn main() {
    for _ in 0..3 {
        let plain = run(&Loop::builder().build());
        let deaf = run(&Loop::builder().instrument(Rc::new(Deaf)).build());
        let n_polls = f64::from(10 * N_POLLS);
        println!("nobody watches: {:.1} ns a poll", plain / n_polls);
        println!("a watcher that keeps nothing: {:.1} ns a poll", deaf / n_polls);
        let file = std::env::temp_dir().join(format!("cost-{}.trace", std::process::id()));
        let kinds = [
            ("memory, real clock", Options::new().clock(Clock::Real)),
            ("memory, the loop's clock", Options::new()),
            ("the last 10,000, real clock", Options::new().clock(Clock::Real).last(10_000)),
            ("a file, real clock", Options::new().clock(Clock::Real).file(&file).replace(true)),
        ];
        for (name, options) in kinds {
            let (time, n_events) = recorded(options);
            #[expect(clippy::cast_precision_loss, reason = "a few million")]
            let each = (time - deaf) / n_events as f64;
            println!("recorded to {name}: {each:.1} ns an event");
        }
        std::fs::remove_file(&file).expect("it was written");
    }
}
