//! What tasks wait for: no order and no disturbance loses a wake, a permit, a place or an item.

use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, TryGetError, Waiter};
use boucle::{Task, as_completed, interrupt, spawn};

use super::{Inside, holds};

/// Waits for the end of each, however it ends.
async fn all<T>(tasks: impl IntoIterator<Item = Task<T>>) -> Vec<Option<T>> {
    let mut ended = Vec::new();
    for task in tasks {
        ended.push(task.await.ok());
    }
    ended
}

#[test]
fn a_lock_has_one_holder_and_is_free_at_the_end() {
    holds(|| async {
        let (lock, inside) = (Rc::new(Lock::new(())), Inside::default());
        let tasks = [(); 3].map(|()| {
            let (lock, inside) = (Rc::clone(&lock), inside.clone());
            spawn(async move {
                let _guard = lock.lock().await;
                let _visit = inside.enter();
                interrupt().await;
            })
        });
        all(tasks).await;
        assert!(lock.try_lock().is_some() && inside.most() == 1 && inside.now() == 0);
    });
}

#[test]
fn a_semaphore_lets_no_more_in_than_it_has_permits_and_loses_none() {
    holds(|| async {
        let (permits, inside) = (Rc::new(Semaphore::new(2)), Inside::default());
        let tasks = [(); 3].map(|()| {
            let (permits, inside) = (Rc::clone(&permits), inside.clone());
            spawn(async move {
                let _permit = permits.acquire().await;
                let _visit = inside.enter();
                interrupt().await;
            })
        });
        all(tasks).await;
        assert!(permits.available() == 2 && (1..=2).contains(&inside.most()));
    });
}

#[test]
fn permits_that_are_added_are_had_by_those_who_are_left() {
    holds(|| async {
        let permits = Rc::new(Semaphore::new(0));
        let tasks = [(); 2].map(|()| {
            let permits = Rc::clone(&permits);
            spawn(async move { std::mem::forget(permits.acquire().await) })
        });
        let adds = {
            let permits = Rc::clone(&permits);
            spawn(async move { permits.add_permits(2) })
        };
        if adds.await.is_err() {
            permits.add_permits(2);
        }
        let had = all(tasks).await.into_iter().flatten().count();
        assert_eq!(had + permits.available(), 2);
    });
}

#[test]
fn an_event_lets_all_go_who_wait() {
    holds(|| async {
        let event = Rc::new(Event::new());
        let tasks = [(); 2].map(|()| {
            let event = Rc::clone(&event);
            spawn(async move { event.wait().await })
        });
        let sets = {
            let event = Rc::clone(&event);
            spawn(async move {
                event.set();
                event.clear();
            })
        };
        let is_cancelled = sets.await.is_err();
        // Who comes after it was cleared waits for the next time.
        event.set();
        let ended = all(tasks).await.into_iter().flatten().count();
        assert!(ended == 2 || !is_cancelled && ended == 1);
    });
}

#[test]
fn a_waiter_counts_each_set() {
    holds(|| async {
        let waiter = Rc::new(Waiter::new(2));
        let waits = {
            let waiter = Rc::clone(&waiter);
            spawn(async move { waiter.wait().await })
        };
        let sets = [(); 2].map(|()| {
            let waiter = Rc::clone(&waiter);
            spawn(async move { waiter.set() })
        });
        let n_set = all(sets).await.into_iter().flatten().count();
        assert_eq!(waiter.missing(), 2 - n_set);
        for _ in n_set..2 {
            waiter.set();
        }
        all([waits]).await;
    });
}

#[test]
fn a_condition_loses_no_notification() {
    holds(|| async {
        let (items, changed) = (Rc::new(Lock::new(0)), Rc::new(Condition::new()));
        let takers = [(); 2].map(|()| {
            let (items, changed) = (Rc::clone(&items), Rc::clone(&changed));
            spawn(async move {
                let guard = items.lock().await;
                let mut guard = changed.wait_for(guard, |items| *items > 0).await;
                *guard -= 1;
            })
        });
        let gives = |items: Rc<Lock<i32>>, changed: Rc<Condition>| async move {
            *items.lock().await += 1;
            changed.notify_one();
        };
        let one = spawn(gives(Rc::clone(&items), Rc::clone(&changed)));
        if one.await.is_err() {
            gives(Rc::clone(&items), Rc::clone(&changed)).await;
        }
        gives(Rc::clone(&items), Rc::clone(&changed)).await;
        let taken = all(takers).await.into_iter().flatten().count();
        assert_eq!(taken as i32 + *items.lock().await, 2);
    });
}

/// One puts two items, two get one each. None is lost unless its task was cancelled after it had it, and none
/// comes twice.
async fn two_items(queue: Queue<u8>) {
    let queue = Rc::new(queue);
    let (n_put, got) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(Vec::new())));
    let getters = [(); 2].map(|()| {
        let (queue, got) = (Rc::clone(&queue), Rc::clone(&got));
        spawn(async move {
            let item = queue.get().await.expect("it is open");
            got.borrow_mut().push(item);
        })
    });
    let puts = {
        let (queue, n_put) = (Rc::clone(&queue), Rc::clone(&n_put));
        spawn(async move {
            for item in 0..2 {
                queue.put(item).await.expect("it is open");
                n_put.set(item + 1);
            }
        })
    };
    drop(puts.await);
    for item in n_put.get()..2 {
        queue.put(item).await.expect("it is open");
    }
    let n_got = all(getters).await.into_iter().flatten().count();
    let mut items = got.take();
    assert_eq!(items.len(), n_got);
    while let Ok(item) = queue.try_get() {
        items.push(item);
    }
    items.sort_unstable();
    assert_eq!(items, [0, 1]);
    assert_eq!(queue.try_get(), Err(TryGetError::Empty));
}

#[test]
fn a_queue_with_room_for_one_loses_no_item() {
    holds(|| two_items(Queue::new(1)));
}

#[test]
fn queues_in_other_orders_lose_no_item() {
    holds(|| two_items(Queue::priority(1)));
    holds(|| two_items(Queue::lifo(1)));
    holds(|| two_items(Queue::unbounded()));
}

#[test]
fn a_queue_that_is_shut_down_lets_nobody_wait() {
    holds(|| async {
        let queue = Rc::new(Queue::new(1));
        let gets = {
            let queue = Rc::clone(&queue);
            spawn(async move { queue.get().await })
        };
        let puts = {
            let queue = Rc::clone(&queue);
            spawn(async move {
                let mut n_put = 0;
                while queue.put(n_put).await.is_ok() {
                    n_put += 1;
                }
            })
        };
        let shuts = {
            let queue = Rc::clone(&queue);
            spawn(async move { queue.shutdown(false) })
        };
        if shuts.await.is_err() {
            queue.shutdown(false);
        }
        drop((gets.await, puts.await));
        assert!(queue.put(9).await.is_err());
    });
}

#[test]
fn a_queue_is_joined_once_all_is_done() {
    holds(|| async {
        let (queue, n_done) = (Rc::new(Queue::unbounded()), Rc::new(Cell::new(0)));
        for item in 0..2 {
            queue.try_put(item).expect("there is room");
        }
        let work = |queue: Rc<Queue<u8>>, n_done: Rc<Cell<u8>>| async move {
            while queue.try_get().is_ok() {
                n_done.set(n_done.get() + 1);
                queue.task_done();
                interrupt().await;
            }
        };
        let workers = [(); 2].map(|()| spawn(work(Rc::clone(&queue), Rc::clone(&n_done))));
        let joins = {
            let (queue, n_done) = (Rc::clone(&queue), Rc::clone(&n_done));
            spawn(async move {
                queue.join().await;
                assert_eq!(n_done.get(), 2);
            })
        };
        all(workers).await;
        work(Rc::clone(&queue), Rc::clone(&n_done)).await;
        all([joins]).await;
        queue.join().await;
    });
}

#[test]
fn a_barrier_lets_all_go_or_is_broken() {
    holds(|| async {
        let barrier = Rc::new(Barrier::new(3));
        let comers = [(); 3].map(|()| {
            let barrier = Rc::clone(&barrier);
            async move { barrier.wait().await }
        });
        let (mut comers, mut places, mut n_broken) = (as_completed(comers), Vec::new(), 0);
        while let Some((_, ended)) = comers.next().await {
            match ended {
                Ok(Ok(place)) => places.push(place),
                Ok(Err(_)) => n_broken += 1,
                Err(_) => barrier.abort(),
            }
        }
        places.sort_unstable();
        // One that was cancelled after all had come is missing.
        let is_all =
            n_broken == 0 && places.len() >= 2 && places.windows(2).all(|it| it[0] < it[1]);
        assert!(is_all || places.is_empty() && n_broken == 2, "{places:?} {n_broken}");
    });
}
