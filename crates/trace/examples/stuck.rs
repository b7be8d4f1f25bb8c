//! A service that answers no more, although it lives: its heart beats, and no job goes on.
//!
//! `BOUCLE_TRACE=run.trace cargo run -p boucle-trace --example stuck`, and then `film attach PID`.

use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Queue;
use boucle::{sleep, spawn};
use boucle_trace::println;

async fn worker(jobs: Rc<Queue<u32>>, results: Rc<Queue<u32>>) {
    while let Ok(job) = jobs.get().await {
        sleep(Duration::from_millis(5)).await;
        results.put(job * job).await.expect("it is open");
    }
}

async fn heart() {
    loop {
        sleep(Duration::from_secs(1)).await;
    }
}

/// Answers so many requests, and reads the first three results only.
pub async fn service() {
    let (jobs, results) = (Rc::new(Queue::new(2)), Rc::new(Queue::new(2)));
    jobs.set_name("jobs");
    results.set_name("results");
    drop(spawn(heart()));
    for _ in 0..2 {
        drop(spawn(worker(Rc::clone(&jobs), Rc::clone(&results))));
    }
    for request in 0.. {
        jobs.put(request).await.expect("it is open");
        if request < 3 {
            println!("{}", results.get().await.expect("it is open"));
        }
    }
}

fn main() {
    boucle_trace::run(service());
}
