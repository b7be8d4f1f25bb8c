//! boucle, the subject.

use std::rc::Rc;
use std::time::Duration;

use boucle::Task;
use boucle::sync::Queue;

use super::{Joined, Peer};

pub struct Boucle;

impl Peer for Boucle {
    type Task<T: 'static> = Joined<Task<T>>;
    type Sender = Rc<Queue<usize>>;
    type Receiver = Rc<Queue<usize>>;

    fn run<T: 'static>(future: impl Future<Output = T> + 'static) -> Result<T, String> {
        Ok(boucle::run(future))
    }

    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T> {
        Joined(boucle::spawn(future))
    }

    fn interrupt() -> impl Future<Output = ()> {
        boucle::interrupt()
    }

    fn sleep(duration: Duration) -> impl Future<Output = ()> {
        boucle::sleep(duration)
    }

    async fn timeout<F: Future + 'static>(duration: Duration, future: F) -> Option<F::Output> {
        boucle::timeout(duration, future).await.ok()
    }

    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver) {
        let queue = Rc::new(Queue::new(capacity));
        (queue.clone(), queue)
    }

    async fn put(sender: &mut Self::Sender, item: usize) {
        assert!(sender.put(item).await.is_ok(), "nobody closes the queue");
    }

    async fn get(receiver: &mut Self::Receiver) -> usize {
        receiver.get().await.expect("nobody closes the queue")
    }

    async fn gather<T: 'static>(futures: impl Iterator<Item = impl Future<Output = T> + 'static>) {
        drop(boucle::gather(futures).await);
    }
}
