//! The futures crates: `LocalPool` and the channel of futures-channel. No timers, no
//! yield, no event, no semaphore.

use std::cell::OnceCell;

use futures_channel::mpsc::{self, Receiver, Sender};
use futures_executor::{LocalPool, LocalSpawner};
use futures_util::future::RemoteHandle;
use futures_util::task::LocalSpawnExt;
use futures_util::{SinkExt, StreamExt};

use super::{NoGate, Peer, no_event, no_semaphore, no_timers, no_yield};
use crate::workload::Workload;

thread_local! {
    /// The way to the pool for tasks that spawn; set by `run`.
    static SPAWNER: OnceCell<LocalSpawner> = const { OnceCell::new() };
}

pub struct Futures;

impl Peer for Futures {
    type Task<T: 'static> = RemoteHandle<T>;
    type Sender = Sender<usize>;
    type Receiver = Receiver<usize>;
    type Event = NoGate;
    type Semaphore = NoGate;

    fn cannot(workload: Workload) -> Option<&'static str> {
        no_timers(workload).or(no_yield(workload)).or(no_event(workload)).or(no_semaphore(workload))
    }

    fn run<T: 'static>(
        _workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
        let mut pool = LocalPool::new();
        SPAWNER.with(|spawner| {
            spawner.set(pool.spawner()).expect("a process runs one loop");
        });
        Ok(pool.run_until(future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        SPAWNER.with(|spawner| {
            let spawner = spawner.get().expect("only tasks spawn");
            spawner.spawn_local_with_handle(future).expect("the pool lives")
        })
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        // Each sender adds one to the capacity, and there is one.
        mpsc::channel(capacity - 1)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        sender.send(item).await.expect("the receiver lives");
    }

    async fn get(receiver: &mut Self::Receiver) -> usize {
        receiver.next().await.expect("the sender lives")
    }
}
