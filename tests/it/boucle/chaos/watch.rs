//! Who watches a program, chooses its order and hears its reports: checks what it is told, and does what is
//! planned for that moment.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use boucle::{Ended, Instrument, Loop, Object, Order, Report, Spawned, TaskId, WaitsFor, WokenBy};

use super::acts;
use super::program::{Acts, Dice, Place};
use super::world::world;

/// So many polls are more than any program makes that ends.
const TOO_MANY: usize = 20_000;

/// What a task was last heard to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Spawned,
    Polled,
    Ended,
}

/// What is planned, and what was heard.
#[derive(Default)]
pub(super) struct Watch {
    plans: Vec<(Place, usize, Acts)>,
    /// How often each place was come to.
    n_times: RefCell<Vec<(Place, usize)>>,
    tasks: RefCell<BTreeMap<TaskId, Heard>>,
    n_polls: Cell<usize>,
}

impl Watch {
    pub(super) fn new(plans: &[(Place, usize, Acts)]) -> Watch {
        let plans = plans.iter().map(|(place, n, acts)| (*place, *n, Acts::clone(acts))).collect();
        Watch { plans, ..Watch::default() }
    }

    /// Does what is planned for this time.
    pub(super) fn come_to(&self, place: Place) {
        let n = {
            let mut n_times = self.n_times.borrow_mut();
            if n_times.iter().all(|it| it.0 != place) {
                n_times.push((place, 0));
            }
            let n = n_times.iter_mut().find(|it| it.0 == place).expect("it is there");
            n.1 += 1;
            n.1 - 1
        };
        let plan = self.plans.iter().filter(|it| (it.0, it.1) == (place, n));
        plan.for_each(|(.., acts)| acts::all_here(acts));
    }

    /// A task is heard of: `before` is what it may have been heard to do last.
    fn hear(&self, task: TaskId, now: Option<Heard>, before: &[Option<Heard>], what: &str) {
        let mut tasks = self.tasks.borrow_mut();
        let last = tasks.get(&task).copied();
        // One that was woken in its last poll is polled once more, today.
        if last == Some(Heard::Ended) && ["polled", "after a poll"].contains(&what) {
            return;
        }
        if !before.contains(&last) {
            if let Some(world) = world() {
                world.fault(format!("task {task}: {what}, after {last:?}"));
            }
        }
        if let Some(now) = now {
            tasks.insert(task, now);
        }
    }

    /// The loop is closed: all tasks have ended.
    pub(super) fn check_ends(&self) {
        let Some(world) = world() else { return };
        for (task, heard) in &*self.tasks.borrow() {
            if *heard != Heard::Ended {
                world.fault(format!("task {task} was not told to end"));
            }
        }
    }
}

impl Instrument for Watch {
    fn task_spawned(&self, task: TaskId, _spawned: Spawned) {
        self.hear(task, Some(Heard::Spawned), &[None], "spawned");
        self.come_to(Place::Spawned);
    }
    fn before_poll(&self, task: TaskId) {
        self.hear(
            task,
            Some(Heard::Polled),
            &[Some(Heard::Spawned), Some(Heard::Polled)],
            "polled",
        );
        self.n_polls.set(self.n_polls.get() + 1);
        if self.n_polls.get() == TOO_MANY {
            if let Some(world) = world() {
                world.fault("it does not end");
            }
        }
        if self.n_polls.get() >= TOO_MANY {
            Loop::current().expect("a task is polled in its loop").stop();
        }
        self.come_to(Place::BeforePoll);
    }
    fn after_poll(&self, task: TaskId, ended: bool) {
        let before = if ended { Heard::Ended } else { Heard::Polled };
        self.hear(task, None, &[Some(before)], "after a poll");
        self.come_to(Place::AfterPoll);
    }
    fn task_named(&self, _task: TaskId, _name: &str) {
        self.come_to(Place::Named);
    }
    fn waits(
        &self,
        task: TaskId,
        _wait: u32,
        _on: WaitsFor,
        _object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        self.hear(task, None, &[Some(Heard::Polled)], "waits");
        self.come_to(Place::Waits);
    }
    fn woken(&self, _task: TaskId, _by: WokenBy) {
        self.come_to(Place::Woken);
    }
    fn timer_set(&self, _timer: u32, _after: Duration) {
        self.come_to(Place::Timer);
    }
    fn timer_fired(&self, _timer: u32) {
        self.come_to(Place::Timer);
    }
    fn timer_unset(&self, _timer: u32) {
        self.come_to(Place::Timer);
    }
    fn task_done(&self, task: TaskId, _how: Ended) {
        self.hear(task, Some(Heard::Ended), &[Some(Heard::Spawned), Some(Heard::Polled)], "ended");
        self.come_to(Place::Done);
    }
}

/// Chooses by chance, also a place that is none.
pub(super) struct AnyOrder {
    pub(super) dice: Dice,
    pub(super) watch: Rc<Watch>,
}

impl Order for AnyOrder {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        self.watch.come_to(Place::Choose);
        self.dice.below(ready.len() + 1)
    }
}

/// Hears a report: only what was planted goes wrong.
pub(super) fn hear(watch: &Watch, report: &Report) {
    let Some(world) = world() else { return };
    match report.error() {
        Some(error) => world.check(error),
        None if report.slow_poll().is_some() => {}
        None => world.fault(report.to_string()),
    }
    watch.come_to(Place::Report);
}
