//! [`Event`]: something is so, or is not so, and tasks wait until it is.
//!
//! Road: stage 8.

use std::cell::Cell;

use super::wait_list::WaitList;
use crate::budget;

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
#[derive(Debug, Default)]
pub struct Event {
    /// Whether it is set; nobody waits while it is.
    is_set: Cell<bool>,
    /// Those who wait for it.
    waiters: WaitList,
}

impl Event {
    /// Makes an event that is not set.
    #[must_use]
    pub fn new() -> Event {
        Event::default()
    }

    /// Sets it: all who wait go on, at their next turn, also if it is cleared before that.
    pub fn set(&self) {
        self.is_set.set(true);
        self.waiters.grant_all();
    }

    /// Makes it be not set: who comes from now on waits for the next [`set`](Event::set).
    pub fn clear(&self) {
        self.is_set.set(false);
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.is_set.get()
    }

    /// Waits until it is set; returns at once if it is.
    ///
    /// It may have been cleared again when this returns.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waiting, and changes nothing else.
    pub async fn wait(&self) {
        budget::charge().await;
        if !self.is_set.get() {
            self.waiters.wait(|| {}).await;
        }
    }
}
