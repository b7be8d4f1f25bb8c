//! The seam for who decides what happens next. Nothing else in a loop knows of tests.

use std::time::Duration;

use crate::data::TaskId;

/// Chooses which of the ready tasks is next. Without one it is the one that is ready longest.
///
/// It is asked before each poll, also if only one is ready. If it panics, that is reported, and the
/// first is next.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use boucle::{Loop, Order, TaskId};
///
/// struct NewestFirst;
///
/// impl Order for NewestFirst {
///     fn choose(&mut self, ready: &[TaskId]) -> usize {
///         ready.len() - 1
///     }
/// }
///
/// let said = Rc::new(RefCell::new(Vec::new()));
/// let event_loop = Loop::builder().order(NewestFirst).build();
/// for word in ["world", "hello"] {
///     let said = Rc::clone(&said);
///     drop(event_loop.add_task(async move { said.borrow_mut().push(word) }));
/// }
/// event_loop.run();
/// assert_eq!(*said.borrow(), ["hello", "world"]);
/// ```
pub trait Order {
    /// The place of the next task among `ready`, which is not empty; a place outside means the
    /// first.
    fn choose(&mut self, ready: &[TaskId]) -> usize;

    /// What happens next; it is asked before each step, also if no task is ready. If nothing is written here,
    /// the task is polled that [`choose`](Order::choose) chooses, and the loop sleeps, or its time passes,
    /// where none is ready.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, Order, Situation, Step, TaskId, sleep, interrupt, spawn};
    ///
    /// /// Time passes as soon as it can, though a task is ready.
    /// struct Slow;
    ///
    /// impl Order for Slow {
    ///     fn choose(&mut self, _: &[TaskId]) -> usize {
    ///         0
    ///     }
    ///     fn step(&mut self, at: &Situation<'_>) -> Step {
    ///         if at.next_deadline.is_some() { Step::PassTime } else { Step::first(at) }
    ///     }
    /// }
    ///
    /// let event_loop = Loop::builder().virtual_time(true).order(Slow).build();
    /// let is_late = event_loop.run_until_complete(async {
    ///     let sleeper = spawn(sleep(std::time::Duration::from_secs(9)));
    ///     interrupt().await;
    ///     interrupt().await;
    ///     sleeper.done()
    /// });
    /// assert!(is_late.unwrap());
    /// ```
    fn step(&mut self, at: &Situation<'_>) -> Step {
        match at.ready {
            [] => Step::Idle,
            ready => Step::Poll(self.choose(ready)),
        }
    }

    /// Whether the task that is being polled gives its turn back where it need not wait, as it does when its
    /// budget is used up. It is asked wherever the budget is charged, in builds with the feature `explore` only.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Order, TaskId};
    ///
    /// struct First;
    ///
    /// impl Order for First {
    ///     fn choose(&mut self, _: &[TaskId]) -> usize {
    ///         0
    ///     }
    /// }
    ///
    /// // Nobody does, if nothing is written here.
    /// let task = boucle::Loop::new().add_task(async {}).id();
    /// assert!(!First.gives_up(task));
    /// ```
    fn gives_up(&mut self, _task: TaskId) -> bool {
        false
    }
}

/// What an [`Order`] is told before each step.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, Order, Situation, Step, TaskId, sleep};
///
/// struct Looks;
///
/// impl Order for Looks {
///     fn choose(&mut self, _: &[TaskId]) -> usize {
///         0
///     }
///     fn step(&mut self, at: &Situation<'_>) -> Step {
///         // Who waits for nothing has no timer, and the only task either is ready or sleeps.
///         assert_eq!(at.ready.is_empty(), at.next_deadline.is_some());
///         Step::first(at)
///     }
/// }
///
/// let event_loop = Loop::builder().virtual_time(true).order(Looks).build();
/// event_loop.run_until_complete(sleep(std::time::Duration::from_secs(9))).unwrap();
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Situation<'a> {
    /// The tasks that can go on, longest first.
    pub ready: &'a [TaskId],
    /// How long it is until the next timer is due; zero if it is due.
    pub next_deadline: Option<Duration>,
    /// Whether tasks wait until nothing else can run: [`quiescent`](crate::quiescent).
    pub is_awaited: bool,
    /// Whether a thread works for the loop, or a task waits for a descriptor: what they bring comes when it
    /// comes.
    pub is_open: bool,
    /// Whether a thread works for the loop: virtual time stands still meanwhile.
    pub works_abroad: bool,
}

/// What happens next, as an [`Order`] decides.
///
/// # Examples
///
/// ```
/// use boucle::{Loop, Order, RunError, Situation, Step, TaskId, interrupt};
///
/// struct Impatient;
///
/// impl Order for Impatient {
///     fn choose(&mut self, _: &[TaskId]) -> usize {
///         0
///     }
///     fn step(&mut self, _: &Situation<'_>) -> Step {
///         Step::Stop
///     }
/// }
///
/// let event_loop = Loop::builder().order(Impatient).build();
/// assert_eq!(event_loop.run_until_complete(interrupt()), Err(RunError::Stopped));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Step {
    /// The task at this place among those that are ready is polled; a place outside means the first.
    Poll(usize),
    /// The loop sleeps, or its virtual time passes, as without an order. If a task is ready, the first is
    /// polled.
    Idle,
    /// The task is cancelled: its future is dropped at its next step. One that has ended stays as it is.
    Cancel(TaskId),
    /// The task is woken for no reason. One that has ended stays as it is.
    Wake(TaskId),
    /// Virtual time passes until the next timer is due, also if tasks are ready. In real time this is `Idle`.
    PassTime,
    /// The loop asks the system which descriptors are ready, without waiting, and wakes who waits for them. It
    /// does so by itself from time to time, and where no task is ready; so is it known before the next choice.
    Look,
    /// The run ends, as by [`Loop::stop`](crate::Loop::stop).
    Stop,
    /// The run ends: nothing will ever happen, as a [deadlock](crate::RunError::Deadlock).
    Stuck,
}

impl Step {
    /// The first of those that are ready is polled; none is: `Idle`.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, Order, Situation, Step, TaskId, interrupt};
    ///
    /// struct First;
    ///
    /// impl Order for First {
    ///     fn choose(&mut self, _: &[TaskId]) -> usize {
    ///         unreachable!("`step` does not ask")
    ///     }
    ///     fn step(&mut self, at: &Situation<'_>) -> Step {
    ///         Step::first(at)
    ///     }
    /// }
    ///
    /// let event_loop = Loop::builder().order(First).build();
    /// assert_eq!(event_loop.run_until_complete(interrupt()), Ok(()));
    /// ```
    #[must_use]
    pub fn first(at: &Situation<'_>) -> Step {
        if at.ready.is_empty() { Step::Idle } else { Step::Poll(0) }
    }
}
