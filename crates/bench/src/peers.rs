//! The peers: what a runtime has to offer to be measured, and one file a peer that offers it.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use clap::ValueEnum;

use crate::work::measure;
use crate::workload::{Size, Workload};

mod async_local_executor;
#[cfg(feature = "boucle")]
mod boucle;
mod compio;
mod futures;
mod glommio;
mod monoio;
mod python;
mod smol;
mod tokio;

pub use python::versions;

/// A runtime written in Rust. The loop runs on the thread that calls `run`.
pub trait Peer: 'static {
    /// The handle of a task: resolves to the task's result, and panics if the task did.
    type Task<T: 'static>: Future<Output = T> + 'static;
    /// The putting end of a queue.
    type Sender: 'static;
    /// The getting end of a queue.
    type Receiver: 'static;
    /// The runtime's own event.
    type Event: Gate;
    /// The runtime's own semaphore.
    type Semaphore: Gate;

    /// Why this peer cannot do this work, if it cannot. Asked before `run`.
    fn cannot(_workload: Workload) -> Option<&'static str> {
        None
    }

    /// Runs `future` on a new loop, which has what the workload needs, until it ends; an error if there can
    /// be no loop here.
    fn run<T: 'static>(
        workload: Workload,
        future: impl Future<Output = T> + 'static,
    ) -> Result<T, String>;

    /// Adds a task to the loop.
    fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Self::Task<T>;

    /// Gives the turn back by the runtime's own function.
    fn interrupt() -> impl Future<Output = ()> {
        pending()
    }

    /// Waits for `duration`, by the runtime's own timer.
    fn sleep(_duration: Duration) -> impl Future<Output = ()> {
        pending()
    }

    /// Waits for `future`, but no longer than `duration`; none if the time was up first.
    fn timeout<F: Future + 'static>(
        _duration: Duration,
        _future: F,
    ) -> impl Future<Output = Option<F::Output>> {
        pending()
    }

    /// Waits for ever for what comes on a socket: nobody sends.
    fn listen() -> impl Future<Output = ()> {
        pending()
    }

    /// A queue between tasks of one thread, by the runtime's own type if it has one.
    fn queue(capacity: usize) -> (Self::Sender, Self::Receiver);

    /// Puts an item into the queue, once there is room.
    fn put(sender: &mut Self::Sender, item: usize) -> impl Future<Output = ()>;

    /// Gets an item from the queue, once there is one.
    fn get(receiver: &mut Self::Receiver) -> impl Future<Output = usize>;

    /// Runs all of `futures` as tasks and collects their results (which nobody needs here), by the runtime's
    /// own function if it has one.
    fn gather<T: 'static>(
        futures: impl Iterator<Item = impl Future<Output = T> + 'static>,
    ) -> impl Future<Output = ()> {
        let tasks: Vec<_> = futures.map(Self::spawn).collect();
        async {
            let mut results = Vec::with_capacity(tasks.len());
            for task in tasks {
                results.push(task.await);
            }
        }
    }
}

/// What many can wait for at once. A clone is the same one.
pub trait Gate: Clone + 'static {
    /// One that lets nobody pass.
    fn shut() -> Self;

    /// Waits until it lets one pass.
    fn pass(self) -> impl Future<Output = ()> + 'static;

    /// Lets all pass who wait.
    fn open(&self);
}

/// The gate of the peers that have none of their own.
#[derive(Clone)]
pub enum NoGate {}

impl Gate for NoGate {
    fn shut() -> NoGate {
        unreachable!("who has none has said so")
    }

    async fn pass(self) {
        match self {}
    }

    fn open(&self) {
        match *self {}
    }
}

/// The peers by name, in the order of the report's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// boucle, the subject.
    #[cfg(feature = "boucle")]
    Boucle,
    /// tokio: current-thread runtime and `LocalSet`.
    Tokio,
    /// smol: `LocalExecutor` under `smol::block_on`.
    Smol,
    /// `LocalPool` of futures-executor.
    Futures,
    /// async-local-executor.
    AsyncLocalExecutor,
    /// monoio on io_uring.
    Monoio,
    /// glommio (io_uring).
    Glommio,
    /// compio on io_uring.
    Compio,
    /// CPython's asyncio.
    Asyncio,
    /// asyncio on uvloop.
    Uvloop,
}

impl Name {
    /// Whether the work is done by a Python script.
    pub fn is_python(self) -> bool {
        matches!(self, Name::Asyncio | Name::Uvloop)
    }

    /// Lets this peer do the work; it prints its figures and ends the process.
    ///
    /// # Errors
    ///
    /// Says why the peer cannot do the work.
    pub fn measure(
        self,
        workload: Workload,
        size: Size,
        python: &str,
    ) -> Result<Infallible, String> {
        match self {
            #[cfg(feature = "boucle")]
            Name::Boucle => measure::<boucle::Boucle>(workload, size),
            Name::Tokio => measure::<tokio::Tokio>(workload, size),
            Name::Smol => measure::<smol::Smol>(workload, size),
            Name::Futures => measure::<futures::Futures>(workload, size),
            Name::AsyncLocalExecutor => {
                measure::<async_local_executor::AsyncLocalExecutor>(workload, size)
            }
            Name::Monoio => measure::<monoio::Monoio>(workload, size),
            Name::Glommio => measure::<glommio::Glommio>(workload, size),
            Name::Compio => measure::<compio::Compio>(workload, size),
            Name::Asyncio | Name::Uvloop => {
                Err(python::become_script(self, workload, size, python))
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("no peer is hidden");
        f.write_str(value.get_name())
    }
}

/// A task handle that resolves to a `Result`, for the peers whose tasks may fail; panics if the task did.
pub struct Joined<H>(H);

impl<H, T, E> Future for Joined<H>
where
    H: Future<Output = Result<T, E>> + Unpin,
    E: fmt::Debug,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx).map(|result| result.expect("no task is canceled or panics"))
    }
}

/// Why a peer without timers cannot do what needs them.
fn no_timers(workload: Workload) -> Option<&'static str> {
    let needs_timers = matches!(
        workload,
        Workload::Sleeps
            | Workload::SleepsMemory
            | Workload::Timeout
            | Workload::Lateness
            | Workload::LatenessSocket
            | Workload::Idle
    );
    needs_timers.then_some("has no timers")
}

/// Why a peer without a yield cannot measure it.
fn no_yield(workload: Workload) -> Option<&'static str> {
    (workload == Workload::Yield).then_some("has no yield of its own")
}

/// Why a peer without an event cannot do what needs one.
fn no_event(workload: Workload) -> Option<&'static str> {
    let needs_event = matches!(workload, Workload::GiveUpEvent | Workload::Event);
    needs_event.then_some("has no event of its own")
}

/// Why a peer without a semaphore cannot do what needs one.
fn no_semaphore(workload: Workload) -> Option<&'static str> {
    (workload == Workload::GiveUpSemaphore).then_some("has no semaphore of its own")
}
