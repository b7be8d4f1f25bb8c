//! The course's fork: a task starts another one and does not wait for it; stopped, resumed.

use stage12::{Loop, sleep, spawn};
use world::println;
use world::time::Duration;

/// Waits for `n` seconds.
async fn seconds(n: u64) {
    sleep(Duration::from_secs(n)).await;
}

/// Says when it starts and when it ends, `duration` seconds later.
async fn job(name: &str, duration: u64) {
    println!(">>> {name}");
    seconds(duration).await;
    println!("<<< {name}");
}

/// Forks `c2` after a second, and goes on as if nothing had happened.
async fn c1(c2: impl Future<Output = ()> + 'static) {
    println!(">>> c1");
    seconds(1).await;
    println!("forking");
    spawn(c2);
    seconds(1).await;
    println!("<<< c1");
}

/// Stops the loop after `n` seconds: the course presses Ctrl-C there.
async fn stop_after(n: u64) {
    seconds(n).await;
    Loop::current().expect("a task runs in a loop").stop();
}

/// Does its job, then stops the loop.
async fn c2_stop() {
    job("c2", 2).await;
    Loop::current().expect("a task runs in a loop").stop();
}

/// c1 forks c2; nobody ends that loop, so it is stopped from outside.
fn fork() {
    println!("-- fork");
    let event_loop = Loop::new();
    event_loop.add_task(c1(job("c2", 2)));
    event_loop.add_task(stop_after(4));
    event_loop.run_forever();
    println!("bye");
}

/// The same, but c2 stops the loop.
fn fork_and_stop() {
    println!("-- fork and stop");
    let event_loop = Loop::new();
    event_loop.add_task(c1(c2_stop()));
    event_loop.run_forever();
    println!("done");
}

/// A run that ends before all tasks have; the next one goes on with what is left.
fn leftovers() {
    println!("-- leftovers");
    let event_loop = Loop::new();
    event_loop.add_task(job("long", 3));
    event_loop.add_task(job("short", 1));
    event_loop.run_until_complete(job("medium", 2)).expect("nobody stops it");
    println!("done");
    event_loop.run();
    println!("done");
}

/// Runs the three.
pub fn main() {
    fork();
    fork_and_stop();
    leftovers();
}
