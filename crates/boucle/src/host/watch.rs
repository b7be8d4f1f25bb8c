//! What those who watch a loop are told, and what debug mode keeps of its tasks.

use std::panic::Location;
use std::time::{Duration, Instant};

use super::{Host, Instrument, Report};
use crate::data::{Ended, Kind, Object, ObjectId, Origin, Spawned, TaskId, TaskPath};
#[cfg(feature = "explore")]
use crate::data::{How, Shared};

/// What debug mode keeps of a task.
#[derive(Default)]
pub(super) struct Stats {
    /// How often it was polled.
    n_polls: u64,
    /// How long that took.
    busy: Duration,
}

/// What somebody has made so far: what comes next is counted on from here.
#[derive(Clone, Copy)]
pub(super) struct Maker {
    /// Who it is.
    path: TaskPath,
    /// How many tasks it has spawned.
    n_children: u32,
    /// How many objects it has made.
    n_objects: u32,
}

impl Maker {
    /// One that has made nothing.
    pub(super) fn new(path: TaskPath) -> Maker {
        Maker { path, n_children: 0, n_objects: 0 }
    }

    fn next_child(&mut self) -> TaskPath {
        self.n_children += 1;
        self.path.child(self.n_children)
    }

    fn next_object(&mut self) -> ObjectId {
        self.n_objects += 1;
        ObjectId::new(self.path, self.n_objects)
    }
}

/// A poll that somebody watches.
pub(crate) struct Poll {
    id: TaskId,
    /// In debug mode: when it began, in the system's time and in the loop's; and where the task comes
    /// from, which nobody knows after its end.
    timed: Option<(Instant, u64, Option<Origin>)>,
}

impl Host {
    /// Who watches. With `--cfg boucle_unwatched` nobody can, and what tells them is not built:
    /// `crates/bench` measures what that saves.
    #[inline]
    fn instrument(&self) -> Option<&dyn Instrument> {
        if cfg!(boucle_unwatched) { None } else { self.instrument.as_deref() }
    }

    /// Whether somebody watches.
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.instrument().is_some()
    }

    /// Whether somebody watches, or debug mode counts. It never changes.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.is_observed
    }

    /// Tells who watches, if somebody does. Nothing may be borrowed: it runs code of a user.
    #[inline]
    pub(crate) fn show(&self, tell: impl FnOnce(&dyn Instrument)) {
        if let Some(instrument) = self.instrument() {
            self.show_to(instrument, tell);
        }
    }

    /// Tells who watches how something is used; a poll that only looks uses nothing.
    #[cfg(feature = "explore")]
    pub(crate) fn show_use(
        &self,
        shared: Shared,
        how: How,
        at: Option<&'static Location<'static>>,
    ) {
        if let Some(instrument) = self.instrument().filter(|_| self.surveyed.get().is_none()) {
            self.guard(|| instrument.touched(shared, how, at));
        }
    }

    /// Tells who watches that a step adds to what a task waits for.
    #[cfg(feature = "explore")]
    pub(crate) fn show_count(&self, shared: Shared, waiting: TaskId, is_last: bool) {
        if let Some(instrument) = self.instrument().filter(|_| self.surveyed.get().is_none()) {
            self.guard(|| instrument.counted(shared, waiting, is_last));
        }
    }

    #[cold]
    fn show_to(&self, instrument: &dyn Instrument, tell: impl FnOnce(&dyn Instrument)) {
        if let Some(task) = self.surveyed.take() {
            // It does not only look: so this is a poll as any other.
            self.guard(|| instrument.before_poll(task));
        }
        self.guard(|| tell(instrument));
    }

    /// Tells who watches of what wakes tasks, some of which are woken only after that.
    #[inline]
    pub(crate) fn show_waking(&self, tell: impl FnOnce(&dyn Instrument)) {
        if self.is_watched() {
            let outer = self.is_waking.replace(true);
            self.show(tell);
            self.is_waking.set(outer);
        }
    }

    /// A task is polled to see where it stands. Those who watch are told of a poll if it does more than that.
    pub(crate) fn begin_survey(&self, id: TaskId) {
        self.surveyed.set(Some(id));
    }

    /// The poll has ended.
    pub(crate) fn end_survey(&self, id: TaskId, has_ended: bool) {
        self.tell_rests(id);
        if self.surveyed.take().is_none() {
            self.show(|it| it.after_poll(id, has_ended));
        }
    }

    /// A task was spawned, by `parent` or outside of any task.
    #[cold]
    pub(crate) fn task_spawned(&self, id: TaskId, parent: Option<TaskId>, origin: Origin) {
        let path = self.as_maker(parent, Maker::next_child);
        self.makers.borrow_mut().insert(id, Maker::new(path));
        self.show(|it| it.task_spawned(id, Spawned::new(path, origin)));
    }

    /// The id of an object that is made now, by `maker` or outside of any task.
    #[cold]
    pub(crate) fn object_made(
        &self,
        maker: Option<TaskId>,
        kind: Kind,
        at: &'static Location<'static>,
    ) -> ObjectId {
        let id = self.as_maker(maker, Maker::next_object);
        self.show(|it| it.object_made(Object::new(id, kind, at)));
        id
    }

    fn as_maker<R>(&self, maker: Option<TaskId>, make: impl FnOnce(&mut Maker) -> R) -> R {
        let mut makers = self.makers.borrow_mut();
        match maker.and_then(|it| makers.get_mut(&it)) {
            Some(maker) => make(maker),
            None => {
                let mut outside = self.outside.get();
                let made = make(&mut outside);
                self.outside.set(outside);
                made
            }
        }
    }

    /// The path of a task that has not ended, if that is kept: somebody watches, or debug mode counts.
    pub(crate) fn path(&self, id: TaskId) -> Option<TaskPath> {
        self.makers.borrow().get(&id).map(|it| it.path)
    }

    /// A poll begins. `now` is the loop's time, `origin` where the task comes from: asked for if needed.
    pub(crate) fn begin_poll(
        &self,
        id: TaskId,
        now: impl FnOnce() -> u64,
        origin: impl FnOnce() -> Option<Origin>,
    ) -> Poll {
        self.show(|it| it.before_poll(id));
        let timed = self.slow_poll.map(|_| (Instant::now(), now(), origin()));
        Poll { id, timed }
    }

    /// The poll has ended.
    pub(crate) fn end_poll(&self, poll: Poll, has_ended: bool, now: impl FnOnce() -> u64) {
        let Poll { id, timed } = poll;
        let took = timed.map(|(start, begun, _)| {
            // Who holds a loop up in virtual time has moved its clock.
            start.elapsed().max(Duration::from_nanos(now().saturating_sub(begun)))
        });
        if let Some(took) = took.filter(|_| !has_ended) {
            let mut stats = self.stats.borrow_mut();
            let stats = stats.entry(id).or_default();
            stats.n_polls += 1;
            stats.busy += took;
        }
        self.show(|it| it.after_poll(id, has_ended));
        let (Some((.., origin)), Some(took)) = (timed, took) else { return };
        let last = self.last_name.take().filter(|(whose, _)| *whose == id);
        if let Some(origin) = origin.filter(|_| self.slow_poll.is_some_and(|limit| took > limit)) {
            let name = self.name(id).or(last.map(|(_, name)| name));
            self.tell(Report::slow(id, name, origin, took));
        }
    }

    /// A task has ended: nothing is kept of it any more.
    #[cold]
    pub(crate) fn task_done(&self, id: TaskId, how: Ended) {
        self.stats.borrow_mut().remove(&id);
        self.waits.borrow_mut().task_done(id);
        drop(self.take_rests(id));
        self.makers.borrow_mut().remove(&id);
        self.show(|it| it.task_done(id, how));
    }

    /// How often a task was polled, and how long that took, if that is counted.
    pub(crate) fn polls_of(&self, id: TaskId) -> Option<(u64, Duration)> {
        self.slow_poll?;
        Some(self.stats.borrow().get(&id).map_or((0, Duration::ZERO), |it| (it.n_polls, it.busy)))
    }
}
