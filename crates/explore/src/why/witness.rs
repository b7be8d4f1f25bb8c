//! What each step of an execution does, and in which line of the program: written down of those orders alone that
//! are explained.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::panic::Location;
use std::rc::Rc;

use boucle::{
    Ended, How, Instrument, Object, ObjectId, Part, RunError, Shared, Spawned, SystemCall, TaskId,
    WaitsFor, WokenBy,
};

use crate::schedule::name;
use crate::world::failing;

/// A line of the program.
pub(crate) type Line = &'static Location<'static>;

/// What a task is called in schedules.
pub(crate) type Called = Rc<str>;

/// Something that tasks share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Thing {
    /// An object.
    Object(ObjectId),
    /// An end of one.
    Part(ObjectId, Part),
    /// Whether this task has ended.
    End(Called),
    /// What the system keeps.
    System,
    /// Something else.
    Other(Shared),
}

/// What a task waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wait {
    /// For what.
    pub(crate) on: WaitsFor,
    /// That task, if it waits for one.
    pub(crate) task: Option<Called>,
    /// At which object that tasks share.
    pub(crate) object: Option<ObjectId>,
    /// The line that waits.
    pub(crate) at: Option<Line>,
}

/// One thing that a step does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    /// Uses what tasks share.
    Uses(Thing, How, Option<Line>),
    /// Has a lock, or a permit, from now on.
    Takes(ObjectId, Option<Line>),
    /// Gives it back.
    GivesBack(ObjectId),
    /// Begins to wait.
    Waits(Wait),
    /// Makes a system call, and with which error it fails, if it is made to fail.
    Calls(&'static str, Option<String>),
    /// A time has come.
    TimePasses,
    /// Spawns a task.
    Spawns(Called),
    /// Wakes another one, which could not go on before.
    Wakes(Called),
    /// Wakes one that could go on already.
    WakesInVain(Called),
    /// Cancels a task: its next step is that it is dropped.
    Cancels(Called),
    /// A task has ended, its own or another one.
    Ends(Called, Ended),
}

/// A step, with all that it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Turn {
    /// Whose it is; none if time passes, say.
    pub(crate) task: Option<Called>,
    /// The how-many-th of its task, from 1.
    pub(crate) index: u32,
    /// What it does.
    pub(crate) deeds: Vec<Deed>,
}

/// What is known of an object.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// What it is: `lock`, `cell`.
    pub(crate) kind: &'static str,
    /// The how-many-th of its kind.
    pub(crate) number: usize,
    /// The name that it was given.
    pub(crate) name: Option<String>,
    /// Where it was made.
    pub(crate) made_at: Line,
}

/// The tasks and the objects of a program, which are the same in each order.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    /// The names that tasks were given.
    pub(crate) names: BTreeMap<Called, String>,
    /// What was made.
    pub(crate) objects: BTreeMap<ObjectId, Known>,
    /// How many there are of each kind.
    n_of_kind: BTreeMap<&'static str, usize>,
}

impl Cast {
    fn meet(&mut self, object: Object) {
        if !object.is_shared() || self.objects.contains_key(&object.id) {
            return;
        }
        let n = self.n_of_kind.entry(object.kind).or_default();
        *n += 1;
        let (kind, made_at) = (object.kind, object.made_at);
        self.objects.insert(object.id, Known { kind, number: *n, name: None, made_at });
    }
}

/// What one execution has shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// All steps, in their order.
    pub(crate) turns: Vec<Turn>,
    /// Who has what, and in which line it has got it.
    pub(crate) holders: BTreeMap<ObjectId, Vec<(Called, Option<Line>)>>,
    /// For what each task waits, with the number by which that ends.
    pub(crate) waits: BTreeMap<Called, Vec<(u32, Wait)>>,
    /// The tasks that have not ended, in the order in which they were spawned.
    pub(crate) live: Vec<(Called, TaskId)>,
    /// Whether the run stands still for ever.
    pub(crate) is_stuck: bool,
}

/// What is known while the execution goes on.
#[derive(Debug, Default)]
struct Inner {
    /// What it has shown so far.
    seen: Seen,
    /// What the tasks are called, those too that have ended.
    called: HashMap<TaskId, Called>,
    /// The task that is being polled.
    current: Option<Called>,
    /// How often each was polled.
    n_polls: HashMap<Called, u32>,
    /// Whether the program is over: what is dropped after that is no part of it.
    is_over: bool,
}

/// Writes down what an execution does.
#[derive(Debug)]
pub(crate) struct Witness {
    /// The tasks and objects of all orders.
    cast: Rc<RefCell<Cast>>,
    /// Borrowed for one deed at a time.
    inner: RefCell<Inner>,
}

impl Witness {
    /// One who knows these tasks and objects, and learns of more.
    pub(crate) fn new(cast: Rc<RefCell<Cast>>) -> Witness {
        Witness { cast, inner: RefCell::default() }
    }

    /// Takes out what it has seen.
    pub(crate) fn seen(&self) -> Seen {
        std::mem::take(&mut self.inner.borrow_mut().seen)
    }

    /// How many steps there were.
    pub(crate) fn n_turns(&self) -> usize {
        self.inner.borrow().seen.turns.len()
    }

    /// A system call is made; or fails, so that it is not.
    pub(crate) fn calls(&self, call: SystemCall, error: Option<&io::Error>) {
        let inner = &mut *self.inner.borrow_mut();
        if inner.current.is_some() && failing::number(call).is_some() {
            inner.does(Deed::Calls(failing::called(call), error.map(ToString::to_string)));
            inner.does(Deed::Uses(Thing::System, How::Write, None));
        }
    }

    /// A task that has not ended.
    pub(crate) fn live(&self, called: &str) -> Option<TaskId> {
        let inner = self.inner.borrow();
        inner.seen.live.iter().find(|it| &*it.0 == called).map(|it| it.1)
    }
}

impl Inner {
    fn does(&mut self, deed: Deed) {
        if self.is_over {
            return;
        }
        if self.current.is_none() && self.seen.turns.last().is_none_or(|it| it.task.is_some()) {
            self.seen.turns.push(Turn { task: None, index: 0, deeds: Vec::new() });
        }
        let turn = self.seen.turns.last_mut().expect("there is one");
        if turn.deeds.last() != Some(&deed) {
            turn.deeds.push(deed);
        }
    }

    /// A task is dropped: who woke it last has cancelled it.
    fn is_cancelled(&mut self, called: &Called) {
        let deeds = self.seen.turns.iter_mut().rev().flat_map(|it| it.deeds.iter_mut().rev());
        let is_wake = |it: &&mut Deed| match it {
            Deed::Wakes(it) | Deed::WakesInVain(it) => it == called,
            _ => false,
        };
        if let Some(wake) = { deeds }.find(is_wake) {
            *wake = Deed::Cancels(Rc::clone(called));
        }
    }

    /// The line in which the present step has used an object.
    fn line(&self, object: ObjectId) -> Option<Line> {
        let deeds = &self.seen.turns.last()?.deeds;
        deeds.iter().rev().find_map(|it| match it {
            Deed::Uses(Thing::Object(it) | Thing::Part(it, _), _, at) if *it == object => *at,
            _ => None,
        })
    }
}

impl Instrument for Witness {
    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        let inner = &mut *self.inner.borrow_mut();
        let called: Called = name(&spawned.path.to_string()).into();
        inner.called.insert(task, Rc::clone(&called));
        inner.seen.live.push((Rc::clone(&called), task));
        if inner.current.is_some() {
            inner.does(Deed::Spawns(called));
        }
    }

    fn task_named(&self, task: TaskId, name: &str) {
        if let Some(called) = self.inner.borrow().called.get(&task) {
            self.cast.borrow_mut().names.insert(Rc::clone(called), name.to_owned());
        }
    }

    fn object_made(&self, object: Object) {
        self.cast.borrow_mut().meet(object);
    }

    fn object_named(&self, object: Object, name: &str) {
        let cast = &mut *self.cast.borrow_mut();
        cast.meet(object);
        if let Some(known) = cast.objects.get_mut(&object.id) {
            known.name = Some(name.to_owned());
        }
    }

    fn before_poll(&self, task: TaskId) {
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned() else { return };
        let n = inner.n_polls.entry(Rc::clone(&called)).or_default();
        *n += 1;
        let index = *n;
        inner.current = Some(Rc::clone(&called));
        if !inner.is_over {
            inner.seen.turns.push(Turn { task: Some(called), index, deeds: Vec::new() });
        }
    }

    fn after_poll(&self, task: TaskId, _ended: bool) {
        let inner = &mut *self.inner.borrow_mut();
        inner.current = None;
        // The end of the program itself is the end of all.
        let is_main = inner.called.get(&task).is_some_and(|it| &**it == "M");
        inner.is_over |= is_main && inner.seen.live.iter().all(|it| &*it.0 != "M");
    }

    fn waits(
        &self,
        task: TaskId,
        number: u32,
        on: WaitsFor,
        object: Option<Object>,
        at: Option<Line>,
    ) {
        object.into_iter().for_each(|it| self.cast.borrow_mut().meet(it));
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned() else { return };
        let other = if let WaitsFor::Task(it) = on { inner.called.get(&it).cloned() } else { None };
        let object = object.filter(Object::is_shared).map(|it| it.id);
        let wait = Wait { on, task: other, object, at };
        inner.seen.waits.entry(called).or_default().push((number, wait.clone()));
        inner.does(Deed::Waits(wait));
    }

    fn wait_ended(&self, task: TaskId, number: u32) {
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned().filter(|_| !inner.is_over) else {
            return;
        };
        if let Some(waits) = inner.seen.waits.get_mut(&called) {
            waits.retain(|it| it.0 != number);
        }
    }

    fn woken(&self, task: TaskId, _by: WokenBy) {
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned() else { return };
        if inner.current.as_ref() != Some(&called) {
            inner.does(Deed::Wakes(called));
        }
    }

    fn woken_in_vain(&self, task: TaskId, _by: WokenBy, has_ended: bool) {
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned().filter(|_| !has_ended) else { return };
        if inner.current.is_some() && inner.current.as_ref() != Some(&called) {
            inner.does(Deed::WakesInVain(called));
        }
    }

    fn timer_fired(&self, _timer: u32) {
        self.inner.borrow_mut().does(Deed::TimePasses);
    }

    fn acquired(&self, task: TaskId, object: Object) {
        self.cast.borrow_mut().meet(object);
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned() else { return };
        let at = inner.line(object.id);
        inner.seen.holders.entry(object.id).or_default().push((called, at));
        inner.does(Deed::Takes(object.id, at));
    }

    fn released(&self, object: Object) {
        let inner = &mut *self.inner.borrow_mut();
        if inner.is_over {
            return;
        }
        let current = inner.current.clone();
        if let Some(holders) = inner.seen.holders.get_mut(&object.id) {
            // One that another task gives back was moved there.
            let own = holders.iter().position(|it| Some(&it.0) == current.as_ref());
            if !holders.is_empty() {
                holders.remove(own.unwrap_or(0));
            }
        }
        inner.does(Deed::GivesBack(object.id));
    }

    fn touched(&self, shared: Shared, how: How, at: Option<Line>) {
        let inner = &mut *self.inner.borrow_mut();
        let thing = match shared {
            Shared::Object(id) => Thing::Object(id),
            Shared::Part(id, part) => Thing::Part(id, part),
            Shared::End(task) => match inner.called.get(&task) {
                Some(called) => Thing::End(Rc::clone(called)),
                None => return,
            },
            other => Thing::Other(other),
        };
        if inner.current.is_some() {
            inner.does(Deed::Uses(thing, how, at));
        }
    }

    fn task_done(&self, task: TaskId, how: Ended) {
        let inner = &mut *self.inner.borrow_mut();
        let Some(called) = inner.called.get(&task).cloned() else { return };
        if !inner.is_over {
            inner.seen.live.retain(|it| it.1 != task);
            inner.seen.waits.remove(&called);
            if how == Ended::Cancelled {
                inner.is_cancelled(&called);
            }
            inner.does(Deed::Ends(called, how));
        }
    }

    fn run_ended(&self, why_not: Option<RunError>) {
        let inner = &mut *self.inner.borrow_mut();
        inner.is_over = true;
        inner.seen.is_stuck = why_not == Some(RunError::Deadlock);
    }
}
