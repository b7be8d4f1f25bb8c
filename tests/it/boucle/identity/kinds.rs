//! Each kind is told once as it is made, at its user's line, and named by who waits at it.

use std::future::pending;
use std::time::Duration;

use allocation_counter::measure;
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    Loop, as_completed, call_later, gather, gather_all, gather_tasks, interrupt, interval, now,
    sleep, sleep_until, spawn, task_group, timeout,
};

use super::assert_told;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_tasks_meet_at_is_known_by_its_line() {
    assert_told("event", async |lines| {
        let event = lines.at(line!(), Event::new());
        let other = lines.at(line!(), Event::default());
        wait_at!(event.wait());
        wait_at!(other.wait());
    });
    assert_told("waiter", async |lines| {
        let waiter = lines.at(line!(), Waiter::new(1));
        wait_at!(waiter.wait());
    });
    assert_told("barrier", async |lines| {
        let barrier = lines.at(line!(), Barrier::new(2));
        wait_at!(barrier.wait());
    });
    assert_told("condition", async |lines| {
        let lock = Lock::new(());
        let condition = lines.at(line!(), Condition::new());
        let other = lines.at(line!(), Condition::default());
        wait_at!(condition.wait(lock.lock().await));
        wait_at!(other.wait(lock.lock().await));
    });
}

#[test]
fn what_tasks_take_is_known_by_its_line() {
    assert_told("semaphore", async |lines| {
        let semaphore = lines.at(line!(), Semaphore::new(0));
        wait_at!(semaphore.acquire());
    });
    assert_told("lock", async |lines| {
        let lock = lines.at(line!(), Lock::new(1));
        let other = lines.at(line!(), Lock::<u8>::default());
        let _guards = (lock.lock().await, other.lock().await);
        wait_at!(lock.lock());
        wait_at!(other.lock());
    });
    assert_told("queue", async |lines| {
        let bounded = lines.at(line!(), Queue::<u8>::new(1));
        let unbounded = lines.at(line!(), Queue::<u8>::unbounded());
        let priority = lines.at(line!(), Queue::<u8>::priority(1));
        let lifo = lines.at(line!(), Queue::<u8>::lifo(1));
        bounded.put(1).await.expect("there is room");
        wait_at!(bounded.put(2));
        wait_at!(unbounded.get());
        wait_at!(priority.get());
        wait_at!(lifo.get());
        let unfinished = lines.at(line!(), Queue::<u8>::new(1));
        unfinished.put(1).await.expect("there is room");
        wait_at!(unfinished.join());
    });
}

#[test]
fn what_waits_for_children_is_known_by_its_line() {
    assert_told("gather", async |lines| {
        wait_at!(lines.at(line!(), gather([pending::<()>()])));
        wait_at!(lines.at(line!(), gather_all([pending::<()>()])));
        wait_at!(lines.at(line!(), gather_tasks([spawn(pending::<()>())])));
    });
    assert_told("as_completed", async |lines| {
        let mut children = lines.at(line!(), as_completed([pending::<()>()]));
        wait_at!(children.next());
    });
    assert_told("task_group", async |lines| {
        let body = async |group: &boucle::TaskGroup| drop(group.spawn(pending::<()>()));
        wait_at!(lines.at(line!(), task_group(body)));
    });
}

#[test]
fn a_timer_is_known_by_its_line_whoever_waits_for_it() {
    assert_told("timer", async |lines| {
        wait_at!(lines.at(line!(), sleep(SECOND)));
        wait_at!(lines.at(line!(), sleep_until(now() + SECOND)));
        wait_at!(lines.at(line!(), timeout(SECOND, pending::<()>())));
        let mut ticks = interval(SECOND);
        ticks.tick().await;
        wait_at!(lines.at(line!(), ticks.tick()));
        let call = lines.at(line!(), call_later(SECOND, || ()));
        interrupt().await;
        drop(call);
    });
    // It is one timer, whatever it is set to.
    assert_told("timer", async |lines| {
        let mut nap = lines.at(line!(), sleep(SECOND));
        nap.reset(now() + 2 * SECOND);
        nap.await;
    });
}

#[test]
fn identities_take_no_room_where_nobody_watches() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let program = async {
        measure(|| {
            drop((Event::new(), Lock::new(()), Semaphore::new(1), Waiter::new(1)));
            drop((Condition::new(), Barrier::new(2), Queue::<u8>::unbounded()));
            drop((sleep(SECOND), sleep_until(now()), timeout(SECOND, pending::<()>())));
        })
    };
    let memory = event_loop.run_until_complete(program).expect("it ends");
    // The one is no identity: it is what those share who meet at the barrier.
    assert_eq!(memory.count_total, 1, "{memory:?}");
}
