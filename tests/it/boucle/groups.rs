//! `task_group`: it ends as one, and no error is lost.

use std::future::pending;
use std::rc::Rc;

use boucle::{Loop, interrupt, sleep, spawn, task_group};

use super::transcript::{Held, Transcript, run, seconds};

/// Holds something for some seconds, then says its name.
async fn holds(held: Held, after: u64) {
    sleep(seconds(after)).await;
    held.0.say(held.1);
}

/// Panics after some seconds.
async fn fails(what: &'static str, after: u64) {
    sleep(seconds(after)).await;
    panic!("{what}");
}

#[test]
fn a_group_waits_for_all_its_children() {
    let log = Transcript::default();
    let value = run(async {
        let value = task_group(async |group| {
            group.spawn(holds(Held(log.clone(), "a"), 2));
            group.spawn(holds(Held(log.clone(), "b"), 1));
            log.say("body");
            42
        });
        let value = value.await.expect("nothing fails");
        log.say("end");
        value
    });
    assert_eq!(value, 42);
    assert_eq!(log.words(), "body b -b a -a end");
}

#[test]
fn a_group_of_nothing_ends_with_its_body() {
    assert_eq!(run(task_group(async |_| 42)).expect("nothing fails"), 42);
}

#[test]
fn a_child_that_fails_cancels_the_others_and_the_body_before_the_group_ends() {
    let log = Transcript::default();
    let error = run(async {
        let error = task_group(async |group| {
            let _held = Held(log.clone(), "body");
            group.spawn(holds(Held(log.clone(), "a"), 9));
            group.spawn(fails("boom", 1));
            pending::<()>().await;
        });
        let error = error.await.expect_err("a child panics");
        log.say("end");
        error
    });
    assert_eq!(error.to_string(), "1 task of the group failed: the task panicked: boom");
    assert_eq!(log.words(), "-body -a end");
}

#[test]
fn all_errors_are_kept() {
    let error = run(task_group(async |group| {
        group.spawn(fails("one", 1));
        group.spawn(fails("two", 1));
        group.spawn(fails("three", 2));
        pending::<()>().await;
    }));
    // Two panic in the same turn, before the group can cancel; the third is cancelled.
    assert_eq!(
        error.expect_err("two panic").to_string(),
        "2 tasks of the group failed: the task panicked: one; the task panicked: two"
    );
}

#[test]
fn a_body_that_panics_cancels_the_children() {
    let log = Transcript::default();
    let error = run(task_group(async |group| {
        group.spawn(holds(Held(log.clone(), "a"), 9));
        interrupt().await;
        interrupt().await;
        panic!("body");
    }));
    assert_eq!(error.expect_err("it panics").errors().len(), 1);
    assert_eq!(log.words(), "-a");
}

#[test]
fn a_group_that_is_dropped_cancels_its_children_also_those_that_know_it() {
    let log = Transcript::default();
    run(async {
        let inner = log.clone();
        let grouped = spawn(task_group(async move |group| {
            let (clone, held) = (group.clone(), Held(inner.clone(), "a"));
            group.spawn(async move {
                let _held = (clone, held);
                pending::<()>().await;
            });
            pending::<()>().await;
        }));
        interrupt().await;
        interrupt().await;
        assert!(grouped.cancel());
        interrupt().await;
        interrupt().await;
        interrupt().await;
        log.say("end");
    });
    assert_eq!(log.words(), "-a end");
}

#[test]
fn a_child_can_spawn_siblings() {
    let log = Transcript::default();
    run(task_group(async |group| {
        let (clone, log) = (group.clone(), log.clone());
        group.spawn(async move {
            clone.spawn(holds(Held(log.clone(), "grandchild"), 2));
            log.say("child");
        });
    }))
    .expect("nothing fails");
    assert_eq!(log.words(), "child grandchild -grandchild");
}

#[test]
fn a_child_that_is_spawned_while_the_group_fails_is_cancelled() {
    let log = Transcript::default();
    let error = run(task_group(async |group| {
        let (clone, log) = (group.clone(), log.clone());
        /// Spawns when it is dropped.
        struct Spawns(boucle::TaskGroup, Transcript);
        impl Drop for Spawns {
            fn drop(&mut self) {
                self.0.spawn(holds(Held(self.1.clone(), "late"), 1));
            }
        }
        let spawns = Spawns(clone, log);
        group.spawn(async move {
            let _spawns = spawns;
            pending::<()>().await;
        });
        group.spawn(fails("boom", 1));
    }));
    assert_eq!(error.expect_err("a child panics").errors().len(), 1);
    assert_eq!(log.words(), "-late");
}

#[test]
fn a_value_is_asked_of_a_child() {
    let values = run(task_group(async |group| {
        let (good, bad) = (group.spawn(async { 42 }), group.spawn(async { panic!("boom") }));
        let good = good.value().await;
        let bad: Option<u32> = bad.value().await;
        assert_eq!((good, bad), (Some(42), None));
        // The child's end has failed the group: this is not reached again.
        pending::<()>().await;
    }));
    assert!(values.is_err());
}

#[test]
fn a_group_can_have_a_thousand_children_one_after_the_other() {
    run(task_group(async |group| {
        for _ in 0..1000 {
            group.spawn(async {});
            interrupt().await;
        }
        assert_eq!(format!("{group:?}"), "<TaskGroup, 0 tasks>");
    }))
    .expect("nothing fails");
}

#[test]
fn the_panic_of_a_body_is_reported_if_the_group_is_dropped_before_its_end() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let reports = Transcript::default();
    let log = reports.clone();
    event_loop.set_exception_handler(move |report| log.say(report));
    let grouped = event_loop.add_task(task_group(async |group| {
        group.spawn(pending::<()>());
        panic!("body");
    }));
    let both = async {
        // In the turn of the panic: the group still waits for its child to be gone.
        grouped.cancel();
        interrupt().await;
        interrupt().await;
    };
    event_loop.run_until_complete(both).expect("it ends");
    assert!(grouped.cancelled());
    assert_eq!(reports.words(), "a callback of the loop failed: the task panicked: body");
}

#[test]
fn a_body_that_panics_as_it_is_dropped_hides_no_panic_of_a_child() {
    /// Panics when it is dropped.
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("destructor");
        }
    }
    let event_loop = Loop::builder().virtual_time(true).build();
    let reports = Transcript::default();
    let log = reports.clone();
    event_loop.set_exception_handler(move |report| log.say(report.error().expect("it is a panic")));
    let error = event_loop.run_until_complete(async {
        let grouped = spawn(task_group(async |group| {
            let _bomb = Bomb;
            group.spawn(fails("boom", 1));
            pending::<()>().await;
        }));
        grouped.await.expect("the group itself ends in peace").expect_err("both fail").to_string()
    });
    let both =
        "2 tasks of the group failed: the task panicked: boom; the task panicked: destructor";
    assert_eq!(error.expect("it ends"), both);
    assert_eq!(reports.words(), "");
}

#[test]
fn a_body_is_polled_for_its_own_wakes_and_for_the_first_failure_only() {
    let n_polls = Rc::new(std::cell::Cell::new(0));
    let count = Rc::clone(&n_polls);
    let error = run(task_group(async |group| {
        for after in 1..100 {
            group.spawn(sleep(seconds(after)));
        }
        group.spawn(fails("boom", 50));
        std::future::poll_fn(|_| {
            count.set(count.get() + 1);
            std::task::Poll::<()>::Pending
        })
        .await;
    }));
    assert_eq!(error.expect_err("a child panics").errors().len(), 1);
    // Once as it begins, and once as it hears of the failure: it is polled first, then dropped.
    assert_eq!(n_polls.get(), 2);
}
