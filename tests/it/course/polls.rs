//! What waiting costs, in polls: the same two programs on the stages and on `boucle`.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::Waiter;
use boucle::{Instrument, Loop, TaskId, interrupt, sleep};

use crate::road;

/// Counts the polls of one task.
#[derive(Default)]
struct Counter {
    task: Cell<Option<TaskId>>,
    n_polls: Cell<usize>,
}

impl Instrument for Counter {
    fn before_poll(&self, task: TaskId) {
        if self.task.get() == Some(task) {
            self.n_polls.set(self.n_polls.get() + 1);
        }
    }
}

/// How often `boucle` polls the first of two tasks.
fn polls(
    first: impl Future<Output = ()> + 'static,
    second: impl Future<Output = ()> + 'static,
) -> usize {
    let counter = Rc::new(Counter::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&counter)).build();
    counter.task.set(Some(event_loop.add_task(first).id()));
    event_loop.add_task(second);
    event_loop.run();
    counter.n_polls.get()
}

/// The stages' task that sleeps after each message.
async fn print_messages(n_messages: usize, sleep_time: Duration) {
    for _ in 0..n_messages {
        sleep(sleep_time).await;
    }
}

/// What the two that print and sleep cost together.
fn sleepers() -> usize {
    let slow = || print_messages(3, Duration::from_secs(1));
    let quick = || print_messages(3, Duration::from_millis(700));
    polls(slow(), quick()) + polls(quick(), slow())
}

/// What the one costs that waits until another has counted up to five.
fn waiter() -> usize {
    let waiter = Rc::new(Waiter::new(1));
    let same = Rc::clone(&waiter);
    let count_up = async move {
        for _ in 0..5 {
            interrupt().await;
        }
        same.set();
    };
    polls(async move { waiter.wait().await }, count_up)
}

#[test]
fn a_task_that_waits_costs_fewer_polls_from_stage_to_stage() {
    let stage = |stage| road::recorder(stage).record(road::DEMOS[stage]).polls();
    // Of stages 6 and 9 the first task gathers the two; of stage 2, the fifth task waits.
    let rows = [
        ("stage 2", "waits for another task", stage(2)[4]),
        ("stage 8", "waits for another task", stage(8)[0]),
        ("boucle", "waits for another task", waiter()),
        ("stage 3", "two tasks that sleep", stage(3).iter().sum()),
        ("stage 6", "two tasks that sleep", stage(6)[1..].iter().sum()),
        ("stage 9", "two tasks that sleep", stage(9)[1..].iter().sum()),
        ("boucle", "two tasks that sleep", sleepers()),
    ];
    let lines = rows.map(|(of, what, n_polls)| format!("{of:8} {what:24} {n_polls:5}\n"));
    road::check_snapshot("course_polls", &lines.concat());
}

#[test]
fn who_has_nothing_to_print_never_sleeps() {
    assert_eq!(polls(print_messages(0, Duration::from_secs(1)), async {}), 1);
    assert_eq!(polls(print_messages(1, Duration::from_secs(1)), async {}), 2);
}
