//! glommio: its local executor (io_uring), its timers and its local channel.

use std::time::Duration;

use glommio::channels::local_channel::{self, LocalReceiver, LocalSender};
use glommio::{LocalExecutorBuilder, Placement, Task, executor, spawn_local, timer};

use super::Peer;

pub struct Glommio;

impl Peer for Glommio {
    type Task<T: 'static> = Task<T>;
    type Sender = LocalSender<usize>;
    type Receiver = LocalReceiver<usize>;

    fn run<T: 'static>(future: impl Future<Output = T> + 'static) -> Result<T, String> {
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
