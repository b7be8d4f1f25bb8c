//! Many who wait at one gate, an event or a semaphore: what one of them costs, and whether four times as
//! many cost each of them more.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::{ARRIVED, Switches, all_arrived, arrive, each};
use crate::peers::{Gate, Peer};

/// How often all of it is done in a process.
const N_ROUNDS: usize = 10;

/// How many come in a turn: runtimes have a budget, and refuse who comes later in the same turn.
const AT_ONCE: usize = 64;

/// `n` at one gate, and four gates with a quarter of them each: what one of `n` costs, and how many times
/// that is what one of a quarter costs.
#[derive(Default)]
struct Proportion {
    all: Duration,
    quarters: Duration,
}

impl Proportion {
    fn figures(&self, n: usize) -> Vec<f64> {
        let times = self.all.as_secs_f64() / self.quarters.as_secs_f64();
        vec![each(self.all, n * N_ROUNDS), times]
    }
}

/// Lets `n` wait and give up.
pub async fn give_up<G: Gate>(n: usize) -> Vec<f64> {
    let mut took = Proportion::default();
    for _ in 0..N_ROUNDS {
        for _ in 0..4 {
            took.quarters += come_and_go::<G>(n / 4).await;
        }
        took.all += come_and_go::<G>(n).await;
    }
    took.figures(n)
}

/// `n` come to a new gate; then they go: every other one in the order in which they came, then the rest, the
/// last first. So some go from the middle, some from either end.
async fn come_and_go<G: Gate>(n: usize) -> Duration {
    let gate = G::shut();
    // Their room is not measured.
    let new = |_| Box::pin(Some(gate.clone().pass()));
    let mut waiters: Vec<_> = (0..n).map(new).collect();
    let mut stays = Box::pin(Some(gate.clone().pass()));
    let start = Instant::now();
    for some in waiters.chunks_mut(AT_ONCE) {
        come(some).await;
    }
    come(std::slice::from_mut(&mut stays)).await;
    for i in (0..n).step_by(2) {
        waiters[i].set(None);
    }
    for i in (0..n).skip(1).step_by(2).rev() {
        waiters[i].set(None);
    }
    let took = start.elapsed();
    // Whoever has gone has taken nothing along: the one who stays passes.
    gate.open();
    stays.as_mut().as_pin_mut().expect("it has stayed").await;
    took
}

/// Has all of them wait, in a turn of their own.
async fn come<F: Future<Output = ()>>(waiters: &mut [Pin<Box<Option<F>>>]) {
    Switches(1).await;
    poll_fn(|cx| {
        for waiter in &mut *waiters {
            let waiter = waiter.as_mut().as_pin_mut().expect("it has not gone");
            assert!(waiter.poll(cx).is_pending(), "the gate is shut");
        }
        Poll::Ready(())
    })
    .await;
}

/// Lets `n` tasks wait for an event, and sets it.
pub async fn event<P: Peer>(n: usize) -> Vec<f64> {
    let mut took = Proportion::default();
    for _ in 0..N_ROUNDS {
        for _ in 0..4 {
            took.quarters += wake_all::<P>(n / 4).await;
        }
        took.all += wake_all::<P>(n).await;
    }
    took.figures(n)
}

/// From the setting until the last task has run.
async fn wake_all<P: Peer>(n: usize) -> Duration {
    let event = P::Event::shut();
    ARRIVED.set(0);
    let wait = |_| {
        let event = event.clone();
        P::spawn(async move {
            arrive();
            event.pass().await;
            arrive();
        })
    };
    let tasks: Vec<_> = (0..n).map(wait).collect();
    all_arrived(n).await;
    let start = Instant::now();
    event.open();
    all_arrived(2 * n).await;
    let took = start.elapsed();
    for task in tasks {
        task.await;
    }
    took
}
