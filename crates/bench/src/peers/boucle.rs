//! boucle, the subject.

use std::rc::Rc;
use std::time::Duration;

use boucle::Task;
use boucle::net::UnixStream;
use boucle::sync::{Event, Queue, Semaphore};

use super::{Gate, Joined, Peer};
use crate::workload::Workload;

pub struct Boucle;

impl Peer for Boucle {
    type Task<T: 'static> = Joined<Task<T>>;
    type Sender = Rc<Queue<usize>>;
    type Receiver = Rc<Queue<usize>>;
    type Event = Rc<Event>;
    type Semaphore = Rc<Semaphore>;

    fn run<T: 'static>(
        _workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
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

    async fn listen() {
        let (ours, theirs) = UnixStream::pair().expect("sockets can be made");
        drop(ours.read(&mut [0; 8]).await);
        drop(theirs);
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

impl Gate for Rc<Event> {
    fn shut() -> Rc<Event> {
        Rc::new(Event::new())
    }

    async fn pass(self) {
        self.wait().await;
    }

    fn open(&self) {
        self.set();
    }
}

impl Gate for Rc<Semaphore> {
    fn shut() -> Rc<Semaphore> {
        Rc::new(Semaphore::new(0))
    }

    async fn pass(self) {
        drop(self.acquire().await);
    }

    fn open(&self) {
        self.add_permits(1);
    }
}
