//! Every wake is told: one that lets a task go on, and one in vain.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use boucle::sync::Event;
use boucle::{Instrument, Loop, TaskId, WokenBy, current_task, interrupt, quiescent, sleep, spawn};
use futures::future::{join, select};

/// Writes down who was woken, and counts.
#[derive(Default)]
struct Wakes {
    told: RefCell<Vec<String>>,
    n: Cell<u32>,
}

impl Wakes {
    fn tell(&self, line: String) {
        self.n.set(self.n.get() + 1);
        self.told.borrow_mut().push(line);
    }
}

impl Instrument for Wakes {
    fn woken(&self, task: TaskId, by: WokenBy) {
        self.tell(format!("{task} by {by:?}"));
    }
    fn woken_in_vain(&self, task: TaskId, by: WokenBy, has_ended: bool) {
        let why = if has_ended { "ended" } else { "ready" };
        self.tell(format!("{task} by {by:?}, {why}"));
    }
}

/// A loop in virtual time, and what it tells of wakes.
fn watched() -> (Loop, Rc<Wakes>) {
    let wakes = Rc::new(Wakes::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&wakes)).build();
    (event_loop, wakes)
}

/// What is told of a program's wakes.
fn told(program: impl Future<Output = ()>) -> Vec<String> {
    let (event_loop, wakes) = watched();
    event_loop.run_until_complete(program).expect("it ends");
    wakes.told.take()
}

/// Where a task leaves its waker.
type Shelf = Arc<Mutex<Option<Waker>>>;

/// Leaves its waker, and waits to be woken once.
async fn wait_on(shelf: Shelf) {
    let mut is_first = true;
    poll_fn(move |cx| {
        *shelf.lock().unwrap() = Some(cx.waker().clone());
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// A task's waker, taken off its shelf.
fn waker(shelf: &Shelf) -> Waker {
    shelf.lock().unwrap().take().expect("it has waited")
}

#[test]
fn a_task_that_is_woken_again_before_it_runs_or_after_its_end_is_woken_in_vain() {
    let shelf = Shelf::default();
    let told = told(async {
        let task = spawn(wait_on(Arc::clone(&shelf)));
        quiescent().await;
        let waker = waker(&shelf);
        waker.wake_by_ref();
        waker.wake_by_ref();
        task.await.expect("it ends");
        waker.wake_by_ref();
        waker.wake();
    });
    assert_eq!(
        told,
        [
            "1 by Quiet",
            "2 by Task(TaskId(1))",
            "2 by Task(TaskId(1)), ready",
            "1 by Task(TaskId(2))",
            "2 by Task(TaskId(1)), ended",
            "2 by Task(TaskId(1)), ended",
        ]
    );
}

#[test]
fn a_task_that_two_timers_or_two_events_wake_at_once_is_woken_once() {
    let timers = told(async {
        let (first, second) = (sleep(Duration::from_secs(1)), sleep(Duration::from_secs(1)));
        drop(select(first, second).await);
    });
    assert_eq!(timers, ["1 by Timer", "1 by Timer, ready"]);

    let events = told(async {
        let (first, second) = (Rc::new(Event::new()), Rc::new(Event::new()));
        let (one, two) = (Rc::clone(&first), Rc::clone(&second));
        let task = spawn(async move {
            join(pin!(one.wait()), pin!(two.wait())).await;
        });
        quiescent().await;
        first.set();
        // Nobody waits for it any more, and nobody is woken.
        first.set();
        second.set();
        task.await.expect("it ends");
    });
    assert_eq!(
        events,
        [
            "1 by Quiet",
            "2 by Task(TaskId(1))",
            "2 by Task(TaskId(1)), ready",
            "1 by Task(TaskId(2))",
        ]
    );
}

#[test]
fn a_wake_from_another_thread_is_told_whatever_it_changes() {
    let (event_loop, wakes) = watched();
    let shelf = Shelf::default();
    let task = event_loop.add_task(wait_on(Arc::clone(&shelf)));
    event_loop.run_until_complete(quiescent()).expect("it ends");
    wakes.told.take();
    let kept = waker(&shelf);
    let wake = |waker: &Waker| {
        let waker = waker.clone();
        thread::spawn(move || waker.wake()).join().expect("it ends");
    };
    wake(&kept);
    event_loop.run();
    assert!(task.done());
    wake(&kept);
    event_loop.run_until_complete(interrupt()).expect("it ends");
    assert_eq!(wakes.told.take(), ["1 by Thread", "3 by Task(TaskId(3))", "1 by Thread, ended"]);
}

#[test]
fn as_many_wakes_are_told_as_were_made() {
    let (event_loop, wakes) = watched();
    let n_made = Rc::new(Cell::new(0));
    let made = Rc::clone(&n_made);
    let count = move || made.set(made.get() + 1);
    event_loop
        .run_until_complete(async move {
            let shelves: Vec<_> = (0..8).map(|_| Shelf::default()).collect();
            for (n, shelf) in shelves.iter().enumerate() {
                let (shelf, count) = (Arc::clone(shelf), count.clone());
                drop(spawn(async move {
                    for _ in 0..n {
                        // It wakes itself, in its poll.
                        count();
                        interrupt().await;
                    }
                    wait_on(shelf).await;
                }));
            }
            let mut dice = 61_u64;
            let mut kept: Vec<Waker> = Vec::new();
            for _ in 0..100 {
                count();
                interrupt().await;
                kept.extend(shelves.iter().filter_map(|it| it.lock().unwrap().clone()));
                for _ in 0..5 {
                    dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    if let Some(waker) = kept.get((dice >> 33) as usize % kept.len().max(1)) {
                        count();
                        waker.wake_by_ref();
                    }
                }
            }
            assert!(current_task().is_some());
        })
        .expect("it ends");
    assert_eq!(wakes.n.get(), n_made.get());
    let told = wakes.told.borrow();
    for why in [", ready", ", ended"] {
        assert!(told.iter().any(|it| it.ends_with(why)), "none in vain: {why}");
    }
}
