//! The only place that calls code of a user, but for a future in its cell: the guard, the exception
//! handler, the instrument, the order, the faults, the wakers and the destructors.
//!
//! Invariant: nothing of the loop is borrowed while it does. Its panic stops no loop: it is reported.

mod faults;
mod instrument;
mod order;
mod report;
mod waits;
mod watch;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

pub use self::faults::{Faults, SystemCall};
pub use self::instrument::Instrument;
pub use self::order::{Order, Situation, Step};
pub(crate) use self::report::Handler;
pub use self::report::Report;
use self::watch::{Maker, Stats};
use crate::cell;
use crate::data::{Awaits, Ended, Object, Origin, TaskError, TaskId, TaskPath};
use crate::structures::ends::Ends;
use crate::structures::waits::Waits;

/// Whose code a loop calls; `Builder` fills it in.
#[derive(Default)]
pub(crate) struct Seams {
    pub(crate) faults: Option<Box<dyn Faults>>,
    pub(crate) slow_poll: Option<Duration>,
    pub(crate) order: Option<Box<dyn Order>>,
    pub(crate) instrument: Option<Rc<dyn Instrument>>,
    pub(crate) handler: Option<Handler>,
}

/// What a loop calls of a user's, and what it keeps for that.
pub(crate) struct Host {
    /// Who is told of panics that nobody read.
    handler: RefCell<Handler>,
    /// Who watches.
    instrument: Option<Rc<dyn Instrument>>,
    /// Who chooses among the ready tasks; out while it is asked.
    order: RefCell<Option<Box<dyn Order>>>,
    /// Whether somebody chooses, also while it is asked.
    has_order: bool,
    /// Whether nobody watches, counts or chooses: asked at each turn.
    is_plain: bool,
    /// Whether somebody watches or counts.
    is_observed: bool,
    /// Who decides which system calls fail.
    faults: Option<Box<dyn Faults>>,
    /// How long a poll may take without being reported; `None`: for ever.
    slow_poll: Option<Duration>,
    /// What debug mode keeps of each task.
    stats: RefCell<BTreeMap<TaskId, Stats>>,
    /// What each task waits for, if somebody watches or counts.
    waits: RefCell<Waits>,
    /// The tasks that have stopped to wait for the ends of others in their present poll, and at what.
    rests: RefCell<Vec<(TaskId, Object)>>,
    /// Of each task, if somebody watches: what it has made.
    makers: RefCell<BTreeMap<TaskId, Maker>>,
    /// What was made outside of any task.
    outside: Cell<Maker>,
    /// Whether those who watch are told of what wakes tasks, before these are woken.
    is_waking: Cell<bool>,
    /// The task that is surveyed, as long as those who watch know nothing of it.
    surveyed: Cell<Option<TaskId>>,
    /// The names that tasks were given.
    names: RefCell<BTreeMap<TaskId, Rc<str>>>,
    /// The name that was forgotten last: a report of a poll that was slow, and the last one, has it.
    last_name: RefCell<Option<(TaskId, Rc<str>)>>,
}

impl Host {
    pub(crate) fn new(seams: Seams) -> Host {
        let is_watched = seams.instrument.is_some() && !cfg!(boucle_unwatched);
        let is_observed = is_watched || seams.slow_poll.is_some();
        Host {
            is_plain: !is_observed && seams.order.is_none(),
            is_observed,
            handler: RefCell::new(seams.handler.unwrap_or_else(Report::default_handler)),
            instrument: seams.instrument,
            has_order: seams.order.is_some(),
            order: RefCell::new(seams.order),
            faults: seams.faults,
            slow_poll: seams.slow_poll,
            stats: RefCell::default(),
            waits: RefCell::default(),
            rests: RefCell::default(),
            makers: RefCell::default(),
            outside: Cell::new(Maker::new(TaskPath::OUTSIDE)),
            is_waking: Cell::new(false),
            surveyed: Cell::new(None),
            names: RefCell::default(),
            last_name: RefCell::default(),
        }
    }

    /// Forgets all tasks, and counts anew what is made. There are no tasks.
    #[cfg(feature = "explore")]
    pub(crate) fn renew(&mut self) {
        self.names.get_mut().clear();
        *self.last_name.get_mut() = None;
        // What is kept for those who watch, and else is as it was.
        if self.is_observed {
            self.stats.get_mut().clear();
            *self.waits.get_mut() = Waits::default();
            self.rests.get_mut().clear();
            self.makers.get_mut().clear();
            self.outside.set(Maker::new(TaskPath::OUTSIDE));
        }
    }

    /// Whether nobody watches, counts or chooses the order.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether somebody else chooses the order.
    pub(crate) fn has_order(&self) -> bool {
        self.has_order
    }

    /// Runs code of a user that must not stop the loop; its panic is reported.
    pub(crate) fn guard(&self, f: impl FnOnce()) {
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
            self.tell(Report::callback(TaskError::panicked(payload)));
        }
    }

    /// Wakes who is no task of the loop.
    pub(crate) fn wake(&self, waker: Waker) {
        self.guard(|| waker.wake());
    }

    /// Drops what may have a destructor of a user.
    pub(crate) fn drop<T>(&self, value: T) {
        if std::mem::needs_drop::<T>() {
            self.guard(|| drop(value));
        }
    }

    /// Drops each on its own: a destructor that panics takes no other along. Whether there was none.
    pub(crate) fn drop_each<T>(&self, values: impl IntoIterator<Item = T>) -> bool {
        values.into_iter().map(|it| self.drop(it)).count() == 0
    }

    /// Whether somebody is asked who is next, or is told of what wakes tasks before they are woken.
    pub(crate) fn is_in_between(&self) -> bool {
        self.is_waking.get() || self.has_order && self.order.borrow().is_none()
    }

    /// What happens next, as somebody decides; who panics lets the first be polled.
    pub(crate) fn step(&self, at: &Situation<'_>) -> Step {
        let mut step = Step::first(at);
        if let Some(mut order) = self.order.take() {
            self.guard(|| step = order.step(at));
            self.order.replace(Some(order));
        }
        step
    }

    /// Whether a task gives its turn back though it need not, as somebody decides; a poll that only looks does
    /// not.
    #[cfg(feature = "explore")]
    pub(crate) fn gives_up(&self, task: TaskId) -> bool {
        let mut gives_up = false;
        let order = if self.surveyed.get().is_none() { self.order.take() } else { None };
        if let Some(mut order) = order {
            self.guard(|| gives_up = order.gives_up(task));
            self.order.replace(Some(order));
        }
        gives_up
    }

    /// The error with which a system call is to fail, if it is.
    pub(crate) fn fault(&self, call: SystemCall) -> Option<io::Error> {
        let faults = self.faults.as_ref()?;
        let mut fault = None;
        self.guard(|| fault = faults.before(call));
        fault
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

    /// Tells the exception handler of an error of a task that nobody will read.
    pub(crate) fn tell_of(&self, id: TaskId, origin: Origin, error: TaskError) {
        self.tell(Report::task(id, self.name(id), origin, error));
    }

    /// Tells one who awaits the end of a task, and is no task of the loop.
    #[inline(never)]
    pub(crate) fn tell_end(&self, ends: &Ends, task: TaskId, awaits: Awaits, how: Ended) {
        match awaits {
            Awaits::Nobody | Awaits::Task(_) => {}
            Awaits::Listener { listener, place } => {
                if let Some((listener, is_last)) = ends.ended(listener) {
                    listener.hear(place, how, is_last);
                    if is_last {
                        // It may be all that keeps a waker, which may be anybody's.
                        self.drop(listener);
                    }
                }
            }
            Awaits::Foreign => ends.take(task).into_iter().for_each(|it| self.wake(it)),
        }
    }

    /// Who is told from now on.
    pub(crate) fn set_handler(&self, handler: Handler) {
        let before = self.handler.replace(handler);
        self.drop(before);
    }

    /// The name that a task was given.
    pub(crate) fn name(&self, id: TaskId) -> Option<Rc<str>> {
        self.names.borrow().get(&id).cloned()
    }

    pub(crate) fn set_name(&self, id: TaskId, name: &str) {
        self.names.borrow_mut().insert(id, name.into());
        self.show(|it| it.task_named(id, name));
    }

    /// Forgets the name of a task that has ended and has no handle.
    pub(crate) fn forget_name(&self, id: TaskId) {
        let name = self.names.borrow_mut().remove(&id);
        if self.slow_poll.is_some() {
            self.last_name.replace(name.map(|it| (id, it)));
        }
    }
}

/// Runs code of a user, outside of any loop, that must not stop what is under way; its panic is
/// printed on stderr.
pub(crate) fn guard(f: impl FnOnce()) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(f)) {
        print(Report::callback(TaskError::panicked(payload)));
    }
}

/// Prints a report for which there is no loop.
pub(crate) fn print(report: Report) {
    // Not `eprintln`, which panics where stderr cannot be written to.
    let _ = writeln!(io::stderr(), "{report}");
    cell::drop_quietly(report);
}
