//! Other threads: how they reach a loop, and how a loop lets them work.

mod per_process;
mod pool;
mod remote_task;
mod to_thread;
mod working;

use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::pin::Pin;
use std::task::Waker;

pub(crate) use self::per_process::PerProcess;
pub use self::remote_task::RemoteTask;
pub use self::to_thread::to_thread;
#[cfg(all(unix, not(boucle_loom)))]
pub(crate) use self::to_thread::to_thread_at;
use crate::context;
use crate::context::{Core, Mail, Share, require_entered};
use crate::data::LoopId;
use crate::task::spawn_as;

/// A loop, as other threads reach it. [`Loop::handle`](crate::Loop::handle) makes one.
///
/// A clone is the same handle. It can be sent and shared, and does not keep the loop from being
/// closed.
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
#[doc(alias = "from_thread")]
#[doc(alias = "TrioToken")]
#[derive(Clone)]
pub struct LoopHandle {
    /// The loop's inbox.
    share: Share,
    /// Which loop it is.
    id: LoopId,
}

/// The loop was closed: what was asked of it will not be done. Its thread is over with it: end as
/// well, or ask for a handle of another loop.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, LoopClosed};
///
/// let event_loop = Loop::new();
/// let handle = event_loop.handle();
/// drop(event_loop);
/// assert_eq!(handle.call_soon(|| {}), Err(LoopClosed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the loop is closed: what was asked of it will not be done")]
pub struct LoopClosed;

impl LoopHandle {
    pub(crate) fn of(core: &Core) -> LoopHandle {
        LoopHandle { share: Share::of(core), id: core.id() }
    }

    /// Calls `f` on the loop's thread, with the loop current, at its next turn.
    ///
    /// It wakes the loop if that sleeps; before a run, `f` waits for it. A panic of `f` is reported
    /// to the exception handler. If the loop is closed meanwhile, `f` is dropped, on the loop's
    /// thread.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`]; `f` has been dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::thread;
    /// use boucle::Loop;
    ///
    /// let event_loop = Loop::new();
    /// let handle = event_loop.handle();
    /// let (sender, receiver) = mpsc::channel();
    /// let other = thread::spawn(move || {
    ///     handle.call_soon(move || sender.send(thread::current().id()).unwrap()).unwrap();
    ///     handle.stop();
    /// });
    /// event_loop.run_forever().unwrap();
    /// other.join().unwrap();
    /// assert_eq!(receiver.recv(), Ok(thread::current().id()));
    /// ```
    #[doc(alias = "call_soon_threadsafe")]
    pub fn call_soon(&self, f: impl FnOnce() + Send + 'static) -> Result<(), LoopClosed> {
        self.share.push(Mail::Call(Box::new(f))).map_err(|_| LoopClosed)
    }

    /// Spawns, on the loop's thread, the future that `f` makes there. It need not be `Send`.
    ///
    /// If the loop is closed, now or before the end, what this returns ends with
    /// [`TaskError::Cancelled`](crate::TaskError::Cancelled).
    ///
    /// # Cancel safety
    ///
    /// Dropping the [`RemoteTask`] lets the task go on alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::{Loop, interrupt, to_thread};
    ///
    /// let event_loop = Loop::new();
    /// let handle = event_loop.handle();
    /// let answer = event_loop.run_until_complete(to_thread(move || {
    ///     let task = handle.spawn(|| async {
    ///         let not_send = Rc::new(42);
    ///         interrupt().await;
    ///         *not_send
    ///     });
    ///     task.wait(None).unwrap().unwrap()
    /// }));
    /// assert_eq!(answer.unwrap().unwrap(), 42);
    /// ```
    #[doc(alias = "run_coroutine_threadsafe")]
    #[track_caller]
    pub fn spawn<T, F, Fut>(&self, f: F) -> RemoteTask<T>
    where
        T: Send + 'static,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = T> + 'static,
    {
        let at = Location::caller();
        // Dropped unsent, wherever that happens, the sender says that there will be no answer.
        let (sender, remote_task) = RemoteTask::new(self.id);
        let start = move || {
            if sender.is_to_stop(Waker::noop()) {
                return;
            }
            require_entered(|core| {
                let mut task = spawn_as::<Fut, _>(core, async move { f().await }, at);
                let relay = async move {
                    let ended = poll_fn(|cx| {
                        if sender.is_to_stop(cx.waker()) {
                            task.cancel();
                        }
                        Pin::new(&mut task).poll(cx)
                    });
                    let result = ended.await;
                    sender.send(result);
                };
                drop(spawn_as::<RemoteTask<T>, _>(core, relay, at));
            });
        };
        // A loop that has closed drops `start`, and so says it.
        drop(self.share.push(Mail::Call(Box::new(start))));
        remote_task
    }

    /// Asks the loop to stop at the end of its turn, as [`Loop::stop`] does; nothing, if it is
    /// closed.
    ///
    /// [`Loop::stop`]: crate::Loop::stop
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, RunEnd};
    ///
    /// let event_loop = Loop::new();
    /// let handle = event_loop.handle();
    /// let other = std::thread::spawn(move || handle.stop());
    /// assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    /// other.join().unwrap();
    /// ```
    pub fn stop(&self) {
        let stop = || {
            context::with_entered(|core| core.stop());
        };
        drop(self.share.push(Mail::Call(Box::new(stop))));
    }
}

impl fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopHandle").field("id", &self.id).finish_non_exhaustive()
    }
}
