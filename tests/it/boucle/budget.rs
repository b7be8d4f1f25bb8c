//! A task that never has to wait gives the turn back all the same, after 128 things that it got; unless it
//! is told that it need not.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    Instrument, Loop, TaskError, TaskId, WokenBy, hold_up, interval, sleep, spawn, timeout,
    unconstrained,
};

/// Runs one task that does `greedy` over and over, and says how often it did before another one ran.
fn turns_kept(mut greedy: impl AsyncFnMut() + 'static) -> u32 {
    let n_done = Rc::new(Cell::new(0));
    Loop::builder()
        .virtual_time(true)
        .build()
        .run_until_complete(async move {
            let counter = Rc::clone(&n_done);
            let adversary = spawn(async move {
                // Not for ever: a test that fails ends.
                for _ in 0..10_000 {
                    greedy().await;
                    counter.set(counter.get() + 1);
                }
            });
            let n_done = spawn(async move { n_done.get() }).await;
            adversary.cancel();
            n_done
        })
        .expect("it ends")
        .expect("it ends")
}

#[test]
fn each_primitive_gives_the_turn_back_after_128_times() {
    let queue = Queue::unbounded();
    assert_eq!(turns_kept(async move || queue.put(1).await.expect("it is open")), 128);

    // A put and a get are two.
    let queue = Queue::new(1);
    let through = async move || {
        queue.put(1).await.expect("it is open");
        queue.get().await.expect("it is open");
    };
    assert_eq!(turns_kept(through), 64);

    let semaphore = Semaphore::new(1);
    assert_eq!(turns_kept(async move || drop(semaphore.acquire().await)), 128);

    let event = Event::new();
    event.set();
    assert_eq!(turns_kept(async move || event.wait().await), 128);

    let waiter = Waiter::new(0);
    assert_eq!(turns_kept(async move || waiter.wait().await), 128);

    let barrier = Barrier::new(1);
    assert_eq!(turns_kept(async move || assert_eq!(barrier.wait().await, Ok(0))), 128);

    let queue = Queue::<()>::unbounded();
    assert_eq!(turns_kept(async move || queue.join().await), 128);

    // With the lock: two.
    let (lock, condition) = (Lock::new(()), Condition::new());
    let look = async move || drop(condition.wait_for(lock.lock().await, |()| true).await);
    assert_eq!(turns_kept(look), 64);

    let mut ticks = None;
    let late = async move || {
        let ticks = ticks.get_or_insert_with(|| {
            let ticks = interval(Duration::from_millis(1));
            hold_up(Duration::from_secs(100));
            ticks
        });
        ticks.tick().await;
    };
    assert_eq!(turns_kept(late), 128);
}

#[test]
fn others_run_beside_an_interval_that_is_always_late() {
    let ended = Loop::builder().virtual_time(true).build().run_until_complete(async {
        let patient = spawn(async {
            for _ in 0..5 {
                sleep(Duration::from_millis(20)).await;
            }
        });
        let _late = spawn(async {
            let mut ticks = interval(Duration::from_millis(1));
            for _ in 0..10_000 {
                ticks.tick().await;
                hold_up(Duration::from_micros(1_200));
            }
            panic!("it has ended, and kept the others from their turns");
        });
        timeout(Duration::from_secs(2), patient).await.map(|it| it.expect("it ends"))
    });
    assert_eq!(ended, Ok(Ok(())));
}

/// Polls `future` until it is ready, as an executor inside of a task; says how often.
fn polls_inside(future: impl Future<Output = ()>) -> usize {
    let mut future = pin!(future);
    // Not for ever: a test that fails ends.
    let mut polls = 1..1000;
    polls
        .find(|_| future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready())
        .expect("it goes on when it is polled again")
}

#[test]
fn an_executor_inside_of_a_task_is_told_once_that_it_takes_long_and_goes_on() {
    let queue = Queue::unbounded();
    for item in 0..300 {
        queue.try_put(item).expect("there is room");
    }
    let get = async |n| {
        for _ in 0..n {
            queue.get().await.expect("there is one");
        }
    };
    let n_polls = boucle::run(async { polls_inside(get(200)) });
    assert_eq!(n_polls, 2);
    boucle::run(async { futures_lite::future::block_on(get(100)) });
}

#[test]
fn a_task_that_is_polled_again_in_the_same_turn_has_no_new_budget() {
    boucle::run(poll_fn(|cx| {
        let event = Event::new();
        event.set();
        let mut wait = || pin!(event.wait()).poll(cx);
        for _ in 0..128 {
            assert!(wait().is_ready());
        }
        for _ in 0..3 {
            assert!(wait().is_pending());
        }
        Poll::Ready(())
    }));
}

#[test]
fn what_is_unconstrained_keeps_the_turn_and_is_not_charged() {
    let event = Rc::new(Event::new());
    event.set();
    let times = |n| {
        let event = Rc::clone(&event);
        async move {
            for _ in 0..n {
                event.wait().await;
            }
        }
    };
    boucle::run(async {
        let other = spawn(async {});
        times(100).await;
        unconstrained(times(1000)).await;
        unconstrained(async {
            unconstrained(times(1000)).await;
            times(1000).await;
        })
        .await;
        times(28).await;
        assert!(!other.done(), "it has given the turn back");
        times(1).await;
        assert!(other.done(), "it was not charged after that");
        // It waits as anything else, and a panic is none of its business.
        let done = unconstrained(timeout(Duration::from_millis(1), pending::<()>())).await;
        assert!(done.is_err());
        let panicked = spawn(unconstrained(async { panic::panic_any("printed on stderr") }));
        assert!(panicked.await.is_err_and(|it| matches!(it, TaskError::Panicked(_))));
    });
}

#[test]
fn a_timer_fires_beside_a_queue_that_is_never_empty() {
    let event_loop = Loop::new();
    event_loop
        .run_until_complete(async {
            let queue = Rc::new(Queue::unbounded());
            queue.try_put(()).expect("there is room");
            let greedy = spawn(async move {
                for _ in 0..10_000_000 {
                    queue.get().await.expect("it is open");
                    queue.put(()).await.expect("it is open");
                }
            });
            sleep(Duration::from_millis(1)).await;
            assert!(greedy.cancel(), "it has ended, and kept the timer waiting");
        })
        .expect("the timer is seen");
}

#[test]
fn a_get_that_is_dropped_as_the_turn_is_given_back_takes_nothing() {
    let left = boucle::run(async {
        let queue = Queue::unbounded();
        for item in 0..200 {
            queue.try_put(item).expect("there is room");
        }
        for _ in 0..128 {
            queue.get().await.expect("there is one");
        }
        let mut cx = Context::from_waker(Waker::noop());
        let mut get = Box::pin(queue.get());
        assert!(get.as_mut().poll(&mut cx).is_pending());
        drop(get);
        queue.try_get()
    });
    assert_eq!(left, Ok(128));
}

#[test]
fn outside_of_a_loop_nothing_is_counted() {
    let queue = Queue::unbounded();
    let mut cx = Context::from_waker(Waker::noop());
    for item in 0..1000 {
        let put = Box::pin(queue.put(item)).as_mut().poll(&mut cx);
        assert_eq!(put, Poll::Ready(Ok(())));
    }
}

/// Panics as it is woken.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic::panic_any("printed on stderr, once a run of the tests");
    }
}

#[test]
fn a_waker_that_panics_outside_of_a_loop_keeps_nobody_else_waiting() {
    let waiter = Waiter::new(1);
    let mut first = Box::pin(waiter.wait());
    let mut second = Box::pin(waiter.wait());
    let panics = Waker::from(Arc::new(Panics));
    assert!(first.as_mut().poll(&mut Context::from_waker(&panics)).is_pending());
    assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    waiter.set();
    assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

/// Keeps who was woken.
#[derive(Default)]
struct Woken(RefCell<Vec<TaskId>>);

impl Instrument for Woken {
    fn woken(&self, task: TaskId, _by: WokenBy) {
        self.0.borrow_mut().push(task);
    }
}

#[test]
fn a_wake_is_told_when_it_changes_something() {
    let woken = Rc::new(Woken::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&woken)).build();
    let mut waker = None;
    let mut n_polls = 0;
    event_loop
        .run_until_complete(std::future::poll_fn(|cx| {
            n_polls += 1;
            // Three times, and one of them counts: then it is in the queue.
            for _ in 0..3 {
                cx.waker().wake_by_ref();
            }
            waker = Some(cx.waker().clone());
            if n_polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        }))
        .expect("it ends");
    // Its last poll woke it as well; now it has ended.
    assert_eq!(woken.0.borrow().len(), 2);
    waker.expect("it was polled").wake();
    event_loop.run_until_complete(async {}).expect("it ends");
    assert_eq!(woken.0.borrow().len(), 2);
}
