//! [`Event`]: something is so, or is not so, and tasks wait until it is.
//!
//! Road: stage 8.

use std::cell::Cell;
use std::panic::Location;

use crate::context::Identity;
use crate::context::wait::{WaitStep, Waiting, Wanted};
use crate::data::{How, Kind};
use crate::structures::line::Line;

/// A flag that tasks wait for. It begins lowered.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::sync::Event;
/// use boucle::{interrupt, spawn};
///
/// boucle::run(async {
///     let event = Rc::new(Event::new());
///     let waiting = spawn({
///         let event = Rc::clone(&event);
///         async move { event.wait().await }
///     });
///     interrupt().await;
///     assert!(!waiting.done());
///     event.set();
///     waiting.await.expect("it ends");
///     assert!(event.is_set());
/// });
/// ```
#[doc(alias = "Notify")]
#[derive(Debug)]
pub struct Event {
    /// Whether it is set; nobody waits while it is.
    is_set: Cell<bool>,
    /// Those who wait for it.
    waiters: Line,
    /// What it is known by.
    identity: Identity,
}

impl Event {
    /// Makes an event that is not set.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!boucle::sync::Event::new().is_set());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new() -> Event {
        let identity = Identity::new(Kind::Event);
        Event { is_set: Cell::new(false), waiters: Line::default(), identity }
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
    /// let event = boucle::sync::Event::new();
    /// event.set_name("ready");
    /// assert!(format!("{event:?}").contains("ready"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.identity.set_name(name);
    }

    /// Sets it: all who wait go on, at their next turn, also if it is cleared before that. Does
    /// nothing if it is set.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::Event;
    ///
    /// boucle::run(async {
    ///     let event = Rc::new(Event::new());
    ///     let same = Rc::clone(&event);
    ///     let waiting = boucle::spawn(async move { same.wait().await });
    ///     boucle::interrupt().await;
    ///     event.set();
    ///     event.clear();
    ///     boucle::interrupt().await;
    ///     assert!(waiting.done());
    /// });
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn set(&self) {
        // Once more does nothing.
        let changes = !self.is_set.get() || !self.waiters.is_empty();
        self.identity.uses(if changes { How::Write } else { How::Read });
        self.is_set.set(true);
        self.waiters.grant_all();
    }

    /// Makes it be not set: who comes from now on waits for the next [`set`](Event::set).
    ///
    /// # Examples
    ///
    /// ```
    /// let event = boucle::sync::Event::new();
    /// event.set();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn clear(&self) {
        self.identity.uses(if self.is_set.get() { How::Write } else { How::Read });
        self.is_set.set(false);
    }

    /// Whether it is set.
    ///
    /// # Examples
    ///
    /// ```
    /// let event = boucle::sync::Event::new();
    /// event.set();
    /// assert!(event.is_set());
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.identity.reads();
        self.is_set.get()
    }

    /// Waits until it is set; returns at once if it is.
    ///
    /// It may have been cleared again when this returns.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waiting, and changes nothing else.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{sync::Event, timeout};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let event = Event::new();
    ///     assert!(timeout(Duration::from_secs(1), event.wait()).await.is_err());
    ///     event.set();
    ///     assert!(timeout(Duration::from_secs(1), event.wait()).await.is_ok());
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = ()> {
        self.wait_at(Location::caller())
    }

    /// The same, for the line that waits.
    pub(crate) fn wait_at(&self, at: &'static Location<'static>) -> impl Future<Output = ()> {
        Waiting::new_at(at, self)
    }
}

impl Wanted for &Event {
    type Output = ();
    const WHAT: &'static str = "an event";

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
        self.is_set.get().then_some(())
    }

    fn granted(&mut self) -> Option<()> {
        // Whether it was cleared since, or not.
        Some(())
    }
}

impl Default for Event {
    #[track_caller]
    fn default() -> Event {
        Event::new()
    }
}
