//! tokio: the current-thread runtime with a `LocalSet`, its way to run `!Send` futures.

use std::rc::Rc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::runtime;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::{self, JoinHandle, LocalSet};
use tokio::time;

use super::{Gate, Joined, Peer};
use crate::workload::Workload;

pub struct Tokio;

impl Peer for Tokio {
    type Task<T: 'static> = Joined<JoinHandle<T>>;
    type Sender = mpsc::Sender<usize>;
    type Receiver = mpsc::Receiver<usize>;
    type Event = Rc<Notify>;
    type Semaphore = Rc<Semaphore>;

    fn run<T: 'static>(
        workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String> {
        let mut builder = runtime::Builder::new_current_thread();
        builder.enable_time();
        if workload.has_sockets() {
            builder.enable_io();
        }
        let runtime = builder.build().map_err(|error| error.to_string())?;
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

    async fn listen() {
        let (mut ours, theirs) = UnixStream::pair().expect("sockets can be made");
        drop(ours.read(&mut [0; 8]).await);
        drop(theirs);
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

impl Gate for Rc<Notify> {
    fn shut() -> Rc<Notify> {
        Rc::new(Notify::new())
    }

    async fn pass(self) {
        self.notified().await;
    }

    fn open(&self) {
        self.notify_waiters();
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
