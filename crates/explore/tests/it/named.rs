//! Programs that explorers of orders are compared by, each under its name: how many executions they take.

use std::cell::RefCell as Unseen;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use boucle::shared::{Cell, RefCell};
use boucle::sync::{Lock, Queue};
use boucle::{gather, gather_all, interrupt, quiescent, spawn};
use boucle_explore::{Explore, Report};

/// How many executions it took, none of which was given up.
fn executions(report: &Report) -> u64 {
    assert!(report.is_complete() && report.n_blocked() == 0, "{report}");
    report.n_executions()
}

/// Tells of three steps in a list that is shared.
async fn three_steps(said: Rc<RefCell<Vec<u8>>>, n: u8) {
    for _ in 0..2 {
        said.borrow_mut().push(n);
        interrupt().await;
    }
    said.borrow_mut().push(n);
}

#[test]
fn p1() {
    let report = Explore::new().run(|| async {
        let said = Rc::default();
        for n in 0..3 {
            drop(spawn(three_steps(Rc::clone(&said), n)));
        }
        quiescent().await;
        said.take()
    });
    // Nine steps of three tasks: 9! / (3! 3! 3!) orders, and each is another list.
    assert_eq!((executions(&report), report.outcomes().count()), (1_680, 1_680));
}

#[test]
fn p1_gather() {
    let report = Explore::new().run(|| async {
        let said = Rc::default();
        gather((0..3).map(|n| three_steps(Rc::clone(&said), n))).await.expect("all end");
        said.take()
    });
    // Whose end is the last is no choice of its own.
    assert_eq!((executions(&report), report.outcomes().count()), (1_680, 1_680));
}

#[test]
fn p2h() {
    let report = Explore::new().run(|| async {
        let n = Rc::new(Cell::new(0));
        let adds = (0..3).map(|_| {
            let n = Rc::clone(&n);
            async move {
                for _ in 0..4 {
                    interrupt().await;
                }
                let before = n.get();
                interrupt().await;
                n.set(before + 1);
                for _ in 0..4 {
                    interrupt().await;
                }
            }
        });
        gather(adds).await.expect("all end");
        n.get()
    });
    // Eight turns of each change nothing: what counts are two steps of each.
    assert_eq!(executions(&report), 36);
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2", "3"]);
}

/// So many put two items each into a queue, and one gets them all.
async fn many_to_one(n_producers: usize) -> Vec<(usize, usize)> {
    let queue = Rc::new(Queue::unbounded());
    for producer in 0..n_producers {
        let queue = Rc::clone(&queue);
        drop(spawn(async move {
            for item in 0..2 {
                queue.put((producer, item)).await.expect("it is open");
                interrupt().await;
            }
        }));
    }
    let mut got = Vec::new();
    while got.len() < 2 * n_producers {
        got.push(queue.get().await.expect("it is open"));
        interrupt().await;
    }
    got
}

#[test]
fn mpsc() {
    let two = Explore::new().run(|| many_to_one(2));
    assert!(executions(&two) <= 512, "{}", two.n_executions());
    // Four items in the order in which they were put: of each producer its first one first.
    assert_eq!(two.outcomes().count(), 6);
}

/// So many philosophers, each of whom takes the left fork, stops, and takes the right one.
async fn dinner(n: usize) {
    let forks: Vec<_> = (0..n).map(|_| Rc::new(Lock::new(()))).collect();
    let eat = |it: usize| {
        let (left, right) = (Rc::clone(&forks[it]), Rc::clone(&forks[(it + 1) % n]));
        async move {
            let _left = left.lock().await;
            interrupt().await;
            let _right = right.lock().await;
        }
    };
    gather((0..n).map(eat)).await.expect("all end");
}

#[test]
fn philosophers() {
    let counts = [3, 4, 5].map(|n| {
        let report = Explore::new().run(|| dinner(n));
        assert_eq!(report.failures().collect::<Vec<_>>(), ["deadlock"]);
        executions(&report)
    });
    assert_eq!(counts, [16, 59, 201]);
}

/// A lock as one writes it: who gives up stays in the line, and is handed the lock.
#[derive(Default)]
struct Naive {
    is_taken: Cell<bool>,
    waiters: Unseen<VecDeque<Waker>>,
}

impl Naive {
    async fn lock(&self) {
        poll_fn(|cx| {
            if self.is_taken.replace(true) {
                self.waiters.borrow_mut().push_back(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    fn unlock(&self) {
        self.is_taken.set(false);
        if let Some(first) = self.waiters.borrow_mut().pop_front() {
            first.wake();
        }
    }
}

#[test]
fn dead_waiter() {
    let report = Explore::new().cancels(1).run(|| async {
        let lock = Rc::new(Naive::default());
        let tasks = [(); 3].map(|()| {
            let lock = Rc::clone(&lock);
            async move {
                lock.lock().await;
                // Given back also by one that is cancelled.
                struct Guard(Rc<Naive>);
                impl Drop for Guard {
                    fn drop(&mut self) {
                        self.0.unlock();
                    }
                }
                let _guard = Guard(lock);
                interrupt().await;
            }
        });
        drop(gather_all(tasks).await);
    });
    // The wake of one that is gone wakes nobody else.
    assert_eq!(report.failures().collect::<Vec<_>>(), ["deadlock"]);
    assert!(executions(&report) <= 512, "{}", report.n_executions());
}
