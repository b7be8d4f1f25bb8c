//! The inside of a loop: what it owns, and what its tasks ask of it. `turns` turns it, `owner` closes it.
//!
//! No borrow of anything in here is held while code of a user runs; only `host` runs it.
//!
//! Road: stages 4 to 6, 8 to 10.

mod close;
mod descriptors;
mod turns;

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;
use std::time::Instant;

pub(crate) use self::turns::End;
use crate::cell;
use crate::cell::{Here, Raw, Registry, Remote, Runnable, Schedule, Wakers, Woken};
use crate::data::clock::Clock;
use crate::data::primitives::{Arc, LocalKey, thread_value};
use crate::data::{Awaiter, Awaits, Ended, LoopId, Origin, TaskError, TaskId, WokenBy};
use crate::host;
use crate::host::{Host, Report, Seams};
use crate::reactor::{Driver, Reactor};
use crate::structures::ends::Ends;
use crate::structures::line::Line;
use crate::structures::pace::Pace;
use crate::structures::ready::{Choice, Ready};
use crate::structures::timers::Timers;
use crate::structures::wake::Wake;

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
    /// When virtual time begins; `None`: now.
    pub(crate) begin: Option<Instant>,
    pub(crate) exact_timers: bool,
    pub(crate) driver: Option<Driver>,
    pub(crate) seams: Seams,
}

/// A loop, as its tasks and its handles share it.
pub(crate) struct Core {
    /// What other threads see of it.
    pub(crate) remote: Arc<Remote<Core>>,
    /// The tasks that have not ended.
    pub(crate) registry: Registry<Core>,
    /// The task that is being polled or dropped.
    pub(crate) current_task: Cell<Option<TaskId>>,
    /// Its time.
    pub(crate) clock: Clock,
    /// What the loop is doing.
    pub(crate) mode: Cell<Mode>,
    /// Raised by `stop`, read and lowered at the end of a turn.
    pub(crate) stopping: Cell<bool>,
    /// How many threads work for it and do not wait for it: its virtual time stands still meanwhile.
    pub(crate) n_abroad: Cell<usize>,
    /// The tasks that can go on: those of the next turn.
    pub(crate) ready: Ready<Runnable<Core>>,
    /// Those of them that can be chosen, if somebody chooses.
    pub(crate) choice: RefCell<Choice<TaskId, Runnable<Core>>>,
    /// Deadlines, and whom to wake then.
    pub(crate) timers: RefCell<Timers>,
    /// Whether each deadline is waited for on its own.
    exact_timers: bool,
    /// When time and descriptors are looked at, while tasks are ready.
    pub(crate) pace: Pace,
    /// Its descriptors.
    pub(crate) reactor: Reactor,
    /// Which of the two ways it asks the system what is ready.
    pub(crate) driver: Driver,
    /// Those who wait until nothing else can run.
    pub(crate) quiescent: Rc<Line>,
    /// Who hears of the ends of its tasks.
    pub(crate) ends: Ends,
    /// Whose code it calls.
    pub(crate) host: Host,
    /// Who wakes, while no task is polled.
    wakes_for: Cell<WokenBy>,
    /// How many owners it has; without one it is closed.
    pub(crate) n_owners: Cell<usize>,
    /// Which loop of the process it is.
    id: LoopId,
}

/// The vtable of all wakers: one static, by whose address they are known.
static WAKERS: Wakers<Core> = Wakers::new();

thread_value! {
    /// The loop that this thread is in.
    static HERE: Here<Core> = Here::outside();
}

impl Core {
    /// A loop that nobody owns yet.
    pub(crate) fn new(settings: Settings) -> Rc<Core> {
        let core = Rc::new(Core {
            remote: Arc::new(Remote::new()),
            registry: Registry::default(),
            current_task: Cell::new(None),
            clock: Clock::new(settings.virtual_time, settings.begin),
            mode: Cell::new(Mode::Idle),
            stopping: Cell::new(false),
            n_abroad: Cell::new(0),
            ready: Ready::default(),
            choice: RefCell::default(),
            timers: RefCell::new(Timers::new()),
            exact_timers: settings.exact_timers,
            pace: Pace::default(),
            reactor: Reactor::default(),
            driver: settings.driver.unwrap_or_default(),
            quiescent: Rc::default(),
            ends: Ends::default(),
            host: Host::new(settings.seams),
            wakes_for: Cell::new(WokenBy::Outside),
            n_owners: Cell::new(0),
            id: LoopId::next(),
        });
        cell::open(&core);
        core
    }

    /// Which loop of the process it is.
    pub(crate) fn id(&self) -> LoopId {
        self.id
    }

    /// Spawns a task, whose future is shown as `Shown`; on a loop that closes, the future is dropped soon and
    /// never polled.
    #[track_caller]
    pub(crate) fn spawn<Shown: ?Sized, F: Future + 'static>(
        &self,
        future: F,
        at: &'static Location<'static>,
    ) -> Raw<Core, F::Output> {
        self.require_open();
        let raw = cell::spawn::<Shown, Core, F>(self, future, at);
        self.spawned(&raw);
        raw
    }

    /// Panics if the loop is closed.
    #[track_caller]
    pub(crate) fn require_open(&self) {
        assert!(self.is_open(), "the loop is closed: make another one to run tasks on");
    }

    /// Tells who watches that a task was spawned.
    pub(crate) fn spawned<T>(&self, raw: &Raw<Core, T>) {
        if self.host.is_observed() {
            self.host.task_spawned(raw.id(), self.current_task.get(), raw.origin());
        }
    }

    /// Wakes a task by its number; one that has ended is not there any more.
    pub(crate) fn wake(&self, id: TaskId) {
        self.registry.wake(self, id);
    }

    /// Wakes one who waits in this loop. Nothing may be borrowed: a foreign waker runs foreign code.
    pub(crate) fn wake_up(&self, wake: Wake) {
        match wake {
            Wake::Task(id) => self.wake(id),
            Wake::Foreign(waker) => self.host.wake(waker),
        }
    }

    /// Wakes, and lets those who watch know for whom.
    pub(crate) fn wake_for(&self, by: WokenBy, wake: impl FnOnce()) {
        self.wakes_for.set(by);
        wake();
        self.wakes_for.set(WokenBy::Outside);
    }
}

impl Schedule for Core {
    fn wakers() -> &'static Wakers<Core> {
        &WAKERS
    }

    #[inline]
    fn here() -> &'static LocalKey<Here<Core>> {
        &HERE
    }

    fn loop_id(&self) -> LoopId {
        self.id
    }

    fn remote(&self) -> &Arc<Remote<Core>> {
        &self.remote
    }

    fn registry(&self) -> &Registry<Core> {
        &self.registry
    }

    fn current_task(&self) -> &Cell<Option<TaskId>> {
        &self.current_task
    }

    fn is_open(&self) -> bool {
        self.mode.get() != Mode::Closed
    }

    fn is_observed(&self) -> bool {
        self.host.is_observed()
    }

    #[inline]
    fn ready_again(&self, task: Runnable<Core>) {
        self.ready.push(task);
    }

    #[cold]
    fn was_woken(&self, task: TaskId, did: Woken) {
        let by = self.current_task.get().map_or(self.wakes_for.get(), WokenBy::Task);
        self.host.show_waking(|it| match did {
            Woken::Scheduled => it.woken(task, by),
            Woken::WasReady | Woken::HasEnded => {
                it.woken_in_vain(task, by, did == Woken::HasEnded);
            }
        });
    }

    #[cold]
    fn drop_begins(&self, task: TaskId) {
        self.host.show(|it| it.before_drop(task));
    }

    #[inline]
    fn has_ended(&self, task: TaskId, awaiter: Awaiter, how: Ended) {
        match awaiter.awaits() {
            Awaits::Nobody => {}
            Awaits::Task(awaiter) => self.wake(awaiter),
            other => self.host.tell_end(&self.ends, task, other, how),
        }
        if self.host.is_observed() {
            self.host.task_done(task, how);
        }
    }

    fn forget_name(&self, task: TaskId) {
        self.host.forget_name(task);
    }

    fn report(&self, task: TaskId, origin: Origin, error: TaskError) {
        self.host.tell_of(task, origin, error);
    }

    fn report_orphan(task: TaskId, origin: Origin, error: TaskError) {
        host::print(Report::task(task, None, origin, error));
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        cell::leave(self);
    }
}
