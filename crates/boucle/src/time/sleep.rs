//! `sleep` and `sleep_until`: a timer that a task waits for.
//!
//! Road: stages 3 and 9.

mod endless;

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::context;
use crate::context::survey::is_survey;
use crate::context::{Core, Identity, Rearmed, call_in, require_entered_at, survey};
use crate::data::clock::NEVER;
use crate::data::{Kind, Leaf, LoopId, Spot, Wait, WaitsFor, clock};
use crate::structures::timers::TimerKey;
use crate::structures::wake::Wake;

/// Waits for `duration`, and never less; for one turn if it is zero, for ever if it is
/// `Duration::MAX`.
///
/// The time counts from this call; of a call outside of any loop, from the first poll, on the clock of
/// the loop that polls. Deadlines that lie close together are waited for together: a task may be woken up
/// to 1 ms late, with others, unless the loop was built with
/// [`exact_timers`](crate::Builder::exact_timers).
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping the future takes its timer out.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{now, sleep, spawn};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let (start, minute) = (now(), Duration::from_secs(60));
///     let longer = spawn(sleep(2 * minute));
///     sleep(minute).await;
///     assert!(!longer.done());
///     longer.await.unwrap();
///     assert_eq!(now() - start, 2 * minute); // both at the same time
/// }).unwrap();
/// ```
#[doc(alias = "sleep_forever")]
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    sleep_at(Location::caller(), duration)
}

/// The same, of one that is made there: for who was asked there for what waits.
pub(crate) fn sleep_at(at: &'static Location<'static>, duration: Duration) -> Sleep {
    let nanoseconds = clock::nanoseconds(duration);
    let (deadline, state) = match context::now() {
        _ if nanoseconds == NEVER => (NEVER, State::Ahead),
        _ if nanoseconds == 0 => (0, State::Passed),
        Some(now) => (now.saturating_add(nanoseconds), State::Ahead),
        None => (nanoseconds, State::Lasts),
    };
    Sleep { deadline, identity: Identity::at(Kind::Timer, at), timer: None, state }
}

/// Waits until `instant`, and never less; for one turn if it has passed.
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping the future takes its timer out.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{now, sleep_until};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let end = now() + Duration::from_secs(60);
///     sleep_until(end).await;
///     sleep_until(end).await; // has passed: for one turn
///     assert_eq!(now(), end);
/// }).unwrap();
/// ```
#[track_caller]
pub fn sleep_until(instant: Instant) -> Sleep {
    sleep_until_at(Location::caller(), instant)
}

/// The same, of one that is made there.
pub(crate) fn sleep_until_at(at: &'static Location<'static>, instant: Instant) -> Sleep {
    let identity = Identity::at(Kind::Timer, at);
    Sleep { deadline: clock::time(instant), identity, timer: None, state: State::New }
}

/// What [`sleep`] and [`sleep_until`] return: a future that can be asked, and set to another
/// instant.
///
/// Awaiting it again after its end returns at once, until it is [`reset`](Sleep::reset).
///
/// # Panics
///
/// When polled in a thread that runs no loop.
///
/// # Cancel safety
///
/// Dropping it takes its timer out. It keeps its deadline while it is not polled, and may move to
/// another loop.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{now, sleep};
///
/// let event_loop = boucle::Loop::builder().virtual_time(true).build();
/// event_loop.run_until_complete(async {
///     let start = now();
///     let mut nap = sleep(Duration::from_secs(1));
///     (&mut nap).await;
///     assert!(nap.is_elapsed());
///     assert_eq!(nap.deadline(), Some(start + Duration::from_secs(1)));
/// }).unwrap();
/// ```
#[derive(Debug)]
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct Sleep {
    /// When, on the clock of any loop; `NEVER`: never. With `Lasts`, how long.
    deadline: u64,
    /// What its timer is known by.
    identity: Identity,
    /// The timer that is set, and in which loop; of one that is `Endless`, that of none.
    timer: Option<(LoopId, TimerKey)>,
    /// How far it is.
    state: State,
}

/// How far a sleep is.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// It has not been polled, and nobody has looked at the clock.
    New,
    /// It has not been polled, and lasts so long from then on: it was made outside of any loop, and nobody
    /// knows yet whose clock is meant.
    Lasts,
    /// It has not been polled, and has a time to wait for.
    Ahead,
    /// It has not been polled, and has none.
    Passed,
    /// It gives its turn back.
    Yields,
    /// It waits.
    Waiting,
    /// It waits for ever, and those who watch know. Where nobody does, that is `Waiting` without a timer.
    Endless,
    /// It has waited.
    Over,
}

impl Sleep {
    /// When it ends; `None`: never. Of one that was made outside of any loop and has not been polled, when
    /// it would end if it were polled now.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let end = boucle::now() + Duration::from_secs(60);
    /// assert_eq!(boucle::sleep_until(end).deadline(), Some(end));
    /// assert_eq!(boucle::sleep(Duration::MAX).deadline(), None);
    /// ```
    #[doc(alias = "when")]
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let deadline = match self.state {
            State::Lasts => {
                let now = context::now().unwrap_or_else(clock::real_now);
                now.saturating_add(self.deadline)
            }
            _ => self.deadline,
        };
        clock::instant(deadline).filter(|_| deadline != NEVER)
    }

    /// Makes it end at another instant, earlier or later, also if it has ended.
    ///
    /// Whoever awaits it must poll it once more: what was a timer is taken out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{now, sleep};
    ///
    /// let event_loop = boucle::Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let start = now();
    ///     let mut nap = sleep(Duration::from_secs(60));
    ///     nap.reset(start + Duration::from_secs(1));
    ///     nap.await;
    ///     assert_eq!(now() - start, Duration::from_secs(1));
    /// }).unwrap();
    /// ```
    #[doc(alias = "reschedule")]
    pub fn reset(&mut self, instant: Instant) {
        self.disarm();
        self.deadline = clock::time(instant);
        self.state = State::New;
    }

    /// Whether it was awaited to its end. That the time has passed alone does not do.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// boucle::run(async {
    ///     let mut turn = boucle::sleep(Duration::ZERO);
    ///     assert!(!turn.is_elapsed());
    ///     (&mut turn).await;
    ///     assert!(turn.is_elapsed());
    /// });
    /// ```
    #[must_use]
    pub fn is_elapsed(&self) -> bool {
        self.state == State::Over
    }

    /// Sets a timer, unless it waits for ever.
    fn arm(&mut self, core: &Core, cx: &Context<'_>) {
        let deadline = self.deadline;
        if deadline == NEVER {
            return self.arm_endless(core, cx);
        }
        let wake = match context::task_of(cx.waker()) {
            Some(task) => Wake::Task(task),
            None if is_survey(cx.waker()) => {
                self.state = State::Ahead;
                let _ = self.stand(core, cx.waker());
                return;
            }
            // Made first: a foreign waker runs foreign code as it is cloned.
            None => context::wake_for(cx.waker()),
        };
        let wakes = wake.task();
        let key = core.set_timer(deadline, wake);
        self.timer = Some((core.id(), key));
        core.wait_begins(|| Spot::Timer(key.number()), wakes, || self.wait(core));
    }

    /// What is waited for, for those who watch.
    fn wait(&self, core: &Core) -> Wait {
        let object = Some(self.identity.object());
        Wait { on: self.waits_for(core), object, at: Some(self.identity.made_at()) }
    }

    fn waits_for(&self, core: &Core) -> WaitsFor {
        match self.deadline {
            NEVER => WaitsFor::Sync("a time that never comes"),
            end => WaitsFor::Time(Duration::from_nanos(end.saturating_sub(core.now()))),
        }
    }

    /// Takes the timer out, wherever it is.
    fn disarm(&mut self) {
        if let Some((event_loop, key)) = self.timer.take() {
            call_in(event_loop, move |core| core.unset_timer(key));
        }
    }

    /// The first poll: there is a time to wait for, or only a turn to give back.
    fn begin(&mut self, core: &Core, cx: &Context<'_>) {
        if self.state == State::Lasts {
            self.deadline = core.now().saturating_add(self.deadline);
        }
        let has_passed = match self.state {
            State::New => self.deadline <= core.now(),
            _ => self.state == State::Passed,
        };
        if has_passed {
            self.state = State::Yields;
            cx.waker().wake_by_ref();
        } else {
            self.state = State::Waiting;
            self.arm(core, cx);
        }
    }

    /// Says until when it waits, in a survey.
    #[cold]
    fn stand(&self, core: &Core, waker: &Waker) -> Poll<()> {
        let is_known = |core: &Core, task| match (&self.state, self.timer) {
            (State::Waiting, Some((event_loop, key))) => {
                let wakes = |wake: &Wake| wake.task() == Some(task);
                event_loop == core.id() && core.timers.borrow().look(key, wakes) == Some(true)
            }
            // For ever.
            (state, _) => matches!(state, State::Waiting | State::Endless),
        };
        let leaf = || Leaf::on(self.waits_for(core)).at(self.identity.made_at());
        survey::stand(waker, is_known, leaf)
    }
}

impl Future for Sleep {
    type Output = ();

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        require_entered_at(self.identity.made_at(), |core| match (&self.state, self.timer) {
            (State::Over, _) => Poll::Ready(()),
            (State::New | State::Lasts | State::Ahead | State::Passed, _) => {
                self.begin(core, cx);
                Poll::Pending
            }
            (State::Yields, _) => {
                self.state = State::Over;
                Poll::Ready(())
            }
            (State::Waiting, Some((event_loop, key))) if event_loop == core.id() => {
                if is_survey(cx.waker()) {
                    return self.stand(core, cx.waker());
                }
                match core.rearm_timer(
                    key,
                    |wake| context::will_wake(wake, cx.waker()),
                    || context::wake_for(cx.waker()),
                ) {
                    Rearmed::Known => return Poll::Pending,
                    Rearmed::Other(wakes) => {
                        let spot = || Spot::Timer(key.number());
                        core.wait_goes_on(spot, wakes, || self.wait(core));
                        return Poll::Pending;
                    }
                    Rearmed::IsOver => {}
                }
                self.timer = None;
                self.state = State::Over;
                Poll::Ready(())
            }
            (State::Waiting, Some(_)) => {
                // It has moved to another loop, and takes its deadline along.
                self.disarm();
                self.arm(core, cx);
                Poll::Pending
            }
            (State::Endless, _) | (State::Waiting, None) => self.go_on_endless(core, cx),
        })
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        self.disarm();
    }
}
