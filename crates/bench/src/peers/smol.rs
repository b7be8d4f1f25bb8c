//! smol: its `LocalExecutor` under `smol::block_on`, with `smol::Timer`, `smol::channel`, `smol::lock` and the
//! event under them.

use std::rc::Rc;
use std::time::Duration;

use event_listener::Event;
use smol::channel::{self, Receiver, Sender};
use smol::future::{self, FutureExt};
use smol::io::AsyncReadExt;
use smol::lock::Semaphore;
use smol::net::unix::UnixStream;
use smol::{LocalExecutor, Task, Timer};

use super::{Gate, Peer};
use crate::workload::Workload;

thread_local! {
    /// Leaked, so that the end of the process does not drop it while it runs.
    static EXECUTOR: &'static LocalExecutor<'static> = Box::leak(Box::new(LocalExecutor::new()));
}

pub struct Smol;

impl Peer for Smol {
    type Task<T: 'static> = Task<T>;
    type Sender = Sender<usize>;
    type Receiver = Receiver<usize>;
    type Event = Rc<Event>;
    type Semaphore = Rc<Semaphore>;

    fn run<T: 'static>(
        _workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
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

    async fn listen() {
        let (mut ours, theirs) = UnixStream::pair().expect("sockets can be made");
        drop(ours.read(&mut [0; 8]).await);
        drop(theirs);
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

impl Gate for Rc<Event> {
    fn shut() -> Rc<Event> {
        Rc::new(Event::new())
    }

    async fn pass(self) {
        self.listen().await;
    }

    fn open(&self) {
        self.notify(usize::MAX);
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
