//! [`Condition`]: waiting until the value in a lock is as one wants it.
//!
//! Road: stage 8.

use std::mem;
use std::panic::Location;

use super::lock::LockGuard;
use crate::context::wait::{Waiting, Wanted};
use crate::context::{Identity, budget};
use crate::data::{How, Kind};
use crate::structures::line::Line;

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
#[derive(Debug)]
pub struct Condition {
    /// Those who wait to be notified; none of them has the lock.
    waiters: Line,
    /// What it is known by.
    identity: Identity,
}

impl Condition {
    /// Makes a condition that nobody waits for.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::sync::{Condition, Lock};
    /// use boucle::timeout;
    ///
    /// let (lock, changed) = (Lock::new(()), Condition::new());
    /// changed.notify_all(); // nobody waits, and nothing is kept for later
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// let waited = event_loop.run_until_complete(async {
    ///     let guard = lock.lock().await;
    ///     timeout(Duration::from_secs(1), changed.wait(guard)).await.is_ok()
    /// });
    /// assert_eq!(waited, Ok(false));
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new() -> Condition {
        Condition { waiters: Line::default(), identity: Identity::new(Kind::Condition) }
    }

    /// Gives it a name, which those are told who watch, and which a [task tree](crate::Loop::task_tree)
    /// shows.
    ///
    /// The name is kept where somebody watches or debug mode is on, and of what was made outside of any loop;
    /// elsewhere this does nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let condition = boucle::sync::Condition::new();
    /// condition.set_name("not empty");
    /// assert!(format!("{condition:?}").contains("not empty"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.identity.set_name(name);
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
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::{Condition, Lock};
    ///
    /// boucle::run(async {
    ///     let shared = Rc::new((Lock::new(""), Condition::new()));
    ///     let same = Rc::clone(&shared);
    ///     let hears = boucle::spawn(async move { *same.1.wait(same.0.lock().await).await });
    ///     boucle::interrupt().await;
    ///     *shared.0.lock().await = "hello"; // it is free: the other one waits
    ///     shared.1.notify_one();
    ///     assert_eq!(hears.await.unwrap(), "hello");
    /// });
    /// ```
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: LockGuard<'a, T>) -> impl Future<Output = LockGuard<'a, T>> {
        self.wait_at(Location::caller(), guard)
    }

    async fn wait_at<'a, T>(
        &self,
        at: &'static Location<'static>,
        guard: LockGuard<'a, T>,
    ) -> LockGuard<'a, T> {
        let lock = LockGuard::lock_of(&guard);
        let change = Change { condition: self, guard: Some(guard) };
        let notification = Waiting::new_at(at, change).await;
        let guard = lock.lock_at(at).await;
        mem::forget(notification);
        guard
    }

    /// Waits until `predicate` says so of the value, which it looks at now and whenever this is
    /// notified; returns with the lock.
    ///
    /// Returns at once if it says so now. Nobody changes the value between its yes and the return.
    ///
    /// # Panics
    ///
    /// If `predicate` does; the lock is handed over then.
    ///
    /// # Cancel safety
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::{Condition, Lock};
    ///
    /// let (stock, changed) = (Lock::new(3), Condition::new());
    /// boucle::run(async {
    ///     let enough = changed.wait_for(stock.lock().await, |stock| *stock >= 2).await;
    ///     assert_eq!(*enough, 3);
    /// });
    /// ```
    #[doc(alias = "wait_while")]
    #[track_caller]
    pub fn wait_for<'a, T>(
        &self,
        guard: LockGuard<'a, T>,
        predicate: impl FnMut(&mut T) -> bool,
    ) -> impl Future<Output = LockGuard<'a, T>> {
        self.wait_for_at(Location::caller(), guard, predicate)
    }

    async fn wait_for_at<'a, T>(
        &self,
        at: &'static Location<'static>,
        guard: LockGuard<'a, T>,
        mut predicate: impl FnMut(&mut T) -> bool,
    ) -> LockGuard<'a, T> {
        let mut guard = guard;
        budget::charge().await;
        while !predicate(&mut guard) {
            guard = self.wait_at(at, guard).await;
        }
        guard
    }

    /// Lets the first one who waits go on, as soon as the lock is free. If nobody waits, does
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::{Condition, Lock};
    ///
    /// boucle::run(async {
    ///     let shared = Rc::new((Lock::new(()), Condition::new()));
    ///     let waiters = [1, 2].map(|_| {
    ///         let shared = Rc::clone(&shared);
    ///         boucle::spawn(async move { drop(shared.1.wait(shared.0.lock().await).await) })
    ///     });
    ///     boucle::quiescent().await;
    ///     shared.1.notify_one();
    ///     boucle::quiescent().await;
    ///     assert_eq!(waiters.map(|waiter| waiter.done()), [true, false]);
    /// });
    /// ```
    #[doc(alias = "notify")]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn notify_one(&self) {
        self.notifies();
        self.waiters.grant();
    }

    /// Lets all who wait now go on, one after the other, each as soon as the lock is free.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::{Condition, Lock};
    ///
    /// boucle::run(async {
    ///     let shared = Rc::new((Lock::new(()), Condition::new()));
    ///     let waiters = [1, 2].map(|_| {
    ///         let shared = Rc::clone(&shared);
    ///         boucle::spawn(async move { drop(shared.1.wait(shared.0.lock().await).await) })
    ///     });
    ///     boucle::quiescent().await;
    ///     shared.1.notify_all();
    ///     boucle::quiescent().await;
    ///     assert_eq!(waiters.map(|waiter| waiter.done()), [true, true]);
    /// });
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn notify_all(&self) {
        self.notifies();
        self.waiters.grant_all();
    }

    /// Where nobody waits nothing comes of it.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    fn notifies(&self) {
        self.identity.uses(if self.waiters.is_empty() { How::Read } else { How::Write });
    }
}

impl Default for Condition {
    #[track_caller]
    fn default() -> Condition {
        Condition::new()
    }
}

/// What is waited for: a notification.
struct Change<'a, 'b, T> {
    /// Who notifies.
    condition: &'a Condition,
    /// The lock, until it is given back.
    guard: Option<LockGuard<'b, T>>,
}

impl<'a, T> Wanted for Change<'a, '_, T> {
    type Output = Notification<'a>;
    const WHAT: &'static str = "a condition";

    fn line(&self) -> &Line {
        &self.condition.waiters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.condition.identity)
    }

    fn try_now(&mut self) -> Option<Notification<'a>> {
        None
    }

    fn entered(&mut self) {
        // Not before that: who gets the lock now may notify at once.
        self.guard = None;
    }

    fn granted(&mut self) -> Option<Notification<'a>> {
        Some(Notification(self.condition))
    }

    fn pass_on(&mut self) {
        self.condition.notify_one();
    }
}

/// A notification whose owner waits for the lock; dropping it passes it on.
struct Notification<'a>(&'a Condition);

impl Drop for Notification<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}
