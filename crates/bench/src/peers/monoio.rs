//! monoio on io_uring, with its timers and the channels and the semaphore of local-sync. No yield
//! of its own, no event.

use std::rc::Rc;
use std::time::Duration;

use local_sync::mpsc::bounded::{self, Rx, Tx};
use local_sync::semaphore::Semaphore;
use monoio::io::AsyncReadRent;
use monoio::net::UnixStream;
use monoio::task::JoinHandle;
use monoio::{IoUringDriver, RuntimeBuilder, time};

use super::{Gate, NoGate, Peer, no_event, no_yield};
use crate::workload::Workload;

pub struct Monoio;

impl Peer for Monoio {
    type Task<T: 'static> = JoinHandle<T>;
    type Sender = Tx<usize>;
    type Receiver = Rx<usize>;
    type Event = NoGate;
    type Semaphore = Rc<Semaphore>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        no_yield(workload).or(no_event(workload))
    }

    fn run<T: 'static>(
        _workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
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

    async fn listen() {
        let (mut ours, theirs) = UnixStream::pair().expect("sockets can be made");
        drop(ours.read(Vec::with_capacity(8)).await);
        drop(theirs);
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

impl Gate for Rc<Semaphore> {
    fn shut() -> Rc<Semaphore> {
        Rc::new(Semaphore::new(0))
    }

    async fn pass(self) {
        drop(self.acquire().await.expect("nobody closes it"));
    }

    fn open(&self) {
        self.add_permits(1);
    }
}
