//! Tasks and time: hyper's `Executor`, `Timer` and `Sleep`.

use std::pin::Pin;
use std::time::{Duration, Instant};

use ::hyper::rt;

use crate::task::spawn;
use crate::time::{Sleep, now, sleep, sleep_until};

/// Spawns what hyper wants to have run as tasks of the current loop, whether they are `Send` or not.
///
/// hyper hears nothing of their end. A panic is reported to the loop's exception handler.
///
/// # Panics
///
/// `execute` panics if this thread has no loop.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use boucle::hyper::HyperExecutor;
/// use boucle::interrupt;
/// use hyper::rt::Executor;
///
/// boucle::run(async {
///     let has_run = Rc::new(Cell::new(false)); // an `Rc`: not `Send`
///     let seen = Rc::clone(&has_run);
///     HyperExecutor::new().execute(async move { seen.set(true) });
///     assert!(!has_run.get()); // at its turn, not before
///     interrupt().await;
///     assert!(has_run.get());
/// });
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperExecutor(());

impl HyperExecutor {
    /// The executor of whichever loop it is used in.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::ready;
    /// use boucle::hyper::HyperExecutor;
    /// use hyper::rt::Executor;
    ///
    /// let n_tasks = boucle::run(async {
    ///     HyperExecutor::new().execute(ready(()));
    ///     boucle::all_tasks().len()
    /// });
    /// assert_eq!(n_tasks, 2); // the one of `run`, and hyper's
    /// ```
    #[must_use]
    pub fn new() -> HyperExecutor {
        HyperExecutor(())
    }
}

impl<F> rt::Executor<F> for HyperExecutor
where
    F: Future + 'static,
    F::Output: 'static,
{
    #[track_caller]
    fn execute(&self, future: F) {
        drop(spawn(future));
    }
}

/// Tells hyper the time of the current loop, real or virtual, and lets it wait.
///
/// Without it hyper has no time limits, and a client that sends half a request keeps its connection for
/// ever.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::hyper::HyperTimer;
/// use boucle::{Loop, now};
/// use hyper::rt::Timer;
///
/// let event_loop = Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let timer = HyperTimer::new();
///     let start = timer.now();
///     timer.sleep(Duration::from_secs(60)).await;
///     assert_eq!(timer.now() - start, Duration::from_secs(60));
///     assert_eq!(timer.now(), now());
/// }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HyperTimer(());

impl HyperTimer {
    /// The clock of whichever loop it is used in.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::hyper::HyperTimer;
    /// use hyper::rt::Timer;
    ///
    /// assert!(HyperTimer::new().now() <= boucle::now());
    /// ```
    #[must_use]
    pub fn new() -> HyperTimer {
        HyperTimer(())
    }
}

impl rt::Timer for HyperTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(sleep(duration))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(sleep_until(deadline))
    }

    fn now(&self) -> Instant {
        now()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn rt::Sleep>>, new_deadline: Instant) {
        match sleep.as_mut().downcast_mut_pin::<Sleep>() {
            Some(sleep) => sleep.get_mut().reset(new_deadline),
            // That of another timer.
            None => *sleep = self.sleep_until(new_deadline),
        }
    }
}

impl rt::Sleep for Sleep {}
