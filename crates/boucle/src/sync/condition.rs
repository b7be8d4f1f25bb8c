//! [`Condition`]: waiting until the value in a lock is as one wants it.
//!
//! Road: stage 8.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;

use super::lock::LockGuard;
use super::wait_list::WaitList;

/// Where tasks wait for a change of the value in a [`Lock`](super::Lock).
///
/// It belongs to the lock whose guards are given to [`wait`](Condition::wait). Whoever changes the
/// value notifies; with or without the lock, but those who wait go on only when the lock is free.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::spawn;
/// use boucle::sync::{Condition, Lock};
///
/// boucle::run(async {
///     let shared = Rc::new((Lock::new(0), Condition::new()));
///     let other = spawn({
///         let shared = Rc::clone(&shared);
///         async move {
///             let (count, changed) = &*shared;
///             for _ in 0..3 {
///                 *count.lock().await += 1;
///                 changed.notify_all();
///             }
///         }
///     });
///     let (count, changed) = &*shared;
///     let guard = count.lock().await;
///     let guard = changed.wait_for(guard, |count| *count == 3).await;
///     assert_eq!(*guard, 3);
///     other.await.expect("it ends");
/// });
/// ```
#[doc(alias = "Condvar")]
#[derive(Debug, Default)]
pub struct Condition {
    /// Those who wait to be notified; none of them has the lock.
    waiters: WaitList,
}

impl Condition {
    /// Makes a condition that nobody waits for.
    #[must_use]
    pub fn new() -> Condition {
        Condition::default()
    }

    /// Gives the lock back, waits to be notified, and waits for the lock again.
    ///
    /// The value may be as it was: others may have changed it in between, and somebody who was
    /// cancelled passes its notification on. [`wait_for`](Condition::wait_for) looks at the value.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the lock to others. If it had been notified and did not have the
    /// lock yet, the next one is notified instead.
    pub async fn wait<'a, T>(&self, guard: LockGuard<'a, T>) -> LockGuard<'a, T> {
        let lock = LockGuard::lock_of(&guard);
        let mut guard = Some(guard);
        let mut notified = self.waiters.wait(|| self.notify_one());
        poll_fn(|cx| {
            let poll = Pin::new(&mut notified).poll(cx);
            // Not before it is in the list: who gets the lock now may notify at once.
            guard = None;
            poll
        })
        .await;
        let notification = Notification(self);
        let guard = lock.lock().await;
        mem::forget(notification);
        guard
    }

    /// Waits until `predicate` says so of the value, which it looks at now and whenever this is
    /// notified; returns with the lock.
    ///
    /// # Cancel safety
    ///
    /// As [`wait`](Condition::wait).
    #[doc(alias = "wait_while")]
    pub async fn wait_for<'a, T>(
        &self,
        guard: LockGuard<'a, T>,
        mut predicate: impl FnMut(&mut T) -> bool,
    ) -> LockGuard<'a, T> {
        let mut guard = guard;
        while !predicate(&mut guard) {
            guard = self.wait(guard).await;
        }
        guard
    }

    /// Lets the first one who waits go on, as soon as the lock is free. If nobody waits, does nothing.
    #[doc(alias = "notify")]
    pub fn notify_one(&self) {
        self.waiters.grant();
    }

    /// Lets all who wait now go on, one after the other, each as soon as the lock is free.
    pub fn notify_all(&self) {
        self.waiters.grant_all();
    }
}

/// A notification whose owner waits for the lock; dropping it passes it on.
struct Notification<'a>(&'a Condition);

impl Drop for Notification<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}
