//! Programs with tasks that are forgotten and timers that fire too often, each with the finding that it has.

use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Queue;
use boucle::{interrupt, sleep, spawn};
use boucle_trace::{Lint, record};
use world::println;

use super::lints::{finds, found};

#[test]
fn a_task_that_nobody_awaits_is_found_if_the_run_ends_before_it_does() {
    async fn save() {
        sleep(Duration::from_secs(1)).await;
        println!("saved");
    }
    let forgotten = record(|| async {
        drop(spawn(save()));
        interrupt().await;
    });
    let message = "the run ended before save 2 did, and nobody awaits it: it waits 1 s";
    finds(&forgotten, Lint::UnawaitedTask, message);
    let awaited = record(|| async { spawn(save()).await });
    assert_eq!(found(&awaited), []);
    let ended = record(|| async {
        drop(spawn(save()));
        sleep(Duration::from_secs(2)).await;
    });
    assert_eq!(found(&ended), []);
    // As is one that was never polled.
    let at_once = record(|| async { drop(spawn(save())) });
    let message = "the run ended before save 2 did, and nobody awaits it: it is ready";
    finds(&at_once, Lint::UnawaitedTask, message);
    // One that was awaited, and given up, was not forgotten.
    let given_up = record(|| async {
        let task = spawn(save());
        let _ = boucle::timeout(Duration::from_millis(1), task).await;
    });
    assert_eq!(found(&given_up), []);
}

#[test]
fn tasks_that_pile_up_are_found_once() {
    let trace = |n: usize, n_ending: usize| {
        record(move || async move {
            let never = Rc::new(Queue::<()>::unbounded());
            for place in 0..n {
                let never = Rc::clone(&never);
                drop(spawn(async move {
                    if place >= n_ending {
                        never.get().await.expect("it is open");
                    }
                }));
            }
            sleep(Duration::from_secs(1)).await;
        })
    };
    let spawned = line!() - 9;
    let message = format!(
        "100 tasks that were spawned at {}:{spawned} wait, and 5 have ended: they pile up. task 7 \
         waits for an item of queue 1",
        file!(),
    );
    finds(&trace(105, 5), Lint::TaskPile, &message);
    // Where some of them end, they are only many.
    let n_found = |n, n_ending| {
        let findings = trace(n, n_ending).lint();
        findings.iter().filter(|it| it.lint == Lint::TaskPile).count()
    };
    assert_eq!((n_found(112, 12), n_found(99, 0)), (0, 0));
}

#[test]
fn a_storm_of_timers_is_found_and_whom_it_wakes_most() {
    async fn poller(n: u32) {
        for _ in 0..n {
            sleep(Duration::from_micros(50)).await;
        }
    }
    let message = "1001 timers fired within 50 ms, and woke poller 1 1001 times: let them be fewer, \
                   or wait for what they look for";
    finds(&record(|| poller(1001)), Lint::TimerStorm, message);
    assert_eq!(found(&record(|| poller(1000))), []);
    // As many in a longer time are none.
    let slowly = record(|| async {
        for _ in 0..1500 {
            sleep(Duration::from_micros(100)).await;
        }
    });
    assert_eq!(found(&slowly), []);
}
