//! Faulty programs, each explained by what is seen first: its findings. Three of them are in the book.

use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Event, Lock};
use boucle::{hold_up, interrupt, sleep, spawn};
use boucle_trace::{Life, Lint, Options, Player, Recorder, Trace, record, record_with};

use crate::road;

#[path = "../../../crates/trace/examples/philosophers.rs"]
#[expect(dead_code, unreachable_pub, reason = "a program's main is not called here")]
pub(crate) mod philosophers;
#[path = "../../../crates/trace/examples/starved.rs"]
#[expect(dead_code, unreachable_pub, reason = "a program's main is not called here")]
pub(crate) mod starved;
#[path = "../../../crates/trace/examples/stuck.rs"]
#[expect(dead_code, unreachable_pub, reason = "a program's main is not called here")]
pub(crate) mod stuck;

/// The findings, a line each, without the folder of this crate.
fn findings(trace: &Trace) -> String {
    let each = trace.lint().into_iter().map(|it| format!("{:?}: {}\n", it.lint, it.message));
    // The places are as the compiler was given them.
    each.collect::<String>().replace("tests/it/trace/../../../", "")
}

/// The beginning of a program that never ends.
fn beginning<F: Future>(n_events: usize, program: impl FnOnce() -> F) -> Trace {
    let recorder = Recorder::with(Options::new().limit(n_events)).expect("memory is always there");
    let recorder = Rc::new(recorder);
    record_with(&recorder, program);
    recorder.trace()
}

/// The kinds of what is found.
fn kinds(trace: &Trace) -> Vec<Lint> {
    trace.lint().into_iter().map(|it| it.lint).collect()
}

#[test]
fn what_the_book_says_of_its_faulty_programs_is_what_is_found() {
    road::check_snapshot("faulty_philosophers", &findings(&record(philosophers::dinner)));
    let starved = record(starved::server);
    road::check_snapshot("faulty_starved", &findings(&starved));
    road::check_snapshot("faulty_starved_lanes", &starved.lanes());
    // Its heart beats: so the loop sees no deadlock, and each task says what it waits for.
    let stuck = beginning(2000, stuck::service);
    assert_eq!(kinds(&stuck), []);
    let state = stuck.state_at(stuck.len() - 2);
    let waits = state.tasks.keys().filter(|it| state.life(**it) == Life::Waiting).map(|task| {
        let mut player = Player::new(stuck.clone());
        player.seek(stuck.len() - 2);
        let on: Vec<_> = player.waits(*task).collect();
        format!("{} waits {}\n", state.name(*task), on.join(" and "))
    });
    road::check_snapshot("faulty_stuck", &waits.collect::<String>());
}

#[test]
fn a_wake_that_came_too_early_is_explained() {
    // Notified before anybody waits: who waits then does so for ever.
    let trace = record(|| async {
        let event = Rc::new(Event::new());
        let other = Rc::clone(&event);
        spawn(async move {
            other.set();
            other.clear();
        })
        .await
        .expect("it ends");
        event.wait().await;
    });
    let told = findings(&trace);
    assert!(told.starts_with("Deadlock: nothing can go on: "), "{told}");
    assert!(told.contains(" waits for event 1 (made at tests/it/trace/faulty.rs:"), "{told}");
}

#[test]
fn a_task_that_hangs_in_a_poll_is_named_by_what_was_recorded_before() {
    // As a process that is killed leaves it: the recording ends within the poll.
    let whole = record(|| async {
        spawn(async { hold_up(Duration::from_secs(60)) }).await.expect("it ends");
    });
    let hang = whole.events().iter().rposition(|it| it.at < 60_000_000_000).expect("there are");
    let cut = Trace::new(whole.header().clone(), whole.events()[..=hang].to_vec());
    assert_eq!(
        findings(&cut),
        "NeverYielded: task 2 never gave the turn back: the recording ends in its poll\n"
    );
}

#[test]
fn a_lock_that_is_held_by_who_is_gone_is_explained() {
    // The guard lives on in a place that nobody drops.
    let trace = record(|| async {
        let lock = Rc::new(Lock::new(()));
        let other = Rc::clone(&lock);
        spawn(async move { std::mem::forget(other.lock().await) }).await.expect("it ends");
        drop(lock.lock().await);
    });
    let told = findings(&trace);
    assert!(told.contains(", which task 2 had as it ended"), "{told}");
}

#[test]
fn a_leak_of_tasks_is_explained_while_the_program_runs() {
    let trace = beginning(100_000, || async {
        loop {
            drop(spawn(pending::<()>()));
            sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(kinds(&trace), [Lint::TaskPile]);
}

#[test]
fn good_programs_have_no_findings() {
    let trace = record(|| async {
        let tasks: Vec<_> = (0..200).map(|it| spawn(sleep(Duration::from_millis(it)))).collect();
        for task in tasks {
            task.await.expect("it ends");
        }
        for _ in 0..50 {
            interrupt().await;
        }
    });
    assert_eq!(findings(&trace), "");
}
