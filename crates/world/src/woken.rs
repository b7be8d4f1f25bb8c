//! Who wakes a task: in a recording a poll is given a waker around the loop's, and that tells.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Wake, Waker};

use crate::listen::happened;
use crate::recording::{Event, TaskId, WokenBy};
use crate::sealed;

/// What other threads have done, and nobody has told of yet. Each recording has one: by it a waker and
/// a queue know their recording again.
#[derive(Default)]
pub(crate) struct FromThreads(Mutex<Vec<FromThread>>);

/// Something that another thread has done.
pub(crate) enum FromThread {
    /// It has called the waker of a task.
    Woken(TaskId),
    /// It has put the task of this number into a queue; before all others, or behind them.
    Queued { number: usize, first: bool },
}

impl FromThreads {
    /// Takes out what was done, in order.
    pub(crate) fn take(&self) -> Vec<FromThread> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps what was done now.
    pub(crate) fn keep(&self, done: FromThread) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(done);
    }
}

/// A waker around the loop's own: says that it was called, and calls that.
///
/// It lives as long as somebody holds it, as the loop's would; the recording does not.
pub(crate) struct Telling {
    /// The loop's own waker.
    inner: Waker,
    /// Whom it wakes.
    task: TaskId,
    /// What it tells there is told later; gone with the recording.
    from_threads: Weak<FromThreads>,
}

impl Telling {
    /// The waker to poll the future at `address` with, in the place of `inner`; `None` if there is no
    /// recording that knows the future.
    ///
    /// As long as a poll's waker lives and the loop gives the same one, so does this: for tasks ask
    /// [`Waker::will_wake`].
    pub(crate) fn around(inner: &Waker, address: usize) -> Option<Arc<Telling>> {
        let (task, last, from_threads) = sealed::with(|world| {
            let known = world.tasks.get(&address)?;
            Some((known.task, Weak::clone(&known.waker), Arc::downgrade(&world.from_threads)))
        })??;
        let same = last.upgrade().filter(|it| it.inner.will_wake(inner));
        let telling = same.unwrap_or_else(|| {
            let telling = Arc::new(Telling { inner: inner.clone(), task, from_threads });
            let waker = Arc::downgrade(&telling);
            sealed::with(|world| world.tasks.get_mut(&address).map(|it| it.waker = waker));
            telling
        });
        Some(telling)
    }

    /// Says that it was called: at once on the thread that records, later from another one, and not at
    /// all when the recording is over. Whom it wakes and by whom, on the thread that records.
    fn tell(&self) -> Option<(TaskId, WokenBy)> {
        let here = sealed::with(|world| {
            let is_its = Weak::ptr_eq(&self.from_threads, &Arc::downgrade(&world.from_threads));
            is_its.then(|| world.who_wakes())
        });
        if let Some(by) = here.flatten() {
            happened(Event::Woken { task: self.task, by });
            return Some((self.task, by));
        }
        if let Some(from_threads) = self.from_threads.upgrade() {
            from_threads.keep(FromThread::Woken(self.task));
        }
        None
    }
}

impl Wake for Telling {
    fn wake(self: Arc<Telling>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Telling>) {
        // First, so that it is told before the poll that comes of it, on whatever thread that is.
        let waking = self.tell();
        let outer = sealed::with(|world| mem::replace(&mut world.waking, waking)).flatten();
        self.inner.wake_by_ref();
        sealed::with(|world| world.waking = outer);
    }
}
