//! What of a collection a recording knows: which items are tasks, or the numbers of tasks.

use std::any::Any;
use std::pin::Pin;
use std::sync::{Arc, Weak};

use crate::listen::{dropped, happened};
use crate::recording::{Event, TaskId};
use crate::sealed;
use crate::woken::{FromThread, FromThreads};

/// A task, as the road keeps one.
type Coroutine = Pin<Box<dyn Future<Output = ()>>>;

/// The recording in which a collection was made; none outside of one.
pub(super) struct Told(Option<Weak<FromThreads>>);

impl Told {
    /// The recording of this thread.
    pub(super) fn here() -> Told {
        Told(sealed::with(|world| Arc::downgrade(&world.from_threads)))
    }

    /// Whether this thread makes that recording.
    pub(super) fn is_here(&self) -> bool {
        let Some(its) = &self.0 else { return false };
        let is_its = |now: &Arc<FromThreads>| Weak::ptr_eq(its, &Arc::downgrade(now));
        sealed::with(|world| is_its(&world.from_threads)).unwrap_or(false)
    }

    /// The recording, if another thread makes it.
    pub(super) fn elsewhere(&self) -> Option<Arc<FromThreads>> {
        self.0.as_ref().filter(|_| !self.is_here()).and_then(Weak::upgrade)
    }

    /// Says that an item went into a queue; whose it is, as far as this thread knows.
    pub(super) fn queued<T: Any>(&self, item: &T, first: bool) -> Option<TaskId> {
        if let (Some(world), Some(number)) = (self.elsewhere(), number(item)) {
            world.keep(FromThread::Queued { number, first });
        }
        let task = self.task(item)?;
        let by = sealed::with(|world| world.waking.take_if(|(woken, _)| *woken == task));
        happened(Event::Queued { task, by: by.flatten().map(|(_, by)| by), first });
        Some(task)
    }

    /// The task that an item is, or that has the item as its number.
    pub(super) fn task<T: Any>(&self, item: &T) -> Option<TaskId> {
        if !self.is_here() {
            return None;
        }
        let address = address(item);
        sealed::with(|world| match address {
            Some(address) => Some(world.task_at(address)),
            None => world.numbers.get(&number(item)?).copied(),
        })?
    }

    /// Says that a task was dropped, unless it has ended.
    pub(super) fn dropped(&self, address: usize) {
        if self.is_here() {
            dropped(address);
        }
    }
}

/// Where the future of an item lies, if it is a task.
pub(super) fn address<T: Any>(item: &T) -> Option<usize> {
    let task = (item as &dyn Any).downcast_ref::<Coroutine>()?;
    Some((&raw const **task).addr())
}

/// The number that an item is, if it is one.
pub(super) fn number<T: Any>(item: &T) -> Option<usize> {
    (item as &dyn Any).downcast_ref::<usize>().copied()
}
