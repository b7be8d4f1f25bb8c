//! [`Semaphore`]: so many at once, and no more.
//!
//! Road: stage 8.

use std::cell::Cell;
use std::panic::Location;

use crate::context;
use crate::context::Identity;
use crate::context::wait::{WaitStep, Waiting, Wanted};
use crate::data::{How, Kind};
use crate::structures::line::Line;

/// A number of permits: who finds none waits until one is given back.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::sync::Semaphore;
///
/// boucle::run(async {
///     let semaphore = Rc::new(Semaphore::new(2));
///     let first = semaphore.acquire().await;
///     let second = semaphore.acquire().await;
///     assert!(semaphore.try_acquire().is_none());
///     drop(first);
///     assert_eq!(semaphore.available(), 1);
///     drop(second);
/// });
/// ```
#[doc(alias = "BoundedSemaphore")]
#[derive(Debug)]
pub struct Semaphore {
    /// The permits that nobody has; zero while somebody waits, but inside `add_permits`.
    available: Cell<usize>,
    /// Those who wait; who is granted has a permit.
    pub(super) waiters: Line,
    /// What it is known by.
    pub(super) identity: Identity,
}

impl Semaphore {
    /// Makes a semaphore with `n` permits; with none, all wait until some are added.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle::sync::Semaphore::new(3).available(), 3);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(n: usize) -> Semaphore {
        Semaphore::known_as(Identity::new(Kind::Semaphore), n)
    }

    /// One that is part of something else.
    pub(super) fn known_as(identity: Identity, n: usize) -> Semaphore {
        Semaphore { available: Cell::new(n), waiters: Line::default(), identity }
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
    /// let semaphore = boucle::sync::Semaphore::new(8);
    /// semaphore.set_name("connections");
    /// assert!(format!("{semaphore:?}").contains("connections"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.identity.set_name(name);
    }

    /// Waits for a permit; dropping the [`Permit`] gives it back.
    ///
    /// Returns at once if one is available. Else those who wait get one in the order in which they
    /// came: a permit that comes back is the first one's before it runs.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the place in the line, and no permit: one that it had been given
    /// goes to the next one, or back.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use std::time::Duration;
    /// use boucle::{gather, now, sleep, sync::Semaphore};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let (start, two_at_once) = (now(), Rc::new(Semaphore::new(2)));
    ///     let visits = (0..4).map(|_| {
    ///         let semaphore = Rc::clone(&two_at_once);
    ///         async move {
    ///             let _permit = semaphore.acquire().await;
    ///             sleep(Duration::from_secs(1)).await;
    ///         }
    ///     });
    ///     gather(visits).await.unwrap();
    ///     assert_eq!(now() - start, Duration::from_secs(2));
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Permit<'_>> {
        self.acquire_at(Location::caller())
    }

    /// The same, for the line that waits.
    pub(crate) fn acquire_at(
        &self,
        at: &'static Location<'static>,
    ) -> impl Future<Output = Permit<'_>> {
        Waiting::new_at(at, self)
    }

    /// Takes a permit, if one is available now; `None` else, and while others wait.
    ///
    /// # Examples
    ///
    /// ```
    /// let semaphore = boucle::sync::Semaphore::new(1);
    /// let permit = semaphore.try_acquire();
    /// assert!(permit.is_some() && semaphore.try_acquire().is_none());
    /// ```
    #[doc(alias = "acquire_nowait")]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.identity.uses(if self.available.get() > 0 { How::Take } else { How::Read });
        self.take()
    }

    /// Takes a permit, if one is available.
    #[inline(always)]
    pub(super) fn take(&self) -> Option<Permit<'_>> {
        self.available.set(self.available.get().checked_sub(1)?);
        Some(self.permit())
    }

    /// Adds `n` permits, for those who wait first.
    ///
    /// To have fewer permits, `std::mem::forget` one.
    ///
    /// # Panics
    ///
    /// If there would be more than `usize::MAX` available.
    ///
    /// # Examples
    ///
    /// ```
    /// let semaphore = boucle::sync::Semaphore::new(0);
    /// semaphore.add_permits(2);
    /// std::mem::forget(semaphore.try_acquire()); // one fewer, for good
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    #[doc(alias = "release")]
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        self.is_given_back();
        let n_granted = n.min(self.waiters.len());
        let available = self.available.get().checked_add(n - n_granted);
        self.available.set(available.expect("a semaphore has at most `usize::MAX` permits"));
        for _ in 0..n_granted {
            self.give_back();
        }
    }

    /// How many permits are available: nobody has them, and nobody waits.
    ///
    /// # Examples
    ///
    /// ```
    /// let semaphore = boucle::sync::Semaphore::new(2);
    /// let permit = semaphore.try_acquire();
    /// assert_eq!(semaphore.available(), 1);
    /// drop(permit);
    /// assert_eq!(semaphore.available(), 2);
    /// ```
    #[doc(alias = "available_permits")]
    #[doc(alias = "locked")]
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn available(&self) -> usize {
        self.identity.reads();
        self.available.get()
    }

    /// A permit that was taken from those that are available, or was granted.
    pub(super) fn permit(&self) -> Permit<'_> {
        let permit = Permit { semaphore: self };
        context::with_entered(|core| core.acquired(&self.identity));
        permit
    }

    /// Gives one permit to the first one who waits, else back.
    pub(super) fn give_back(&self) {
        self.is_given_back();
        if !self.waiters.grant() {
            self.available.set(self.available.get().saturating_add(1));
        }
    }
}

/// How it is used, as those are told who explore orders.
impl Semaphore {
    /// Permits come: to those who wait, or back.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    fn is_given_back(&self) {
        self.identity.uses(if self.waiters.is_empty() { How::Add } else { How::Write });
    }

    /// Somebody wants a permit, in that line.
    #[inline(always)]
    pub(super) fn is_wanted(&self, step: WaitStep, at: &'static Location<'static>) {
        let how = match step {
            WaitStep::Begins if self.available.get() > 0 => How::Take,
            WaitStep::GoesOn => How::Read,
            WaitStep::Begins | WaitStep::GivesUp => How::Write,
        };
        self.identity.uses_at(how, at);
    }
}

impl<'a> Wanted for &'a Semaphore {
    type Output = Permit<'a>;
    const WHAT: &'static str = "a permit of a semaphore";

    fn line(&self) -> &Line {
        &self.waiters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.identity)
    }

    #[inline(always)]
    fn uses(&self, step: WaitStep, at: &'static Location<'static>) {
        self.is_wanted(step, at);
    }

    fn try_now(&mut self) -> Option<Permit<'a>> {
        self.take()
    }

    fn granted(&mut self) -> Option<Permit<'a>> {
        let semaphore: &'a Semaphore = self;
        Some(semaphore.permit())
    }

    fn pass_on(&mut self) {
        self.give_back();
    }
}

/// One permit of a [`Semaphore`]; dropping it gives it back.
///
/// # Examples
///
/// ```
/// use boucle::sync::Semaphore;
///
/// let semaphore = Semaphore::new(1);
/// {
///     let _permit = boucle::run(semaphore.acquire());
///     assert_eq!(semaphore.available(), 0);
/// }
/// assert_eq!(semaphore.available(), 1); // its block is over
/// ```
#[doc(alias = "SemaphorePermit")]
#[doc(alias = "release")]
#[derive(Debug)]
#[must_use = "a permit that is dropped is given back at once"]
pub struct Permit<'a> {
    /// Whose permit it is.
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        context::with_entered(|core| core.released(&self.semaphore.identity));
        self.semaphore.give_back();
    }
}
