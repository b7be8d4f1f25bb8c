//! All tasks of a loop that have not ended, by their ids.

use std::cell::{Cell, UnsafeCell};
use std::mem;
use std::panic::Location;
use std::ptr;
use std::ptr::NonNull;

use super::kind::Kinds;
use super::run::{drop_future_now, wake_here};
use super::{Header, RUNNING, SCHEDULED};
use crate::core::Core;
use crate::data::TaskId;

/// All tasks that are not DONE, by their ids.
pub(crate) struct Registry {
    /// A place for each task, and those that are free.
    places: UnsafeCell<Vec<Place>>,
    /// The place that is given next: the one that was left last.
    free: Cell<u32>,
    /// How many tasks there are.
    n_tasks: Cell<usize>,
    /// What kinds of tasks there were.
    pub(super) kinds: Kinds,
    /// How many ids have been given.
    n_ids: Cell<u32>,
}

/// No place is free. So small that a pointer can hold its double.
const NO_PLACE: u32 = u32::MAX >> 1;

/// A place in the registry, of eight bytes: a task, or the next free place, doubled and made odd, as no
/// task's address is.
#[derive(Clone, Copy)]
struct Place(*mut Header);

impl Place {
    fn free(next: u32) -> Place {
        Place(ptr::without_provenance_mut((next as usize) << 1 | 1))
    }

    fn task(self) -> Option<NonNull<Header>> {
        NonNull::new(self.0).filter(|it| it.addr().get() & 1 == 0)
    }

    /// The next free place. Only of one that is free.
    fn next(self) -> u32 {
        (self.0.addr() >> 1) as u32
    }
}

impl Default for Registry {
    fn default() -> Registry {
        Registry {
            places: UnsafeCell::default(),
            free: Cell::new(NO_PLACE),
            n_tasks: Cell::new(0),
            kinds: Kinds::new(),
            n_ids: Cell::new(0),
        }
    }
}

impl Registry {
    /// The id of the next task that enters.
    pub(super) fn next_id(&self) -> TaskId {
        self.n_ids.set(self.n_ids.get().wrapping_add(1).max(1));
        // SAFETY: no other reference into the registry lives: no method keeps or calls anything.
        let places = unsafe { &*self.places.get() };
        let place = match self.free.get() {
            NO_PLACE => u32::try_from(places.len()).ok().filter(|it| *it < NO_PLACE),
            place => Some(place),
        };
        let place = place.expect("fewer than two billion tasks live at once");
        TaskId::new(place, self.n_ids.get())
    }

    pub(super) fn enter(&self, id: TaskId, task: NonNull<Header>) {
        // SAFETY: as in `next_id`.
        let places = unsafe { &mut *self.places.get() };
        let taken = Place(task.as_ptr());
        match places.get_mut(id.place()) {
            Some(place) => self.free.set(mem::replace(place, taken).next()),
            None => places.push(taken),
        }
        self.n_tasks.set(self.n_tasks.get() + 1);
    }

    pub(super) fn leave(&self, id: TaskId) {
        // SAFETY: as in `next_id`.
        let places = unsafe { &mut *self.places.get() };
        places[id.place()] = Place::free(self.free.replace(id.place() as u32));
        self.n_tasks.set(self.n_tasks.get() - 1);
    }

    /// The task with this id, if it is not DONE.
    fn get(&self, id: TaskId) -> Option<&Header> {
        // SAFETY: as in `next_id`.
        let places = unsafe { &*self.places.get() };
        let task = places.get(id.place())?.task()?;
        // SAFETY: a task leaves the registry before it is DONE, and lives until then. The reference
        // is used before the caller runs any code of a user.
        let header = unsafe { task.as_ref() };
        (header.id == id).then_some(header)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.n_tasks.get()
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
        Some((header.spawned_at(), header.is(SCHEDULED), header.is(RUNNING)))
    }

    /// Who awaits the task.
    pub(crate) fn awaiter(&self, id: TaskId) -> Option<TaskId> {
        self.get(id)?.awaiter.get()
    }

    /// All ids, oldest place first.
    pub(crate) fn ids(&self) -> Vec<TaskId> {
        // SAFETY: as in `next_id`; each task in the registry is alive.
        unsafe {
            let places = (*self.places.get()).iter();
            places.filter_map(|it| it.task()).map(|task| task.as_ref().id).collect()
        }
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
