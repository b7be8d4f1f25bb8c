//! The seam for those who watch a loop.

use std::panic::Location;
use std::time::Duration;

use crate::data::{Ended, How, Object, RunError, Shared, Spawned, TaskId, WaitsFor, WokenBy};

/// Watches a loop. Every method does nothing unless it is written.
///
/// It is called on the loop's thread, while nothing of the loop is borrowed. A method that panics
/// is reported to the exception handler, and the loop goes on.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use boucle::{Instrument, Loop, TaskId};
///
/// #[derive(Default)]
/// struct CountPolls(Cell<usize>);
///
/// impl Instrument for CountPolls {
///     fn before_poll(&self, _task: TaskId) {
///         self.0.set(self.0.get() + 1);
///     }
/// }
///
/// let count = Rc::new(CountPolls::default());
/// let event_loop = Loop::builder().instrument(Rc::clone(&count)).build();
/// event_loop.run_until_complete(boucle::interrupt()).unwrap();
/// assert_eq!(count.0.get(), 2);
/// ```
pub trait Instrument {
    /// A loop was made that it watches: that is the current one now. Of what follows some is told while
    /// another loop is current, as of a task that is spawned from there.
    fn loop_made(&self) {}
    /// A task was spawned: by whom, where, and what its future is; it has not been polled.
    fn task_spawned(&self, _task: TaskId, _spawned: Spawned) {}
    /// Something was made that tasks wait for, by the task that is being polled or outside of any. What
    /// was made outside of the loop is met at the first wait for it.
    fn object_made(&self, _object: Object) {}
    /// A queue, a lock, or another object of [`sync`](crate::sync) is gone: nobody waits for it any more. It
    /// is not told of what is dropped outside of the loop.
    fn object_gone(&self, _object: Object) {}
    /// An object has been given a name. One that was named outside of the loop is told of at the first wait
    /// for it, before that.
    fn object_named(&self, _object: Object, _name: &str) {}
    /// A task is about to be polled, or dropped because it was cancelled.
    fn before_poll(&self, _task: TaskId) {}
    /// It was; `ended` says whether it is over.
    fn after_poll(&self, _task: TaskId, _ended: bool) {}
    /// A task is about to be dropped, in no poll: its run has ended without it, or the loop closes. What its
    /// destructors do is the task's. [`task_done`](Instrument::task_done) follows.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use std::rc::Rc;
    /// use boucle::{Instrument, Loop, TaskId, spawn};
    ///
    /// #[derive(Default)]
    /// struct Dropped(RefCell<Vec<String>>);
    ///
    /// impl Instrument for Dropped {
    ///     fn before_drop(&self, task: TaskId) {
    ///         self.0.borrow_mut().push(task.to_string());
    ///     }
    /// }
    ///
    /// let dropped = Rc::new(Dropped::default());
    /// let event_loop = Loop::builder().instrument(Rc::clone(&dropped)).build();
    /// event_loop.run_until_complete(async {
    ///     spawn(std::future::pending::<()>());
    /// }).unwrap();
    /// assert!(dropped.0.borrow().is_empty());
    /// event_loop.close().unwrap();
    /// assert_eq!(dropped.0.borrow().len(), 1);
    /// ```
    fn before_drop(&self, _task: TaskId) {}
    /// A task has been given a name.
    fn task_named(&self, _task: TaskId, _name: &str) {}
    /// A task begins to wait for this; it may wait for more. `wait` is the number of this wait: none of the
    /// loop's has the same until it has [ended](Instrument::wait_ended). `object` is what it
    /// waits at: a timer, a socket, a queue; none for the end of a task that it awaits, and for a thread.
    /// `at` is the line that waits; none if that is not known, as of the end of a task.
    fn waits(
        &self,
        _task: TaskId,
        _wait: u32,
        _on: WaitsFor,
        _object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
    }
    /// A task waits no longer for that of which [`waits`](Instrument::waits) told by this number: it has seen
    /// that it has come, or it has given up, or what waits goes on in another task, which `waits` then. The
    /// waits of a task that ends are not told of: they end with it. Who takes one end of
    /// [`as_completed`](crate::as_completed) after the other waits for all that are left; if it waits for
    /// something else in between, all these waits have ended, and begin anew.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use std::collections::BTreeMap;
    /// use std::panic::Location;
    /// use std::rc::Rc;
    /// use std::time::Duration;
    /// use boucle::{Instrument, Loop, Object, TaskId, WaitsFor, sleep, timeout};
    ///
    /// /// What is waited for.
    /// #[derive(Default)]
    /// struct Waits(RefCell<BTreeMap<u32, WaitsFor>>);
    ///
    /// impl Instrument for Waits {
    ///     fn waits(
    ///         &self,
    ///         _task: TaskId,
    ///         wait: u32,
    ///         on: WaitsFor,
    ///         _object: Option<Object>,
    ///         _at: Option<&'static Location<'static>>,
    ///     ) {
    ///         self.0.borrow_mut().insert(wait, on);
    ///     }
    ///
    ///     fn wait_ended(&self, _task: TaskId, wait: u32) {
    ///         self.0.borrow_mut().remove(&wait);
    ///     }
    /// }
    ///
    /// let waits = Rc::new(Waits::default());
    /// let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&waits)).build();
    /// event_loop.run_task(async move {
    ///     // It waits for two times; for the longer one until it is dropped.
    ///     let _ = timeout(Duration::from_secs(1), sleep(Duration::from_secs(2))).await;
    ///     assert!(waits.0.borrow().is_empty());
    /// });
    /// ```
    fn wait_ended(&self, _task: TaskId, _wait: u32) {}
    /// A task was woken, and can go on.
    fn woken(&self, _task: TaskId, _by: WokenBy) {}
    /// A task was woken, and nothing changes: it could go on already, or it `has_ended`. So every wake is
    /// told, here or by [`woken`](Instrument::woken).
    fn woken_in_vain(&self, _task: TaskId, _by: WokenBy, _has_ended: bool) {}
    /// The task that is being polled has got a lock, or a permit of a semaphore.
    fn acquired(&self, _task: TaskId, _object: Object) {}
    /// A lock, or a permit of a semaphore, was given back.
    fn released(&self, _object: Object) {}
    /// Something that tasks share is used, by the present step or outside of any. It is told with the feature
    /// `explore` alone. `at` is the line that does so; none if that is not known, as where something is dropped.
    fn touched(&self, _shared: Shared, _how: How, _at: Option<&'static Location<'static>>) {}
    /// The present step adds to what this task waits for, which is woken by the last one: that one's wake is
    /// told next, and is everybody's who has added. It is told with the feature `explore` alone.
    fn counted(&self, _shared: Shared, _waiting: TaskId, _is_last: bool) {}
    /// A timer was set, this long ahead. Its number is how many were set before it in this loop, modulo
    /// four billion; a sleep without an end counts as one, where somebody watches.
    fn timer_set(&self, _timer: u32, _after: Duration) {}
    /// A timer has fired: whom it wakes is told next.
    fn timer_fired(&self, _timer: u32) {}
    /// A timer was taken back: what waited for it is gone, or waits for another time.
    fn timer_unset(&self, _timer: u32) {}
    /// A descriptor is ready, in these directions: whom that wakes is told next.
    fn io_ready(&self, _descriptor: i32, _readable: bool, _writable: bool) {}
    /// The loop is about to sleep: so long at the most, or until somebody wakes it. It may be woken
    /// at once. Virtual time jumps without a word.
    fn before_wait(&self, _timeout: Option<Duration>) {}
    /// The loop is awake again.
    fn after_wait(&self) {}
    /// A task has ended.
    fn task_done(&self, _task: TaskId, _how: Ended) {}
    /// A run of the loop is over: what it ran for has ended, or `why_not`. Not told of a run that a panic
    /// leaves.
    fn run_ended(&self, _why_not: Option<RunError>) {}
}
