//! What others wait with runs on the loop as it is: channels, locks, listeners, and the combinators of
//! `futures`; `threads` has what comes from other threads.

mod threads;

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use boucle::{Instrument, Loop, TaskId, current_task, interrupt, now, quiescent, sleep, spawn};
use event_listener::{Event, Listener};
use futures::channel::{mpsc, oneshot};
use futures::future::{AbortHandle, Abortable, Aborted, Either};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, SinkExt, StreamExt, future, join, select, stream};

use super::transcript::{Held, Transcript, run, seconds};

/// Counts polls of tasks.
#[derive(Default)]
struct Polls(Cell<usize>);

impl Instrument for Polls {
    fn before_poll(&self, _task: TaskId) {
        self.0.set(self.0.get() + 1);
    }
}

/// Runs `test` on virtual time; returns how often its tasks were polled.
fn polls_of(test: impl Future<Output = ()>) -> usize {
    let polls = Rc::new(Polls::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&polls)).build();
    event_loop.run_until_complete(test).expect("the test ends");
    polls.0.get()
}

/// Sleeps, says its name, returns it.
async fn job(log: Transcript, name: &'static str, after: u64) -> &'static str {
    sleep(seconds(after)).await;
    log.say(name);
    name
}

#[test]
fn a_channel_of_async_channel_holds_up_who_sends() {
    let log = Transcript::default();
    run(async {
        let (send, receive) = async_channel::bounded(1);
        let says = log.clone();
        drop(spawn(async move {
            for n in 1..=3 {
                send.send(n).await.unwrap();
                says.say(format!("sent{n}"));
            }
        }));
        quiescent().await;
        while let Ok(n) = receive.recv().await {
            log.say(format!("got{n}"));
            quiescent().await;
        }
        log.say("closed");
    });
    assert_eq!(log.words(), "sent1 got1 sent2 got2 sent3 got3 closed");
}

#[test]
fn a_receive_that_is_cancelled_loses_no_message() {
    run(async {
        let (send, receive) = async_channel::unbounded();
        let first = receive.clone();
        let first = spawn(async move { first.recv().await });
        let second = spawn(async move { receive.recv().await });
        quiescent().await;
        // The first is told of the message, and cancelled before its turn.
        send.try_send("message").unwrap();
        assert!(first.cancel());
        assert_eq!(second.await.unwrap(), Ok("message"));
    });
}

#[test]
fn locks_of_async_lock_exclude_tasks_that_wait_while_they_hold_them() {
    let log = Transcript::default();
    run(async {
        let mutex = Arc::new(async_lock::Mutex::new(0));
        let tasks = ["a", "b", "c"].map(|name| {
            let (log, mutex) = (log.clone(), Arc::clone(&mutex));
            spawn(async move {
                let mut held = mutex.lock().await;
                log.say(format!("{name}{}", *held));
                sleep(seconds(1)).await;
                *held += 1;
                log.say(format!("{name}{}", *held));
            })
        });
        future::join_all(tasks).await;
        let lock = async_lock::RwLock::new(mutex);
        let (one, other) = join!(lock.read(), lock.read());
        assert!(lock.try_write().is_none());
        drop((one, other));
        assert_eq!(*lock.write().await.lock().await, 3);
    });
    assert_eq!(log.words(), "a0 a1 b1 b2 c2 c3");
}

#[test]
fn a_semaphore_and_a_barrier_of_async_lock_let_through_as_many_as_they_say() {
    let log = Transcript::default();
    run(async {
        let start = now();
        let semaphore = Arc::new(async_lock::Semaphore::new(2));
        let barrier = Arc::new(async_lock::Barrier::new(3));
        let tasks = ["a", "b", "c"].map(|name| {
            let (log, semaphore, barrier) = (log.clone(), semaphore.clone(), barrier.clone());
            spawn(async move {
                let permit = semaphore.acquire().await;
                sleep(seconds(1)).await;
                drop(permit);
                log.say(format!("{name}{}", (now() - start).as_secs()));
                barrier.wait().await.is_leader()
            })
        });
        let leaders = future::join_all(tasks).await;
        assert_eq!(leaders.into_iter().filter(|it| *it.as_ref().unwrap()).count(), 1);
        log.say(format!("all{}", (now() - start).as_secs()));
    });
    assert_eq!(log.words(), "a1 b1 c2 all2");
}

#[test]
fn listeners_are_notified_in_their_order_and_only_as_many_as_were_asked_for() {
    let (log, event) = (Transcript::default(), Rc::new(Event::new()));
    run(async {
        let tasks = ["a", "b", "c"].map(|name| {
            let (log, event) = (log.clone(), Rc::clone(&event));
            spawn(async move {
                event.listen().await;
                log.say(name);
            })
        });
        quiescent().await;
        event.notify(2);
        quiescent().await;
        log.say("more:");
        event.notify(3);
        future::join_all(tasks).await;
        // Notified before anybody waits for it, and without a loop.
        let listener = event.listen();
        event.notify(1);
        listener.wait();
    });
    assert_eq!(log.words(), "a b more: c");
}

#[test]
fn a_broadcast_reaches_every_receiver_and_waits_for_the_slowest() {
    let log = Transcript::default();
    run(async {
        let (send, receive) = async_broadcast::broadcast(1);
        let listens = |name: &'static str, after| {
            let (log, mut receive) = (log.clone(), receive.clone());
            spawn(async move {
                while let Ok(n) = receive.recv().await {
                    log.say(format!("{name}{n}"));
                    sleep(seconds(after)).await;
                }
            })
        };
        let tasks = [listens("quick", 0), listens("slow", 1)];
        drop(receive);
        for n in 1..=3 {
            send.broadcast(n).await.unwrap();
        }
        drop(send);
        future::join_all(tasks).await;
    });
    assert_eq!(log.words(), "quick1 slow1 quick2 slow2 quick3 slow3");
}

#[test]
fn join_all_keeps_the_order_and_polls_each_child_for_its_own_wakes_only() {
    let n_child_polls = Cell::new(0);
    let n_polls = polls_of(async {
        let children = (0..100).map(|n| {
            let mut sleep = Box::pin(sleep(Duration::from_millis(100 - n)));
            let counts = &n_child_polls;
            future::poll_fn(move |cx| {
                counts.set(counts.get() + 1);
                sleep.as_mut().poll(cx).map(|()| n)
            })
        });
        assert_eq!(future::join_all(children).await, (0..100).collect::<Vec<_>>());
    });
    assert_eq!(n_child_polls.get(), 200);
    // All live in one task: polled once for each that ends, and twice at the start, since `futures`
    // gives the turn back when it has polled them all.
    assert_eq!(n_polls, 102);
}

#[test]
fn unordered_futures_come_as_they_end_also_if_they_are_tasks() {
    let log = Transcript::default();
    run(async {
        let mut jobs = FuturesUnordered::new();
        for (name, after) in [("c", 3), ("a", 1), ("b", 2)] {
            jobs.push(spawn(job(log.clone(), name, after)));
        }
        while let Some(name) = jobs.next().await {
            let name = name.unwrap();
            log.say(format!("ended:{name}"));
            if name == "a" {
                jobs.push(spawn(job(log.clone(), "d", 5)));
            }
        }
    });
    assert_eq!(log.words(), "a ended:a b ended:b c ended:c d ended:d");
}

#[test]
fn buffer_unordered_keeps_as_many_going_as_it_says() {
    let log = Transcript::default();
    run(async {
        let start = now();
        let jobs = [("a", 3), ("b", 1), ("c", 1), ("d", 1), ("e", 2)];
        let jobs = stream::iter(jobs).map(|(name, after)| job(Transcript::default(), name, after));
        let mut ends = jobs.buffer_unordered(2);
        while let Some(name) = ends.next().await {
            log.say(format!("{name}{}", (now() - start).as_secs()));
        }
    });
    assert_eq!(log.words(), "b1 c2 a3 d3 e5");
}

#[test]
fn select_takes_the_first_and_drops_the_other() {
    let log = Transcript::default();
    run(async {
        let slow = async {
            let _held = Held(log.clone(), "slow");
            sleep(seconds(2)).await;
        };
        select! {
            () = slow.fuse() => log.say("slow"),
            () = sleep(seconds(1)).fuse() => log.say("quick"),
        }
        log.say("then");
        let never = pending::<Infallible>();
        let ended = future::select(Box::pin(sleep(seconds(1))), never).await;
        assert!(matches!(ended, Either::Left(((), _))));
    });
    assert_eq!(log.words(), "-slow quick then");
}

#[test]
fn channels_of_futures_carry_one_value_or_many() {
    let log = Transcript::default();
    run(async {
        let (mut send, mut receive) = mpsc::channel(0);
        let (done, is_done) = oneshot::channel();
        let says = log.clone();
        drop(spawn(async move {
            for n in 1..=2 {
                send.send(n).await.unwrap();
                // Sent when it was taken: this channel holds nothing.
                says.say(format!("sent{n}"));
            }
            done.send(current_task()).unwrap();
        }));
        while let Some(n) = receive.next().await {
            log.say(format!("got{n}"));
        }
        assert_ne!(is_done.await.unwrap(), current_task());
        let (gone, cannot) = oneshot::channel::<()>();
        drop(gone);
        log.say(cannot.await.unwrap_err());
    });
    assert_eq!(log.words(), "got1 sent1 got2 sent2 oneshot canceled");
}

#[test]
fn a_shared_future_ends_once_for_all_tasks_that_await_it() {
    let n_polls = Rc::new(Cell::new(0));
    let counts = Rc::clone(&n_polls);
    run(async {
        let mut job = Box::pin(job(Transcript::default(), "once", 1));
        let counted = future::poll_fn(move |cx| {
            counts.set(counts.get() + 1);
            job.as_mut().poll(cx)
        });
        let shared = counted.shared();
        let tasks = [(); 10].map(|()| spawn(shared.clone()));
        // The first of them is cancelled; its waker was the first that the future knew.
        quiescent().await;
        assert!(tasks[0].cancel());
        let ends = future::join_all(tasks).await;
        assert_eq!(ends.into_iter().filter(|it| matches!(it, Ok("once"))).count(), 9);
    });
    // By each task when it comes, and when the time has come by the first one that is left.
    assert_eq!(n_polls.get(), 10 + 1);
}

#[test]
fn what_is_aborted_ends_at_once_and_drops_what_it_holds() {
    let log = Transcript::default();
    run(async {
        let (abort, registration) = AbortHandle::new_pair();
        let held = Held(log.clone(), "held");
        let never = async move {
            let _held = held;
            pending::<()>().await;
        };
        let task = spawn(Abortable::new(never, registration));
        interrupt().await;
        abort.abort();
        assert_eq!(task.await.unwrap(), Err(Aborted));
        log.say("aborted");
    });
    // The task's future is dropped before its value is read.
    assert_eq!(log.words(), "-held aborted");
}

#[test]
fn a_stream_is_made_of_sleeps_and_taken_through_combinators() {
    let times = Transcript::default();
    run(async {
        let start = now();
        let ticks = stream::unfold(0, |n| async move {
            sleep(seconds(1)).await;
            Some((n, n + 1))
        });
        let even =
            ticks.filter(|n| ready(n % 2 == 0)).take_until(sleep(Duration::from_millis(5500)));
        even.for_each(|n| {
            times.say(format!("{n}at{}", (now() - start).as_secs()));
            ready(())
        })
        .await;
        times.say(format!("end{}", (now() - start).as_millis()));
    });
    assert_eq!(times.words(), "0at1 2at3 4at5 end5500");
}

#[test]
fn a_panic_in_a_combinator_is_caught_by_another_and_hurts_nobody() {
    run(async {
        let bad = std::panic::AssertUnwindSafe(async {
            interrupt().await;
            panic!("boom")
        });
        let (bad, good) = join!(bad.catch_unwind(), spawn(async { 42 }));
        let bad: Result<Infallible, _> = bad;
        assert_eq!(*bad.unwrap_err().downcast::<&str>().unwrap(), "boom");
        assert_eq!(good.unwrap(), 42);
    });
}
