//! The exercises around the fork: what is one, and what only looks like one.

use std::time::Duration;

use boucle::{Loop, gather, now, sleep, spawn};
use world::println;

use super::{recorded_loop, transcript};

/// Says when it begins and ends, in seconds of its loop; takes so many.
async fn job(name: &'static str, n_seconds: u64) {
    say(&format!(">>> {name}"));
    seconds(n_seconds).await;
    say(&format!("<<< {name}"));
}

async fn seconds(n: u64) {
    sleep(Duration::from_secs(n)).await;
}

thread_local! {
    static ZERO: std::cell::Cell<Option<std::time::Instant>> = const { std::cell::Cell::new(None) };
}

/// Says something, after the seconds that have passed.
fn say(message: &str) {
    let zero = ZERO.get().expect("the clock was read at the start");
    println!("{} {message}", (now() - zero).as_secs());
}

/// The lines of a program, which gets a virtual loop.
fn lines(program: impl FnOnce(&Loop)) -> Vec<String> {
    let transcript = transcript(|| {
        let event_loop = recorded_loop();
        Loop::set_current(Some(&event_loop));
        ZERO.set(Some(now()));
        program(&event_loop);
    });
    transcript.lines().map(str::to_owned).collect()
}

/// c2 does something for a second, has `c3` begin in its own way, and goes on for a second.
async fn c2<F: Future>(c3: impl FnOnce() -> F) {
    say(">>> c2");
    seconds(1).await;
    say("fork");
    c3().await;
    seconds(1).await;
    say("<<< c2");
}

#[test]
fn a_fork_begins_at_the_next_turn_and_delays_nobody() {
    let seen = lines(|event_loop| {
        let fork = async || drop(spawn(job("c3", 3)));
        event_loop.run_task(gather([
            Box::pin(job("c1", 3)) as std::pin::Pin<Box<dyn Future<Output = ()>>>,
            Box::pin(c2(fork)),
        ]));
    });
    let expected =
        ["0 >>> c1", "0 >>> c2", "1 fork", "1 >>> c3", "2 <<< c2", "3 <<< c1", "4 <<< c3"];
    assert_eq!(seen, expected);
}

#[test]
fn an_await_and_a_gather_are_no_forks_the_parent_waits() {
    let waited = ["0 >>> c2", "1 fork", "1 >>> c3", "4 <<< c3", "5 <<< c2"];
    assert_eq!(lines(|event_loop| event_loop.run_task(c2(|| job("c3", 3)))), waited);
    assert_eq!(lines(|event_loop| event_loop.run_task(c2(|| gather([job("c3", 3)])))), waited);
}

#[test]
fn what_is_added_at_the_start_begins_too_early_for_a_fork() {
    let seen = lines(|event_loop| {
        event_loop.add_task(c2(async || {}));
        event_loop.add_task(job("c3", 3));
        event_loop.run();
    });
    assert_eq!(seen, ["0 >>> c2", "0 >>> c3", "1 fork", "2 <<< c2", "3 <<< c3"]);
}

#[test]
fn a_run_until_complete_of_the_others_does_not_wait_for_what_they_forked() {
    let seen = lines(|event_loop| {
        let fork = async || drop(spawn(job("c3", 3)));
        event_loop.run_until_complete(gather([c2(fork)])).expect("it ends").expect("no panic");
        say("returned");
        event_loop.run();
    });
    assert_eq!(seen, ["0 >>> c2", "1 fork", "1 >>> c3", "2 <<< c2", "2 returned", "4 <<< c3"]);
}

#[test]
fn a_loop_that_runs_takes_more_to_do_and_returns_at_once() {
    let seen = lines(|event_loop| {
        event_loop.run_task(async {
            say("spawning");
            drop(spawn(gather([job("both 1", 1), job("both 2", 2)])));
            say("spawned");
        });
    });
    let expected =
        ["0 spawning", "0 spawned", "0 >>> both 1", "0 >>> both 2", "1 <<< both 1", "2 <<< both 2"];
    assert_eq!(seen, expected);
}
