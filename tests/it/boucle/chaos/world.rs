//! What the tasks, destructors and hooks of a program share: tables, and what is found wrong. Nothing in it is
//! borrowed while anything of a loop is called or dropped.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::Waker;
use std::thread;
use std::thread::{JoinHandle, ThreadId};

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{Loop, LoopHandle, Task, TaskError, TaskGroup};

use super::program::{Acts, PLACES};

/// What planted panics say.
pub(super) const PLANTED: &str = "planted";

/// What a spawn says that comes too late, as it may from a destructor.
const TOO_LATE: &str = "the loop is closed: make another one to run tasks on";

/// Panics as programs plan it. Quiet: the panic hook is not called.
pub(super) fn panic_as_planned() -> ! {
    panic::resume_unwind(Box::new(PLANTED))
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

/// The world of the program that this thread runs, as long as it does.
pub(super) fn world() -> Option<Rc<World>> {
    WORLD.with_borrow(Clone::clone)
}

/// Something that waits.
pub(super) type Begun = Pin<Box<dyn Future<Output = ()>>>;

/// A waker that is kept.
pub(super) struct Kept {
    pub(super) waker: Waker,
    /// What its task is owed, if that waits for it.
    pub(super) debt: Option<Rc<Cell<Debt>>>,
}

/// What a task is owed that waits for its waker.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Debt {
    #[default]
    None,
    /// It was woken, and has not been polled since.
    Poll,
    /// It waits no more.
    Gone,
}

/// All that a program has.
#[derive(Default)]
pub(super) struct World {
    pub(super) tasks: [RefCell<Option<Task<Tracked>>>; PLACES],
    pub(super) wakers: [RefCell<Option<Kept>>; PLACES],
    /// What was polled once, and waits with whatever waker it had then.
    pub(super) waits: [RefCell<Option<Begun>>; PLACES],
    pub(super) events: [Event; PLACES],
    /// How many wait for each event.
    pub(super) n_waiting: [Rc<Cell<usize>>; PLACES],
    pub(super) semaphore: Semaphore2,
    pub(super) queue: Queue2,
    pub(super) lock: Lock<()>,
    pub(super) condition: Condition,
    pub(super) barrier: Barrier2,
    pub(super) waiter: Waiter2,
    /// The groups, and how many children each has.
    pub(super) groups: RefCell<Vec<(TaskGroup, Rc<Cell<usize>>)>>,
    pub(super) loops: RefCell<Vec<Loop>>,
    pub(super) handles: RefCell<Vec<LoopHandle>>,
    pub(super) threads: RefCell<Vec<JoinHandle<()>>>,
    homes: RefCell<Vec<Rc<Home>>>,
    ledger: RefCell<Vec<Arc<Entry>>>,
    /// What is wrong.
    faults: RefCell<Vec<String>>,
    /// Whether more than one of the loops has run: one that is quiescent says nothing of the others.
    pub(super) is_scattered: Cell<bool>,
    /// How many acts are under way within one another.
    pub(super) depth: Cell<usize>,
}

/// Makes the defaults that the primitives do not have.
macro_rules! with_default {
    ($name:ident, $of:ty, $make:expr) => {
        pub(super) struct $name(pub(super) $of);

        impl Default for $name {
            fn default() -> $name {
                $name($make)
            }
        }
    };
}

with_default!(Semaphore2, Semaphore, Semaphore::new(1));
with_default!(Queue2, Queue<Tracked>, Queue::new(2));
with_default!(Barrier2, Barrier, Barrier::new(2));
with_default!(Waiter2, Waiter, Waiter::new(2));

/// A loop, as its tokens know it.
pub(super) struct Home {
    id: String,
    /// Dies with the loop.
    alive: Weak<()>,
    /// Whether it has been closed.
    is_closed: Cell<bool>,
}

/// What is known of one future or value.
struct Entry {
    what: String,
    n_drops: AtomicU32,
    thread: ThreadId,
    is_elsewhere: AtomicBool,
}

/// Belongs to a future, or is a value: is to be dropped once, on its thread, with its loop current.
pub(super) struct Tracked {
    entry: Arc<Entry>,
    home: Option<Rc<Home>>,
    /// What its destructor does.
    at_drop: Acts,
}

/// Which loop a thread is in, or has.
fn id_of(event_loop: &Loop) -> String {
    format!("{:?}", event_loop.handle())
}

impl World {
    /// Makes the world of this thread, until [`World::end`].
    pub(super) fn begin() -> Rc<World> {
        let world = Rc::new(World::default());
        WORLD.set(Some(Rc::clone(&world)));
        world
    }

    pub(super) fn end() {
        WORLD.set(None);
    }

    /// Says what is wrong.
    pub(super) fn fault(&self, fault: impl Into<String>) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < 10 {
            faults.push(fault.into());
        }
    }

    pub(super) fn take_faults(&self) -> Vec<String> {
        self.faults.take()
    }

    /// Knows a loop, which keeps `alive`.
    pub(super) fn know(&self, event_loop: &Loop, alive: &Rc<()>) {
        let (id, alive) = (id_of(event_loop), Rc::downgrade(alive));
        self.homes.borrow_mut().push(Rc::new(Home { id, alive, is_closed: Cell::new(false) }));
    }

    /// Notes that a loop is run.
    pub(super) fn note_run(&self, event_loop: &Loop) {
        let is_first = self.homes.borrow().first().is_some_and(|it| it.id == id_of(event_loop));
        self.is_scattered.set(self.is_scattered.get() || !is_first);
    }

    fn home_of(&self, event_loop: &Loop) -> Option<Rc<Home>> {
        let id = id_of(event_loop);
        self.homes.borrow().iter().find(|it| it.id == id).cloned()
    }

    /// Closes a loop, if it is not running.
    pub(super) fn close(&self, event_loop: &Loop) {
        let was_closed = event_loop.is_closed();
        let is_inside = Loop::current().is_ok();
        let is_idle = Loop::current().is_ok_and(|it| !it.is_running() && !it.is_closed());
        let closed = event_loop.close();
        // Who only drops a value has its loop current, and may close it.
        if !was_closed && closed.is_ok() == is_inside && !is_idle {
            self.fault(format!("inside of a loop: {is_inside}; close: {closed:?}"));
        }
        if !was_closed && closed.is_ok() {
            if let Some(home) = self.home_of(event_loop) {
                home.is_closed.set(true);
            }
        }
    }

    /// Makes what belongs to a future or is a value of `event_loop`, or of the loop that this thread is in.
    pub(super) fn track(&self, what: &str, event_loop: Option<&Loop>, at_drop: &Acts) -> Tracked {
        let current = Loop::current().ok();
        let home = event_loop.or(current.as_ref()).and_then(|it| self.home_of(it));
        self.enter(what, home, at_drop)
    }

    /// Makes what belongs to no loop.
    pub(super) fn track_item(&self, at_drop: &Acts) -> Tracked {
        self.enter("item", None, at_drop)
    }

    fn enter(&self, what: &str, home: Option<Rc<Home>>, at_drop: &Acts) -> Tracked {
        let number = self.ledger.borrow().len();
        let entry = Arc::new(Entry {
            what: format!("{what} {number}"),
            n_drops: AtomicU32::new(0),
            thread: thread::current().id(),
            is_elsewhere: AtomicBool::new(false),
        });
        self.ledger.borrow_mut().push(Arc::clone(&entry));
        Tracked { entry, home, at_drop: Arc::clone(at_drop) }
    }

    /// At the end: was everything dropped once, and here?
    pub(super) fn check_the_ledger(&self) {
        for entry in self.ledger.take() {
            let n_drops = entry.n_drops.load(Ordering::SeqCst);
            if n_drops != 1 {
                self.fault(format!("{} was dropped {n_drops} times", entry.what));
            }
            if entry.is_elsewhere.load(Ordering::SeqCst) {
                self.fault(format!("{} was dropped on another thread", entry.what));
            }
        }
    }

    /// Does what may panic as planned, or come too late; any other panic is a fault. Whether it panicked as
    /// planned.
    pub(super) fn try_out(&self, f: impl FnOnce()) -> bool {
        let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) else { return false };
        let text = match payload.downcast_ref::<&str>() {
            Some(text) => (*text).to_owned(),
            None => payload.downcast_ref::<String>().cloned().unwrap_or_default(),
        };
        if text != PLANTED && text != TOO_LATE {
            self.fault(format!("a panic that nobody planted: {text}"));
        }
        text == PLANTED
    }

    /// A result of a task: the panics are those that were planted.
    pub(super) fn check(&self, error: &TaskError) {
        if let TaskError::Panicked(panic) = error {
            let message = panic.message();
            if message != PLANTED && message != TOO_LATE {
                self.fault(format!("a panic that nobody planted: {message}"));
            }
        }
    }

    /// The loop is quiescent: who waits for what has come has missed it.
    pub(super) fn check_wakes(&self) {
        if self.is_scattered.get() {
            return;
        }
        for (place, event) in self.events.iter().enumerate() {
            if event.is_set() && self.n_waiting[place].get() > 0 {
                self.fault(format!("event {place} is set, and somebody still waits for it"));
            }
        }
        for (place, kept) in self.wakers.iter().enumerate() {
            if kept.borrow().as_ref().and_then(|it| Some(it.debt.as_ref()?.get()))
                == Some(Debt::Poll)
            {
                self.fault(format!("waker {place} was woken, and its task was not polled"));
            }
        }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        let Entry { what, n_drops, thread, is_elsewhere } = &*self.entry;
        n_drops.fetch_add(1, Ordering::SeqCst);
        if thread::current().id() != *thread {
            return is_elsewhere.store(true, Ordering::SeqCst);
        }
        let Some(world) = world() else { return };
        if let Some(home) = &self.home {
            let current = Loop::current().ok().map(|it| id_of(&it));
            let exists = what.starts_with("future")
                && home.alive.upgrade().is_some()
                && !home.is_closed.get();
            if exists && current.as_ref() != Some(&home.id) {
                world.fault(format!("{what} of {} was dropped in {current:?}", home.id));
            }
        }
        super::acts::all(&world, &self.at_drop);
    }
}
