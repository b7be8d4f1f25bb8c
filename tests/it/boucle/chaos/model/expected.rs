//! A loop as one would write it down: a queue, a list of timers, and tasks that go from move to move.

mod waits;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::{Move, N_EVENTS, Plan};

/// A task. Its number is its place.
struct Task {
    work: Work,
    /// How many moves it has made.
    at: usize,
    state: State,
    is_scheduled: bool,
    is_cancelled: bool,
    end: Option<End>,
    handle: Handle,
    awaiter: Option<Awaiter>,
    n_permits: usize,
}

#[derive(Clone)]
enum Work {
    Plan(Rc<Plan>),
    /// A call, after so much time.
    Call(Option<u64>),
}

/// In the middle of a move.
enum State {
    Begins,
    /// Was polled, and goes on at the next poll.
    Yields,
    Sleeps(Timer),
    Awaits(usize),
    /// In the line of an event.
    Waits(usize, usize),
    Acquires(usize),
    Gathers(usize, Vec<usize>),
}

/// A deadline, and how many timers were set before.
type Timer = (u64, usize);

#[derive(Clone, Copy, PartialEq)]
enum End {
    Value,
    Panicked,
    Cancelled,
}

/// Who has the handle of a task.
#[derive(Clone, Copy, PartialEq)]
enum Handle {
    /// The table.
    Kept,
    /// A task that awaits it, or gathers it.
    Used,
    Gone,
}

#[derive(Clone, Copy)]
enum Awaiter {
    Task(usize),
    Family(usize),
}

/// Children that are gathered.
struct Family {
    /// Who is woken; nobody, if the parent was woken already or is gone.
    parent: Option<usize>,
    n_missing: usize,
    failed: Option<usize>,
}

/// Who waits, first come first, by their tickets.
type Line = VecDeque<(usize, usize)>;

#[derive(Default)]
struct Model {
    now: u64,
    transcript: String,
    ready: Vec<usize>,
    tasks: Vec<Task>,
    timers: BTreeMap<Timer, usize>,
    /// Timers that limit a wait, by who waits.
    limits: BTreeMap<usize, Option<Timer>>,
    n_timers: usize,
    n_tickets: usize,
    events: [(bool, Line); N_EVENTS],
    n_free: usize,
    line: Line,
    families: Vec<Family>,
}

/// What a program is to say.
pub(super) fn transcript_of(plan: &Rc<Plan>) -> String {
    let mut model = Model { n_free: 1, ..Model::default() };
    model.spawn(Work::Plan(Rc::clone(plan)), Handle::Gone);
    loop {
        std::mem::take(&mut model.ready).into_iter().for_each(|it| model.run(it));
        let end = model.tasks[0].end;
        match end {
            None if model.ready.is_empty() && !model.jump() => {
                model.drop_future(0);
                return model.transcript + "Deadlock\n";
            }
            None => {}
            Some(End::Panicked) => return model.transcript + "main panicked\n",
            Some(_) => return model.transcript,
        }
    }
}

impl Model {
    fn say(&mut self, line: &str) {
        self.transcript += &format!("{} {line}\n", self.now);
    }

    fn spawn(&mut self, work: Work, handle: Handle) -> usize {
        let me = self.tasks.len();
        self.tasks.push(Task {
            work,
            at: 0,
            state: State::Begins,
            is_scheduled: true,
            is_cancelled: false,
            end: None,
            handle,
            awaiter: None,
            n_permits: 0,
        });
        self.ready.push(me);
        me
    }

    fn wake(&mut self, task: usize) {
        let Task { end, is_scheduled, .. } = &mut self.tasks[task];
        if end.is_none() && !std::mem::replace(is_scheduled, true) {
            self.ready.push(task);
        }
    }

    /// Jumps to the next deadline; `false` if there is none.
    fn jump(&mut self) -> bool {
        let Some((&(deadline, _), _)) = self.timers.first_key_value() else { return false };
        self.now = deadline;
        let later = self.timers.split_off(&(deadline + 1, 0));
        for task in std::mem::replace(&mut self.timers, later).into_values() {
            self.wake(task);
        }
        true
    }

    fn set_timer(&mut self, after: u64, task: usize) -> Timer {
        self.n_timers += 1;
        let timer = (self.now + after, self.n_timers);
        self.timers.insert(timer, task);
        timer
    }

    /// One turn of a task.
    fn run(&mut self, me: usize) {
        self.tasks[me].is_scheduled = false;
        if self.tasks[me].end.is_some() {
            return;
        }
        let end = match self.tasks[me].is_cancelled {
            true => Some(End::Cancelled),
            false => self.poll(me),
        };
        if let Some(end) = end {
            self.drop_future(me);
            self.end(me, end);
        }
    }

    /// Makes moves until one has to wait.
    fn poll(&mut self, me: usize) -> Option<End> {
        let plan = match self.tasks[me].work.clone() {
            Work::Plan(plan) => plan,
            Work::Call(after) => {
                let is_due = after.is_none_or(|it| self.sleep(me, it));
                return is_due.then(|| {
                    self.say(&format!("call {me}"));
                    End::Value
                });
            }
        };
        self.say(&format!("{me}"));
        while let Some(next) = plan.0.get(self.tasks[me].at) {
            if matches!(next, Move::Panic) {
                return Some(End::Panicked);
            }
            if !self.go(me, next) {
                return None;
            }
            self.tasks[me].at += 1;
            self.tasks[me].state = State::Begins;
        }
        Some(End::Value)
    }

    /// Makes a move, or a part of it; whether it is over.
    fn go(&mut self, me: usize, next: &Move) -> bool {
        match next {
            Move::Yield => return self.sleep(me, 0),
            Move::Sleep(time) => return self.sleep(me, *time),
            Move::Spawn(plan) => {
                self.spawn(Work::Plan(Rc::clone(plan)), Handle::Kept);
            }
            Move::Cancel(task) => {
                let cancelled = self.is_kept(*task).then(|| self.cancel(*task));
                self.say(&format!("{me} cancels {task}: {cancelled:?}"));
            }
            Move::Drop(task) if self.is_kept(*task) => self.detach(*task),
            Move::Drop(_) => {}
            Move::Await(task) => return self.await_task(me, *task),
            Move::Set(event) => {
                self.events[*event].0 = true;
                let line = std::mem::take(&mut self.events[*event].1);
                line.into_iter().for_each(|(_, task)| self.wake(task));
            }
            Move::Clear(event) => self.events[*event].0 = false,
            Move::WaitFor(event) => return self.wait_for(me, *event),
            Move::WaitShortly(event, time) => return self.wait_shortly(me, *event, *time),
            Move::Acquire => return self.acquire(me),
            Move::Release if self.tasks[me].n_permits > 0 => {
                self.tasks[me].n_permits -= 1;
                self.give_back();
            }
            Move::Release => {}
            Move::Gather(plans) => return self.gather(me, plans),
            Move::CallSoon => drop(self.spawn(Work::Call(None), Handle::Gone)),
            Move::CallLater(time) => drop(self.spawn(Work::Call(Some(*time)), Handle::Gone)),
            Move::Panic => unreachable!("it ends the task"),
        }
        true
    }

    fn is_kept(&self, task: usize) -> bool {
        self.tasks.get(task).is_some_and(|it| it.handle == Handle::Kept)
    }

    fn cancel(&mut self, task: usize) -> bool {
        if self.tasks[task].end.is_some() {
            return false;
        }
        self.tasks[task].is_cancelled = true;
        self.wake(task);
        true
    }

    /// A handle is dropped: a panic that nobody has read is reported.
    fn detach(&mut self, task: usize) {
        self.tasks[task].handle = Handle::Gone;
        if self.tasks[task].end == Some(End::Panicked) {
            self.report();
        }
    }

    fn report(&mut self) {
        self.say("report: the task panicked: planted");
    }

    fn end(&mut self, me: usize, end: End) {
        self.tasks[me].end = Some(end);
        match self.tasks[me].awaiter.take() {
            None => {}
            Some(Awaiter::Task(task)) => self.wake(task),
            Some(Awaiter::Family(family)) => {
                let family = &mut self.families[family];
                family.n_missing -= 1;
                let is_first_failure = end != End::Value && family.failed.is_none();
                if is_first_failure {
                    family.failed = Some(me);
                }
                if family.n_missing == 0 || is_first_failure {
                    family.parent.take().into_iter().for_each(|it| self.wake(it));
                }
            }
        }
        // Of the main task `run` itself hears.
        if me != 0 && end == End::Panicked && self.tasks[me].handle == Handle::Gone {
            self.report();
        }
    }
}
