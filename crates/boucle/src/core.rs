//! The inside of a loop: who is next, and one turn. `event_loop` is its face.
//!
//! No borrow of anything in here is held while code of a user runs: a poll, a destructor, a waker, a
//! hook, a handler.
//!
//! Road: stages 4 to 6, 8 to 10.

mod turns;
mod watched;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::io::Write;
use std::panic;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::{Rc, Weak};
use std::task::Waker;
use std::time::Duration;

pub(crate) use self::turns::End;
use self::watched::Stats;
use crate::cell;
use crate::cell::{Raw, Registry, Runnable};
use crate::context::budget::BUDGET;
use crate::context::elsewhere;
use crate::data::LoopId;
use crate::data::clock::{Clock, NEVER};
use crate::data::primitives::Arc;
use crate::data::{TaskError, TaskId};
use crate::data::{WaitsFor, WokenBy};
use crate::face::Driver;
use crate::host::Faults;
use crate::host::report::{Handler, Report};
use crate::host::{Instrument, Order};
use crate::reactor::Reactor;
use crate::structures::remote::Remote;
use crate::structures::timers::Timers;
use crate::structures::wake::Wake;
use crate::task::Task;
use crate::together::Families;

/// After so many polls the inbox and the timers are looked at, whoever else is ready.
const POLLS_BETWEEN_LOOKS: u32 = 61;

/// Turns that took less than this together are short: 20 microseconds.
const QUICK: u64 = 20_000;

/// After so many short turns the time is looked at; after each that is not short.
const SHORT_TURNS: u32 = 8;

/// Deadlines are waited for together, this long after the first one at the most.
const GRAIN: u64 = 1_000_000;

/// More ready tasks than this are many: their queue is given back when they are gone.
const MANY: usize = 4096;

/// What a loop is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// Between two runs.
    Idle,
    /// In `run` or one of its kin.
    Running,
    /// Dropping its tasks.
    Closing,
    /// Closed for good.
    Closed,
}

/// How a loop is made; `Builder` fills it in.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) virtual_time: bool,
    pub(crate) exact_timers: bool,
    pub(crate) driver: Option<Driver>,
    pub(crate) faults: Option<Box<dyn Faults>>,
    pub(crate) slow_poll: Option<Duration>,
    pub(crate) order: Option<Box<dyn Order>>,
    pub(crate) instrument: Option<Rc<dyn Instrument>>,
    pub(crate) handler: Option<Handler>,
}

/// A loop, as its tasks and its handles share it.
pub(crate) struct Core {
    /// What other threads see of it.
    pub(crate) remote: Arc<Remote>,
    /// The tasks that have not ended.
    pub(crate) registry: Registry,
    /// The task that is being polled or dropped.
    pub(crate) current_task: Cell<Option<TaskId>>,
    /// Its time.
    pub(crate) clock: Clock,
    /// What the loop is doing.
    pub(crate) mode: Cell<Mode>,
    /// Raised by `stop`, read and lowered at the end of a turn.
    pub(crate) stopping: Cell<bool>,
    /// Raised by Ctrl-C, read and lowered by `run_forever` at the end of a turn.
    pub(crate) interrupted: Cell<bool>,
    /// How many answers of other threads are awaited: virtual time stands still for them.
    pub(crate) n_abroad: Cell<usize>,
    /// The tasks that can go on, next one first: those of the next turn.
    ready: RefCell<Vec<Runnable>>,
    /// Empty room for them, used in turns with the other.
    spare: Cell<Vec<Runnable>>,
    /// Who chooses among them, if it is not the first come.
    order: RefCell<Option<Box<dyn Order>>>,
    /// Whether nobody watches, counts, or chooses the order: asked at each turn.
    is_plain: bool,
    /// Deadlines, and whom to wake then.
    pub(crate) timers: RefCell<Timers>,
    /// How much the task that is being polled may still do before it gives the turn back.
    pub(crate) budget: Cell<u32>,
    /// How many polls since the timers were looked at.
    n_polls: Cell<u32>,
    /// When the time was looked at between two turns; `NEVER` if the loop had nothing to do since.
    looked: Cell<u64>,
    /// How many turns since then.
    n_turns: Cell<u32>,
    /// After how many turns it is looked at: more if they are short.
    turns_between_looks: Cell<u32>,
    /// Whether each deadline is waited for on its own.
    pub(crate) exact_timers: bool,
    /// Which of the two ways it asks the system what is ready.
    pub(crate) driver: Driver,
    /// Its descriptors.
    pub(crate) reactor: Reactor,
    /// Who decides which system calls fail.
    pub(crate) faults: Option<Box<dyn Faults>>,
    /// Those who wait until nothing else can run: where to say so, and how to wake them.
    pub(crate) quiescent: RefCell<Vec<(Rc<Cell<bool>>, Wake)>>,
    /// The wakers of those who await a task and are no tasks of this loop, by the task.
    awaiters: RefCell<HashMap<TaskId, Waker>>,
    /// The families that have children here.
    pub(crate) families: RefCell<Families>,
    /// The names that tasks were given.
    names: RefCell<HashMap<TaskId, Rc<str>>>,
    /// Who is told of panics that nobody read.
    pub(crate) handler: RefCell<Handler>,
    /// Who watches.
    pub(crate) instrument: Option<Rc<dyn Instrument>>,
    /// What debug mode keeps of each task.
    stats: RefCell<HashMap<TaskId, Stats>>,
    /// Who wakes, while no task is polled.
    pub(crate) wakes_for: Cell<WokenBy>,
    /// How long a poll may take without being reported; `None`: for ever.
    slow_poll: Option<Duration>,
    /// Which loop of the process it is.
    id: LoopId,
    /// The loop itself, for those who keep it.
    me: Weak<Core>,
}

impl Core {
    pub(crate) fn new(settings: Settings) -> Rc<Core> {
        let core = Rc::new_cyclic(|me| Core {
            remote: Arc::new(Remote::new()),
            registry: Registry::default(),
            current_task: Cell::new(None),
            clock: Clock::new(settings.virtual_time),
            mode: Cell::new(Mode::Idle),
            stopping: Cell::new(false),
            interrupted: Cell::new(false),
            n_abroad: Cell::new(0),
            ready: RefCell::default(),
            spare: Cell::default(),
            is_plain: settings.order.is_none()
                && settings.instrument.is_none()
                && settings.slow_poll.is_none(),
            order: RefCell::new(settings.order),
            timers: RefCell::new(Timers::new()),
            budget: Cell::new(BUDGET),
            n_polls: Cell::new(0),
            looked: Cell::new(NEVER),
            n_turns: Cell::new(0),
            turns_between_looks: Cell::new(1),
            exact_timers: settings.exact_timers,
            driver: settings.driver.unwrap_or_default(),
            reactor: Reactor::default(),
            faults: settings.faults,
            quiescent: RefCell::default(),
            awaiters: RefCell::default(),
            families: RefCell::default(),
            names: RefCell::default(),
            handler: RefCell::new(settings.handler.unwrap_or_else(Report::default_handler)),
            instrument: settings.instrument,
            stats: RefCell::default(),
            wakes_for: Cell::new(WokenBy::Outside),
            slow_poll: settings.slow_poll,
            id: LoopId::next(),
            me: me.clone(),
        });
        cell::open(&core);
        core
    }

    /// Which loop of the process it is.
    pub(crate) fn id(&self) -> LoopId {
        self.id
    }

    /// The loop, without keeping it alive.
    pub(crate) fn weak(&self) -> Weak<Core> {
        self.me.clone()
    }

    /// The loop's `Rc`.
    pub(crate) fn rc(&self) -> Rc<Core> {
        self.me.upgrade().expect("a loop that is used is alive")
    }

    // ----------------------------------------------------------------------- tasks

    /// Spawns a task; on a loop that closes, its future is dropped soon and never polled.
    pub(crate) fn spawn<T: 'static>(
        &self,
        future: impl Future<Output = T> + 'static,
        at: &'static Location<'static>,
    ) -> Task<T> {
        assert!(
            self.mode.get() != Mode::Closed,
            "the loop is closed: make another one to run tasks on"
        );
        let raw = cell::spawn(self, future, at);
        if raw.is_observed() {
            self.show(|it| it.task_spawned(raw.id(), at));
        }
        Task::new(raw)
    }

    /// Puts a task at the end of the ready queue.
    pub(crate) fn make_ready(&self, task: Runnable) {
        self.ready.borrow_mut().push(task);
    }

    /// Wakes a task by its number; one that has ended is not there any more.
    pub(crate) fn wake(&self, id: TaskId) {
        self.registry.wake(self, id);
    }

    /// Notes who awaits the task of `raw`.
    pub(crate) fn await_task<T>(&self, raw: &Raw<T>, task: Option<TaskId>, waker: &Waker) {
        if raw.is_observed() {
            self.waits(|| WaitsFor::Task(raw.id()));
        }
        let before = raw.set_awaiter(task.unwrap_or(TaskId::FOREIGN));
        let unused = match task {
            Some(_) if before != Some(TaskId::FOREIGN) => return,
            Some(_) => self.awaiters.borrow_mut().remove(&raw.id()),
            None => {
                // Cloned first: a foreign waker runs foreign code.
                let waker = waker.clone();
                self.awaiters.borrow_mut().insert(raw.id(), waker)
            }
        };
        self.guard(|| drop(unused));
    }

    /// A task has ended: wakes who awaits it.
    pub(crate) fn wake_awaiter(&self, id: TaskId, awaiter: TaskId, has_value: bool) {
        if awaiter.is_task() {
            self.wake(awaiter);
        } else if let Some((family, place)) = awaiter.as_child() {
            Families::tell(self, family, place, has_value);
        } else {
            self.wake_foreigner(id);
        }
    }

    /// Wakes who awaits the task of this number, and is no task of this loop.
    #[inline(never)]
    fn wake_foreigner(&self, id: TaskId) {
        let waker = self.awaiters.borrow_mut().remove(&id);
        if let Some(waker) = waker {
            self.guard(|| waker.wake());
        }
    }

    /// The task that awaits this one: itself, or as the parent of its family.
    pub(crate) fn awaiter(&self, id: TaskId) -> Option<TaskId> {
        let awaiter = self.registry.awaiter(id)?;
        match awaiter.as_child() {
            Some((family, _)) => self.families.borrow().parent(family),
            None => Some(awaiter).filter(|it| it.is_task()),
        }
    }

    pub(crate) fn name(&self, id: TaskId) -> Option<Rc<str>> {
        self.names.borrow().get(&id).cloned()
    }

    /// Forgets what was kept beside a task that has ended and has no handle.
    pub(crate) fn forget(&self, id: TaskId) {
        if !self.names.borrow().is_empty() {
            self.names.borrow_mut().remove(&id);
        }
    }

    pub(crate) fn set_name(&self, id: TaskId, name: &str) {
        self.names.borrow_mut().insert(id, name.into());
        self.show(|it| it.task_named(id, name));
    }

    // ----------------------------------------------------------------------- what goes wrong

    /// Runs code of a user that must not stop the loop; its panic is reported.
    pub(crate) fn guard(&self, f: impl FnOnce()) {
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
            self.tell(Report::callback(TaskError::panicked(payload)));
        }
    }

    /// Reports an error of a task that nobody will read.
    pub(crate) fn report(&self, id: TaskId, at: &'static Location<'static>, error: TaskError) {
        self.tell(Report::task(id, self.name(id), at, error));
    }

    /// Tells the exception handler; a handler that panics is told on stderr, and no more.
    pub(crate) fn tell(&self, report: Report) {
        let handler = Rc::clone(&self.handler.borrow());
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| handler(&report))) {
            // Not `eprintln`, which panics where stderr cannot be written to.
            let _ = writeln!(
                io::stderr(),
                "boucle: the exception handler panicked on this report:\n{report}"
            );
            cell::drop_quietly(payload);
        }
        // What was given to `panic!` may panic once more.
        cell::drop_quietly((handler, report));
    }

    /// Drops every task, on this thread and with the loop current, and refuses everything else.
    pub(crate) fn close(&self) {
        self.mode.set(Mode::Closing);
        // First the calls that are not made: their destructors may spawn.
        let mail = self.remote.close();
        self.guard(|| drop(mail));
        if !self.registry.drop_all(self) {
            let _ = writeln!(
                io::stderr(),
                "boucle: {} tasks are left as the loop closes: destructors spawn without end",
                self.registry.len()
            );
        }
        // Taken out, then dropped: each of these may run code of a user.
        let ready = self.ready.take();
        let timers = self.timers.replace(Timers::new());
        let quiescent = self.quiescent.take();
        let awaiters = self.awaiters.take();
        let families = self.families.take();
        self.guard(|| drop(ready));
        self.guard(|| drop(timers));
        self.guard(|| drop(quiescent));
        self.guard(|| drop(awaiters));
        self.guard(|| drop(families));
        self.mode.set(Mode::Closed);
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        cell::leave(self);
        elsewhere::forget(self.id);
    }
}
