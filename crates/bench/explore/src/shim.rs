//! What the programs use of boucle, on shuttle: tasks that are futures of shuttle's executor, and std's cells. A task
//! changes places with others where it waits, as on boucle.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use shuttle::future::{JoinHandle, spawn_local, yield_now};

/// Cells as on boucle, which there are told apart.
pub mod shared {
    pub use std::cell::{Cell, RefCell};
}

/// A task; dropped, it goes on.
pub struct Task<T>(JoinHandle<T>);

/// Why there is no result; a task that panics ends the execution.
#[derive(Debug)]
pub enum TaskError {
    #[expect(dead_code, reason = "the programs ask for it")]
    Panicked(String),
    Cancelled,
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task was cancelled")
    }
}

impl Error for TaskError {}

impl<T> Task<T> {
    pub fn cancel(&self) {
        self.0.abort();
    }

    pub fn done(&self) -> bool {
        self.0.is_finished()
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|_| TaskError::Cancelled)
    }
}

pub fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    Task(spawn_local(future))
}

pub async fn interrupt() {
    yield_now().await;
}

/// Where the exploration cancels; shuttle does not.
pub async fn quiescent() {
    unreachable!("shuttle cannot say that nothing else can run");
}

pub async fn gather<T: 'static>(
    futures: impl IntoIterator<Item: Future<Output = T> + 'static>,
) -> Result<Vec<T>, TaskError> {
    gather_tasks(futures.into_iter().map(spawn).collect::<Vec<_>>()).await
}

pub async fn gather_tasks<T>(
    tasks: impl IntoIterator<Item = Task<T>>,
) -> Result<Vec<T>, TaskError> {
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await?);
    }
    Ok(all)
}
