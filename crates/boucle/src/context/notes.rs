//! What a loop is asked and told by who uses it: the time, what is made, the end.

use std::panic::Location;
use std::task::Waker;

use super::{Core, Identity};
use crate::cell;
use crate::cell::Runnable;
use crate::core::Mode;
use crate::data::{Kind, ObjectId, TaskId};
use crate::structures::wake::Wake;

impl Core {
    /// How to wake the owner of `waker`, from this loop, which this thread is in. A foreign waker runs
    /// foreign code as it is cloned: nothing may be borrowed.
    pub(crate) fn wake_for_owner(&self, waker: &Waker) -> Wake {
        cell::task_in(self, waker).map_or_else(|| Wake::Foreign(waker.clone()), Wake::Task)
    }

    /// The id of an object that is made now.
    pub(crate) fn new_object(&self, kind: Kind, at: &'static Location<'static>) -> ObjectId {
        self.host.object_made(self.current_task.get(), kind, at)
    }

    /// The present time.
    pub(crate) fn now(&self) -> u64 {
        super::reads_clock();
        self.clock.now()
    }

    /// Asks it to stop at the end of its turn.
    pub(crate) fn stop(&self) {
        self.stopping.set(true);
    }

    /// What it is doing.
    pub(crate) fn mode(&self) -> Mode {
        self.mode.get()
    }

    /// How many tasks have not ended.
    pub(crate) fn n_tasks(&self) -> usize {
        self.registry.len()
    }

    /// The tasks that stand in the queue, next one first; those that have ended there are none.
    pub(crate) fn queue(&self) -> Vec<TaskId> {
        let mut queue = Vec::new();
        let mut see = |task: &Runnable<Core>| {
            if task.is_live() {
                queue.push(task.id());
            }
        };
        self.choice.borrow().items().for_each(&mut see);
        self.ready.look_at_each(see);
        queue
    }

    /// Whether other threads have asked for something that was not done yet.
    pub(crate) fn has_mail(&self) -> bool {
        self.remote.inbox.has_mail()
    }

    /// Whether somebody watches.
    pub(crate) fn is_watched(&self) -> bool {
        self.host.is_watched()
    }

    /// Has the inbox, the timers and the descriptors looked at after the present poll.
    pub(crate) fn look_soon(&self) {
        self.pace.look_soon();
    }

    /// The task that is being polled has got a lock, or a permit.
    #[inline]
    pub(crate) fn acquired(&self, identity: &Identity) {
        if let Some(task) = self.current_task.get().filter(|_| self.host.is_watched()) {
            let object = self.object_of(identity);
            self.host.show(|it| it.acquired(task, object));
        }
    }

    /// A lock, or a permit, was given back.
    #[inline]
    pub(crate) fn released(&self, identity: &Identity) {
        if self.host.is_watched() {
            let object = self.object_of(identity);
            self.host.show(|it| it.released(object));
        }
    }
}
