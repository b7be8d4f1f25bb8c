//! Wakes from elsewhere: other threads, other executors, a loop that is gone; and how soon they are
//! served beside a task that is always ready.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use boucle::{Loop, Task, interrupt, sleep, sleep_until};

use super::transcript::{OnDrop, virtual_loop};

/// After so many polls the loop looks at its inbox and its timers, as its documentation says.
const POLLS_BETWEEN_LOOKS: usize = 61;

/// A place for a waker that threads share.
type Shared = Arc<Mutex<Option<Waker>>>;

/// A future that leaves its waker in `shared` at each poll, and ends at the `n`th.
fn poll_times(n: usize, shared: &Shared) -> impl Future<Output = ()> + use<> {
    let (shared, mut n_polls) = (Arc::clone(shared), 0);
    poll_fn(move |cx| {
        n_polls += 1;
        *shared.lock().unwrap() = Some(cx.waker().clone());
        if n_polls < n { Poll::Pending } else { Poll::Ready(()) }
    })
}

/// Opens and closes loops, while four threads wake the tasks of those that were and are.
fn wake_while_loops_open_and_close(n_loops: usize) {
    let (shared, is_over) = (Shared::default(), Arc::new(AtomicBool::new(false)));
    let threads = [(); 4].map(|()| {
        let (shared, is_over) = (Arc::clone(&shared), Arc::clone(&is_over));
        thread::spawn(move || {
            let mut n_wakes = 0;
            while n_wakes < 10 * n_loops || !is_over.load(Ordering::Relaxed) {
                let waker = shared.lock().unwrap().clone();
                if let Some(waker) = waker {
                    waker.wake_by_ref();
                    drop(waker.clone());
                    waker.wake();
                    n_wakes += 2;
                }
            }
        })
    });
    for n in 0..n_loops {
        let event_loop = Loop::new();
        let here = thread::current().id();
        let n_drops = Rc::new(Cell::new(0));
        let counts = Rc::clone(&n_drops);
        let owned = OnDrop(move || {
            assert_eq!(thread::current().id(), here);
            counts.set(counts.get() + 1);
        });
        let woken = poll_times(3, &shared);
        let kept = event_loop.add_task(async move {
            let _owned = owned;
            woken.await;
        });
        if n % 2 == 0 {
            event_loop.run();
            assert!(kept.done());
        } else {
            event_loop.stop();
            event_loop.run();
        }
        drop(event_loop);
        assert_eq!((kept.done(), n_drops.get()), (true, 1));
    }
    is_over.store(true, Ordering::Relaxed);
    threads.into_iter().for_each(|it| it.join().unwrap());
}

#[test]
fn four_threads_wake_while_a_thousand_loops_open_and_close() {
    wake_while_loops_open_and_close(1_000);
}

#[test]
#[ignore = "`just slow` runs it, where helgrind watches"]
fn four_threads_wake_while_ten_thousand_loops_open_and_close() {
    wake_while_loops_open_and_close(10_000);
}

#[test]
fn a_waker_outlives_its_loop() {
    let (shared, (event_loop, _)) = (Shared::default(), virtual_loop());
    drop(event_loop.add_task(poll_times(2, &shared)));
    event_loop.stop();
    event_loop.run();
    drop(event_loop);
    let waker = shared.lock().unwrap().take().unwrap();
    waker.wake_by_ref();
    let elsewhere = waker.clone();
    thread::spawn(move || elsewhere.wake()).join().unwrap();
    assert!(waker.will_wake(&waker.clone()));
    waker.wake();
}

#[test]
fn a_future_is_dropped_on_its_thread_wherever_its_last_waker_goes() {
    for is_last_to_go in [true, false] {
        let (shared, (event_loop, _)) = (Shared::default(), virtual_loop());
        let (here, is_dropped) = (thread::current().id(), Rc::new(Cell::new(false)));
        let drops = Rc::clone(&is_dropped);
        let owned = OnDrop(move || {
            assert_eq!(thread::current().id(), here);
            drops.set(true);
        });
        let woken = poll_times(2, &shared);
        drop(event_loop.add_task(async move {
            let _owned = owned;
            woken.await;
        }));
        event_loop.stop();
        event_loop.run();
        let waker = shared.lock().unwrap().take().unwrap();
        if is_last_to_go {
            event_loop.close().unwrap();
            assert!(is_dropped.get());
        }
        thread::spawn(move || drop(waker)).join().unwrap();
        assert_eq!(is_dropped.get(), is_last_to_go);
        event_loop.close().unwrap();
        assert!(is_dropped.get());
    }
}

#[test]
fn the_last_waker_goes_after_the_end_of_its_task_and_its_handle() {
    let (shared, (event_loop, _)) = (Shared::default(), virtual_loop());
    let task = event_loop.add_task(poll_times(1, &shared));
    event_loop.run();
    let waker = shared.lock().unwrap().take().unwrap();
    waker.wake_by_ref();
    event_loop.run_until_complete(interrupt()).unwrap();
    drop(task);
    thread::spawn(move || waker.wake()).join().unwrap();
    assert_eq!(event_loop.run_until_complete(async { 42 }), Ok(42));
}

#[test]
fn many_wakes_of_one_task_are_one_poll() {
    let (shared, (event_loop, _)) = (Shared::default(), virtual_loop());
    let task = event_loop.add_task(poll_times(3, &shared));
    event_loop.stop();
    event_loop.run();
    let waker = shared.lock().unwrap().take().unwrap();
    let wakes = move || (0..1_000).for_each(|_| waker.wake_by_ref());
    thread::spawn(wakes).join().unwrap();
    event_loop.run_until_complete(interrupt()).unwrap();
    assert!(!task.done());
    shared.lock().unwrap().take().unwrap().wake();
    event_loop.run();
    assert!(task.done());
}

/// A waker of another executor, inside of a task: counts, and passes on.
struct Forward(Waker, AtomicUsize);

impl Wake for Forward {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.wake_by_ref();
    }
}

/// Awaits `future` as another executor would that lives in a task: with a waker of its own.
async fn in_another_executor<F: Future>(future: F) -> (F::Output, usize) {
    let mut future = std::pin::pin!(future);
    let forward: Cell<Option<Arc<Forward>>> = Cell::new(None);
    let value = poll_fn(|cx| {
        let here = forward
            .take()
            .unwrap_or_else(|| Arc::new(Forward(cx.waker().clone(), AtomicUsize::new(0))));
        let waker = Waker::from(Arc::clone(&here));
        forward.set(Some(here));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await;
    (value, forward.take().unwrap().1.load(Ordering::Relaxed))
}

#[test]
fn another_executor_awaits_what_is_ours() {
    let (event_loop, reports) = virtual_loop();
    event_loop
        .run_until_complete(async {
            let task = boucle::spawn(async {
                sleep(Duration::from_secs(1)).await;
                42
            });
            let (value, n_wakes) = in_another_executor(task).await;
            assert_eq!((value.unwrap(), n_wakes), (42, 1));
            assert_eq!(in_another_executor(sleep(Duration::from_secs(1))).await, ((), 1));
            assert_eq!(in_another_executor(interrupt()).await, ((), 1));
            assert_eq!(in_another_executor(boucle::quiescent()).await, ((), 1));
        })
        .unwrap();
    assert_eq!(reports.take(), "");
}

#[test]
fn a_task_that_one_and_then_another_awaits_wakes_the_last_one() {
    let (event_loop, _) = virtual_loop();
    event_loop
        .run_until_complete(async {
            let mut task = boucle::spawn(sleep(Duration::from_secs(1)));
            for is_foreign in [true, false, true, true, false] {
                let asked = poll_fn(|cx| {
                    assert!(Pin::new(&mut task).poll(cx).is_pending());
                    Poll::Ready(())
                });
                if is_foreign {
                    in_another_executor(asked).await;
                } else {
                    asked.await;
                }
            }
            task.await.unwrap();
        })
        .unwrap();
}

#[test]
fn a_waker_of_another_executor_is_given_up_when_a_task_awaits_instead() {
    boucle::run(async {
        let mut task = boucle::spawn(interrupt());
        let n_kept = poll_fn(|cx| {
            let forward = Arc::new(Forward(cx.waker().clone(), AtomicUsize::new(0)));
            let foreign = Waker::from(Arc::clone(&forward));
            assert!(Pin::new(&mut task).poll(&mut Context::from_waker(&foreign)).is_pending());
            drop(foreign);
            let before = Arc::strong_count(&forward);
            assert!(Pin::new(&mut task).poll(cx).is_pending());
            Poll::Ready((before, Arc::strong_count(&forward)))
        });
        assert_eq!(n_kept.await, (2, 1));
    });
}

/// Counts its polls, until `is_over` says so.
fn always_ready(
    n_polls: &Rc<Cell<usize>>,
    is_over: &Rc<Cell<bool>>,
) -> impl Future<Output = ()> + use<> {
    let (n_polls, is_over) = (Rc::clone(n_polls), Rc::clone(is_over));
    async move {
        while !is_over.get() {
            n_polls.set(n_polls.get() + 1);
            interrupt().await;
        }
    }
}

#[test]
fn a_wake_from_another_thread_is_served_in_the_stated_number_of_polls() {
    for n_adversaries in [1, 10, 1_000] {
        let (shared, (event_loop, _)) = (Shared::default(), virtual_loop());
        let (n_polls, is_over) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let woken = poll_times(2, &shared);
        let over = Rc::clone(&is_over);
        drop(event_loop.add_task(async move {
            woken.await;
            over.set(true);
        }));
        let counts = Rc::clone(&n_polls);
        drop(event_loop.add_task(async move {
            let waker = shared.lock().unwrap().take().unwrap();
            thread::spawn(move || waker.wake()).join().unwrap();
            counts.set(0);
        }));
        for _ in 0..n_adversaries {
            drop(event_loop.add_task(always_ready(&n_polls, &is_over)));
        }
        event_loop.run();
        // Seen by the next look, and then behind those who were ready before.
        let bound = POLLS_BETWEEN_LOOKS + n_adversaries;
        assert!(n_polls.get() <= bound, "{} polls, {n_adversaries} adversaries", n_polls.get());
    }
}

#[test]
fn a_timer_that_is_due_is_served_in_the_stated_number_of_polls() {
    for n_adversaries in [1, 10, 1_000] {
        let event_loop = Loop::new();
        let (n_polls, is_over) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let over = Rc::clone(&is_over);
        let deadline = event_loop.run_until_complete(async { boucle::now() }).unwrap();
        let deadline = deadline + Duration::from_millis(2);
        let sleeps = sleep_until(deadline);
        let sleeper: Task<()> = event_loop.add_task(async move {
            sleeps.await;
            over.set(true);
        });
        let counts = Rc::clone(&n_polls);
        // Busy until the deadline has passed: what is counted begins there, whatever the clock says.
        drop(event_loop.add_task(async move {
            while boucle::now() < deadline {}
            counts.set(0);
            pending::<()>().await;
        }));
        for _ in 0..n_adversaries {
            drop(event_loop.add_task(always_ready(&n_polls, &is_over)));
        }
        event_loop.run_until_complete(sleeper).unwrap().unwrap();
        let bound = POLLS_BETWEEN_LOOKS + n_adversaries;
        assert!(n_polls.get() <= bound, "{} polls, {n_adversaries} adversaries", n_polls.get());
    }
}
