//! `gather`, `gather_all`, `gather_tasks`, `as_completed`, `race`, `shield`.

use std::cell::RefCell;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use boucle::{
    Loop, TaskError, as_completed, gather, gather_all, gather_tasks, interrupt, race, shield,
    sleep, spawn, timeout,
};

use super::transcript::{Held, Transcript, run, seconds};

/// Sleeps, says its name, and returns it; panics if it is called `bad`.
async fn child(log: Transcript, name: &'static str, after: u64) -> &'static str {
    sleep(seconds(after)).await;
    assert!(name != "bad", "{name} panics");
    log.say(name);
    name
}

#[test]
fn values_come_in_the_order_of_the_children() {
    let log = Transcript::default();
    let children =
        [("c", 3), ("a", 1), ("b", 2)].map(|(name, after)| child(log.clone(), name, after));
    assert_eq!(run(gather(children)).expect("all end"), ["c", "a", "b"]);
    assert_eq!(log.words(), "a b c");
}

#[test]
fn gather_of_nothing_ends_at_once_and_needs_no_loop() {
    let none: [std::future::Ready<()>; 0] = [];
    assert!(run(gather(none)).expect("nothing fails").is_empty());
}

#[test]
fn children_of_many_kinds_are_boxed() {
    type Child = Pin<Box<dyn Future<Output = u32>>>;
    let children: [Child; 2] = [Box::pin(async { 1 }), Box::pin(std::future::ready(2))];
    assert_eq!(run(gather(children)).expect("all end"), [1, 2]);
}

#[test]
fn the_first_failure_is_the_result_at_once_and_the_others_go_on() {
    let log = Transcript::default();
    run(async {
        let children = [("a", 3), ("bad", 1), ("b", 2)];
        let result = gather(children.map(|(name, after)| child(log.clone(), name, after))).await;
        log.say(result.expect_err("one panics"));
        sleep(seconds(5)).await;
    });
    assert_eq!(log.words(), "the task panicked: bad panics b a");
}

#[test]
fn gather_all_has_a_result_for_each() {
    let log = Transcript::default();
    let results = run(gather_all([("a", 2), ("bad", 1)].map(|(n, t)| child(log.clone(), n, t))));
    assert!(matches!(results[..], [Ok("a"), Err(TaskError::Panicked(_))]), "{results:?}");
}

#[test]
fn a_gather_that_is_dropped_cancels_its_children_in_their_own_tasks() {
    let log = Transcript::default();
    run(async {
        let holds = |name| {
            let held = Held(log.clone(), name);
            async move {
                let _held = held;
                pending::<()>().await;
            }
        };
        let mut gathering = Box::pin(gather([holds("a"), holds("b")]));
        // Spawned at the first poll; nothing is before.
        assert!(
            std::future::poll_fn(|cx| {
                std::task::Poll::Ready(gathering.as_mut().poll(cx).is_pending())
            })
            .await
        );
        interrupt().await;
        drop(gathering);
        log.say("gather dropped,");
        interrupt().await;
        interrupt().await;
    });
    assert_eq!(log.words(), "gather dropped, -a -b");
}

#[test]
fn a_gather_can_gather_gathers() {
    let square = |n: u32| async move { n * n };
    let rows = [[1, 2], [3, 4]].map(|row| gather(row.map(square)));
    let rows = run(gather(rows)).expect("all end");
    let rows: Result<Vec<_>, _> = rows.into_iter().collect();
    assert_eq!(rows.expect("all end"), [[1, 4], [9, 16]]);
}

#[test]
fn the_gatherer_is_woken_once_for_a_thousand_children() {
    struct Polls(RefCell<Vec<boucle::TaskId>>);
    impl boucle::Instrument for Polls {
        fn before_poll(&self, task: boucle::TaskId) {
            self.0.borrow_mut().push(task);
        }
    }
    let polls = Rc::new(Polls(RefCell::default()));
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&polls)).build();
    let children = (0..1000).map(|n| sleep(Duration::from_millis(n)));
    event_loop.run_until_complete(gather(children)).expect("it ends").expect("all end");
    let polls = polls.0.borrow();
    assert_eq!(polls.iter().filter(|it| **it == polls[0]).count(), 2);
}

#[test]
fn as_completed_gives_them_as_they_end_and_cancels_the_rest() {
    let log = Transcript::default();
    run(async {
        let children = [("c", 3), ("bad", 1), ("b", 2)];
        let mut ends = as_completed(children.map(|(n, t)| child(log.clone(), n, t)));
        let (place, result) = ends.next().await.expect("there are three");
        log.say(format!("{place}: {}", result.expect_err("it panics")));
        let (place, result) = ends.next().await.expect("there are two");
        log.say(format!("{place}: {}", result.expect("it ends")));
        drop(ends);
        sleep(seconds(5)).await;
    });
    assert_eq!(log.words(), "1: the task panicked: bad panics b 2: b");
}

#[test]
fn a_next_that_is_dropped_loses_none() {
    let mut places = Vec::new();
    run(async {
        let mut ends = as_completed([4, 2].map(|n| sleep(seconds(n))));
        // Dropped while it waits, and dropped when it has been woken and not polled since.
        assert!(timeout(seconds(1), ends.next()).await.is_err());
        let mut woken = Box::pin(ends.next());
        std::future::poll_fn(|cx| {
            assert!(woken.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        sleep(seconds(2)).await;
        drop(woken);
        while let Some((place, _)) = ends.next().await {
            places.push(place);
        }
        assert!(ends.next().await.is_none());
    });
    assert_eq!(places, [1, 0]);
}

#[test]
fn as_completed_keeps_the_order_of_ends_that_nobody_waited_for() {
    let mut places = Vec::new();
    run(async {
        let mut ends = as_completed([2, 3, 1].map(|n| sleep(seconds(n))));
        sleep(seconds(5)).await;
        while let Some((place, _)) = ends.next().await {
            places.push(place);
        }
    });
    assert_eq!(places, [2, 0, 1]);
}

#[test]
fn the_first_of_a_race_wins_and_the_others_are_dropped() {
    let log = Transcript::default();
    run(async {
        let runner = |name, after| {
            let held = Held(log.clone(), name);
            async move {
                let _held = held;
                sleep(seconds(after)).await;
                name
            }
        };
        assert_eq!(race([runner("slow", 2), runner("fast", 1)]).await, (1, "fast"));
        log.say("won");
    });
    assert_eq!(log.words(), "-fast -slow won");
}

#[test]
fn of_two_that_are_ready_the_first_wins() {
    assert_eq!(run(race(["a", "b"].map(std::future::ready))), (0, "a"));
}

#[test]
#[should_panic(expected = "a race needs at least one future")]
fn a_race_of_nothing_is_refused() {
    let none: [std::future::Ready<()>; 0] = [];
    run(race(none));
}

#[test]
fn a_shield_goes_on_though_nobody_waits() {
    let log = Transcript::default();
    run(async {
        let waits = spawn(shield(child(log.clone(), "saved", 2)));
        sleep(seconds(1)).await;
        assert!(waits.cancel());
        sleep(seconds(2)).await;
        assert!(waits.cancelled());
    });
    assert_eq!(log.words(), "saved");
}

#[test]
fn tasks_that_were_spawned_before_are_gathered_as_they_are() {
    let log = Transcript::default();
    run(async {
        let tasks = [("a", 3), ("bad", 1), ("b", 2)].map(|(n, t)| spawn(child(log.clone(), n, t)));
        log.say(gather_tasks(tasks).await.expect_err("one panics"));
        sleep(seconds(5)).await;
        let tasks = [("d", 2), ("c", 1)].map(|(n, t)| spawn(child(log.clone(), n, t)));
        assert_eq!(gather_tasks(tasks).await.expect("all end"), ["d", "c"]);
    });
    assert_eq!(log.words(), "the task panicked: bad panics b a c d");
}

#[test]
fn a_gather_of_tasks_that_is_dropped_cancels_them_polled_or_not() {
    let log = Transcript::default();
    run(async {
        let held = |name| {
            let held = Held(log.clone(), name);
            async move {
                let _held = held;
                pending::<()>().await;
            }
        };
        assert!(timeout(seconds(1), gather_tasks([spawn(held("a"))])).await.is_err());
        drop(gather_tasks([spawn(held("b"))]));
        log.say("gathers dropped,");
        sleep(seconds(1)).await;
    });
    assert_eq!(log.words(), "gathers dropped, -a -b");
}

#[test]
fn children_of_an_iterator_that_panics_are_cancelled() {
    let log = Transcript::default();
    run(async {
        let inner = log.clone();
        let children = (0..3).map(move |n| {
            assert!(n < 2, "no third");
            child(inner.clone(), "went on", 1)
        });
        assert!(spawn(gather(children)).await.is_err());
        sleep(seconds(2)).await;
    });
    assert_eq!(log.words(), "");
}

#[test]
fn a_gather_that_moved_to_another_loop_is_woken_there() {
    let (first, second) = (Loop::new(), Loop::new());
    let mut gathering = Box::pin(gather([interrupt(), interrupt()]));
    let start = std::future::poll_fn(|cx| {
        assert!(gathering.as_mut().poll(cx).is_pending());
        std::task::Poll::Ready(())
    });
    first.run_until_complete(start).expect("it is ready");
    let waits = second.add_task(gathering);
    let turn = || {
        second.stop();
        second.run_forever().expect("it is stopped");
    };
    turn();
    first.run();
    turn();
    turn();
    assert!(waits.done());
}

#[test]
fn tasks_of_two_loops_are_gathered() {
    let (here, there) = (Loop::new(), Loop::new());
    let tasks = [&here, &there, &here, &there].map(|it| it.add_task(interrupt()));
    let mut all = Box::pin(gather_tasks(tasks));
    let is_pending = here.run_until_complete(async {
        let all = futures_lite::future::poll_once(&mut all).await;
        all.is_none()
    });
    assert_eq!(is_pending, Ok(true));
    there.run();
    let all = here.run_until_complete(all).expect("all have ended");
    assert_eq!(all.expect("none panics").len(), 4);
}
