//! A task's result, and where it is kept: for its handle, for a run, for a gather.

use std::cell::{Cell, OnceCell};
use std::fmt::{self, Display, Formatter};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use world::eprintln;

use super::{Loop, Waiter};

/// A task of a loop: awaited, it gives the result. Dropped, it lets the task go on alone.
pub struct Task<T> {
    /// How the task has ended, once it has.
    outcome: Rc<Outcome<T>>,
}

impl<T> Task<T> {
    /// Whether the task has ended, with a value or a panic.
    pub fn done(&self) -> bool {
        self.outcome.ended.missing.get() == 0
    }

    /// Looks at the result, as often as you like: a panic counts as read.
    pub fn result(&self) -> Result<&T, &TaskError> {
        self.outcome.is_read.set(self.done());
        self.outcome.result.get().map_or(Err(&TaskError::Pending), Result::as_ref)
    }

    /// Takes the result out. As long as the task goes on, it holds the outcome as well.
    fn take(&mut self) -> Result<T, TaskError> {
        let result = Rc::get_mut(&mut self.outcome).and_then(|it| it.result.take());
        result.unwrap_or(Err(TaskError::Pending))
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Task<T>>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.done() {
            return Poll::Ready(self.take());
        }
        self.outcome.ended.bells.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    }
}

/// Why a task has no value.
#[derive(Debug)]
pub enum TaskError {
    /// It has not ended; or its result was taken by an `await` before.
    Pending,
    /// It has panicked, with this message.
    Panicked(String),
}

impl Display for TaskError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            TaskError::Pending => f.write_str("the task has not ended"),
            TaskError::Panicked(message) => write!(f, "the task panicked: {message}"),
        }
    }
}

impl Loop {
    /// Adds `task`, runs until it has ended, and returns its result; the others go on at the next run.
    pub fn run_until_complete<T: 'static>(
        &self,
        task: impl Future<Output = T> + 'static,
    ) -> Result<T, TaskError> {
        let mut task = self.add_task(task);
        self.turns(|| task.done());
        task.take()
    }
}

/// Adds all `tasks` to the current loop, and returns their values, in order; or the first error.
/// Panics if no loop has run on this thread. Dropping the future ends the waiting, not the tasks.
pub async fn gather<T: 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + 'static>,
) -> Result<Vec<T>, TaskError> {
    let event_loop = Loop::current().expect("gather runs in a loop");
    let tasks: Vec<_> = tasks.into_iter().map(|it| event_loop.add_task(it)).collect();
    let mut values = Vec::new();
    for task in tasks {
        values.push(task.await?);
    }
    Ok(values)
}

/// What a task and its handle share.
struct Outcome<T> {
    /// The value or the panic, once there is one, and until it is taken.
    result: OnceCell<Result<T, TaskError>>,
    /// Set when there is one.
    ended: Waiter,
    /// Whether somebody has looked.
    is_read: Cell<bool>,
}

impl<T> Drop for Outcome<T> {
    fn drop(&mut self) {
        // The last moment: nobody could read it any more.
        if let (Some(Err(error)), false) = (self.result.get(), self.is_read.get()) {
            eprintln!("task exception was never retrieved: {error}");
        }
    }
}

/// Splits `task` in two: what the loop steps, and what whoever wants the result holds.
pub(crate) fn with_result<T>(task: impl Future<Output = T>) -> (impl Future<Output = ()>, Task<T>) {
    let (result, ended) = (OnceCell::new(), Waiter::new(1));
    let outcome = Rc::new(Outcome { result, ended, is_read: Cell::new(false) });
    let handle = Task { outcome: Rc::clone(&outcome) };
    let stepped = async move {
        let result = catch(task).await;
        let _ = outcome.result.set(result);
        outcome.ended.set();
    };
    (stepped, handle)
}

/// Does `task`; a panic goes no further.
async fn catch<T>(task: impl Future<Output = T>) -> Result<T, TaskError> {
    let mut task = pin!(task);
    let caught = poll_fn(|cx| {
        let poll = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx)));
        poll.map_or_else(|panic| Poll::Ready(Err(panic)), |poll| poll.map(Ok))
    });
    caught.await.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        TaskError::Panicked(text.unwrap_or_else(|| "(no message)".to_owned()))
    })
}
