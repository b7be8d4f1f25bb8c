//! How many orders there are, where that is known by hand or from other tools.

use std::cell::RefCell;
use std::rc::Rc;

use boucle::shared::Cell;
use boucle::sync::{Event, Lock, Queue, Semaphore};
use boucle::{gather, interrupt, quiescent, sleep, spawn};
use boucle_explore::Explore;

use super::explore;

/// Three tasks that tell of three steps each, one after another: nine steps in 9! / (3! 3! 3!) orders.
async fn three_times_three() -> usize {
    let said = Rc::new(boucle::shared::RefCell::new(Vec::new()));
    for n in 0..3 {
        let said = Rc::clone(&said);
        drop(spawn(async move {
            for _ in 0..2 {
                said.borrow_mut().push(n);
                interrupt().await;
            }
            said.borrow_mut().push(n);
        }));
    }
    quiescent().await;
    said.borrow().len()
}

#[test]
fn nine_steps_of_three_tasks_have_as_many_orders_as_there_are() {
    let report = Explore::new().run(three_times_three);
    report.assert_one_outcome();
    assert_eq!((report.n_executions(), report.n_blocked()), (1_680, 0));
    assert!(report.to_string().starts_with("every order: 1680, of which 1680 matter"), "{report}");
}

#[test]
fn tasks_that_share_nothing_have_one_order_that_matters() {
    let report = explore(|| async {
        for n in 0..4 {
            drop(spawn(async move {
                let own = Cell::new(n);
                interrupt().await;
                own.set(own.get() + 1);
            }));
        }
        quiescent().await;
    });
    report.assert_one_outcome();
    assert_eq!(report.n_executions(), 1);
}

#[test]
fn a_lost_update_is_found_with_its_schedule() {
    let report = explore(|| async {
        let n = Rc::new(Cell::new(0));
        let add = || {
            let n = Rc::clone(&n);
            async move {
                let before = n.get();
                interrupt().await;
                n.set(before + 1);
            }
        };
        gather([add(), add()]).await.expect("both end");
        n.get()
    });
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(report.schedule("1").map(ToString::to_string).as_deref(), Some("AB2"));
}

#[test]
fn who_is_first_at_a_lock_a_semaphore_and_a_queue_is_tried_in_each_order() {
    let first = |n: usize| {
        explore(move || async move {
            let (lock, said) = (Rc::new(Lock::new(())), Rc::new(RefCell::new(String::new())));
            let tasks = (0..n).map(|it| {
                let (lock, said) = (Rc::clone(&lock), Rc::clone(&said));
                async move {
                    let _guard = lock.lock().await;
                    said.borrow_mut().push_str(&it.to_string());
                    interrupt().await;
                }
            });
            gather(tasks).await.expect("all end");
            said.take()
        })
    };
    let report = first(3);
    let all = ["\"012\"", "\"021\"", "\"102\"", "\"120\"", "\"201\"", "\"210\""];
    assert_eq!(report.outcomes().collect::<Vec<_>>(), all);
    assert!(report.is_complete() && report.failures().next().is_none());
    let report = explore(|| async {
        let (permits, best) = (Rc::new(Semaphore::new(2)), Rc::new(Cell::new(0)));
        let now = Rc::new(Cell::new(0));
        let visits = (0..3).map(|_| {
            let (permits, best, now) = (Rc::clone(&permits), Rc::clone(&best), Rc::clone(&now));
            async move {
                let _permit = permits.acquire().await;
                now.set(now.get() + 1);
                best.set(best.get().max(now.get()));
                interrupt().await;
                now.set(now.get() - 1);
            }
        });
        gather(visits).await.expect("all end");
        best.get()
    });
    // Never three, and two are not always there at once.
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2"]);
    let report = explore(|| async {
        let queue = Rc::new(Queue::unbounded());
        let put = |n| {
            let queue = Rc::clone(&queue);
            async move { queue.put(n).await.expect("it is open") }
        };
        let (one, other) = (spawn(put(1)), spawn(put(2)));
        let got = (queue.get().await, queue.get().await);
        one.await.expect("it ends");
        other.await.expect("it ends");
        got
    });
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["(Ok(1), Ok(2))", "(Ok(2), Ok(1))"]);
}

#[test]
fn time_passes_only_where_nothing_else_can_run_and_equal_deadlines_are_a_choice() {
    let report = explore(|| async {
        let said = Rc::new(boucle::shared::RefCell::new(String::new()));
        let late = |name: &'static str, seconds| {
            let said = Rc::clone(&said);
            async move {
                sleep(std::time::Duration::from_secs(seconds)).await;
                said.borrow_mut().push_str(name);
            }
        };
        gather([late("a", 1), late("b", 1), late("c", 2)]).await.expect("all end");
        said.take()
    });
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["\"abc\"", "\"bac\""]);
}

#[test]
fn the_end_of_the_program_cuts_tasks_off_or_does_not() {
    let report = explore(|| async {
        let done = Rc::new(Cell::new(false));
        let (flushes, seen) = (Rc::clone(&done), Rc::clone(&done));
        drop(spawn(async move { flushes.set(true) }));
        interrupt().await;
        seen.get()
    });
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["false", "true"]);
}

#[test]
fn an_event_that_is_set_before_or_after_the_wait_wakes_all_the_same() {
    let report = explore(|| async {
        let event = Rc::new(Event::new());
        let waits = |event: &Rc<Event>| {
            let event = Rc::clone(event);
            async move { event.wait().await }
        };
        let waiters = [waits(&event), waits(&event)].map(spawn);
        let sets = Rc::clone(&event);
        drop(spawn(async move { sets.set() }));
        for waiter in waiters {
            waiter.await.expect("it ends");
        }
    });
    report.assert_one_outcome();
    assert!(report.n_executions() > 1);
}
