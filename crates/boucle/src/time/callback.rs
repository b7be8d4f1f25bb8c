//! Functions that the loop calls: soon, or at a time.

use std::panic::Location;
use std::time::{Duration, Instant};

use super::{Sleep, now, sleep, sleep_until};
use crate::context::{require_current, require_entered};
use crate::data::TaskId;
use crate::task::{Task, spawn_as};

/// Calls `f` at the loop's next turn.
///
/// A panic of `f` is reported to the exception handler at once.
///
/// # Panics
///
/// If this thread has no loop, or the loop is closed.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// let called = Rc::new(Cell::new(false));
/// let flag = Rc::clone(&called);
/// boucle::run(async move {
///     let callback = boucle::call_soon(move || flag.set(true));
///     assert!(!callback.done());
///     boucle::interrupt().await;
///     assert!(callback.done());
/// });
/// assert!(called.get());
/// ```
#[track_caller]
pub fn call_soon(f: impl FnOnce() + 'static) -> Callback {
    call(None, f, Location::caller())
}

/// Calls `f` after `delay`; never, if that is `Duration::MAX`.
///
/// A panic of `f` is reported to the exception handler at once.
///
/// # Panics
///
/// If this thread has no loop, or the loop is closed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let callback = boucle::call_later(Duration::from_secs(60), || unreachable!());
///     assert!(callback.cancel());
///     boucle::sleep(Duration::from_secs(120)).await;
///     assert!(callback.cancelled());
/// }).unwrap();
/// ```
#[track_caller]
pub fn call_later(delay: Duration, f: impl FnOnce() + 'static) -> Callback {
    let at = Location::caller();
    match now().checked_add(delay) {
        Some(instant) => call(Some(sleep_until(instant)), f, at),
        None => call(Some(sleep(Duration::MAX)), f, at),
    }
}

/// Calls `f` at `instant`, or at the next turn if that has passed.
///
/// A panic of `f` is reported to the exception handler at once.
///
/// # Panics
///
/// If this thread has no loop, or the loop is closed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let end = boucle::now() + Duration::from_secs(1);
///     let callback = boucle::call_at(end, || {});
///     boucle::sleep(Duration::from_secs(2)).await;
///     assert!(callback.done());
/// }).unwrap();
/// ```
#[track_caller]
pub fn call_at(instant: Instant, f: impl FnOnce() + 'static) -> Callback {
    call(Some(sleep_until(instant)), f, Location::caller())
}

/// A call is a task that waits, calls and ends.
#[track_caller]
fn call(
    wait: Option<Sleep>,
    f: impl FnOnce() + 'static,
    at: &'static Location<'static>,
) -> Callback {
    let task = require_current(|core| {
        spawn_as::<Callback, _>(
            core,
            async move {
                if let Some(wait) = wait {
                    wait.await;
                }
                require_entered(|core| core.host.guard(f));
            },
            at,
        )
    });
    Callback { task }
}

/// A call that was asked for. Dropping it changes nothing: the call is made.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
///
/// let called = Rc::new(Cell::new(false));
/// let flag = Rc::clone(&called);
/// boucle::run(async move {
///     drop(boucle::call_soon(move || flag.set(true)));
///     boucle::interrupt().await;
/// });
/// assert!(called.get());
/// ```
#[doc(alias = "Handle")]
#[doc(alias = "TimerHandle")]
#[derive(Debug)]
pub struct Callback {
    /// The task that makes the call.
    task: Task<()>,
}

impl Callback {
    /// Takes the call back: at the loop's next turn `f` is dropped, and not called. `false` if it
    /// is [`done`](Callback::done).
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let callback = boucle::call_soon(|| unreachable!());
    ///     assert!(callback.cancel());
    ///     boucle::interrupt().await;
    ///     assert!(!callback.cancel());
    /// });
    /// ```
    pub fn cancel(&self) -> bool {
        self.task.cancel()
    }

    /// Whether it was made, or taken back, or dropped because the loop was closed.
    ///
    /// What is taken back is not done before the loop's next turn.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// let callback = event_loop.run_until_complete(async { boucle::call_soon(|| {}) }).unwrap();
    /// assert!(!callback.done());
    /// event_loop.run();
    /// assert!(callback.done() && !callback.cancelled());
    /// ```
    #[must_use]
    pub fn done(&self) -> bool {
        self.task.done()
    }

    /// Whether it was taken back, or dropped because the loop was closed.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// let callback = event_loop.run_until_complete(async { boucle::call_soon(|| {}) }).unwrap();
    /// event_loop.close().unwrap();
    /// assert!(callback.cancelled());
    /// ```
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.task.cancelled()
    }

    /// The task that makes it: instruments and reports name it so.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let callback = boucle::call_soon(|| {});
    ///     assert!(boucle::all_tasks().iter().any(|task| task.id == callback.id()));
    /// });
    /// ```
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.task.id()
    }
}
