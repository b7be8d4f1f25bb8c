//! What the model checker `loom` tries: the loop as it is, against other threads that wake, drop and
//! call, in every order and with every stale value that the memory model allows.
//!
//! `RUSTFLAGS="--cfg boucle_loom" cargo test -p boucle --lib --release models`; how many times a
//! thread is interrupted is bounded, by 2 unless `LOOM_MAX_PREEMPTIONS` says otherwise.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use loom::model::Builder;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use loom::thread::{JoinHandle, ThreadId};

use crate::data::RunError;

use crate::cell::Schedule;
use crate::data::TaskId;
use crate::data::WokenBy;
use crate::data::primitives::Arc;
use crate::face::Loop;
use crate::host::Instrument;

/// Tries `f` in all orders.
fn model(f: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(2));
    builder.check(f);
}

/// Dropped on the thread that made it, or the model fails; counts.
struct Local {
    thread: ThreadId,
    n_drops: Rc<Cell<u32>>,
}

impl Local {
    fn new(n_drops: &Rc<Cell<u32>>) -> Local {
        Local { thread: thread::current().id(), n_drops: Rc::clone(n_drops) }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // Not an assertion: the loop would keep the panic.
        let wrong = thread::current().id() != self.thread;
        self.n_drops.set(self.n_drops.get() + if wrong { 100 } else { 1 });
    }
}

/// Threads that a task has started, to be joined by the model.
#[derive(Default)]
struct Threads(Cell<Vec<JoinHandle<()>>>);

impl Threads {
    fn start(&self, f: impl FnOnce() + 'static) {
        let mut threads = self.0.take();
        threads.push(thread::spawn(f));
        self.0.set(threads);
    }

    fn join(&self) {
        self.0
            .take()
            .into_iter()
            .for_each(|it| it.join().expect("a thread of a model does not panic"));
    }
}

/// Counts the wakes that a loop hears of.
#[derive(Default)]
struct CountWakes(Cell<u32>);

impl Instrument for CountWakes {
    fn woken(&self, _task: TaskId, _by: WokenBy) {
        self.0.set(self.0.get() + 1);
    }
}

/// Runs a task that starts `n` threads; each raises its flag, and wakes the task. The flags are
/// relaxed: that the task sees them is the work of the wake. Returns how often it was polled.
fn run_until_flags_are_raised(event_loop: &Loop, n: usize, wake: fn(Waker)) -> u32 {
    let flags: Vec<_> = (0..n).map(|_| Arc::new(AtomicBool::new(false))).collect();
    let (threads, mut n_polls) = (Threads::default(), 0);
    let all_raised = poll_fn(|cx| {
        n_polls += 1;
        if n_polls == 1 {
            for flag in &flags {
                let (flag, waker) = (Arc::clone(flag), cx.waker().clone());
                threads.start(move || {
                    flag.store(true, Ordering::Relaxed);
                    wake(waker);
                });
            }
            return Poll::Pending;
        }
        let are_raised = flags.iter().all(|it| it.load(Ordering::Relaxed));
        if are_raised { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(event_loop.run_until_complete(all_raised), Ok(()));
    threads.join();
    n_polls
}

#[test]
fn a_wake_is_not_lost_to_a_loop_that_goes_to_sleep() {
    model(|| {
        let n_polls = run_until_flags_are_raised(&Loop::new(), 1, Waker::wake);
        assert_eq!(n_polls, 2);
    });
}

#[test]
fn of_two_wakers_at_once_none_is_lost_and_the_task_gets_a_letter_or_two() {
    model(|| {
        let count = Rc::new(CountWakes::default());
        let event_loop = Loop::builder().instrument(Rc::clone(&count)).build();
        let n_polls = run_until_flags_are_raised(&event_loop, 2, Waker::wake);
        assert!((2..=3).contains(&n_polls));
        assert!((1..=2).contains(&count.0.get()));
    });
}

#[test]
fn a_waker_that_wakes_twice_brings_a_letter_for_each_poll_at_the_most() {
    model(|| {
        let count = Rc::new(CountWakes::default());
        let event_loop = Loop::builder().instrument(Rc::clone(&count)).build();
        let n_polls = run_until_flags_are_raised(&event_loop, 1, |waker| {
            waker.wake_by_ref();
            waker.wake();
        });
        assert_eq!(n_polls, 2);
        assert!((1..=2).contains(&count.0.get()));
    });
}

#[test]
fn two_tasks_are_woken_at_once_and_both_go_on() {
    model(|| {
        let event_loop = Loop::new();
        let threads = Rc::new(Threads::default());
        for _ in 0..2 {
            let (threads, mut is_woken) = (Rc::clone(&threads), false);
            drop(event_loop.add_task(poll_fn(move |cx| {
                if is_woken {
                    return Poll::Ready(());
                }
                is_woken = true;
                let waker = cx.waker().clone();
                threads.start(move || waker.wake());
                Poll::Pending
            })));
        }
        event_loop.run();
        threads.join();
    });
}

#[test]
fn a_task_has_one_letter_in_the_inbox_however_many_wake_it() {
    model(|| {
        let event_loop = Loop::new();
        let wakers: Rc<Cell<Option<[Waker; 2]>>> = Rc::default();
        let given = Rc::clone(&wakers);
        drop(event_loop.add_task(poll_fn(move |cx| {
            given.set(Some([cx.waker().clone(), cx.waker().clone()]));
            Poll::<()>::Pending
        })));
        event_loop.stop();
        event_loop.run();
        let threads = Threads::default();
        for waker in wakers.take().expect("the task was polled") {
            threads.start(move || waker.wake());
        }
        threads.join();
        assert_eq!(event_loop.core().remote().inbox.take().len(), 1);
    });
}

/// A task that gives a waker to each of two threads, and ends at its first poll, or never.
fn spawn_with_wakers(
    event_loop: &Loop,
    threads: &Rc<Threads>,
    n_drops: &Rc<Cell<u32>>,
    ends: bool,
    uses: [fn(Waker); 2],
) -> crate::Task<Local> {
    let (threads, n_drops) = (Rc::clone(threads), Rc::clone(n_drops));
    let mut local = Some(Local::new(&n_drops));
    event_loop.add_task(poll_fn(move |cx| {
        for f in uses {
            let waker = cx.waker().clone();
            threads.start(move || f(waker));
        }
        if ends { local.take().map_or(Poll::Pending, Poll::Ready) } else { Poll::Pending }
    }))
}

#[test]
fn wakes_against_the_end_of_the_task_and_of_its_handle() {
    model(|| {
        let (event_loop, n_drops) = (Loop::new(), Rc::default());
        let threads = Rc::default();
        let uses: [fn(Waker); 2] = [Waker::wake, drop];
        let task = spawn_with_wakers(&event_loop, &threads, &n_drops, true, uses);
        event_loop.run();
        assert_eq!(n_drops.get(), 0);
        drop(task);
        assert_eq!(n_drops.get(), 1);
        threads.join();
        assert_eq!(n_drops.get(), 1);
    });
}

#[test]
fn the_last_waker_dropped_elsewhere_against_the_release_by_the_owner() {
    model(|| {
        let (event_loop, n_drops) = (Loop::new(), Rc::default());
        let threads = Rc::default();
        let clones: fn(Waker) = |waker| drop(waker.clone());
        let task = spawn_with_wakers(&event_loop, &threads, &n_drops, true, [drop, clones]);
        drop(task);
        event_loop.run();
        assert_eq!(n_drops.get(), 1);
        threads.join();
    });
}

#[test]
fn wakes_against_the_close_of_the_loop() {
    model(|| {
        let (event_loop, n_drops) = (Loop::new(), Rc::default());
        let threads: Rc<Threads> = Rc::default();
        let uses: [fn(Waker); 2] = [Waker::wake, |waker| waker.wake_by_ref()];
        drop(spawn_with_wakers(&event_loop, &threads, &n_drops, false, uses));
        event_loop.stop();
        event_loop.run();
        drop(event_loop);
        // One here, by the loop; none by the threads that hold the last wakers.
        assert_eq!(n_drops.get(), 1);
        threads.join();
        assert_eq!(n_drops.get(), 1);
    });
}

#[test]
fn a_call_and_the_end_of_the_last_handle_are_no_deadlock() {
    model(|| {
        let event_loop = Loop::new();
        let handle = event_loop.handle();
        let thread = thread::spawn(move || handle.stop());
        let never = std::future::pending::<()>();
        assert_eq!(event_loop.run_until_complete(never), Err(RunError::Stopped));
        thread.join().expect("a thread of a model does not panic");
    });
}

#[test]
fn a_call_against_the_close_is_called_or_refused() {
    model(|| {
        let event_loop = Loop::new();
        let handle = event_loop.handle();
        let called = Arc::new(AtomicBool::new(false));
        let calls = Arc::clone(&called);
        let thread = thread::spawn(move || {
            handle.call_soon(move || calls.store(true, Ordering::Relaxed)).is_ok()
        });
        assert_eq!(event_loop.run_until_complete(async {}), Ok(()));
        event_loop.close().expect("no loop runs here");
        let accepted = thread.join().expect("a thread of a model does not panic");
        // A call that was accepted may come too late, and is dropped then; never the contrary.
        assert!(accepted || !called.load(Ordering::Relaxed));
    });
}

#[test]
fn a_loop_whose_last_handle_goes_while_it_falls_asleep_says_deadlock() {
    model(|| {
        let event_loop = Loop::new();
        let (threads, handle) = (Threads::default(), event_loop.handle());
        threads.start(move || drop(handle));
        let never = std::future::pending::<()>();
        assert_eq!(event_loop.run_until_complete(never), Err(RunError::Deadlock));
        threads.join();
    });
}

#[test]
fn a_loop_whose_last_wakers_go_while_it_falls_asleep_says_deadlock() {
    model(|| {
        let event_loop = Loop::new();
        let (threads, mut is_first) = (Threads::default(), true);
        let never = poll_fn(|cx| {
            if std::mem::take(&mut is_first) {
                for waker in [cx.waker().clone(), cx.waker().clone()] {
                    threads.start(move || drop(waker));
                }
            }
            Poll::<()>::Pending
        });
        assert_eq!(event_loop.run_until_complete(never), Err(RunError::Deadlock));
        threads.join();
    });
}

#[test]
fn wakers_that_outlive_loop_and_task_are_dropped_anywhere() {
    model(|| {
        let event_loop = Loop::new();
        let wakers: Rc<Cell<Option<[Waker; 2]>>> = Rc::default();
        let given = Rc::clone(&wakers);
        let mut task = Some(event_loop.add_task(poll_fn(move |cx| {
            given.set(Some([cx.waker().clone(), cx.waker().clone()]));
            Poll::Ready(())
        })));
        event_loop.stop();
        event_loop.run();
        let threads = Threads::default();
        for waker in wakers.take().expect("the task was polled") {
            threads.start(move || waker.wake());
        }
        // The owner thread gives up its share meanwhile, and the loop goes.
        drop(task.take());
        drop(event_loop);
        threads.join();
    });
}
