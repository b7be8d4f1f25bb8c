//! `RemoteTask`: what a thread has of the task that it spawned in a loop elsewhere.

use std::fmt;
use std::pin::Pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::working;
use crate::context;
use crate::context::survey::{Poller, is_survey};
use crate::context::{Core, survey};
use crate::data::LoopId;
use crate::data::primitives::Arc;
use crate::data::{Leaf, TaskError};
use crate::time::Elapsed;

/// A task that another thread has spawned: await it in any executor, or block on it.
///
/// # Panics
///
/// Awaiting it again after its result was taken.
///
/// # Errors
///
/// Awaiting it: [`TaskError::Panicked`]; [`TaskError::Cancelled`] if the loop was closed before its
/// end.
///
/// # Cancel safety
///
/// Dropping it lets the task go on alone; its result is dropped.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, TaskError};
///
/// let event_loop = Loop::new();
/// let task = event_loop.handle().spawn(|| async { 42 });
/// drop(event_loop);
/// // Another loop awaits it: nothing will come.
/// assert!(matches!(boucle::run(task), Err(TaskError::Cancelled)));
/// ```
#[doc(alias = "Future")]
pub struct RemoteTask<T> {
    answer: Arc<Answer<T>>,
    /// Who has polled it last.
    poller: Option<Poller>,
}

/// Where the answer of a remote task is left.
struct Answer<T> {
    /// The loop that the task is in.
    id: LoopId,
    state: Mutex<State<T>>,
    /// Rung when there is an answer.
    told: Condvar,
    /// Whether the task is to be cancelled.
    stop: Mutex<Stop>,
}

/// Whether a task is to be cancelled.
enum Stop {
    /// Not yet; whom to wake then.
    NotAsked(Option<Waker>),
    /// It is.
    Asked,
    /// Nobody will ask for it, or it has ended.
    Never,
}

/// How far the answer is.
enum State<T> {
    /// Not there; whom to wake then.
    Awaited(Option<Waker>),
    /// Not there; a thread that works for the loop blocks until it is, and does not count meanwhile.
    Blocks,
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

    fn stop(&self) -> MutexGuard<'_, Stop> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody will wake the task to stop it. A waker that is kept would keep the loop waiting for that.
    fn forget_the_waker(&self) {
        let stop = &mut *self.stop();
        if matches!(stop, Stop::NotAsked(_)) {
            *stop = Stop::Never;
        }
    }
}

impl<T> RemoteTask<T> {
    /// The task, as it is seen from elsewhere, and what gives its answer.
    pub(super) fn new(id: LoopId) -> (Sender<T>, RemoteTask<T>) {
        let answer = Arc::new(Answer {
            id,
            state: Mutex::new(State::Awaited(None)),
            told: Condvar::new(),
            stop: Mutex::new(Stop::NotAsked(None)),
        });
        (Sender(Some(Arc::clone(&answer))), RemoteTask { answer, poller: None })
    }

    /// Asks the loop to cancel the task, as [`Task::cancel`](crate::Task::cancel) does: at its next turn its
    /// future is dropped, in the loop's thread. A task that has ended by then keeps its result; one that
    /// has not begun never will.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, TaskError};
    ///
    /// let event_loop = Loop::new();
    /// let task = event_loop.handle().spawn(std::future::pending::<()>);
    /// task.cancel();
    /// event_loop.run();
    /// assert!(matches!(task.wait(None), Ok(Err(TaskError::Cancelled))));
    /// ```
    pub fn cancel(&self) {
        let before = std::mem::replace(&mut *self.answer.stop(), Stop::Asked);
        if let Stop::NotAsked(Some(waker)) = before {
            waker.wake();
        }
    }

    /// Blocks this thread until the task has ended, or for `timeout` at the most.
    ///
    /// # Panics
    ///
    /// In the thread of a loop, while that runs: it would block its own answer.
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if it has not; the task goes on alone. Inside, why the task has no value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{Elapsed, Loop};
    ///
    /// let event_loop = Loop::new();
    /// let task = event_loop.handle().spawn(|| async { 42 });
    /// // Nobody runs the loop.
    /// assert!(matches!(task.wait(Some(Duration::ZERO)), Err(Elapsed)));
    /// ```
    #[track_caller]
    pub fn wait(self, timeout: Option<Duration>) -> Result<Result<T, TaskError>, Elapsed> {
        assert!(
            context::with_entered(|_| ()).is_none(),
            "a loop runs on this thread: await the task instead of blocking the loop"
        );
        let end = timeout.and_then(|it| Instant::now().checked_add(it));
        let mut state = self.answer.state();
        if working::works_for(self.answer.id) && matches!(*state, State::Awaited(_)) {
            *state = State::Blocks;
            working::leave(self.answer.id);
        }
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
                        if matches!(*state, State::Blocks) {
                            *state = State::Awaited(None);
                            working::enter(self.answer.id);
                        }
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

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        self.poller = Poller::of(cx.waker());
        let mut state = self.answer.state();
        let unused = match std::mem::replace(&mut *state, State::Taken) {
            State::Here(result) => return Poll::Ready(result),
            State::Taken => panic!("the result of the task was taken by an await before"),
            State::Blocks => unreachable!("who blocks has taken the handle"),
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

impl<T> RemoteTask<T> {
    /// Says that it is awaited here, in a survey.
    #[cold]
    fn stand(&self, waker: &Waker) -> Poll<Result<T, TaskError>> {
        let is_known = |core: &Core, task| self.poller.is_some_and(|it| it.is(core, task));
        survey::stand(waker, is_known, || Leaf::new("the end of a task of another loop"))
    }
}

impl<T> Drop for RemoteTask<T> {
    fn drop(&mut self) {
        self.answer.forget_the_waker();
    }
}

impl<T> fmt::Debug for RemoteTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteTask").finish_non_exhaustive()
    }
}

/// Gives the answer, once; dropped before, it answers that there is none.
pub(super) struct Sender<T>(Option<Arc<Answer<T>>>);

impl<T> Sender<T> {
    pub(super) fn send(mut self, result: Result<T, TaskError>) {
        self.give(result);
    }

    /// Whether the task is to be cancelled; if not, `waker` is woken when it is.
    pub(super) fn is_to_stop(&self, waker: &Waker) -> bool {
        let Some(answer) = &self.0 else { return true };
        if is_survey(waker) {
            // Who was asked to stop is woken.
            return false;
        }
        // No foreign code is run under the lock: the waker is one of boucle's.
        match &mut *answer.stop() {
            Stop::Asked => return true,
            Stop::NotAsked(before) if before.as_ref().is_some_and(|it| it.will_wake(waker)) => {}
            Stop::NotAsked(before) => *before = Some(waker.clone()),
            Stop::Never => {}
        }
        false
    }

    fn give(&mut self, result: Result<T, TaskError>) {
        let Some(answer) = self.0.take() else { return };
        answer.forget_the_waker();
        let mut state = answer.state();
        let before = std::mem::replace(&mut *state, State::Here(result));
        if matches!(before, State::Blocks) {
            working::enter(answer.id);
        }
        drop(state);
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
