//! The same, woken from other threads. What is asserted holds however the threads are scheduled.

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as std_mpsc;
use std::task::Poll;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;

use boucle::{Instrument, Loop, LoopHandle, RunError, spawn};
use event_listener::{Event, Listener};
use futures::channel::{mpsc, oneshot};
use futures::executor::block_on;
use futures::task::AtomicWaker;
use futures::{FutureExt, StreamExt, future};

/// Runs a loop in a thread of its own.
fn in_a_thread<T: Send + 'static, F: Future<Output = T>>(
    task: impl FnOnce() -> F + Send + 'static,
) -> JoinHandle<T> {
    thread::spawn(|| boucle::run(task()))
}

/// A loop that runs for ever in a thread of its own, until it is told to stop.
fn loop_in_a_thread() -> (LoopHandle, JoinHandle<()>) {
    let (send, receive) = std_mpsc::channel();
    let thread = thread::spawn(move || {
        let event_loop = Loop::new();
        send.send(event_loop.handle()).unwrap();
        event_loop.run_forever().unwrap();
    });
    (receive.recv().unwrap(), thread)
}

/// Tells another thread that the loop is about to sleep.
struct Sleeps(std_mpsc::Sender<()>);

impl Instrument for Sleeps {
    fn before_wait(&self, timeout: Option<Duration>) {
        assert_eq!(timeout, None);
        let _ = self.0.send(());
    }
}

#[test]
fn a_thread_that_sends_wakes_a_loop_that_sleeps_each_time() {
    const N: usize = 100;
    let (sleeps, is_asleep) = std_mpsc::channel();
    let event_loop = Loop::builder().instrument(Rc::new(Sleeps(sleeps))).build();
    let (send, receive) = async_channel::unbounded();
    let sender = thread::spawn(move || {
        for n in 0..N {
            // Nothing else wakes the loop: without this message it would sleep for ever.
            is_asleep.recv().unwrap();
            send.send_blocking(n).unwrap();
        }
        is_asleep.recv().unwrap();
        drop(send);
    });
    let received = event_loop.run_until_complete(async {
        let mut received = Vec::new();
        while let Ok(n) = receive.recv().await {
            received.push(n);
        }
        received
    });
    assert_eq!(received.unwrap(), (0..N).collect::<Vec<_>>());
    sender.join().unwrap();
}

#[test]
fn two_loops_in_two_threads_play_ping_pong() {
    let (ping, pinged) = async_channel::bounded(1);
    let (mut pong, mut ponged) = mpsc::channel(0);
    let other = in_a_thread(move || async move {
        let mut n_pings = 0;
        while let Ok(n) = pinged.recv().await {
            n_pings += 1;
            futures::SinkExt::send(&mut pong, n + 1).await.unwrap();
        }
        n_pings
    });
    boucle::run(async {
        for n in 0..500 {
            ping.send(n).await.unwrap();
            assert_eq!(ponged.next().await, Some(n + 1));
        }
        drop(ping);
        assert_eq!(ponged.next().await, None);
    });
    assert_eq!(other.join().unwrap(), 500);
}

#[test]
fn many_tasks_of_many_loops_take_turns_with_one_lock() {
    const N_LOOPS: usize = 3;
    const N_TASKS: usize = 10;
    const N_TURNS: usize = 20;
    let count = Arc::new(async_lock::Mutex::new(0));
    let loops = [(); N_LOOPS].map(|()| {
        let count = Arc::clone(&count);
        in_a_thread(move || async move {
            let tasks = (0..N_TASKS).map(|_| {
                let count = Arc::clone(&count);
                spawn(async move {
                    for _ in 0..N_TURNS {
                        let mut count = count.lock().await;
                        let before = *count;
                        boucle::interrupt().await;
                        *count = before + 1;
                    }
                })
            });
            for ended in future::join_all(tasks).await {
                ended.unwrap();
            }
        })
    });
    loops.into_iter().for_each(|it| it.join().unwrap());
    assert_eq!(*count.lock_blocking(), N_LOOPS * N_TASKS * N_TURNS);
}

#[test]
fn what_one_thread_broadcasts_is_heard_in_all_loops() {
    let (send, receive) = async_broadcast::broadcast(2);
    let loops = [(); 2].map(|()| {
        let receive = receive.clone();
        in_a_thread(move || receive.collect::<Vec<u32>>())
    });
    drop(receive);
    for n in 0..200 {
        send.broadcast_blocking(n).unwrap();
    }
    drop(send);
    for it in loops {
        assert_eq!(it.join().unwrap(), (0..200).collect::<Vec<_>>());
    }
}

#[test]
fn threads_and_loops_notify_each_other_through_events() {
    let (there, here) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (listens, notifies) = (there.listen(), Arc::clone(&here));
    let other = thread::spawn(move || {
        listens.wait();
        notifies.notify(usize::MAX);
    });
    let listeners = [(); 3].map(|()| here.listen());
    boucle::run(async {
        let tasks = listeners.map(spawn);
        there.notify(1);
        for ended in future::join_all(tasks).await {
            ended.unwrap();
        }
    });
    other.join().unwrap();
}

#[test]
fn a_select_of_two_threads_takes_both_in_the_end() {
    let (mut sends, mut threads) = (Vec::new(), Vec::new());
    let receives = [1, 2].map(|n| {
        let (send, receive) = mpsc::unbounded();
        sends.push((n, send));
        receive
    });
    for (n, send) in sends {
        threads.push(thread::spawn(move || {
            (0..100).for_each(|_| send.unbounded_send(n).unwrap());
        }));
    }
    let both = futures::stream::select_all(receives);
    let received: Vec<u32> = boucle::run(both.collect());
    assert_eq!(received.iter().filter(|it| **it == 1).count(), 100);
    assert_eq!(received.iter().filter(|it| **it == 2).count(), 100);
    threads.into_iter().for_each(|it| it.join().unwrap());
}

#[test]
fn another_executor_awaits_what_a_loop_in_a_thread_ends() {
    let (handle, thread) = loop_in_a_thread();
    let (done, is_done) = oneshot::channel();
    let remote = handle.spawn(move || async move {
        boucle::sleep(Duration::from_millis(1)).await;
        done.send("sent").unwrap();
        "returned"
    });
    assert_eq!(block_on(is_done), Ok("sent"));
    assert_eq!(block_on(remote).unwrap(), "returned");
    // Ten that wait for each other's values, awaited together outside of any loop.
    let squares = (0..10).map(|n| handle.spawn(move || async move { n * n }));
    let squares = block_on(future::try_join_all(squares)).unwrap();
    assert_eq!(squares.iter().sum::<u32>(), 285);
    handle.stop();
    thread.join().unwrap();
    // The loop is gone: who asks now is told so, and does not wait.
    assert!(block_on(handle.spawn(|| async {})).is_err());
}

#[test]
fn a_loop_closes_while_a_thread_holds_wakers_of_its_tasks() {
    const N: usize = 50;
    let wakers: Vec<_> = (0..N).map(|_| Arc::new(AtomicWaker::new())).collect();
    let kept = wakers.clone();
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let (asked, asks) = std_mpsc::channel();
    // Wakes all the time: before the loop closes, meanwhile, and afterwards.
    let other = thread::spawn(move || {
        asked.send(()).unwrap();
        while !over.load(Ordering::Acquire) {
            kept.iter().for_each(|it| it.wake());
        }
        // The wakers that are left are of a loop that is gone.
        kept.iter().for_each(|it| drop(it.take()));
    });
    asks.recv().unwrap();
    let alive = Arc::new(());
    for _ in 0..20 {
        let event_loop = Loop::new();
        for waker in &wakers {
            let (waker, held) = (Arc::clone(waker), Arc::clone(&alive));
            drop(event_loop.add_task(poll_fn(move |cx| {
                let _held = &held;
                waker.register(cx.waker());
                Poll::<()>::Pending
            })));
        }
        event_loop.run_until_complete(boucle::interrupt()).unwrap();
        assert_eq!(Arc::strong_count(&alive), N + 1);
        event_loop.close().unwrap();
        assert_eq!(Arc::strong_count(&alive), 1);
        assert_eq!(event_loop.run_until_complete(async {}), Err(RunError::Closed));
    }
    is_over.store(true, Ordering::Release);
    other.join().unwrap();
}

#[test]
fn a_shared_future_goes_on_elsewhere_when_the_loop_that_polled_it_is_closed() {
    let (send, receive) = oneshot::channel();
    let shared = receive.shared();
    let event_loop = Loop::new();
    let waits = event_loop.add_task(shared.clone());
    // The loop's task is the one that polls; its waker is with the channel.
    event_loop.run_until_complete(boucle::interrupt()).unwrap();
    let other = thread::spawn(move || block_on(shared));
    event_loop.close().unwrap();
    assert!(waits.cancelled());
    send.send(42).unwrap();
    assert_eq!(other.join().unwrap(), Ok(42));
}
