//! What can go wrong, and how it is told.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::sync::{Event, Lock, Queue};
use boucle::{gather, interrupt, spawn, to_thread};
use boucle_explore::Explore;

use super::explore;

#[test]
fn two_locks_in_two_orders_are_a_deadlock_with_its_circle() {
    let both = |one: Rc<Lock<()>>, other: Rc<Lock<()>>| async move {
        let _one = one.lock().await;
        interrupt().await;
        let _other = other.lock().await;
    };
    let report = explore(|| async {
        let [left, right] = [0, 1].map(|_| Rc::new(Lock::new(())));
        let plato = spawn(both(Rc::clone(&left), Rc::clone(&right)));
        let kant = spawn(both(right, left));
        plato.set_name("Plato");
        kant.set_name("Kant");
        plato.await.expect("it ends");
        kant.await.expect("it ends");
    });
    assert_eq!(report.failures().collect::<Vec<_>>(), ["deadlock"]);
    let told = report.to_string();
    assert!(told.contains("Plato (A) waits for lock 2"), "{told}");
    assert!(told.contains("which Kant (B) took at failures.rs:"), "{told}");
    // It is the lock that each waits for, not the order of things that nobody sees.
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["()"]);
}

#[test]
fn a_panic_of_the_program_or_of_a_task_is_a_failure_of_some_orders() {
    let report = explore(|| async {
        let n = Rc::new(Cell::new(0));
        let set = |value| {
            let n = Rc::clone(&n);
            spawn(async move { n.set(value) })
        };
        let (one, two) = (set(1), set(2));
        one.await.expect("it ends");
        two.await.expect("it ends");
        assert_eq!(n.get(), 2, "the second is the last");
    });
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].starts_with("panicked: assertion `left == right` failed: the second is"));
    let report = explore(|| async {
        let event = Event::new();
        let is_set = Rc::new(Cell::new(false));
        let looks = Rc::clone(&is_set);
        drop(spawn(async move { assert!(looks.get(), "too early") }));
        is_set.set(true);
        event.set();
        boucle::quiescent().await;
    });
    // The program itself is polled first, in each order: nobody else is there.
    report.assert_ok();
    let report = explore(|| async {
        let is_set = Rc::new(Cell::new(false));
        let looks = Rc::clone(&is_set);
        drop(spawn(async move { assert!(looks.get(), "too early") }));
        interrupt().await;
        is_set.set(true);
        boucle::quiescent().await;
    });
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(failures.len(), 1, "{report}");
    assert!(failures[0].contains("too early"), "{report}");
    assert_eq!(report.outcomes().count(), 1);
}

#[test]
fn an_item_that_is_got_and_lost_with_its_cancelled_task_is_found() {
    let report = explore(|| async {
        let queue = Rc::new(Queue::unbounded());
        let takes = Rc::clone(&queue);
        let task = spawn(async move {
            let item = takes.get().await.expect("it is open");
            interrupt().await;
            item
        });
        queue.try_put(7).expect("there is room");
        interrupt().await;
        task.cancel();
        let got = task.await;
        (got.is_ok(), queue.len())
    });
    // Got, lost, or still there.
    let all: Vec<_> = report.outcomes().collect();
    assert_eq!(all, ["(false, 0)", "(false, 1)", "(true, 0)"], "{report}");
}

#[test]
fn a_program_that_does_not_end_is_cut() {
    let report = Explore::new().steps(40).run(|| async {
        let other = spawn(async {
            loop {
                interrupt().await;
            }
        });
        other.await.unwrap_or(());
    });
    assert_eq!(report.failures().collect::<Vec<_>>(), ["it does not end: A goes round"]);
}

#[test]
fn a_thread_is_named_as_what_nobody_can_order() {
    let report = explore(|| async { to_thread(|| 7).await.expect("it does not panic") });
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(
        failures,
        [
            "a thread has a word in it, whose order nobody can choose: at step 1 M waits for its answer"
        ]
    );
    let report = explore(|| async {
        let mut thread = None;
        std::future::poll_fn(|cx| match thread.take() {
            None => {
                let waker = cx.waker().clone();
                let wakes: std::thread::JoinHandle<()> = std::thread::spawn(|| waker.wake());
                // By then it has.
                wakes.join().expect("it does not panic");
                thread = Some(());
                std::task::Poll::Pending
            }
            Some(()) => std::task::Poll::Ready(()),
        })
        .await;
    });
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(
        failures,
        ["a thread has a word in it, whose order nobody can choose: at step 1 it wakes M"]
    );
}

#[test]
fn what_is_too_much_is_stopped_and_says_so() {
    let report = Explore::new().executions(100).run(|| async {
        let n = Rc::new(Cell::new(0_u32));
        let add = |n: &Rc<Cell<u32>>| {
            let n = Rc::clone(n);
            async move {
                for _ in 0..5 {
                    n.set(n.get() + 1);
                    interrupt().await;
                }
            }
        };
        gather([add(&n), add(&n), add(&n), add(&n)]).await.expect("all end");
        n.get()
    });
    assert!(!report.is_complete());
    assert!(report.to_string().contains("; stopped after 100 executions\n"), "{report}");
}
