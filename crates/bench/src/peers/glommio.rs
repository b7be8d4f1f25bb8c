//! glommio: its local executor (io_uring), its timers, its local channel and its semaphore. No
//! event.

use std::rc::Rc;
use std::time::Duration;

use futures_util::AsyncReadExt;
use glommio::channels::local_channel::{self, LocalReceiver, LocalSender};
use glommio::net::UnixStream;
use glommio::sync::Semaphore;
use glommio::{LocalExecutorBuilder, Placement, Task, executor, spawn_local, timer};

use super::{Gate, NoGate, Peer, no_event};
use crate::workload::Workload;

pub struct Glommio;

impl Peer for Glommio {
    type Task<T: 'static> = Task<T>;
    type Sender = LocalSender<usize>;
    type Receiver = LocalReceiver<usize>;
    type Event = NoGate;
    type Semaphore = Rc<Semaphore>;

    fn cannot(workload: Workload) -> Option<&'static str> {
        no_event(workload)
    }

    fn run<T: 'static>(
        _workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
        let executor = LocalExecutorBuilder::new(Placement::Unbound).make();
        let executor = executor.map_err(|error| format!("no io_uring: {error}"))?;
        Ok(executor.run(future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        spawn_local(future)
    }

    async fn interrupt() {
        executor().yield_now().await;
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> {
        timer::sleep(duration)
    }

    async fn timeout<F: Future + 'static>(duration: Duration, future: F) -> Option<F::Output> {
        timer::timeout(duration, async { Ok(future.await) }).await.ok()
    }

    async fn listen() {
        let (mut ours, theirs) = UnixStream::pair().expect("sockets can be made");
        drop(ours.read(&mut [0; 8]).await);
        drop(theirs);
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        local_channel::new_bounded(capacity)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        sender.send(item).await.expect("the receiver lives");
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
        drop(self.acquire_permit(1).await.expect("nobody closes it"));
    }

    fn open(&self) {
        self.signal(1);
    }
}
