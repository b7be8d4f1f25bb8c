//! A recorder, and somebody who compares what it shows with what the loop holds, after each word of the loop.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;
use std::time::{Duration, Instant};

use boucle::{
    Await, Ended, Instrument, Loop, Object, RunError, Spawned, TaskId, TaskInfo, TaskStack,
    TaskState, TimerInfo, WaitsFor, WokenBy,
};
use boucle_trace::{Life, On, Recorder, State, TaskNo};

/// The queue and the timers, each with its number and its time, as a trace has them.
type Agenda = (Vec<TaskNo>, Vec<(u32, u64)>);

pub(super) struct Checked {
    recorder: Rc<Recorder>,
    /// Whether something waits that does not say so if its task is asked: it is kept, and nobody awaits it; or
    /// a combinator polls only those of its futures that were woken.
    keeps: bool,
    /// The loop that is recorded, and the time at which it was made.
    event_loop: RefCell<Option<(Loop, Instant)>>,
    /// What is shown after the last event, and what was held then.
    last: RefCell<(State, Agenda)>,
    /// How many times a task was compared, an event, and a timer.
    pub(super) n_tasks: Cell<usize>,
    pub(super) n_events: Cell<usize>,
    pub(super) n_timers: Cell<usize>,
    /// The longest queue.
    pub(super) n_ready: Cell<usize>,
    /// How often a task that was asked where it stands said so.
    pub(super) n_asked: Cell<usize>,
    /// Whether it is being asked.
    is_asking: Cell<bool>,
    wrong: RefCell<Vec<String>>,
}

impl Checked {
    /// `keeps`: something waits that does not say so if its task is asked.
    pub(super) fn new(keeps: bool) -> Rc<Checked> {
        Rc::new(Checked {
            recorder: Rc::new(Recorder::new()),
            keeps,
            event_loop: RefCell::default(),
            last: RefCell::default(),
            n_tasks: Cell::default(),
            n_events: Cell::default(),
            n_timers: Cell::default(),
            n_ready: Cell::default(),
            n_asked: Cell::default(),
            is_asking: Cell::default(),
            wrong: RefCell::default(),
        })
    }

    /// Watches this loop from now on.
    pub(super) fn watch(&self, event_loop: &Loop) {
        let outer = Loop::set_current(Some(event_loop));
        self.event_loop.replace(Some((event_loop.clone(), boucle::now())));
        Loop::set_current(outer.as_ref());
    }

    pub(super) fn recorder(&self) -> &Rc<Recorder> {
        &self.recorder
    }

    /// The program is over: closes the loop, which is looked at until its last task is gone, and says what
    /// was wrong.
    pub(super) fn close(&self) -> Vec<String> {
        self.compare("the program");
        let watched = self.event_loop.borrow().as_ref().map(|it| it.0.clone());
        if let Some(event_loop) = watched {
            event_loop.close().expect("the program is over");
            self.compare("close");
        }
        // It keeps the loop, and the loop keeps it.
        self.event_loop.take();
        self.wrong.take()
    }

    fn wrong(&self, what: String) {
        self.wrong.borrow_mut().push(what);
    }

    /// Compares, `after` a word of the loop.
    fn compare(&self, after: &str) {
        let watched = self.event_loop.borrow().as_ref().map(|it| (it.0.clone(), it.1));
        if self.is_asking.get() {
            return;
        }
        // It is being made.
        let Some((event_loop, made)) = watched else { return };
        let is_current =
            Loop::current().is_ok_and(|it| it.weak_handle() == event_loop.weak_handle());
        let infos = if is_current { boucle::all_tasks() } else { Vec::new() };
        let infos: BTreeMap<_, _> = infos.into_iter().map(|it| (number(it.id), it)).collect();
        // Who awaits a task is woken, or would be, before its end is told.
        let is_waking = is_current && ["woken", "woken_in_vain"].contains(&after);

        let trace = self.recorder.trace();
        let (mut state, before) = self.last.take();
        let held = event_loop.agenda();
        let ready = held.ready.iter().map(|it| number(*it));
        let now = trace.events().last().map_or(0, |it| it.at);
        let time = |after: Duration| now.saturating_add(nanoseconds(after));
        let timers = held.timers.iter().map(|it: &TimerInfo| (it.number, time(it.after)));
        let held: Agenda = (ready.collect(), timers.collect());
        let first = usize::try_from(state.position).expect("it is in memory");
        let shown = |state: &State| {
            let mut shown = shown(state);
            if let Some(ending) = ending(state, &infos).filter(|_| is_waking) {
                shown.0.retain(|it| *it != ending);
            }
            shown
        };
        for event in &trace.events()[first..] {
            state.apply(event);
            self.n_events.set(self.n_events.get() + 1);
            let is_last = state.position == trace.len() as u64;
            let shown = shown(&state);
            // One word may be several events: each of them shows what was held before, or what is held now.
            let is_true = shown == held || !is_last && shown == before;
            if !is_true {
                let place = state.position;
                self.wrong(format!("after {after}, {place} {event:?}: {shown:?}, not {held:?}"));
            }
        }
        if shown(&state) != held {
            self.wrong(format!("after {after}: {:?}, not {held:?}", shown(&state)));
        }
        self.n_ready.set(self.n_ready.get().max(held.0.len()));
        self.n_timers.set(self.n_timers.get() + held.1.len());
        if is_current {
            let since = nanoseconds(boucle::now() - made);
            if trace.len() > first && since != state.now {
                self.wrong(format!("after {after}: {}, and it is {since}", state.now));
            }
            let ending = ending(&state, &infos).filter(|_| is_waking);
            self.compare_tasks(after, &state, &infos, ending);
        }
        self.last.replace((state, held));
        if is_current && after == "after_poll" {
            self.ask(&event_loop, trace.len());
        }
    }

    /// Compares the tasks of the loop, but for one that is `ending`.
    fn compare_tasks(
        &self,
        after: &str,
        state: &State,
        infos: &BTreeMap<TaskNo, TaskInfo>,
        ending: Option<TaskNo>,
    ) {
        let lives = state.tasks.iter().filter(|(_, it)| it.done.is_none());
        let shown: Vec<_> = lives.map(|(task, _)| *task).filter(|it| Some(*it) != ending).collect();
        let held: Vec<_> = infos.keys().copied().collect();
        if shown != held {
            self.wrong(format!("after {after}: {shown:?}, not {held:?}"));
        }
        for (task, info) in infos {
            let mut shown = shown_of(state, *task);
            let held = held_of(info, state.now);
            // What is taken from the loop in one go is told of in several words.
            let is_behind: &[_] = match after {
                // Those who wait for descriptors are taken out together.
                "io_ready" | "woken" | "woken_in_vain" => &["descriptor"],
                // The wait for it ends next.
                "timer_unset" => &["until"],
                // So are those of several tasks, if somebody else waits for them now, or nobody.
                "wait_ended" => &["descriptor", "task"],
                "waits" => &["task"],
                _ => &[],
            };
            let is_behind = |it: &String| is_behind.iter().any(|kind| it.starts_with(kind));
            shown.1.retain(|it| !is_behind(it) || held.1.contains(it));
            if shown != held {
                self.wrong(format!("after {after}, {task}: {shown:?}, not {held:?}"));
            }
        }
        self.n_tasks.set(self.n_tasks.get() + infos.len());
    }

    /// Asks all tasks that wait where they stand: whatever says that it waits is shown, and of that which only
    /// the one who waits knows, nothing else is.
    fn ask(&self, event_loop: &Loop, n_events: usize) {
        self.is_asking.set(true);
        let stacks = event_loop.task_stacks();
        self.is_asking.set(false);
        if self.recorder.n_events() > n_events as u64 {
            // Who was handed on from one task to another is in the way: a task has gone on.
            return self.compare("asking");
        }
        let state = &self.last.borrow().0;
        for TaskStack { info, awaits, is_unseen, .. } in &stacks {
            let (task, n_asked) = (number(info.id), self.n_asked.get());
            let mut shown = shown_of(state, task).1;
            let said = awaits.iter().filter_map(|it| it.waits_for);
            for on in said.filter_map(|it| words(it, state.now)) {
                self.n_asked.set(n_asked + 1);
                match shown.iter().position(|it| *it == on) {
                    Some(place) => drop(shown.swap_remove(place)),
                    None => self.wrong(format!("{task} waits for {on:?}: that is not shown")),
                }
            }
            // Who waits for several tasks says for how many.
            let mut n_tasks: usize = awaits.iter().filter_map(n_ends).sum();
            shown.retain(|it| {
                let is_said = it.starts_with("task") && n_tasks > 0;
                n_tasks -= usize::from(is_said);
                // These the loop knows itself.
                !is_said && !["until", "descriptor"].iter().any(|kind| it.starts_with(kind))
            });
            if n_tasks > 0 {
                self.wrong(format!("{task} waits for {n_tasks} tasks more than are shown"));
            }
            let is_asked = *is_unseen || !awaits.is_empty();
            if is_asked && !self.keeps && !shown.is_empty() {
                self.wrong(format!("{task} does not say that it waits for {shown:?}"));
            }
        }
    }
}

/// For the ends of how many tasks one waits who waits for several.
fn n_ends(it: &Await) -> Option<usize> {
    let n = it.what.strip_prefix("the end of ").or_else(|| it.what.strip_prefix("the ends of "));
    n.filter(|_| it.is_last)?.split(' ').next()?.parse().ok()
}

/// The task that is shown, and that the loop has no more.
fn ending(state: &State, infos: &BTreeMap<TaskNo, TaskInfo>) -> Option<TaskNo> {
    let lives = state.tasks.iter().filter(|(_, it)| it.done.is_none());
    lives.map(|it| *it.0).find(|it| !infos.contains_key(it))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).expect("no program takes centuries")
}

fn number(task: TaskId) -> TaskNo {
    let digits: String = task.to_string().chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok().and_then(TaskNo::new).expect("a task has a number")
}

/// The queue and the timers that a trace shows. A timer that is due is due now.
fn shown(state: &State) -> Agenda {
    let timers = state.timers.iter().map(|it| (it.number, it.at.max(state.now)));
    (state.ready.iter().copied().collect(), timers.collect())
}

/// What a trace shows of a task: what it does, and for which things it waits.
fn shown_of(state: &State, task: TaskNo) -> (Life, Vec<String>) {
    let life = state.life(task);
    let waits = state.waits_for(task).map(|it| match &it.on {
        On::Time(after) => format!("until {}", it.at + after),
        On::Task(other) => other.to_string(),
        On::Sync(what) => what.to_string(),
        On::Thread => WaitsFor::Thread.to_string(),
        On::Readable(descriptor) => WaitsFor::Readable(*descriptor).to_string(),
        On::Writable(descriptor) => WaitsFor::Writable(*descriptor).to_string(),
        other => format!("{other:?}"),
    });
    let mut waits: Vec<_> = waits.filter(|_| life == Life::Waiting).collect();
    waits.sort();
    (life, waits)
}

/// What the loop says of it, at this time of the trace.
fn held_of(info: &TaskInfo, now: u64) -> (Life, Vec<String>) {
    let life = match info.state {
        TaskState::Running => Life::Running,
        TaskState::Ready => Life::Ready,
        _ => Life::Waiting,
    };
    let waits = info.waits_for.iter().filter_map(|it| words(*it, now));
    let mut waits: Vec<_> = waits.filter(|_| life == Life::Waiting).collect();
    waits.sort();
    (life, waits)
}

/// What is waited for, as of this time of the trace; `None` if it has come.
fn words(on: WaitsFor, now: u64) -> Option<String> {
    match on {
        WaitsFor::Time(Duration::ZERO) => None,
        WaitsFor::Time(after) => Some(format!("until {}", u128::from(now) + after.as_nanos())),
        WaitsFor::Task(other) => Some(number(other).to_string()),
        other => Some(other.to_string()),
    }
}

macro_rules! forwarded {
    ($($hook:ident($($name:ident: $kind:ty),*);)*) => {
        impl Instrument for Checked {
            $(fn $hook(&self, $($name: $kind),*) {
                self.recorder.$hook($($name),*);
                self.compare(stringify!($hook));
            })*
        }
    };
}

forwarded! {
    loop_made();
    task_spawned(task: TaskId, spawned: Spawned);
    object_made(object: Object);
    object_gone(object: Object);
    object_named(object: Object, name: &str);
    before_poll(task: TaskId);
    after_poll(task: TaskId, ended: bool);
    before_drop(task: TaskId);
    task_named(task: TaskId, name: &str);
    waits(task: TaskId, wait: u32, on: WaitsFor, object: Option<Object>, at: Option<&'static Location<'static>>);
    wait_ended(task: TaskId, wait: u32);
    woken(task: TaskId, by: WokenBy);
    woken_in_vain(task: TaskId, by: WokenBy, has_ended: bool);
    acquired(task: TaskId, object: Object);
    released(object: Object);
    timer_set(timer: u32, after: Duration);
    timer_fired(timer: u32);
    timer_unset(timer: u32);
    io_ready(descriptor: i32, readable: bool, writable: bool);
    before_wait(timeout: Option<Duration>);
    after_wait();
    task_done(task: TaskId, how: Ended);
    run_ended(why_not: Option<RunError>);
}
