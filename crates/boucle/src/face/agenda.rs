//! What a loop has before it: who is ready, and which timers are set.

use std::time::Duration;

use super::Loop;
use crate::context;
use crate::data::TaskId;

/// What a loop has before it, as it was when [`Loop::agenda`] asked for it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{Loop, interrupt, sleep, spawn};
///
/// let event_loop = Loop::builder().virtual_time(true).build();
/// let agenda = event_loop.run_until_complete(async {
///     let sleeper = spawn(sleep(Duration::from_secs(60)));
///     interrupt().await;
///     let next = [spawn(async {}), spawn(async {})];
///     let agenda = Loop::current().unwrap().agenda();
///     assert_eq!(agenda.ready, next.each_ref().map(|it| it.id()));
///     assert_eq!(agenda.timers[0].wakes, Some(sleeper.id()));
///     agenda
/// });
/// assert_eq!(agenda.unwrap().timers[0].after, Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agenda {
    /// The tasks that stand in the ready queue, next one first: an [`Order`](crate::Order) may choose
    /// otherwise. The one that is being polled is not among them, unless it was woken meanwhile.
    pub ready: Vec<TaskId>,
    /// The timers that are set, the next one first.
    pub timers: Vec<TimerInfo>,
}

/// A timer that is set.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{Loop, call_later};
///
/// boucle::run(async {
///     let callback = call_later(Duration::from_secs(60), || {});
///     boucle::interrupt().await;
///     let timers = Loop::current().unwrap().agenda().timers;
///     assert_eq!((timers.len(), timers[0].number), (1, 0));
///     callback.cancel();
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimerInfo {
    /// How many were set before it in this loop, modulo four billion: see
    /// [`Instrument::timer_set`](crate::Instrument::timer_set).
    pub number: u32,
    /// When it fires: so long from now.
    pub after: Duration,
    /// The task of this loop that it wakes; `None` of any other waker.
    pub wakes: Option<TaskId>,
}

impl Loop {
    /// What the loop has before it: the ready tasks in their order, and the timers that are set.
    ///
    /// It can be asked for at any time, also by an [`Instrument`](crate::Instrument). Nothing is kept for
    /// that: it looks at each of them, and puts the timers in order.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::Loop;
    ///
    /// let event_loop = Loop::new();
    /// let task = event_loop.add_task(async {});
    /// assert_eq!(event_loop.agenda().ready, [task.id()]);
    /// event_loop.run();
    /// assert_eq!(event_loop.agenda(), Default::default());
    /// ```
    #[must_use]
    pub fn agenda(&self) -> Agenda {
        context::reads_tasks();
        let core = self.core();
        let now = core.now();
        let after = |deadline: u64| Duration::from_nanos(deadline.saturating_sub(now));
        let timers = core.timers.borrow().in_order();
        let timers = timers.into_iter().map(|(deadline, number, wakes)| TimerInfo {
            number,
            after: after(deadline),
            wakes,
        });
        Agenda { ready: core.queue(), timers: timers.collect() }
    }
}
