//! A task that never has to wait gives the turn back all the same, after 128 things that it got.

use std::cell::{Cell, RefCell};
use std::panic;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use boucle::sync::{Event, Queue, Semaphore, Waiter};
use boucle::{Instrument, Loop, TaskId, WokenBy, sleep, spawn};

/// Runs one task that does `greedy` over and over, and says how often it did before another one ran.
fn turns_kept(greedy: impl AsyncFn() + 'static) -> u32 {
    let n_done = Rc::new(Cell::new(0));
    Loop::new()
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
