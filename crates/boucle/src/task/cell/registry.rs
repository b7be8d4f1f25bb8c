//! All tasks of a loop that have not ended, by their ids.

use std::cell::{Cell, UnsafeCell};
use std::panic::Location;
use std::ptr::NonNull;

use super::run::{drop_future_now, wake_here};
use super::{Header, RUNNING, SCHEDULED};
use crate::core::Core;
use crate::task::TaskId;

/// All tasks that are not DONE, by their ids.
#[derive(Default)]
pub(crate) struct Registry {
    /// A task for each place that is taken. Those that are free are in `free`.
    places: UnsafeCell<Vec<Option<NonNull<Header>>>>,
    /// The places that are free.
    free: UnsafeCell<Vec<u32>>,
    /// How many ids have been given.
    n_ids: Cell<u32>,
}

impl Registry {
    /// The id of the next task that enters.
    pub(super) fn next_id(&self) -> TaskId {
        self.n_ids.set(self.n_ids.get().wrapping_add(1).max(1));
        // SAFETY: no other reference into the registry lives: no method keeps or calls anything.
        let (free, places) = unsafe { (&mut *self.free.get(), &*self.places.get()) };
        let place = free.pop().unwrap_or_else(|| {
            u32::try_from(places.len()).expect("fewer than four billion tasks live at once")
        });
        TaskId::new(place, self.n_ids.get())
    }

    pub(super) fn enter(&self, id: TaskId, task: NonNull<Header>) {
        // SAFETY: as in `next_id`.
        let places = unsafe { &mut *self.places.get() };
        match places.get_mut(id.place()) {
            Some(place) => *place = Some(task),
            None => places.push(Some(task)),
        }
    }

    pub(super) fn leave(&self, id: TaskId) {
        // SAFETY: as in `next_id`.
        let (free, places) = unsafe { (&mut *self.free.get(), &mut *self.places.get()) };
        places[id.place()] = None;
        free.push(id.place() as u32);
    }

    /// The task with this id, if it is not DONE.
    fn get(&self, id: TaskId) -> Option<&Header> {
        // SAFETY: as in `next_id`.
        let places = unsafe { &*self.places.get() };
        let task = places.get(id.place()).copied().flatten()?;
        // SAFETY: a task leaves the registry before it is DONE, and lives until then. The reference
        // is used before the caller runs any code of a user.
        let header = unsafe { task.as_ref() };
        (header.id == id).then_some(header)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        // SAFETY: as in `next_id`.
        unsafe { (*self.places.get()).len() - (*self.free.get()).len() }
    }

    /// Wakes the task with this id, if it is not DONE.
    pub(crate) fn wake(&self, core: &Core, id: TaskId) {
        if let Some(header) = self.get(id) {
            wake_here(core, header);
        }
    }

    /// Where the task was spawned, whether it is in the ready queue, and whether it runs.
    pub(crate) fn look(&self, id: TaskId) -> Option<(&'static Location<'static>, bool, bool)> {
        let header = self.get(id)?;
        Some((header.spawned_at, header.is(SCHEDULED), header.is(RUNNING)))
    }

    /// Who awaits the task.
    pub(crate) fn awaiter(&self, id: TaskId) -> TaskId {
        self.get(id).map_or(TaskId::NONE, |header| header.awaiter.get())
    }

    /// All ids, oldest place first.
    pub(crate) fn ids(&self) -> Vec<TaskId> {
        // SAFETY: as in `next_id`; each task in the registry is alive.
        unsafe { (*self.places.get()).iter().flatten().map(|task| task.as_ref().id).collect() }
    }

    /// Drops the futures of all tasks, and of those that are spawned by that; `false` if there are
    /// still some after a hundred rounds: some destructor spawns for ever.
    pub(crate) fn drop_all(&self, core: &Core) -> bool {
        for _ in 0..100 {
            if self.len() == 0 {
                break;
            }
            for id in self.ids() {
                if let Some(header) = self.get(id) {
                    drop_future_now(core, header);
                }
            }
        }
        self.len() == 0
    }
}
