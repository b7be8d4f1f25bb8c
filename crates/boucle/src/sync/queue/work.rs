//! Items as work: whether all that was put is done.
//!
//! Road: stage 13.

use super::Queue;
use crate::context::Identity;
use crate::context::wait::{Waiting, Wanted};
use crate::structures::line::Line;

impl<T> Queue<T> {
    /// Says that an item that was got is done; called once for each, if somebody is to
    /// [`join`](Queue::join).
    ///
    /// # Panics
    ///
    /// If it is called more often than items were put.
    ///
    /// # Examples
    ///
    /// ```
    /// let queue = boucle::sync::Queue::new(1);
    /// boucle::run(async {
    ///     queue.put("sweep").await.unwrap();
    ///     assert_eq!(queue.get().await, Ok("sweep"));
    ///     queue.task_done();
    ///     queue.join().await;
    /// });
    /// ```
    #[track_caller]
    pub fn task_done(&self) {
        self.identity.writes();
        let n_unfinished = self.n_unfinished.get().checked_sub(1);
        self.set_unfinished(
            n_unfinished.expect("`task_done` is called once for each item, not more"),
        );
    }

    /// Waits until every item that was put is done: got, and [`task_done`](Queue::task_done)
    /// called.
    ///
    /// Returns at once if all are. More may have been put when this returns.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waiting, and changes nothing else.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::Queue;
    ///
    /// boucle::run(async {
    ///     let queue = Rc::new(Queue::unbounded());
    ///     queue.put("sweep").await.unwrap();
    ///     let same = Rc::clone(&queue);
    ///     let joining = boucle::spawn(async move { same.join().await });
    ///     queue.get().await.unwrap();
    ///     boucle::interrupt().await;
    ///     assert!(!joining.done()); // taken out, and not swept
    ///     queue.task_done();
    ///     boucle::interrupt().await;
    ///     assert!(joining.done());
    /// });
    /// ```
    #[track_caller]
    pub fn join(&self) -> impl Future<Output = ()> {
        Waiting::new(Finish(self))
    }

    /// So many are to be done; if none, whoever waits for that goes on.
    pub(super) fn set_unfinished(&self, n: usize) {
        self.n_unfinished.set(n);
        if n == 0 {
            self.joiners.grant_all();
        }
    }
}

/// What a joiner waits for: that all is done.
struct Finish<'a, T>(&'a Queue<T>);

impl<T> Wanted for Finish<'_, T> {
    type Output = ();
    const WHAT: &'static str = "the end of the work on a queue";

    fn line(&self) -> &Line {
        &self.0.joiners
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.0.identity)
    }

    fn try_now(&mut self) -> Option<()> {
        (self.0.n_unfinished.get() == 0).then_some(())
    }

    fn granted(&mut self) -> Option<()> {
        Some(())
    }
}
