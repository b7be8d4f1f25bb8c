//! [`Barrier`]: tasks wait until all of them have come.
//!
//! Road: stage 8.

mod places;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use self::places::Places;
use crate::context::Identity;
use crate::context::wait::{Waiting, Wanted};
use crate::data::{How, Kind};
use crate::structures::line::Line;

/// The barrier was aborted or reset while the task waited, or had been aborted before.
///
/// The others will not come: give up what was to be done together. [`Barrier::reset`] begins anew.
///
/// # Examples
///
/// ```
/// use boucle::sync::{Barrier, BrokenBarrier};
///
/// let barrier = Barrier::new(2);
/// barrier.abort();
/// assert_eq!(boucle::run(barrier.wait()), Err(BrokenBarrier));
/// ```
#[doc(alias = "BrokenBarrierError")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the barrier is broken: it was aborted or reset")]
pub struct BrokenBarrier;

/// A place where `n` tasks wait for one another; then the next `n` can.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::spawn;
/// use boucle::sync::Barrier;
///
/// boucle::run(async {
///     let barrier = Rc::new(Barrier::new(2));
///     let other = spawn({
///         let barrier = Rc::clone(&barrier);
///         async move { barrier.wait().await }
///     });
///     assert_eq!(barrier.wait().await, Ok(0)); // came first
///     assert_eq!(other.await.unwrap(), Ok(1));
/// });
/// ```
#[derive(Debug)]
pub struct Barrier {
    /// How many have to come; never zero.
    n: usize,
    /// Those who have come; the last one never waits.
    waiters: Line,
    /// What those who have come share; another one as soon as they may go.
    round: RefCell<Rc<Round>>,
    /// Whether it was aborted, and not reset since. Nobody waits while it is.
    is_broken: Cell<bool>,
    /// What it is known by.
    identity: Identity,
}

/// One time that tasks wait for one another.
#[derive(Debug, Default)]
struct Round {
    /// How it ended; `None` while they wait.
    end: Cell<Option<Result<(), BrokenBarrier>>>,
    /// The places of those who wait. Who comes gets the first free one.
    places: RefCell<Places>,
}

impl Barrier {
    /// Makes a barrier for `n` tasks.
    ///
    /// # Panics
    ///
    /// If `n` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let barrier = boucle::sync::Barrier::new(1);
    /// assert_eq!(boucle::run(barrier.wait()), Ok(0)); // it is all of them
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(n: usize) -> Barrier {
        assert!(n > 0, "a barrier is for at least one task");
        Barrier {
            n,
            waiters: Line::default(),
            round: RefCell::default(),
            is_broken: Cell::new(false),
            identity: Identity::new(Kind::Barrier),
        }
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
    /// let barrier = boucle::sync::Barrier::new(2);
    /// barrier.set_name("start");
    /// assert!(format!("{barrier:?}").contains("start"));
    /// ```
    pub fn set_name(&self, name: &str) {
        self.identity.set_name(name);
    }

    /// Waits until `n` tasks have come here; returns its place among them, from `0` to `n - 1`.
    ///
    /// The one with place `n - 1` came last and did not wait: if one of them is to do something for
    /// all, it is a good leader.
    ///
    /// # Errors
    ///
    /// [`BrokenBarrier`] if it was aborted before, or is aborted or reset while this waits.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future is not to have come: the others wait for one more. Once all have come
    /// they go on, whoever is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::sync::Barrier;
    /// use std::rc::Rc;
    ///
    /// boucle::run(async {
    ///     let barrier = Rc::new(Barrier::new(3));
    ///     let comers = (0..3).map(|_| {
    ///         let barrier = Rc::clone(&barrier);
    ///         async move { barrier.wait().await == Ok(2) } // the leader
    ///     });
    ///     assert_eq!(boucle::gather(comers).await.unwrap(), [false, false, true]);
    /// });
    /// ```
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = Result<usize, BrokenBarrier>> {
        Waiting::new(Others { barrier: self, seat: None })
    }

    /// Breaks the barrier: who waits, and who comes, fails, until [`reset`](Barrier::reset).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::{Barrier, BrokenBarrier};
    ///
    /// boucle::run(async {
    ///     let barrier = Rc::new(Barrier::new(2));
    ///     let waiting = boucle::spawn({
    ///         let barrier = Rc::clone(&barrier);
    ///         async move { barrier.wait().await }
    ///     });
    ///     boucle::interrupt().await;
    ///     barrier.abort();
    ///     assert_eq!(waiting.await.unwrap(), Err(BrokenBarrier));
    /// });
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn abort(&self) {
        self.becomes(true);
        self.is_broken.set(true);
        self.end_round(Err(BrokenBarrier));
    }

    /// Makes it as new; who waits fails with [`BrokenBarrier`].
    ///
    /// # Examples
    ///
    /// ```
    /// let barrier = boucle::sync::Barrier::new(1);
    /// barrier.abort();
    /// barrier.reset();
    /// assert_eq!(boucle::run(barrier.wait()), Ok(0));
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    pub fn reset(&self) {
        self.becomes(false);
        self.is_broken.set(false);
        self.end_round(Err(BrokenBarrier));
    }

    /// Whether it was aborted, and not reset since.
    ///
    /// # Examples
    ///
    /// ```
    /// let barrier = boucle::sync::Barrier::new(2);
    /// assert!(!barrier.is_broken());
    /// barrier.abort();
    /// assert!(barrier.is_broken());
    /// ```
    #[doc(alias = "broken")]
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.identity.reads();
        self.is_broken.get()
    }

    /// How many have come and wait; never all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::sync::Barrier;
    ///
    /// boucle::run(async {
    ///     let barrier = Rc::new(Barrier::new(2));
    ///     let same = Rc::clone(&barrier);
    ///     drop(boucle::spawn(async move { same.wait().await }));
    ///     boucle::interrupt().await;
    ///     assert_eq!(barrier.n_waiting(), 1);
    /// });
    /// ```
    #[cfg_attr(feature = "explore", track_caller)]
    #[must_use]
    pub fn n_waiting(&self) -> usize {
        self.identity.reads();
        self.waiters.len()
    }

    /// How many have to come.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(boucle::sync::Barrier::new(2).parties(), 2);
    /// ```
    #[must_use]
    pub fn parties(&self) -> usize {
        self.n
    }

    /// Lets all go who have come, and begins the next round.
    /// Notes that it is broken or whole from now on: where it was so, and nobody waits, nothing comes of it.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    fn becomes(&self, broken: bool) {
        let changes = self.is_broken.get() != broken || !self.waiters.is_empty();
        self.identity.uses(if changes { How::Write } else { How::Read });
    }

    fn end_round(&self, end: Result<(), BrokenBarrier>) {
        let round = self.round.take();
        round.end.set(Some(end));
        self.waiters.grant_all();
    }
}

/// What is waited for: that the others have come.
struct Others<'a> {
    /// Where.
    barrier: &'a Barrier,
    /// Taken while others are missing.
    seat: Option<Seat>,
}

impl Wanted for Others<'_> {
    type Output = Result<usize, BrokenBarrier>;
    const WHAT: &'static str = "the others at a barrier";

    fn line(&self) -> &Line {
        &self.barrier.waiters
    }

    fn identity(&self) -> Option<&Identity> {
        Some(&self.barrier.identity)
    }

    fn try_now(&mut self) -> Option<Result<usize, BrokenBarrier>> {
        // It may be asked a second time.
        self.seat = None;
        if self.barrier.is_broken.get() {
            return Some(Err(BrokenBarrier));
        }
        let round = Rc::clone(&self.barrier.round.borrow());
        let place = round.places.borrow_mut().take();
        if self.barrier.waiters.len() + 1 == self.barrier.n {
            self.barrier.end_round(Ok(()));
            return Some(Ok(place));
        }
        self.seat = Some(Seat { round, place });
        None
    }

    fn granted(&mut self) -> Option<Result<usize, BrokenBarrier>> {
        let seat = self.seat.take().expect("who waits has a seat");
        let end = seat.round.end.get().expect("the round is over before anybody is granted");
        Some(end.map(|()| seat.place))
    }
}

/// The place of one who waits.
struct Seat {
    /// Of which round.
    round: Rc<Round>,
    /// Which of the `n`; nobody else in the round has it.
    place: usize,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.round.end.get().is_none() {
            self.round.places.borrow_mut().give_up(self.place);
        }
    }
}
