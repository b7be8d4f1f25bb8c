//! monoio on io_uring, with its timers and the channels of local-sync. No yield of its own.

use std::time::Duration;

use local_sync::mpsc::bounded::{self, Rx, Tx};
use monoio::task::JoinHandle;
use monoio::{IoUringDriver, RuntimeBuilder, time};

use super::{Peer, no_yield};
use crate::workload::Workload;

pub struct Monoio;

impl Peer for Monoio {
    type Task<T: 'static> = JoinHandle<T>;
    type Sender = Tx<usize>;
    type Receiver = Rx<usize>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        no_yield(workload)
    }

    fn run<T: 'static>(future: impl Future<Output = T> + 'static) -> Result<T, String> {
        let runtime = RuntimeBuilder::<IoUringDriver>::new().enable_timer().build();
        let mut runtime = runtime.map_err(|error| format!("no io_uring: {error}"))?;
        Ok(runtime.block_on(future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        monoio::spawn(future)
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> {
        time::sleep(duration)
    }

    async fn timeout<F: Future + 'static>(duration: Duration, future: F) -> Option<F::Output> {
        time::timeout(duration, future).await.ok()
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        bounded::channel(capacity)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        assert!(sender.send(item).await.is_ok(), "the receiver lives");
    }

    async fn get(receiver: &mut Self::Receiver) -> usize {
        receiver.recv().await.expect("the sender lives")
    }
}
