//! Who wakes a task: in a recording a poll is given a waker around the loop's, and that tells.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Wake, Waker};

use crate::listen::happened;
use crate::recording::{Event, TaskId, WokenBy};
use crate::sealed;

/// The tasks that other threads have woken, and that nobody has told of yet. Each recording has one:
/// by it a waker knows its recording again.
#[derive(Default)]
pub(crate) struct FromThreads(Mutex<Vec<TaskId>>);

impl FromThreads {
    /// Takes out the tasks that were woken, in order.
    pub(crate) fn take(&self) -> Vec<TaskId> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
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
    pub(crate) fn around(inner: &Waker, address: usize) -> Option<Waker> {
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
        Some(Waker::from(telling))
    }

    /// Says that it was called: at once on the thread that records, later from another one, and not at
    /// all when the recording is over.
    fn tell(&self) {
        let here = sealed::with(|world| {
            let is_its = Weak::ptr_eq(&self.from_threads, &Arc::downgrade(&world.from_threads));
            is_its.then(|| world.polling.last().map_or(WokenBy::Outside, |it| WokenBy::Task(*it)))
        });
        if let Some(by) = here.flatten() {
            happened(Event::Woken { task: self.task, by });
        } else if let Some(from_threads) = self.from_threads.upgrade() {
            from_threads.0.lock().unwrap_or_else(PoisonError::into_inner).push(self.task);
        }
    }
}

impl Wake for Telling {
    fn wake(self: Arc<Telling>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Telling>) {
        // First, so that it is told before the poll that comes of it, on whatever thread that is.
        self.tell();
        self.inner.wake_by_ref();
    }
}
