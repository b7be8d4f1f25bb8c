//! `to_thread`: what blocks, on another thread.

use std::mem;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::pool;
use super::working::Working;
use crate::cell;
use crate::context;
use crate::context::survey::{Poller, is_survey};
use crate::context::{Core, require_entered_at, survey, wait_ends_in, with_entered};
use crate::data::{Leaf, LoopId, Spot, TaskError, Wait, WaitsFor};

/// Runs `f`, which may block, on another thread, and awaits what it returns.
///
/// The threads are a pool, shared by all loops of the process, which grows to 500 and shrinks when
/// it is idle; more calls than that wait for their turn. Nobody joins them: closing a loop does not
/// wait for a call that is stuck. A forked child has a pool of its own.
///
/// [Virtual time](crate::Builder::virtual_time) stands still until `f` has returned, also if nobody
/// awaits that any more: so what `f` does to the loop happens at the same time on every run of a test.
/// It goes on while `f` is in [`RemoteTask::wait`](crate::RemoteTask::wait) for a task of this loop.
/// Whatever else `f` waits for must not need virtual time.
///
/// # Panics
///
/// When polled in a thread that runs no loop; the message says where the future was made.
///
/// # Errors
///
/// [`TaskError::Panicked`] if `f` panics, or if there is no thread and the system starts none.
///
/// # Cancel safety
///
/// Nothing happens before the first poll. Dropping the future later lets a call that has begun go
/// on alone; its result is dropped.
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
#[doc(alias = "run_sync")]
#[doc(alias = "ThreadPoolExecutor")]
#[doc(alias = "run_in_executor")]
#[doc(alias = "spawn_blocking")]
#[track_caller]
pub fn to_thread<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, TaskError>> {
    to_thread_at(Location::caller(), f)
}

/// As [`to_thread`], for what was made at `at`.
pub(crate) fn to_thread_at<T: Send + 'static>(
    at: &'static Location<'static>,
    f: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, TaskError>> {
    let answer = Arc::new(Answer { state: Mutex::new(State::Awaited(None)) });
    Call { f: Some(f), answer, poller: None, told_in: None, at }
}

/// A call that another thread makes.
struct Call<F, T> {
    /// What is called; taken by the first poll.
    f: Option<F>,
    /// What it returns.
    answer: Arc<Answer<T>>,
    /// Who has polled it last.
    poller: Option<Poller>,
    /// The loop in which those who watch were told that somebody waits for it.
    told_in: Option<LoopId>,
    /// Where this was made.
    at: &'static Location<'static>,
}

impl<F, T> Unpin for Call<F, T> {}

impl<F, T> Future for Call<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = Result<T, TaskError>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if is_survey(cx.waker()) {
            return self.stand(cx.waker());
        }
        self.tell(cx.waker());
        if self.f.is_some() {
            self.begin()?;
        }
        let answer = self.answer.poll(self.at, cx);
        if answer.is_ready() {
            self.tell_end();
        }
        answer.map_err(TaskError::panicked)
    }
}

impl<F, T> Call<F, T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    /// Says that it waits for a thread, in a survey.
    #[cold]
    fn stand(&self, waker: &Waker) -> Poll<Result<T, TaskError>> {
        let is_known = |core: &Core, task| self.poller.is_some_and(|it| it.is(core, task));
        survey::stand(waker, is_known, || Leaf::on(WaitsFor::Thread).at(self.at))
    }

    /// Lets those who watch know who waits: the one who polls it now.
    fn tell(&mut self, waker: &Waker) {
        self.poller = Poller::of(waker);
        let here = with_entered(Core::id);
        if self.told_in.is_some_and(|it| Some(it) != here) {
            self.tell_end();
        }
        with_entered(|core| {
            let wait = || Wait { on: WaitsFor::Thread, object: None, at: Some(self.at) };
            core.wait_goes_on(|| self.spot(), context::task_in(core, waker), wait);
            self.told_in = core.host.is_observed().then(|| core.id());
        });
    }

    /// Asks for a thread.
    #[track_caller]
    fn begin(&mut self) -> Result<(), TaskError> {
        let working = require_entered_at(self.at, Working::new);
        let Some(f) = self.f.take() else { return Ok(()) };
        let answer = Arc::clone(&self.answer);
        let give = move || answer.give(panic::catch_unwind(AssertUnwindSafe(f)));
        pool::run(move || Working::run(working, give)).map_err(|error| {
            TaskError::panicked(Box::new(format!("cannot start a thread: {error}")))
        })
    }
}

impl<F, T> Call<F, T> {
    /// Where the wait is noted.
    fn spot(&self) -> Spot {
        Spot::Answer(Arc::as_ptr(&self.answer).addr())
    }

    /// Lets those who watch know that nobody waits any more.
    fn tell_end(&mut self) {
        if let Some(event_loop) = self.told_in.take() {
            wait_ends_in(Some(event_loop), self.spot());
        }
    }
}

impl<F, T> Drop for Call<F, T> {
    fn drop(&mut self) {
        self.tell_end();
        // What was there is dropped outside of the lock.
        let before = mem::replace(&mut *self.answer.state(), State::Gone);
        drop(before);
    }
}

/// What the call returns, once it has.
struct Answer<T> {
    /// No code of a user runs under the lock.
    state: Mutex<State<T>>,
}

/// How far the answer is.
enum State<T> {
    /// Not there; whom to wake then.
    Awaited(Option<Waker>),
    /// There.
    Here(thread::Result<T>),
    /// It was taken, or nobody awaits it any more.
    Gone,
}

impl<T> Answer<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the answer to what was made at `at`, or waits for it.
    #[track_caller]
    fn poll(&self, at: &Location<'_>, cx: &Context<'_>) -> Poll<thread::Result<T>> {
        // Cloned first: a foreign waker runs foreign code.
        let waker = cx.waker().clone();
        let mut state = self.state();
        let before = match &mut *state {
            State::Awaited(before) => before.replace(waker),
            it => match mem::replace(it, State::Gone) {
                State::Here(result) => return Poll::Ready(result),
                _ => {
                    drop(state);
                    panic!("the answer was taken by an await before (this was made at {at})");
                }
            },
        };
        drop(state);
        drop(before);
        Poll::Pending
    }

    /// Leaves the answer and wakes who awaits it; drops it if nobody does. Does not panic.
    fn give(&self, result: thread::Result<T>) {
        let mut state = self.state();
        let State::Awaited(waker) = &mut *state else {
            drop(state);
            return cell::drop_quietly(result);
        };
        let waker = waker.take();
        *state = State::Here(result);
        drop(state);
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| waker.map(Waker::wake))) {
            // The panic hook has told of it; there is no loop here to report it to.
            cell::drop_quietly(payload);
        }
    }
}
