//! All tasks of a loop that have not ended, by their ids.

use std::cell::{Cell, UnsafeCell};
use std::mem;
use std::ptr;
use std::ptr::NonNull;

use super::kind::Kinds;
use super::run::{drop_future_now, wake_here};
use super::{CANCEL, HANDLE, Header, Place, Ptr, RUNNING, Registry, SCHEDULED, Schedule, Woken};
use crate::data::{Awaiter, Origin, TaskId};

/// More places than this are many: room is given back when few of them are taken.
const MANY: usize = 1024;
/// One place of so many is few.
const FEW: usize = 32;

/// No place is free. So small that a pointer can hold its double.
const NO_PLACE: u32 = u32::MAX >> 1;

impl<S: Schedule> Place<S> {
    fn free(next: u32) -> Place<S> {
        Place(ptr::without_provenance_mut((next as usize) << 1 | 1))
    }

    fn task(&self) -> Option<Ptr<S>> {
        NonNull::new(self.0).filter(|it| it.addr().get() & 1 == 0).map(Ptr)
    }

    /// The next free place. Only of one that is free.
    fn next(&self) -> u32 {
        (self.0.addr() >> 1) as u32
    }
}

impl<S: Schedule> Default for Registry<S> {
    fn default() -> Registry<S> {
        Registry {
            places: UnsafeCell::default(),
            moved: UnsafeCell::default(),
            free: Cell::new(NO_PLACE),
            n_tasks: Cell::new(0),
            kinds: Kinds::new(),
            n_ids: Cell::new(0),
        }
    }
}

impl<S: Schedule> Registry<S> {
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

    pub(super) fn enter(&self, id: TaskId, task: Ptr<S>) {
        // SAFETY: as in `next_id`.
        let places = unsafe { &mut *self.places.get() };
        let taken = Place(task.0.as_ptr());
        match places.get_mut(id.place()) {
            Some(place) => self.free.set(mem::replace(place, taken).next()),
            None => places.push(taken),
        }
        self.n_tasks.set(self.n_tasks.get() + 1);
    }

    /// The task leaves; it is there.
    pub(super) fn leave(&self, id: TaskId, task: Ptr<S>) {
        // SAFETY: as in `next_id`.
        let places = unsafe { &mut *self.places.get() };
        let place = match places.get(id.place()) {
            Some(place) if ptr::eq(place.0, task.0.as_ptr()) => id.place(),
            _ => self.moved_to(id).expect("a task that leaves is there"),
        };
        places[place] = Place::free(self.free.replace(place as u32));
        self.n_tasks.set(self.n_tasks.get() - 1);
        if places.len() > MANY && self.n_tasks.get() < places.len() / FEW {
            self.give_back(places);
        }
    }

    /// Gives room back: the tasks move together, and `moved` says of each where it is now.
    #[cold]
    fn give_back(&self, places: &mut Vec<Place<S>>) {
        let mut kept = Vec::with_capacity(self.n_tasks.get() * 2);
        let mut moved = Vec::new();
        for task in places.iter().filter_map(Place::task) {
            // SAFETY: a task in the registry is alive.
            let id = unsafe { task.header() }.id;
            if id.place() != kept.len() {
                moved.push((id, kept.len() as u32));
            }
            kept.push(Place(task.0.as_ptr()));
        }
        moved.sort_unstable();
        *places = kept;
        self.free.set(NO_PLACE);
        // SAFETY: as in `next_id`.
        unsafe { *self.moved.get() = moved };
    }

    /// Where the task of this id has been moved to, if it was moved.
    #[cold]
    #[inline(never)]
    fn moved_to(&self, id: TaskId) -> Option<usize> {
        // SAFETY: as in `next_id`.
        let moved = unsafe { &*self.moved.get() };
        let at = moved.binary_search_by_key(&id, |it| it.0).ok()?;
        Some(moved[at].1 as usize)
    }

    /// Gives the same ids again, from the first one on. There are no tasks.
    #[cfg(feature = "explore")]
    pub(crate) fn renew(&mut self) {
        self.places.get_mut().clear();
        self.moved.get_mut().clear();
        self.free.set(NO_PLACE);
        self.n_ids.set(0);
    }

    /// The task with this id, if it is not DONE.
    #[inline]
    pub(super) fn get(&self, id: TaskId) -> Option<(Ptr<S>, &Header<S>)> {
        match self.at(id.place(), id) {
            None => self.at(self.moved_to(id)?, id),
            task => task,
        }
    }

    /// The task at this place, if it is the one with this id.
    #[inline(always)]
    fn at(&self, place: usize, id: TaskId) -> Option<(Ptr<S>, &Header<S>)> {
        // SAFETY: as in `next_id`.
        let task = unsafe { &*self.places.get() }.get(place)?.task()?;
        // SAFETY: a task leaves the registry before it is DONE, and lives until then. The reference
        // is used before the caller runs any code of a user.
        let header = unsafe { task.header() };
        (header.id == id).then_some((task, header))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.n_tasks.get()
    }

    /// Wakes the task with this id, if it is not DONE.
    #[inline]
    pub(crate) fn wake(&self, core: &S, id: TaskId) {
        match self.get(id) {
            // SAFETY: not DONE, so alive; this is its thread.
            Some((task, _)) => unsafe { wake_here(core, task) },
            None if core.is_observed() => core.was_woken(id, Woken::HasEnded),
            None => {}
        }
    }

    /// Has the future of the task dropped at its next turn; one that has ended stays as it is.
    pub(crate) fn cancel(&self, core: &S, id: TaskId) {
        if let Some((task, _)) = self.get(id) {
            // SAFETY: not DONE, so alive; this is its thread.
            unsafe { task.header() }.set(CANCEL);
            // SAFETY: as above.
            unsafe { wake_here(core, task) };
        }
    }

    /// Where the task comes from, whether it is in the ready queue, and whether it runs.
    pub(crate) fn look(&self, id: TaskId) -> Option<(Origin, bool, bool)> {
        let (_, header) = self.get(id)?;
        Some((header.origin(), header.is(SCHEDULED), header.is(RUNNING)))
    }

    /// Who hears of the end of the task.
    pub(crate) fn awaiter(&self, id: TaskId) -> Awaiter {
        self.get(id).map_or(Awaiter::NOBODY, |(_, header)| header.awaiter.get())
    }

    /// Whether somebody has the handle of the task.
    pub(crate) fn has_handle(&self, id: TaskId) -> bool {
        self.get(id).is_some_and(|(_, header)| header.is(HANDLE))
    }

    /// All ids, oldest place first.
    pub(crate) fn ids(&self) -> Vec<TaskId> {
        // SAFETY: as in `next_id`; each task in the registry is alive.
        unsafe {
            let places = (*self.places.get()).iter();
            places.filter_map(Place::task).map(|task| task.header().id).collect()
        }
    }

    /// Drops the futures of all tasks that are there now.
    pub(crate) fn drop_all(&self, core: &S) {
        for id in self.ids() {
            if let Some((task, _)) = self.get(id) {
                // SAFETY: not DONE, so alive; this is its thread.
                unsafe { drop_future_now::<S, false>(core, task) };
            }
        }
    }
}
