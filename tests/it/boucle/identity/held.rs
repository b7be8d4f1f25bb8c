//! Who has a lock or a permit: told as it changes hands, and asked for of a lock.

use std::cell::RefCell;
use std::rc::Rc;

use boucle::sync::{Lock, Semaphore};
use boucle::{Instrument, Loop, Object, TaskId, current_task, interrupt, quiescent, spawn};

/// Writes down who gets what, and what is given back.
#[derive(Default)]
struct Hands(RefCell<Vec<String>>);

impl Hands {
    fn tell(&self, line: String) {
        self.0.borrow_mut().push(line);
    }
}

impl Instrument for Hands {
    fn acquired(&self, task: TaskId, object: Object) {
        self.tell(format!("{task} has {} {}", object.kind, object.id));
    }
    fn released(&self, object: Object) {
        self.tell(format!("{} {} is back", object.kind, object.id));
    }
    fn task_done(&self, task: TaskId, _how: boucle::Ended) {
        self.tell(format!("{task} ends"));
    }
}

/// What is told of a program.
fn told(program: impl Future<Output = ()>) -> String {
    let hands = Rc::new(Hands::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&hands)).build();
    event_loop.run_until_complete(program).expect("it ends");
    drop(event_loop);
    hands.0.take().join("; ")
}

#[test]
fn a_lock_is_told_as_it_changes_hands_also_by_a_cancellation() {
    let told = told(async {
        let lock = Rc::new(Lock::new(()));
        let tasks: Vec<_> = (0..2)
            .map(|_| {
                let lock = Rc::clone(&lock);
                spawn(async move {
                    let _guard = lock.lock().await;
                    interrupt().await;
                    std::future::pending::<()>().await;
                })
            })
            .collect();
        quiescent().await;
        // It has the lock; the next one waits for it.
        tasks[0].cancel();
        quiescent().await;
        tasks[1].cancel();
        quiescent().await;
        drop(lock.try_lock().expect("it is free"));
    });
    assert_eq!(
        told,
        "2 has lock 1#1; lock 1#1 is back; 2 ends; 3 has lock 1#1; lock 1#1 is back; 3 ends; \
         1 has lock 1#1; lock 1#1 is back; 1 ends"
    );
}

#[test]
fn a_permit_that_is_handed_to_who_gives_up_is_had_by_the_next_one_alone() {
    let told = told(async {
        let semaphore = Rc::new(Semaphore::new(1));
        let permit = semaphore.acquire().await;
        let tasks: Vec<_> = (0..2)
            .map(|_| {
                let semaphore = Rc::clone(&semaphore);
                spawn(async move { drop(semaphore.acquire().await) })
            })
            .collect();
        quiescent().await;
        // Handed to the first, which is cancelled before it runs.
        drop(permit);
        tasks[0].cancel();
        quiescent().await;
        assert!(tasks[1].done());
    });
    assert_eq!(
        told,
        "1 has semaphore 1#1; semaphore 1#1 is back; 2 ends; \
         3 has semaphore 1#1; semaphore 1#1 is back; 3 ends; 1 ends"
    );
}

#[test]
fn a_lock_says_who_has_it() {
    let lock = Rc::new(Lock::new(()));
    let outside = lock.try_lock();
    assert_eq!((lock.is_locked(), lock.holder()), (true, None), "taken outside of any task");
    drop(outside);
    let shared = Rc::clone(&lock);
    boucle::run(async move {
        assert_eq!(lock.holder(), None, "free");
        let guard = lock.lock().await;
        assert_eq!(lock.holder(), current_task(), "had");
        let waiter = spawn({
            let lock = Rc::clone(&lock);
            async move {
                let _guard = lock.lock().await;
                assert_eq!(lock.holder(), current_task(), "had by the next one");
            }
        });
        interrupt().await;
        assert_eq!(lock.holder(), current_task(), "had, and waited for");
        drop(guard);
        assert_eq!((lock.is_locked(), lock.holder()), (true, None), "handed over");
        waiter.await.expect("it ends");
        assert_eq!((lock.is_locked(), lock.holder()), (false, None), "free again");
        // Whoever runs, it is the one that has taken it.
        let guard = lock.try_lock();
        let mine = current_task();
        let asks = {
            let lock = Rc::clone(&lock);
            spawn(async move { lock.holder() })
        };
        assert_eq!(asks.await.expect("it ends"), mine);
        std::mem::forget(guard);
    });
    assert!(shared.is_locked(), "a guard that is forgotten gives nothing back");
}
