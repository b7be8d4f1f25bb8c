//! When: deadlines, equal ones too, timeouts, and what a long computation does to them.

use std::pin::Pin;
use std::time::Duration;

use boucle::{Elapsed, Loop, gather, hold_up, interrupt, shield, sleep, spawn, timeout};

use super::{Program, finally};

pub(super) const PROGRAMS: &[Program] = &[
    ("naps", naps),
    ("equal_deadlines", equal_deadlines),
    ("due_turns", due_turns),
    ("starving", starving),
    ("limits", limits),
    ("limit_of_the_same_time", limit_of_the_same_time),
    ("limit_of_nothing", limit_of_nothing),
];

fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}

fn naps(event_loop: &Loop) {
    async fn nap(n: f64) {
        sleep(seconds(n)).await;
        say!("woke {n}");
    }
    event_loop.run_task(gather([3.0, 1.0, 2.0, 0.5, 2.5, 0.0].map(nap)));
}

fn equal_deadlines(event_loop: &Loop) {
    async fn nap(i: u32) {
        sleep(seconds(1.0)).await;
        say!("woke {i}");
    }
    event_loop.run_task(gather((0..5).map(nap)));
}

/// A nap beside a computation of so many parts, that breathes after each or not at all.
fn nap_beside(event_loop: &Loop, n_parts: u32, breathes: bool) {
    let nap = async {
        sleep(seconds(0.12)).await;
        say!("woke");
    };
    let compute = async move {
        for i in 0..n_parts {
            hold_up(seconds(0.05));
            say!("part {i}");
            if breathes {
                interrupt().await;
            }
        }
    };
    let both: [Pin<Box<dyn Future<Output = ()>>>; 2] = [Box::pin(nap), Box::pin(compute)];
    event_loop.run_task(gather(both));
}

fn due_turns(event_loop: &Loop) {
    nap_beside(event_loop, 6, true);
}

fn starving(event_loop: &Loop) {
    nap_beside(event_loop, 3, false);
}

fn limits(event_loop: &Loop) {
    async fn work(n: f64) -> f64 {
        let _finally = finally(n);
        sleep(seconds(n)).await;
        say!("worked {n}");
        n
    }
    event_loop.run_task(async {
        let in_time = timeout(seconds(2.0), work(1.0)).await;
        say!("in time {}", in_time.expect("it is quick"));
        if timeout(seconds(2.0), work(3.0)).await == Err(Elapsed) {
            say!("too late");
        }
        if timeout(seconds(5.0), timeout(seconds(1.0), work(2.0))).await == Ok(Err(Elapsed)) {
            say!("the inner limit");
        }
        let mut kept = spawn(work(2.0));
        if timeout(seconds(1.0), &mut kept).await.is_err() {
            say!("nobody waits, it goes on");
        }
        // The same, for what is no task yet.
        drop(shield(async {}).await);
        say!("kept {}", kept.await.expect("it ends"));
    });
}

fn limit_of_the_same_time(event_loop: &Loop) {
    event_loop.run_task(async {
        match timeout(seconds(1.0), sleep(seconds(1.0))).await {
            Ok(()) => say!("in time"),
            Err(Elapsed) => say!("too late"),
        }
    });
}

fn limit_of_nothing(event_loop: &Loop) {
    event_loop.run_task(async {
        let work = async {
            say!("begins");
            interrupt().await;
            say!("goes on");
            sleep(seconds(1.0)).await;
        };
        if timeout(Duration::ZERO, work).await == Err(Elapsed) {
            say!("too late");
        }
    });
}
