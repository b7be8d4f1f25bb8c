//! The ends of a loop's tasks, as those hear of them who await one, or many.

use std::rc::Rc;
use std::task::Waker;

use super::{Core, Raw};
use crate::data::{Awaiter, Awaits, Spot, TaskId, Wait, WaitsFor};
use crate::structures::ends::Listens;

impl Core {
    /// Notes who awaits the task of `raw`: a task of this loop, or whoever has the waker.
    pub(crate) fn await_task<T>(&self, raw: &Raw<T>, task: Option<TaskId>, waker: &Waker) {
        // Cloned first: a foreign waker runs foreign code.
        let waker = task.is_none().then(|| waker.clone());
        let before = raw.set_awaiter(task.map_or(Awaiter::FOREIGN, Awaiter::task));
        let unused = match waker {
            Some(waker) => self.ends.keep(raw.id(), waker),
            None if before == Awaiter::FOREIGN => self.ends.take(raw.id()),
            None => None,
        };
        self.host.drop(unused);
        let wait = || Wait { on: WaitsFor::Task(raw.id()), object: None, at: None };
        self.wait_goes_on(|| Spot::End(raw.id()), task, wait);
    }

    /// Lets `listener` hear of the ends of tasks; its number, for [`listen_to`](Core::listen_to).
    pub(crate) fn add_listener(&self, listener: Rc<dyn Listens>) -> u32 {
        self.ends.enter(listener)
    }

    /// Lets a listener hear of the end of a task of this loop, which has not ended, as the one at `place`.
    pub(crate) fn listen_to<T>(&self, raw: &Raw<T>, listener: u32, place: u32) {
        self.ends.add(listener);
        let before = raw.set_awaiter(Awaiter::listener(listener, place));
        let unused = (before == Awaiter::FOREIGN).then(|| self.ends.take(raw.id()));
        self.host.drop(unused);
        self.wait_ends(|| Spot::End(raw.id()));
    }

    /// The task that awaits this one: itself, or through one who listens to many.
    pub(crate) fn awaiter(&self, id: TaskId) -> Option<TaskId> {
        let task = match self.registry.awaiter(id).awaits() {
            Awaits::Task(task) => Some(task),
            Awaits::Listener { listener, .. } => self.ends.listener(listener)?.waiting_task(),
            Awaits::Nobody | Awaits::Foreign => None,
        };
        // Without its handle nobody waits for it any more, though it wakes who did.
        task.filter(|it| self.registry.has_handle(id) && self.registry.look(*it).is_some())
    }
}
