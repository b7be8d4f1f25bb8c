//! How each workload is done, once for all the peers written in Rust. A child process calls `measure`.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future;

use crate::alloc;
use crate::peers::Peer;
use crate::usage;
use crate::workload::{Size, Workload};

mod gates;
mod lateness;

/// Does the work on a new loop, prints the figures and ends the process.
///
/// The process ends inside the loop: nobody measures how a million parked tasks are torn down.
///
/// # Errors
///
/// Says why the peer cannot do the work.
pub fn measure<P: Peer>(workload: Workload, size: Size) -> Result<Infallible, String> {
    if let Some(reason) = P::cannot(workload) {
        return Err(reason.to_owned());
    }
    let Size { n, span } = size;
    P::run(workload, async move {
        let figures = match workload {
            Workload::SwitchOne => vec![switch::<P>(1, n).await],
            Workload::SwitchMany => vec![switch::<P>(1_000, n).await],
            // What spawns nothing by itself runs in a task: several peers poll the root future by a
            // slower way.
            Workload::Yield => vec![P::spawn(own_yield::<P>(n)).await],
            Workload::Timeout => vec![P::spawn(timeout::<P>(n)).await],
            Workload::GiveUpEvent => P::spawn(gates::give_up::<P::Event>(n)).await,
            Workload::GiveUpSemaphore => P::spawn(gates::give_up::<P::Semaphore>(n)).await,
            Workload::Lateness => P::spawn(lateness::measure::<P>(n)).await,
            Workload::Thread => vec![P::spawn(thread_round_trip(n)).await],
            Workload::SpawnJoin => vec![spawn_join::<P>(n).await],
            Workload::SpawnAwait => vec![spawn_await::<P>(n).await],
            Workload::TaskMemory => task_memory::<P>(n).await,
            Workload::Gather => vec![gather::<P>(n).await],
            Workload::JoinAll => vec![join_all(n).await],
            Workload::Sleeps => vec![sleeps::<P>(n, span).await],
            Workload::SleepsMemory => {
                sleeps::<P>(n, span).await;
                vec![usage::peak_resident() as f64]
            }
            Workload::QueueOne => vec![queue::<P>(n, 1).await],
            Workload::QueueHundred => vec![queue::<P>(n, 100).await],
            Workload::AsyncChannel => vec![async_channel::<P>(n).await],
            Workload::Event => gates::event::<P>(n).await,
            Workload::LatenessSocket => {
                std::mem::forget(P::spawn(P::listen()));
                P::spawn(lateness::measure::<P>(n)).await
            }
            Workload::Idle => vec![idle::<P>(n, span).await],
        };
        let figures: Vec<_> = figures.iter().map(f64::to_string).collect();
        println!("figures={}", figures.join(" "));
        process::exit(0)
    })
}

/// Gives the turn back `.0` times: wakes itself and returns `Pending`, by no runtime's help.
struct Switches(usize);

impl Future for Switches {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

thread_local! {
    /// How many tasks have come to the point where they wait.
    static ARRIVED: Cell<usize> = const { Cell::new(0) };
    /// Wakes who waits for them, once each: to look again and again would starve them on monoio, where a
    /// task that wakes itself is the next to run.
    static ARRIVAL: Cell<Option<Waker>> = const { Cell::new(None) };
}

/// Waits for ever. It has no size, so that the room measured is the runtime's.
struct Parked;

impl Future for Parked {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        arrive();
        Poll::Pending
    }
}

fn arrive() {
    ARRIVED.set(ARRIVED.get() + 1);
    if let Some(waker) = ARRIVAL.take() {
        waker.wake();
    }
}

/// Waits until `n` tasks have arrived.
async fn all_arrived(n: usize) {
    poll_fn(|cx| {
        if ARRIVED.get() >= n {
            return Poll::Ready(());
        }
        ARRIVAL.set(Some(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

async fn switch<P: Peer>(n_tasks: usize, n: usize) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..n_tasks).map(|_| P::spawn(Switches(n / n_tasks))).collect();
    for task in tasks {
        task.await;
    }
    each(start.elapsed(), n)
}

async fn own_yield<P: Peer>(n: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..n {
        P::interrupt().await;
    }
    each(start.elapsed(), n)
}

async fn spawn_join<P: Peer>(n: usize) -> f64 {
    let mut tasks = Vec::with_capacity(n);
    let start = Instant::now();
    tasks.extend((0..n).map(|i| P::spawn(async move { i })));
    for (i, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await, i);
    }
    each(start.elapsed(), n)
}

async fn spawn_await<P: Peer>(n: usize) -> f64 {
    let start = Instant::now();
    for i in 0..n {
        assert_eq!(P::spawn(async move { i }).await, i);
    }
    each(start.elapsed(), n)
}

async fn task_memory<P: Peer>(n: usize) -> Vec<f64> {
    let resident = usage::resident();
    alloc::start();
    for _ in 0..n {
        // The handle stays alive without taking room: some peers cancel a task whose handle is dropped.
        std::mem::forget(P::spawn(Parked));
    }
    all_arrived(n).await;
    let figures = [alloc::live(), usage::resident() - resident];
    figures.map(|bytes| bytes as f64 / n as f64).to_vec()
}

async fn gather<P: Peer>(n: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..n / 1_000 {
        P::gather((0..1_000).map(|_| Switches(10))).await;
    }
    each(start.elapsed(), n)
}

async fn join_all(n: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..n / 1_000 {
        future::join_all((0..1_000).map(|_| Switches(10))).await;
    }
    each(start.elapsed(), n)
}

/// Sleeps `n` times in `n` tasks, for a random part of `span` each, and tells the CPU time of one.
async fn sleeps<P: Peer>(n: usize, span: Duration) -> f64 {
    let mut tasks = Vec::with_capacity(n);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let start = usage::cpu_time();
    tasks.extend((0..n).map(|_| {
        // xorshift64: the same times for all peers.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let duration = Duration::from_nanos(random % span.as_nanos() as u64);
        P::spawn(async move { P::sleep(duration).await })
    }));
    for task in tasks {
        task.await;
    }
    each(usage::cpu_time() - start, n)
}

async fn timeout<P: Peer>(n: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..n {
        let result = P::timeout(Duration::from_secs(10), Switches(1)).await;
        assert!(result.is_some());
    }
    each(start.elapsed(), n)
}

async fn queue<P: Peer>(n: usize, capacity: usize) -> f64 {
    let (mut sender, mut receiver) = P::queue(capacity);
    let start = Instant::now();
    let producer = P::spawn(async move {
        for i in 0..n {
            P::put(&mut sender, i).await;
        }
    });
    let consumer = P::spawn(async move {
        for i in 0..n {
            assert_eq!(P::get(&mut receiver).await, i);
        }
    });
    producer.await;
    consumer.await;
    each(start.elapsed(), n)
}

/// As `queue`, by the same channel for all.
async fn async_channel<P: Peer>(n: usize) -> f64 {
    let (sender, receiver) = async_channel::bounded(1);
    let start = Instant::now();
    let producer = P::spawn(async move {
        for i in 0..n {
            sender.send(i).await.expect("the receiver lives");
        }
    });
    let consumer = P::spawn(async move {
        for i in 0..n {
            assert_eq!(receiver.recv().await, Ok(i));
        }
    });
    producer.await;
    consumer.await;
    each(start.elapsed(), n)
}

/// Where a thread and a task meet: the thread asks, and parks until the task has answered.
#[derive(Default)]
struct Meeting {
    /// Questions asked so far.
    asked: AtomicUsize,
    /// Questions answered so far.
    answered: AtomicUsize,
    /// Wakes the task, if it waits for a question.
    waker: Mutex<Option<Waker>>,
}

impl Meeting {
    async fn question(&self, i: usize) {
        poll_fn(|cx| {
            let mut waker = self.waker.lock().expect("nobody panics with the lock");
            if self.asked.load(Ordering::Acquire) >= i {
                return Poll::Ready(());
            }
            // The lock is held: the thread that asks after this load finds the waker.
            *waker = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn ask(&self, i: usize) {
        self.asked.store(i, Ordering::Release);
        let waker = self.waker.lock().expect("nobody panics with the lock").take();
        if let Some(waker) = waker {
            waker.wake();
        }
        while self.answered.load(Ordering::Acquire) < i {
            thread::park();
        }
    }
}

/// The one workload that needs nothing of its peer but wakers that may be used from anywhere.
async fn thread_round_trip(n: usize) -> f64 {
    let meeting = Arc::new(Meeting::default());
    // On one CPU the two are ten times as fast as on two, and left alone they may be on either.
    let cpus = usage::cpus();
    let (first, second) = (cpus[0], cpus[1.min(cpus.len() - 1)]);
    usage::pin(first);
    let asker = thread::spawn({
        let meeting = meeting.clone();
        move || {
            usage::pin(second);
            (1..=n).for_each(|i| meeting.ask(i));
        }
    });
    meeting.question(1).await;
    let start = Instant::now();
    for i in 1..=n {
        meeting.question(i).await;
        meeting.answered.store(i, Ordering::Release);
        asker.thread().unpark();
    }
    each(start.elapsed(), n)
}

/// The CPU time of `span`, while `n` tasks sleep for longer.
async fn idle<P: Peer>(n: usize, span: Duration) -> f64 {
    let margin = Duration::from_secs(1);
    for _ in 0..n {
        std::mem::forget(P::spawn(async move {
            arrive();
            P::sleep(span + margin).await;
        }));
    }
    all_arrived(n).await;
    P::sleep(margin / 10).await;
    let start = usage::cpu_time();
    P::sleep(span).await;
    (usage::cpu_time() - start).as_nanos() as f64
}

fn each(duration: Duration, n: usize) -> f64 {
    duration.as_nanos() as f64 / n as f64
}
