//! tokio: the current-thread runtime with a `LocalSet`, its way to run `!Send` futures.

use std::time::Duration;

use tokio::runtime;
use tokio::sync::mpsc;
use tokio::task::{self, JoinHandle, LocalSet};
use tokio::time;

use super::{Joined, Peer};

pub struct Tokio;

impl Peer for Tokio {
    type Task<T: 'static> = Joined<JoinHandle<T>>;
    type Sender = mpsc::Sender<usize>;
    type Receiver = mpsc::Receiver<usize>;

    fn run<T: 'static>(future: impl Future<Output = T> + 'static) -> Result<T, String> {
        let runtime = runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        Ok(LocalSet::new().block_on(&runtime, future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        Joined(task::spawn_local(future))
    }

    fn interrupt() -> impl Future<Output = ()> {
        task::yield_now()
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> {
        time::sleep(duration)
    }

    async fn timeout<F: Future + 'static>(duration: Duration, future: F) -> Option<F::Output> {
        time::timeout(duration, future).await.ok()
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        mpsc::channel(capacity)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        sender.send(item).await.expect("the receiver lives");
    }

    async fn get(receiver: &mut Self::Receiver) -> usize {
        receiver.recv().await.expect("the sender lives")
    }
}
