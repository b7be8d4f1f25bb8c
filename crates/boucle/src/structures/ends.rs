//! Who hears of the ends of tasks, beside the tasks that await them: foreign wakers, and listeners that
//! wait for many.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;

use crate::data::{Ended, TaskId};

/// Who hears of the ends of many tasks.
pub(crate) trait Listens {
    /// The task at this place has ended; with `is_last` no task of this loop is left that it listens to,
    /// and its number is void. Nothing of the loop is borrowed.
    fn hear(&self, place: u32, how: Ended, is_last: bool);

    /// The task that waits for them, if it is one of the loop.
    fn waiting_task(&self) -> Option<TaskId>;
}

/// Who hears of the ends of a loop's tasks.
pub(crate) struct Ends {
    /// The wakers of those who await a task and are no tasks of this loop, by the task.
    wakers: RefCell<BTreeMap<TaskId, Waker>>,
    /// Those who listen to many, by number.
    listeners: RefCell<BTreeMap<u32, Listener>>,
    /// The number that was given last.
    n_listeners: Cell<u32>,
}

/// One who listens to many.
struct Listener {
    listener: Rc<dyn Listens>,
    /// How many of its tasks have not ended. Never zero for longer than a call.
    n_tasks: usize,
}

/// Numbers are below this: they share a word with something else.
const END: u32 = (1 << 31) - 1;

impl Default for Ends {
    fn default() -> Ends {
        Ends {
            wakers: RefCell::default(),
            listeners: RefCell::default(),
            n_listeners: Cell::new(0),
        }
    }
}

impl Ends {
    /// Keeps how to wake who awaits a task; returns who did before.
    pub(crate) fn keep(&self, task: TaskId, waker: Waker) -> Option<Waker> {
        self.wakers.borrow_mut().insert(task, waker)
    }

    /// Who awaits a task; nobody does from now on.
    pub(crate) fn take(&self, task: TaskId) -> Option<Waker> {
        self.wakers.borrow_mut().remove(&task)
    }

    /// A number for a listener, to which no task belongs yet: one that no other has.
    pub(crate) fn enter(&self, listener: Rc<dyn Listens>) -> u32 {
        let mut listeners = self.listeners.borrow_mut();
        let number = loop {
            self.n_listeners.set((self.n_listeners.get() + 1) % END);
            if !listeners.contains_key(&self.n_listeners.get()) {
                break self.n_listeners.get();
            }
        };
        listeners.insert(number, Listener { listener, n_tasks: 0 });
        number
    }

    /// One task more belongs to a listener.
    pub(crate) fn add(&self, number: u32) {
        if let Some(listener) = self.listeners.borrow_mut().get_mut(&number) {
            listener.n_tasks += 1;
        }
    }

    /// A task of a listener has ended: the listener, and whether it was its last one here, with which it
    /// leaves.
    pub(crate) fn ended(&self, number: u32) -> Option<(Rc<dyn Listens>, bool)> {
        let mut listeners = self.listeners.borrow_mut();
        let it = listeners.get_mut(&number)?;
        it.n_tasks -= 1;
        match it.n_tasks {
            0 => listeners.remove(&number).map(|it| (it.listener, true)),
            _ => Some((Rc::clone(&it.listener), false)),
        }
    }

    /// Who listens under this number.
    pub(crate) fn listener(&self, number: u32) -> Option<Rc<dyn Listens>> {
        self.listeners.borrow().get(&number).map(|it| Rc::clone(&it.listener))
    }
}
