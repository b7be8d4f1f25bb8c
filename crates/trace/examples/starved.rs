//! A loop that is starved: somebody computes for too long in one poll, and everybody else is late.
//!
//! `BOUCLE_TRACE=run.trace cargo run -p boucle-trace --example starved`, and then
//! `cargo run -p film -- run.trace`.

use std::time::Duration;

use boucle::{hold_up, sleep, spawn};
use boucle_trace::println;

async fn ticker() {
    for tick in 1..=5 {
        sleep(Duration::from_millis(100)).await;
        println!("tick {tick}");
    }
}

async fn login() {
    sleep(Duration::from_millis(150)).await;
    // As a hash of a password does: it computes, and gives nobody the turn.
    hold_up(Duration::from_millis(400));
}

/// A clock that should tick every tenth of a second, and a login beside it.
pub async fn server() {
    let clock = spawn(ticker());
    spawn(login()).await.expect("it ends");
    clock.await.expect("it ends");
}

fn main() {
    boucle_trace::run(server());
}
