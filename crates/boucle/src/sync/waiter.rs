//! [`Waiter`]: something that is set `n` times, once and for all.
//!
//! Road: stages 2, 6 and 8.

use std::cell::Cell;
use std::panic::Location;

use crate::context::Identity;
use crate::context::wait::{WaitStep, Waiting, Wanted};
use crate::data::{How, Kind};
use crate::structures::line::Line;

/// Something that tasks wait for, and that others set, `n` times in all.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::spawn;
/// use boucle::sync::Waiter;
///
/// boucle::run(async {
///     let waiter = Rc::new(Waiter::new(2));
///     for _ in 0..2 {
///         let waiter = Rc::clone(&waiter);
///         drop(spawn(async move { waiter.set() }));
///     }
///     waiter.wait().await;
///     assert_eq!(waiter.missing(), 0);
/// });
/// ```
#[doc(alias = "Future")]
#[doc(alias = "oneshot")]
#[doc(alias = "CountDownLatch")]
#[derive(Debug)]
pub struct Waiter {
    /// How many times it has yet to be set; nobody waits once it is zero.
    missing: Cell<usize>,
    /// Those who wait for it.
    waiters: Line,
    /// What it is known by.
    identity: Identity,
}

impl Waiter {
    /// Makes a waiter that is to be set `n` times; if that is none, nobody waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// boucle::run(async {
    ///     let waiter = boucle::sync::Waiter::new(0);
    ///     waiter.wait().await; // at once
    ///     assert_eq!(waiter.missing(), 0);
    /// });
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(n: usize) -> Waiter {
        let identity = Identity::new(Kind::Waiter);
        Waiter { missing: Cell::new(n), waiters: Line::default(), identity }
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
    /// let waiter = boucle::sync::Waiter::new(1);
    /// waiter.set_name("answer");
    /// assert!(format!("{waiter:?}").contains("answer"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.identity.set_name(name);
    }

    /// Counts one; the last one lets those who wait go on, at their next turn. More do nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let waiter = boucle::sync::Waiter::new(2);
    /// waiter.set();
    /// assert_eq!(waiter.missing(), 1);
    /// ```
    #[doc(alias = "set_result")]
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn set(&self) {
        // The last one wakes; more do nothing.
        self.identity.uses(match self.missing.get() {
            0 if self.waiters.is_empty() => How::Read,
            0 | 1 => How::Write,
            _ => How::Add,
        });
        let missing = self.missing.get().saturating_sub(1);
        self.missing.set(missing);
        if missing == 0 {
            self.waiters.grant_all();
        }
    }

    /// How many times it has yet to be set.
    ///
    /// # Examples
    ///
    /// ```
    /// let waiter = boucle::sync::Waiter::new(1);
    /// waiter.set();
    /// waiter.set(); // one more does nothing
    /// assert_eq!(waiter.missing(), 0);
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn missing(&self) -> usize {
        self.identity.reads();
        self.missing.get()
    }

    /// Waits until the waiter has been set `n` times.
    ///
    /// Returns at once if that has already happened.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no `set`: the count lives in the waiter.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::Waiter;
    ///
    /// boucle::run(async {
    ///     let waiter = Rc::new(Waiter::new(1));
    ///     let same = Rc::clone(&waiter);
    ///     let setter = boucle::spawn(async move { same.set() });
    ///     waiter.wait().await;
    ///     assert!(setter.done());
    /// });
    /// ```
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = ()> {
        Waiting::new(self)
    }
}

impl Wanted for &Waiter {
    type Output = ();
    const WHAT: &'static str = "a waiter to be set";

    fn line(&self) -> &Line {
        &self.waiters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.identity)
    }

    /// In which order they wait is no matter: all are granted together.
    #[inline(always)]
    fn uses(&self, _step: WaitStep, at: &'static Location<'static>) {
        self.identity.uses_at(How::Read, at);
    }

    fn try_now(&mut self) -> Option<()> {
        (self.missing.get() == 0).then_some(())
    }

    fn granted(&mut self) -> Option<()> {
        Some(())
    }
}
