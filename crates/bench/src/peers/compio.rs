//! compio on io_uring, with its timers. No yield, no event, no semaphore and no channel of its
//! own: async-channel instead.

use std::os::unix::net::UnixStream as StdStream;
use std::time::Duration;

use async_channel::{Receiver, Sender};
use compio::io::AsyncRead;
use compio::net::UnixStream;
use compio::runtime::{JoinHandle, Runtime};
use compio::time;

use super::{Joined, NoGate, Peer, no_event, no_semaphore, no_yield};
use crate::workload::Workload;

pub struct Compio;

impl Peer for Compio {
    type Task<T: 'static> = Joined<JoinHandle<T>>;
    type Sender = Sender<usize>;
    type Receiver = Receiver<usize>;
    type Event = NoGate;
    type Semaphore = NoGate;

    fn cannot(workload: Workload) -> Option<&'static str> {
        no_yield(workload).or(no_event(workload)).or(no_semaphore(workload))
    }

    fn run<T: 'static>(
        _workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
        let runtime = Runtime::new().map_err(|error| format!("no io_uring: {error}"))?;
        Ok(runtime.block_on(future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        Joined(compio::runtime::spawn(future))
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> {
        time::sleep(duration)
    }

    async fn timeout<F: Future + 'static>(duration: Duration, future: F) -> Option<F::Output> {
        time::timeout(duration, future).await.ok()
    }

    async fn listen() {
        let (ours, theirs) = StdStream::pair().expect("sockets can be made");
        let mut ours = UnixStream::from_std(ours).expect("the runtime takes it");
        drop(ours.read(Vec::with_capacity(8)).await);
        drop(theirs);
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
