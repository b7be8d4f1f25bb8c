//! Two philosophers, two forks: each takes one, and waits for the other's for ever.
//!
//! `BOUCLE_TRACE=run.trace cargo run -p boucle-trace --example philosophers`, and then
//! `cargo run -p film -- run.trace`.

use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Lock;
use boucle::{sleep, spawn};

async fn philosopher(first: Rc<Lock<()>>, second: Rc<Lock<()>>) {
    let _first = first.lock().await;
    sleep(Duration::from_millis(10)).await;
    let _second = second.lock().await;
}

/// Two of them, and two forks.
pub async fn dinner() {
    let (left, right) = (Rc::new(Lock::new(())), Rc::new(Lock::new(())));
    let plato = spawn(philosopher(Rc::clone(&left), Rc::clone(&right)));
    plato.set_name("Plato");
    let kant = spawn(philosopher(right, left));
    kant.set_name("Kant");
    plato.await.expect("he eats");
    kant.await.expect("he eats");
}

fn main() {
    boucle_trace::run(dinner());
}
