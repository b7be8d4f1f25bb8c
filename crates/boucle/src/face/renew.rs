//! A loop that is used anew, for those who make thousands of short runs: one that explores orders, say.

use super::Loop;

impl Loop {
    /// Closes the loop and opens it anew: it is as it was when it was made, with the same settings, and costs less
    /// than another one. In builds with the feature `explore` only.
    ///
    /// `false` if that cannot be, since somebody still has something of it: another owner, a handle, the result of
    /// a task, a waker, or the system knows descriptors of it. It is closed then; make another one.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, spawn};
    ///
    /// let mut event_loop = Loop::builder().virtual_time(true).build();
    /// let ids = [1, 2].map(|_| {
    ///     let id = event_loop.run_until_complete(async { spawn(async {}).id() }).unwrap();
    ///     assert!(event_loop.renew());
    ///     id
    /// });
    /// // Its second life is like the first.
    /// assert_eq!(ids[0], ids[1]);
    ///
    /// let task = event_loop.add_task(async { 42 });
    /// assert!(!event_loop.renew());
    /// assert!(event_loop.is_closed() && task.cancelled());
    /// ```
    #[must_use = "if it cannot be used anew, it is closed"]
    pub fn renew(&mut self) -> bool {
        if self.close().is_err() || !self.owner.renew() {
            return false;
        }
        let entered = self.owner().enter();
        entered.core().host.show(|it| it.loop_made());
        true
    }
}
