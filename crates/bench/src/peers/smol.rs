//! smol: its `LocalExecutor` under `smol::block_on`, with `smol::Timer` and `smol::channel`.

use std::time::Duration;

use smol::channel::{self, Receiver, Sender};
use smol::future::{self, FutureExt};
use smol::{LocalExecutor, Task, Timer};

use super::Peer;

thread_local! {
    /// Leaked, so that the end of the process does not drop it while it runs.
    static EXECUTOR: &'static LocalExecutor<'static> = Box::leak(Box::new(LocalExecutor::new()));
}

pub struct Smol;

impl Peer for Smol {
    type Task<T: 'static> = Task<T>;
    type Sender = Sender<usize>;
    type Receiver = Receiver<usize>;

    fn run<T: 'static>(future: impl Future<Output = T> + 'static) -> Result<T, String> {
        let executor = EXECUTOR.with(|executor| *executor);
        Ok(smol::block_on(executor.run(future)))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        EXECUTOR.with(|executor| executor.spawn(future))
    }

    fn interrupt() -> impl Future<Output = ()> {
        future::yield_now()
    }

    async fn sleep(duration: Duration) {
        Timer::after(duration).await;
    }

    async fn timeout<F: Future + 'static>(duration: Duration, future: F) -> Option<F::Output> {
        let in_time = async { Some(future.await) };
        let too_late = async {
            Timer::after(duration).await;
            None
        };
        in_time.or(too_late).await
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        channel::bounded(capacity)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        sender.send(item).await.expect("the receiver lives");
    }

    async fn get(receiver: &mut Self::Receiver) -> usize {
        receiver.recv().await.expect("the sender lives")
    }
}
