//! Other threads: how they reach a loop, and how a loop lets them work.

use std::fmt;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::pin::Pin;
use std::rc::Weak;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::core::Core;
use crate::elsewhere::{LoopId, require_entered};
use crate::primitives::Arc;
use crate::remote::{Mail, Remote};
use crate::task::TaskError;
use crate::task::cell;
use crate::time::Elapsed;

/// A loop, as other threads reach it. [`Loop::handle`](crate::Loop::handle) makes one.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use boucle::Loop;
///
/// let event_loop = Loop::new();
/// let handle = event_loop.handle();
/// let other = thread::spawn(move || {
///     let answer = handle.spawn(|| async { 40 + 2 }).wait(None);
///     handle.stop();
///     answer
/// });
/// event_loop.run_forever().unwrap();
/// assert_eq!(other.join().unwrap().unwrap().unwrap(), 42);
/// ```
#[derive(Clone)]
pub struct LoopHandle {
    /// The loop's inbox.
    remote: Arc<Remote>,
    /// Which loop it is.
    id: LoopId,
}

/// The loop was closed: what was asked of it will not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the loop is closed: what was asked of it will not be done")]
pub struct LoopClosed;

impl LoopHandle {
    pub(crate) fn of(core: &Core) -> LoopHandle {
        LoopHandle { remote: Arc::clone(&core.remote), id: core.id() }
    }

    /// Calls `f` on the loop's thread, with the loop current, at its next turn.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`]; `f` has been dropped then.
    #[doc(alias = "call_soon_threadsafe")]
    pub fn call_soon(&self, f: impl FnOnce() + Send + 'static) -> Result<(), LoopClosed> {
        self.remote.push(Mail::Call(Box::new(f))).map_err(|_| LoopClosed)
    }

    /// Spawns, on the loop's thread, the future that `f` makes there. It need not be `Send`.
    ///
    /// Dropping what this returns lets the task go on alone.
    #[doc(alias = "run_coroutine_threadsafe")]
    #[track_caller]
    pub fn spawn<T, F, Fut>(&self, f: F) -> RemoteTask<T>
    where
        T: Send + 'static,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = T> + 'static,
    {
        let at = Location::caller();
        let answer =
            Arc::new(Answer { state: Mutex::new(State::Awaited(None)), told: Condvar::new() });
        // Dropped unsent, wherever that happens, it says that there will be no answer.
        let sender = Sender(Some(Arc::clone(&answer)));
        let start = move || {
            require_entered(|core| {
                let task = core.spawn(async move { f().await }, at);
                drop(core.spawn(async move { sender.send(task.await) }, at));
            });
        };
        // A loop that has closed drops `start`, and so says it.
        drop(self.remote.push(Mail::Call(Box::new(start))));
        RemoteTask { answer }
    }

    /// Asks the loop to stop at the end of its turn; nothing, if it is closed.
    pub fn stop(&self) {
        let stop = || {
            cell::with_entered(|core| core.stopping.set(true));
        };
        drop(self.remote.push(Mail::Call(Box::new(stop))));
    }
}

impl fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopHandle").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A task that another thread has spawned: await it in any executor, or block on it.
///
/// # Cancel safety
///
/// Dropping it lets the task go on alone.
pub struct RemoteTask<T> {
    answer: Arc<Answer<T>>,
}

/// Where the answer of a remote task is left.
struct Answer<T> {
    state: Mutex<State<T>>,
    /// Rung when there is an answer.
    told: Condvar,
}

/// How far the answer is.
enum State<T> {
    /// Not there; whom to wake then.
    Awaited(Option<Waker>),
    /// There.
    Here(Result<T, TaskError>),
    /// Taken.
    Taken,
}

impl<T> Answer<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        // No code of a user runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> RemoteTask<T> {
    /// Blocks this thread until the task has ended, or for `timeout` at the most.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if it has not; the task goes on alone.
    ///
    /// # Panics
    ///
    /// In the thread of a loop, while that runs: it would block its own answer.
    pub fn wait(self, timeout: Option<Duration>) -> Result<Result<T, TaskError>, Elapsed> {
        assert!(
            cell::with_entered(|_| ()).is_none(),
            "a loop runs on this thread: await the task instead of blocking the loop"
        );
        let end = timeout.and_then(|it| Instant::now().checked_add(it));
        let mut state = self.answer.state();
        loop {
            match std::mem::replace(&mut *state, State::Taken) {
                State::Here(result) => return Ok(result),
                before => *state = before,
            }
            let told = &self.answer.told;
            state = match end {
                None => told.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(end) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(Elapsed);
                    }
                    told.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl<T> Future for RemoteTask<T> {
    type Output = Result<T, TaskError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.answer.state();
        let unused = match std::mem::replace(&mut *state, State::Taken) {
            State::Here(result) => return Poll::Ready(result),
            State::Taken => panic!("the result of the task was taken by an await before"),
            State::Awaited(waker) => {
                *state = State::Awaited(Some(cx.waker().clone()));
                waker
            }
        };
        drop(state);
        drop(unused);
        Poll::Pending
    }
}

impl<T> fmt::Debug for RemoteTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteTask").finish_non_exhaustive()
    }
}

/// Gives the answer, once; dropped before, it answers that there is none.
struct Sender<T>(Option<Arc<Answer<T>>>);

impl<T> Sender<T> {
    fn send(mut self, result: Result<T, TaskError>) {
        self.give(result);
    }

    fn give(&mut self, result: Result<T, TaskError>) {
        let Some(answer) = self.0.take() else { return };
        let before = std::mem::replace(&mut *answer.state(), State::Here(result));
        answer.told.notify_all();
        if let State::Awaited(Some(waker)) = before {
            waker.wake();
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.give(Err(TaskError::Cancelled));
    }
}

/// Runs `f`, which may block, on another thread, and awaits what it returns.
///
/// The threads are a pool, shared by all loops of the process, which grows to 500 and shrinks when
/// it is idle; more calls than that wait for their turn. Nobody joins them: closing a loop does not
/// wait for a call that is stuck.
///
/// # Errors
///
/// [`TaskError::Panicked`] if `f` panics.
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Nothing happens before the first poll. Dropping the future later lets a call that has begun go on
/// alone; its result is dropped.
///
/// # Examples
///
/// ```
/// use std::thread;
///
/// let here = thread::current().id();
/// let there = boucle::run(boucle::to_thread(move || thread::current().id()));
/// assert_ne!(there.unwrap(), here);
/// ```
#[doc(alias = "run_in_executor")]
#[doc(alias = "spawn_blocking")]
pub async fn to_thread<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TaskError> {
    let _abroad = Abroad::new(require_entered(Core::weak));
    let call = blocking::unblock(move || panic::catch_unwind(AssertUnwindSafe(f)));
    call.await.map_err(TaskError::panicked)
}

/// An answer of another thread is awaited: virtual time stands still as long as this exists.
///
/// Weak, since it lies in a task: a loop that is dropped shall drop its tasks.
struct Abroad(Weak<Core>);

impl Abroad {
    fn new(core: Weak<Core>) -> Abroad {
        if let Some(core) = core.upgrade() {
            core.n_abroad.set(core.n_abroad.get() + 1);
        }
        Abroad(core)
    }
}

impl Drop for Abroad {
    fn drop(&mut self) {
        if let Some(core) = self.0.upgrade() {
            core.n_abroad.set(core.n_abroad.get() - 1);
        }
    }
}
