//! [`Barrier`]: tasks wait until all of them have come.
//!
//! Road: stage 8.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::wait_list::WaitList;

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
    waiters: WaitList,
    /// What those who have come share; another one as soon as they may go.
    round: RefCell<Rc<Round>>,
    /// Whether it was aborted, and not reset since. Nobody waits while it is.
    is_broken: Cell<bool>,
}

/// One time that tasks wait for one another.
#[derive(Debug, Default)]
struct Round {
    /// How it ended; `None` while they wait.
    end: Cell<Option<Result<(), BrokenBarrier>>>,
    /// Places that were given up by those who were dropped: the next ones get them.
    given_up: RefCell<Vec<usize>>,
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
            waiters: WaitList::default(),
            round: RefCell::default(),
            is_broken: Cell::new(false),
        }
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
    pub async fn wait(&self) -> Result<usize, BrokenBarrier> {
        if self.is_broken.get() {
            return Err(BrokenBarrier);
        }
        let round = Rc::clone(&self.round.borrow());
        let n_waiting = self.waiters.len();
        let given_up = round.given_up.borrow_mut().pop();
        // Else as many places have been given as tasks wait.
        let place = given_up.unwrap_or(n_waiting);
        if n_waiting + 1 == self.n {
            self.end_round(Ok(()));
            return Ok(place);
        }
        let seat = Seat { round, place };
        self.waiters.wait("the others at a barrier", || {}).await;
        let end = seat.round.end.get().expect("the round is over before anybody is granted");
        end.map(|()| place)
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
    pub fn abort(&self) {
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
    pub fn reset(&self) {
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
    #[must_use]
    pub fn is_broken(&self) -> bool {
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
    #[must_use]
    pub fn n_waiting(&self) -> usize {
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
    fn end_round(&self, end: Result<(), BrokenBarrier>) {
        let round = self.round.take();
        round.end.set(Some(end));
        self.waiters.grant_all();
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
            self.round.given_up.borrow_mut().push(self.place);
        }
    }
}
