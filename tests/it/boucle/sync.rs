//! Waiters, events, locks, semaphores, conditions, barriers: order, hand-over, misuse; `cancelling` cancels
//! them everywhere, `schedules` at random and in many ways.

mod cancelling;
mod schedules;

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use boucle::sync::{Barrier, BrokenBarrier, Condition, Event, Lock, Semaphore, Waiter};
use boucle::{Loop, RunError, Task, interrupt, quiescent, spawn};

use super::transcript::{Transcript, run};

/// Spawns a task that gets what it needs as clones.
fn spawn_with<A: Clone, T: 'static, F>(shared: &A, task: impl FnOnce(A) -> F) -> Task<T>
where
    F: Future<Output = T> + 'static,
{
    spawn(task(shared.clone()))
}

#[test]
fn a_waiter_releases_all_who_wait_once_it_was_set_often_enough() {
    let (log, waiter) = (Transcript::default(), Rc::new(Waiter::new(2)));
    run(async {
        for name in ["a", "b"] {
            let shared = (log.clone(), waiter.clone());
            drop(spawn_with(&shared, async move |(log, waiter)| {
                waiter.wait().await;
                log.say(name);
            }));
        }
        quiescent().await;
        for _ in 0..3 {
            waiter.set();
            log.say("set");
            quiescent().await;
        }
        waiter.wait().await;
        log.say("at once");
    });
    assert_eq!(log.words(), "set set a b set at once");
    assert_eq!(waiter.missing(), 0);
}

#[test]
fn a_waiter_that_is_set_zero_times_is_set() {
    run(Waiter::new(0).wait());
}

#[test]
fn an_event_releases_who_waits_also_if_it_is_cleared_at_once() {
    let (log, event) = (Transcript::default(), Rc::new(Event::new()));
    run(async {
        for name in ["a", "b"] {
            drop(spawn_with(&(log.clone(), event.clone()), async move |(log, event)| {
                event.wait().await;
                log.say(format!("{name}:{}", event.is_set()));
            }));
        }
        quiescent().await;
        event.set();
        assert!(event.is_set());
        event.clear();
        quiescent().await;
        let late = spawn_with(&event, async |event| event.wait().await);
        quiescent().await;
        log.say(if late.done() { "late one passed" } else { "late one waits" });
    });
    assert_eq!(log.words(), "a:false b:false late one waits");
}

#[test]
fn an_event_set_between_two_runs_or_in_another_loop_wakes_who_waits() {
    for from_another_loop in [false, true] {
        let (event, event_loop) = (Rc::new(Event::new()), Loop::new());
        let waiting = event_loop.add_task({
            let event = event.clone();
            async move { event.wait().await }
        });
        assert_eq!(event_loop.run_until_complete(quiescent()), Ok(()));
        assert!(!waiting.done());
        if from_another_loop {
            run(async { event.set() });
        } else {
            event.set();
        }
        event_loop.run();
        assert!(waiting.done());
    }
}

#[test]
fn a_future_that_waits_can_go_on_in_another_loop() {
    let event = Event::new();
    let mut waiting = pin!(event.wait());
    for _ in 0..2 {
        // The tasks of both loops have the same number.
        let end = Loop::new().run_until_complete(waiting.as_mut());
        assert_eq!(end, Err(RunError::Deadlock));
    }
    let event_loop = Loop::new();
    let setting = event_loop.run_until_complete(async {
        let mut begun = false;
        std::future::poll_fn(|cx| {
            if std::mem::replace(&mut begun, true) {
                return waiting.as_mut().poll(cx);
            }
            assert!(waiting.as_mut().poll(cx).is_pending());
            event.set();
            Poll::Pending
        })
        .await;
    });
    assert_eq!(setting, Ok(()));
}

#[test]
fn who_is_no_task_can_wait_as_well() {
    /// Counts how often it is woken.
    #[derive(Default)]
    struct Count(AtomicUsize);
    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let n_wakes = || [&first, &second].map(|it| it.0.load(Ordering::Relaxed));
    let wakers = [&first, &second].map(|it| Waker::from(Arc::clone(it)));
    let event = Event::new();
    let mut waiting = pin!(event.wait());
    // The waker of the last poll counts.
    for waker in &wakers {
        assert!(waiting.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
    }
    event.set();
    assert_eq!(n_wakes(), [0, 1]);
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_ready());

    event.clear();
    waiting.set(event.wait());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_pending());
    run(async { event.set() });
    assert_eq!(n_wakes(), [1, 1]);
}

#[test]
fn a_lock_is_handed_over_in_the_order_of_asking() {
    let shared = (Transcript::default(), Rc::new(Lock::new(0)));
    run(async {
        let tasks = ["a", "b", "c"].map(|name| {
            spawn_with(&shared, async move |(log, lock)| {
                for _ in 0..2 {
                    let mut count = lock.lock().await;
                    *count += 1;
                    log.say(format!("{name}{}", *count));
                    interrupt().await;
                    // Whoever gives it back and asks again is behind the others.
                }
            })
        });
        interrupt().await;
        assert!(shared.1.try_lock().is_none() && shared.1.is_locked());
        for task in tasks {
            task.await.unwrap();
        }
    });
    let (log, lock) = shared;
    assert_eq!(log.words(), "a1 b2 c3 a4 b5 c6");
    assert!(!lock.is_locked());
    assert_eq!(lock.try_lock().map(|it| *it), Some(6));
}

#[test]
fn nobody_overtakes_one_that_was_handed_the_lock_and_has_not_run() {
    let lock = Rc::new(Lock::new(()));
    run(async {
        let held = lock.lock().await;
        let waiting = spawn_with(&lock, async |lock| drop(lock.lock().await));
        interrupt().await;
        drop(held);
        assert!(lock.try_lock().is_none());
        waiting.await.unwrap();
        assert!(lock.try_lock().is_some());
    });
}

#[test]
fn permits_go_to_those_who_wait_in_their_order_and_the_rest_is_available() {
    let shared = (Transcript::default(), Rc::new(Semaphore::new(0)));
    run(async {
        for name in ["a", "b", "c"] {
            drop(spawn_with(&shared, async move |(log, semaphore)| {
                std::mem::forget(semaphore.acquire().await);
                log.say(name);
            }));
        }
        quiescent().await;
        let (log, semaphore) = &shared;
        semaphore.add_permits(1);
        assert!(semaphore.try_acquire().is_none());
        quiescent().await;
        log.say("one");
        semaphore.add_permits(4);
        quiescent().await;
        log.say(format!("{} available", semaphore.available()));
        drop(semaphore.try_acquire().expect("there are two"));
        assert_eq!(semaphore.available(), 2);
    });
    assert_eq!(shared.0.words(), "a one b c 2 available");
}

#[test]
fn a_notification_goes_to_the_first_one_and_if_that_is_cancelled_to_the_next() {
    // Cancelled before it is notified, notified but without the lock, and with the lock given to it.
    for stage in 0..3 {
        let shared = (Transcript::default(), Rc::new(Lock::new(())), Rc::new(Condition::new()));
        run(async {
            let tasks = ["a", "b", "c"].map(|name| {
                spawn_with(&shared, async move |(log, lock, changed)| {
                    drop(changed.wait(lock.lock().await).await);
                    log.say(name);
                })
            });
            quiescent().await;
            let (log, lock, changed) = &shared;
            let held = lock.lock().await;
            if stage == 0 {
                tasks[0].cancel();
                quiescent().await;
            }
            changed.notify_one();
            quiescent().await;
            if stage == 1 {
                tasks[0].cancel();
                quiescent().await;
            }
            drop(held);
            if stage == 2 {
                tasks[0].cancel();
            }
            quiescent().await;
            log.say("all");
            changed.notify_all();
            quiescent().await;
            assert!(tasks[0].cancelled() && lock.try_lock().is_some());
        });
        assert_eq!(shared.0.words(), "b all c", "cancelled at {stage}");
    }
}

#[test]
fn a_barrier_lets_go_in_rounds_and_gives_each_a_place() {
    let shared = (Transcript::default(), Rc::new(Barrier::new(2)));
    run(async {
        let tasks = ["a", "b", "c", "d"].map(|name| {
            spawn_with(&shared, async move |(log, barrier)| {
                log.say(format!("{name}{}", barrier.wait().await.unwrap()));
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(shared.0.words(), "b1 d1 a0 c0");
}

#[test]
fn who_was_cancelled_at_a_barrier_has_not_come_and_its_place_is_free() {
    let shared = (Transcript::default(), Rc::new(Barrier::new(3)));
    run(async {
        let come = |name| {
            spawn_with(&shared, async move |(log, barrier)| {
                log.say(format!("{name}{}", barrier.wait().await.unwrap()));
            })
        };
        let (first, _second) = (come("a"), come("b"));
        quiescent().await;
        first.cancel();
        quiescent().await;
        assert_eq!(shared.1.n_waiting(), 1);
        let _others = [come("c"), come("d")];
        quiescent().await;
    });
    assert_eq!(shared.0.words(), "d2 b1 c0");
}

#[test]
fn a_broken_barrier_fails_those_who_wait_and_those_who_come_until_it_is_reset() {
    let barrier = Rc::new(Barrier::new(2));
    run(async {
        for reset in [false, true] {
            let waiting = spawn_with(&barrier, async |barrier| barrier.wait().await);
            quiescent().await;
            if reset {
                barrier.reset();
            } else {
                barrier.abort();
                assert!(barrier.is_broken());
                assert_eq!(barrier.wait().await, Err(BrokenBarrier));
                barrier.reset();
            }
            assert_eq!(waiting.await.unwrap(), Err(BrokenBarrier));
            assert!(!barrier.is_broken());
        }
        let passed = spawn_with(&barrier, async |barrier| barrier.wait().await);
        interrupt().await;
        assert_eq!(barrier.wait().await, Ok(1));
        barrier.abort();
        assert_eq!(passed.await.unwrap(), Ok(0), "all had come before it was aborted");
    });
    assert_eq!(BrokenBarrier.to_string(), "the barrier is broken: it was aborted or reset");
}

#[test]
#[should_panic(expected = "a barrier is for at least one task")]
fn a_barrier_for_nobody_is_refused() {
    let _ = Barrier::new(0);
}

#[test]
#[should_panic(expected = "a semaphore has at most `usize::MAX` permits")]
fn more_permits_than_can_be_counted_are_refused() {
    Semaphore::new(1).add_permits(usize::MAX);
}
