//! [`Lock`]: a value that one task has at a time, over its awaits.
//!
//! Road: stage 8.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::semaphore::{Permit, Semaphore};
use crate::context;
use crate::context::Identity;
use crate::context::wait::{WaitStep, Waiting, Wanted};
use crate::data::{How, Kind, TaskId};
use crate::structures::line::Line;

/// A value that one task has at a time. It is handed over in the order of asking.
///
/// A task needs it only if it awaits in between: between two awaits nobody else runs, and a
/// [`Cell`](std::cell::Cell) does.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::sync::Lock;
/// use boucle::{interrupt, spawn};
///
/// boucle::run(async {
///     let words = Rc::new(Lock::new(Vec::new()));
///     let other = spawn({
///         let words = Rc::clone(&words);
///         async move { words.lock().await.push("other") }
///     });
///     let mut mine = words.lock().await;
///     mine.push("begin");
///     interrupt().await; // the other one runs, and waits
///     mine.push("end");
///     drop(mine);
///     other.await.expect("it ends");
///     assert_eq!(*words.lock().await, ["begin", "end", "other"]);
/// });
/// ```
#[doc(alias = "Mutex")]
pub struct Lock<T> {
    /// One permit: whoever has it may borrow the value.
    turn: Semaphore,
    /// The task that has it. None as well while it is handed over: who will have it has not run.
    holder: Cell<Option<TaskId>>,
    /// The value; borrowed as long as there is a guard.
    value: RefCell<T>,
}

impl<T> Lock<T> {
    /// Makes a lock that nobody has.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = boucle::sync::Lock::new(42);
    /// assert!(!lock.is_locked());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(value: T) -> Lock<T> {
        let turn = Semaphore::known_as(Identity::new(Kind::Lock), 1);
        Lock { turn, holder: Cell::new(None), value: RefCell::new(value) }
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
    /// let lock = boucle::sync::Lock::new(0);
    /// lock.set_name("accounts");
    /// assert!(format!("{lock:?}").contains("accounts"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.turn.set_name(name);
    }

    /// Waits until nobody has the lock, and takes it; dropping the [`LockGuard`] hands it over to
    /// the next one who waits.
    ///
    /// A task that asks for a lock that it has waits for ever.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the place in the line. If the lock had been handed over to it, the
    /// next one gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Lock;
    ///
    /// let lock = Lock::new(40);
    /// boucle::run(async {
    ///     *lock.lock().await += 2; // the guard lives as long as the statement
    ///     assert_eq!(*lock.lock().await, 42);
    /// });
    /// ```
    #[doc(alias = "acquire")]
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = LockGuard<'_, T>> {
        self.lock_at(Location::caller())
    }

    /// The same, for the line that waits.
    pub(super) fn lock_at(
        &self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = LockGuard<'_, T>> {
        Waiting::new_at(at, self)
    }

    /// Takes the lock, if nobody has it now, and it is promised to nobody; `None` else.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = boucle::sync::Lock::new(42);
    /// let guard = lock.try_lock();
    /// assert!(lock.try_lock().is_none());
    /// drop(guard);
    /// assert!(lock.try_lock().is_some());
    /// ```
    #[doc(alias = "acquire_nowait")]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        Some(self.guard(self.turn.try_acquire()?))
    }

    /// Whether somebody has it, or was handed it and has not run yet.
    ///
    /// # Examples
    ///
    /// ```
    /// let lock = boucle::sync::Lock::new(42);
    /// let guard = lock.try_lock();
    /// assert!(lock.is_locked());
    /// drop(guard);
    /// assert!(!lock.is_locked());
    /// ```
    #[doc(alias = "locked")]
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.turn.available() == 0
    }

    /// The task that has taken it, and has it; `None` if it is free, or was handed to a task that has not
    /// run yet, or was taken outside of any task.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::current_task;
    /// use boucle::sync::Lock;
    ///
    /// boucle::run(async {
    ///     let lock = Lock::new(());
    ///     let guard = lock.lock().await;
    ///     assert_eq!(lock.holder(), current_task());
    ///     drop(guard);
    ///     assert_eq!(lock.holder(), None);
    /// });
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn holder(&self) -> Option<TaskId> {
        self.turn.identity.reads();
        self.holder.get()
    }

    /// The value: who has the lock alone needs not wait for it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut lock = boucle::sync::Lock::new(40);
    /// *lock.value_mut() += 2;
    /// assert_eq!(lock.into_inner(), 42);
    /// ```
    #[doc(alias = "get_mut")]
    pub fn value_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// The value, for good.
    ///
    /// # Examples
    ///
    /// ```
    /// let words = boucle::sync::Lock::new(vec!["one"]);
    /// boucle::run(async { words.lock().await.push("two") });
    /// assert_eq!(words.into_inner(), ["one", "two"]);
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }

    fn guard<'a>(&'a self, turn: Permit<'a>) -> LockGuard<'a, T> {
        self.holder.set(context::with_entered(|core| core.current_task.get()).flatten());
        let has_it = HasIt(&self.holder);
        LockGuard { value: self.value.borrow_mut(), _has_it: has_it, _turn: turn, lock: self }
    }
}

/// Its one permit, as a guard.
impl<'a, T> Wanted for &'a Lock<T> {
    type Output = LockGuard<'a, T>;
    const WHAT: &'static str = "a lock";

    fn line(&self) -> &Line {
        &self.turn.waiters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.turn.identity)
    }

    /// Who goes on and has it is the holder from now on, and was not before.
    #[inline(always)]
    fn uses(&self, step: WaitStep, at: &'static Location<'static>) {
        match step {
            WaitStep::GoesOn => self.turn.identity.uses_at(How::Write, at),
            WaitStep::Begins | WaitStep::GivesUp => self.turn.is_wanted(step, at),
        }
    }

    fn try_now(&mut self) -> Option<LockGuard<'a, T>> {
        Some(self.guard(self.turn.take()?))
    }

    fn granted(&mut self) -> Option<LockGuard<'a, T>> {
        let lock: &'a Lock<T> = self;
        Some(lock.guard(lock.turn.permit()))
    }

    fn pass_on(&mut self) {
        self.turn.give_back();
    }
}

impl<T: fmt::Debug> fmt::Debug for Lock<T> {
    /// Takes the lock to look at the value, if nobody has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let guard = self.try_lock();
        let value: &dyn fmt::Debug = match &guard {
            Some(guard) => &guard.value,
            None => &format_args!("<locked>"),
        };
        let mut debug = f.debug_struct("Lock");
        if let Some(name) = self.turn.identity.name() {
            debug.field("name", &name);
        }
        debug.field("value", value).finish_non_exhaustive()
    }
}

impl<T: Default> Default for Lock<T> {
    #[track_caller]
    fn default() -> Lock<T> {
        Lock::new(T::default())
    }
}

/// The value in a [`Lock`], as long as this lives; dropping it hands the lock over.
///
/// # Examples
///
/// ```
/// use boucle::sync::{Lock, LockGuard};
///
/// /// Only who has the lock can call this.
/// fn add(sum: &mut LockGuard<'_, i32>, n: i32) {
///     **sum += n;
/// }
///
/// let lock = Lock::new(40);
/// let mut guard = boucle::run(lock.lock());
/// add(&mut guard, 2);
/// assert_eq!(*guard, 42);
/// ```
#[doc(alias = "release")]
#[doc(alias = "MutexGuard")]
#[derive(Debug)]
#[must_use = "a lock is handed over as soon as its guard is dropped"]
pub struct LockGuard<'a, T> {
    /// The value. Before `_turn`, so that it is free when the next one is woken.
    value: RefMut<'a, T>,
    /// Forgets who had it, before it is handed over.
    _has_it: HasIt<'a>,
    /// Hands the lock over when it is dropped.
    _turn: Permit<'a>,
    /// Where to wait to have it again.
    lock: &'a Lock<T>,
}

/// Somebody has a lock, whose cell this is.
#[derive(Debug)]
struct HasIt<'a>(&'a Cell<Option<TaskId>>);

impl Drop for HasIt<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl<'a, T> LockGuard<'a, T> {
    /// The lock that `guard` is the guard of. No method: it would hide one of the value.
    pub(super) fn lock_of(guard: &Self) -> &'a Lock<T> {
        guard.lock
    }
}

impl<T> Deref for LockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for LockGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
