//! What stands still: whether nobody could go on, or somebody was not woken who could.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use boucle::shared::{Cell, RefCell};
use boucle::sync::{Barrier, Event, Lock, Queue, Semaphore};
use boucle::{gather, interrupt, spawn};

use super::explore;

/// Why it stands still, and nothing of what would pass.
fn why<F: Future<Output: Debug>>(program: impl Fn() -> F) -> String {
    let report = explore(program);
    let lines: Vec<_> = report.why("deadlock").filter(|it| !it.starts_with("passes if")).collect();
    assert!(!lines.is_empty(), "{report}");
    lines.join("\n")
}

/// The five that nobody could go on with.
fn deadlocks() -> [String; 5] {
    let both = |one: Rc<Lock<()>>, other: Rc<Lock<()>>| async move {
        let _one = one.lock().await;
        interrupt().await;
        let _other = other.lock().await;
    };
    let two_locks = why(|| async {
        let [left, right] = [(), ()].map(|()| Rc::new(Lock::new(())));
        left.set_name("left");
        right.set_name("right");
        gather([both(Rc::clone(&left), Rc::clone(&right)), both(right, left)]).await
    });
    let three_locks = why(|| async {
        let locks = [(), (), ()].map(|()| Rc::new(Lock::new(())));
        let all = [0, 1, 2].map(|n| both(Rc::clone(&locks[n]), Rc::clone(&locks[(n + 1) % 3])));
        gather(all).await
    });
    let own = why(|| async {
        let lock = Lock::new(());
        let _guard = lock.lock().await;
        drop(lock.lock().await);
    });
    let nobody_puts = why(|| async {
        let queue = Rc::new(Queue::<u8>::unbounded());
        queue.set_name("jobs");
        let takes = Rc::clone(&queue);
        spawn(async move { takes.get().await }).await
    });
    let held = why(|| async {
        let (permits, go) = (Rc::new(Semaphore::new(1)), Rc::new(Event::new()));
        let (mine, waits) = (Rc::clone(&permits), Rc::clone(&go));
        let holds = spawn(async move {
            let _permit = mine.acquire().await;
            waits.wait().await;
        });
        let barrier = Barrier::new(2);
        let asks = spawn(async move {
            let _permit = permits.acquire().await;
            go.set();
            barrier.wait().await
        });
        holds.await.expect("it ends");
        asks.await.expect("it ends")
    });
    [two_locks, three_locks, own, nobody_puts, held]
}

/// A flag with room for one waker.
#[derive(Default)]
struct Flag {
    is_set: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Flag {
    fn set(&self) {
        self.is_set.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Of two that wait, the second takes the place of the first.
    async fn wait(&self) {
        poll_fn(|cx| {
            if self.is_set.get() {
                return Poll::Ready(());
            }
            *self.waker.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Looks, gives the turn back, and only then says that it waits.
    async fn wait_late(&self) {
        if self.is_set.get() {
            return;
        }
        interrupt().await;
        let mut is_kept = false;
        poll_fn(|cx| {
            if is_kept {
                return Poll::Ready(());
            }
            is_kept = true;
            *self.waker.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// The five in which somebody could go on.
fn lost_wakes() -> [String; 5] {
    let one_place_for_two = why(|| async {
        let flag = Rc::new(Flag::default());
        let waits = || {
            let flag = Rc::clone(&flag);
            async move { flag.wait().await }
        };
        let (first, second) = (spawn(waits()), spawn(waits()));
        interrupt().await;
        flag.set();
        first.await.expect("it ends");
        second.await.expect("it ends");
    });
    let too_late = why(|| async {
        let flag = Rc::new(Flag::default());
        let waits = Rc::clone(&flag);
        let task = spawn(async move { waits.wait_late().await });
        interrupt().await;
        flag.set();
        task.await
    });
    let no_waker = why(|| async {
        let flag = Rc::new(Cell::new(false));
        let looks = Rc::clone(&flag);
        let task =
            spawn(poll_fn(move |_| if looks.get() { Poll::Ready(()) } else { Poll::Pending }));
        interrupt().await;
        flag.set(true);
        task.await
    });
    let wakes_one_of_two = why(|| async {
        type Line = Rc<RefCell<(u32, VecDeque<Waker>)>>;
        let line = Line::default();
        let takes = |line: &Line| {
            let line = Rc::clone(line);
            poll_fn(move |cx| {
                let (n, wakers) = &mut *line.borrow_mut();
                if *n > 0 {
                    *n -= 1;
                    return Poll::Ready(());
                }
                wakers.push_back(cx.waker().clone());
                Poll::Pending
            })
        };
        let (first, second) = (spawn(takes(&line)), spawn(takes(&line)));
        interrupt().await;
        // Two are there, and one is told.
        let waker = {
            let (n, wakers) = &mut *line.borrow_mut();
            *n += 2;
            wakers.pop_front()
        };
        waker.into_iter().for_each(Waker::wake);
        first.await.expect("it ends");
        second.await.expect("it ends");
    });
    let takes_a_lock = why(|| async {
        let (flag, lock) = (Rc::new(Flag::default()), Rc::new(Lock::new(0)));
        let (waits, locks) = (Rc::clone(&flag), Rc::clone(&lock));
        let task = spawn(async move {
            waits.wait_late().await;
            *locks.lock().await += 1;
        });
        task.set_name("counter");
        interrupt().await;
        flag.set();
        task.await
    });
    [one_place_for_two, too_late, no_waker, wakes_one_of_two, takes_a_lock]
}

#[test]
fn a_lost_wake_is_told_apart_from_a_deadlock() {
    let deadlocks = deadlocks();
    for told in &deadlocks {
        assert!(!told.contains("lost wake"), "{told}");
    }
    insta::assert_snapshot!("deadlocks", deadlocks.join("\n\n"));
    let lost_wakes = lost_wakes();
    for told in &lost_wakes {
        assert!(told.starts_with("lost wake: "), "{told}");
    }
    insta::assert_snapshot!("lost_wakes", lost_wakes.join("\n\n"));
}
