//! The world as the loop asks it and tells it.

use std::cell::RefCell;
use std::io;
use std::panic::Location;
use std::rc::Rc;

use boucle::{
    Ended, Faults, How, Instrument, Object, Order, Shared, Situation, Spawned, Step, SystemCall,
    TaskId, WaitsFor, WokenBy,
};

use super::{Choose, World};
use crate::search::foot::Count;

/// The world as the loop asks it and tells it.
pub(crate) struct Seat<C>(pub(crate) Rc<RefCell<World<C>>>);

impl<C: Choose> Order for Seat<C> {
    fn choose(&mut self, _: &[TaskId]) -> usize {
        0
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        self.0.borrow_mut().next(at)
    }

    fn gives_up(&mut self, task: TaskId) -> bool {
        self.0.borrow_mut().gives_up(task)
    }
}

impl<C: Choose> Faults for Seat<C> {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        self.0.borrow_mut().fails(call).map(|it| it.error())
    }
}

impl<C: Choose> Instrument for Seat<C> {
    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        self.0.borrow_mut().spawned(task, spawned);
    }

    fn woken(&self, task: TaskId, by: WokenBy) {
        let world = &mut *self.0.borrow_mut();
        if by == WokenBy::Thread {
            world.thread(|world| format!("it wakes {}", world.called(task)));
        }
        world.wakes(task);
    }

    fn woken_in_vain(&self, task: TaskId, by: WokenBy, _has_ended: bool) {
        self.woken(task, by);
    }

    fn waits(
        &self,
        task: TaskId,
        number: u32,
        on: WaitsFor,
        _: Option<Object>,
        _: Option<&'static Location<'static>>,
    ) {
        let world = &mut *self.0.borrow_mut();
        match on {
            WaitsFor::Thread => {
                world.thread(|world| format!("{} waits for its answer", world.called(task)));
            }
            on => world.outside.waits(task, number, on),
        }
    }

    fn wait_ended(&self, task: TaskId, number: u32) {
        self.0.borrow_mut().outside.wait_ended(task, number);
    }

    fn touched(&self, shared: Shared, how: How, _: Option<&'static Location<'static>>) {
        let world = &mut *self.0.borrow_mut();
        match shared {
            Shared::End(task) => {
                if let Some(task) = world.ids.get(&task) {
                    let end = world.names.end_of(*task);
                    world.uses(end, how);
                }
            }
            shared => world.uses_shared(shared, how),
        }
    }

    fn counted(&self, shared: Shared, waiting: TaskId, is_last: bool) {
        let world = &mut *self.0.borrow_mut();
        let part = world.names.shared(shared);
        world.uses(part, How::Add);
        let Some(waiting) = world.ids.get(&waiting).copied() else { return };
        if let Some(step) = &mut world.step {
            step.foot.counts.push(Count { part, waiting, is_last });
            world.is_counted = is_last.then_some(waiting);
        }
    }

    fn task_done(&self, task: TaskId, _how: Ended) {
        let world = &mut *self.0.borrow_mut();
        world.outside.task_done(task);
        let Some(number) = world.ids.get(&task).copied() else { return };
        if let Some(known) = world.known_mut(number) {
            known.is_live = false;
        }
        let end = world.names.end_of(number);
        world.uses(end, How::Write);
        world.uses_shared(Shared::Tasks, How::Add);
        // The first task is the program itself.
        world.is_last |= world.names.is_main(number) && world.step.is_some();
    }
}
