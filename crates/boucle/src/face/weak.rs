//! A loop, as somebody reaches it whom it does not wait for.

use super::Loop;
use crate::context;
use crate::data::LoopId;
use crate::structures::loops;
use crate::thread::LoopClosed;

/// A loop, as other threads reach it whom it does not wait for. [`Loop::weak_handle`] makes one.
///
/// Unlike with a [`LoopHandle`](crate::LoopHandle), a loop that only weak handles could wake says
/// [`Deadlock`](crate::RunError::Deadlock). It is for who looks at a loop, and asks nothing else of it. Two
/// are equal if they are of the same loop.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, RunError};
///
/// let event_loop = Loop::new();
/// let handle = event_loop.weak_handle();
/// let stuck = event_loop.run_until_complete(std::future::pending::<()>());
/// assert_eq!(stuck, Err(RunError::Deadlock));
/// drop(event_loop);
/// assert!(handle.call_soon(|| {}).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakLoopHandle {
    /// Which loop it is.
    id: LoopId,
}

impl WeakLoopHandle {
    /// Calls `f` on the loop's thread, with the loop current, at its next turn.
    ///
    /// It wakes the loop if that sleeps. If the loop is closed meanwhile, or before, `f` is dropped and
    /// not called.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`] if the loop is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::thread;
    /// use std::time::Duration;
    /// use boucle::{Loop, sleep};
    ///
    /// let event_loop = Loop::new();
    /// let handle = event_loop.weak_handle();
    /// let other = thread::spawn(move || {
    ///     let (sender, tree) = mpsc::channel();
    ///     let look = move || {
    ///         let event_loop = Loop::current().unwrap();
    ///         sender.send(event_loop.task_tree()).unwrap();
    ///         event_loop.stop();
    ///     };
    ///     handle.call_soon(look).unwrap();
    ///     tree.recv().unwrap()
    /// });
    /// let _sleeper = event_loop.add_task(sleep(Duration::MAX));
    /// event_loop.run_forever().unwrap();
    /// assert!(other.join().unwrap().starts_with("Sleep 1: "));
    /// ```
    pub fn call_soon(&self, f: impl FnOnce() + Send + 'static) -> Result<(), LoopClosed> {
        let reach = loops::find(self.id).ok_or(LoopClosed)?;
        reach.post(Box::new(f));
        Ok(())
    }
}

impl WeakLoopHandle {
    /// Whether it is the loop that [`Loop::current`] returns here.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// let handle = event_loop.weak_handle();
    /// assert!(!handle.is_current());
    /// assert_eq!(event_loop.run_until_complete(async { handle.is_current() }), Ok(true));
    /// ```
    #[must_use]
    pub fn is_current(&self) -> bool {
        context::is_current(self.id)
    }
}

impl Loop {
    /// The loop, as other threads reach it whom it does not wait for.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::new();
    /// assert!(event_loop.weak_handle().call_soon(|| {}).is_ok());
    /// ```
    #[must_use]
    pub fn weak_handle(&self) -> WeakLoopHandle {
        WeakLoopHandle { id: self.core().id() }
    }
}
