//! async-local-executor: a thread-local executor on a plain queue, which parks its thread. No timers, no
//! yield, no event, no semaphore, no bounded queue of its own: async-channel instead.

use async_channel::{Receiver, Sender};
use async_local_executor::{JoinHandle, block_on, spawn_local};

use super::{NoGate, Peer, no_event, no_semaphore, no_timers, no_yield};
use crate::workload::Workload;

pub struct AsyncLocalExecutor;

impl Peer for AsyncLocalExecutor {
    type Task<T: 'static> = JoinHandle<T>;
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
        Ok(block_on(future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        spawn_local(future)
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        async_channel::bounded(capacity)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        sender.send(item).await.expect("the receiver lives");
    }

    async fn get(receiver: &mut Self::Receiver) -> usize {
        receiver.recv().await.expect("the sender lives")
    }
}
