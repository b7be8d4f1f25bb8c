//! Each two operations of each primitive, in many states of it, in both orders: what steps tell of what they use says
//! that two of them do not care which is first only if that is so, and mostly says it where it is so.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    How, Instrument, Loop, Order, Shared, Situation, Step, Task, TaskId, WokenBy, interrupt,
    quiescent, spawn,
};

/// One of each primitive, and what tasks hold of them. It is never given back: so nothing of it is borrowed.
struct Things {
    semaphore: Semaphore,
    lock: Lock<()>,
    event: Event,
    queue: Queue<usize>,
    waiter: Waiter,
    condition: Condition,
    barrier: Barrier,
    cell: boucle::shared::Cell<usize>,
    child: Task<()>,
}

impl Things {
    fn new() -> &'static Things {
        Box::leak(Box::new(Things {
            semaphore: Semaphore::new(2),
            lock: Lock::new(()),
            event: Event::new(),
            queue: Queue::new(2),
            waiter: Waiter::new(2),
            condition: Condition::new(),
            barrier: Barrier::new(2),
            cell: boucle::shared::Cell::new(0),
            child: spawn(pending()),
        }))
    }
}

/// What a task does: with these things, as the task of this number. It says what it has learned.
type Op = fn(&'static Things, usize) -> Pin<Box<dyn Future<Output = String>>>;

/// The operations of a primitive, each with its name; the first ones are those by which it comes into a state. With the
/// last one it is seen at the end who still waits.
type Ops = (&'static str, &'static [(&'static str, Op)], Op);

/// An operation, by what it says at its end.
macro_rules! op {
    (|$it:ident, $n:ident| $does:expr) => {
        |$it, $n| {
            Box::pin(async move {
                let _ = $n;
                format!("{:?}", $does)
            })
        }
    };
}

/// An operation that gives back what was taken before all others began, if there was something.
macro_rules! give_back {
    (|$it:ident| $takes:expr) => {
        |$it, _| {
            let taken = $takes;
            Box::pin(async move {
                let says = format!("{}", taken.is_some());
                drop(taken);
                says
            })
        }
    };
}

/// Has something until its next step.
async fn has<T>(it: impl Future<Output = T>) {
    let _it = it.await;
    interrupt().await;
}

/// All primitives.
const ALL: [Ops; 9] = [
    (
        "semaphore",
        &[
            ("acquire", op!(|it, n| has(it.semaphore.acquire()).await)),
            ("release", give_back!(|it| it.semaphore.try_acquire())),
            ("try", op!(|it, n| it.semaphore.try_acquire().map(std::mem::forget).is_some())),
            ("available", op!(|it, n| it.semaphore.available())),
            ("add", op!(|it, n| it.semaphore.add_permits(1))),
        ],
        op!(|it, n| (it.semaphore.available(), it.semaphore.add_permits(1))),
    ),
    (
        "lock",
        &[
            ("lock", op!(|it, n| has(it.lock.lock()).await)),
            ("unlock", give_back!(|it| it.lock.try_lock())),
            ("try", op!(|it, n| it.lock.try_lock().map(std::mem::forget).is_some())),
            ("is_locked", op!(|it, n| it.lock.is_locked())),
        ],
        op!(|it, n| it.lock.is_locked()),
    ),
    (
        "event",
        &[
            ("set", op!(|it, n| it.event.set())),
            ("clear", op!(|it, n| it.event.clear())),
            ("wait", op!(|it, n| it.event.wait().await)),
            ("is_set", op!(|it, n| it.event.is_set())),
        ],
        op!(|it, n| (it.event.is_set(), it.event.set())),
    ),
    (
        "queue",
        &[
            ("put", op!(|it, n| it.queue.put(n).await.is_ok())),
            ("get", op!(|it, n| it.queue.get().await)),
            ("try_put", op!(|it, n| it.queue.try_put(n).is_ok())),
            ("try_get", op!(|it, n| it.queue.try_get().ok())),
            ("len", op!(|it, n| it.queue.len())),
            ("is_empty", op!(|it, n| it.queue.is_empty())),
        ],
        op!(|it, n| (it.queue.try_get().ok(), it.queue.try_put(n).is_ok())),
    ),
    (
        "waiter",
        &[
            ("set", op!(|it, n| it.waiter.set())),
            ("wait", op!(|it, n| it.waiter.wait().await)),
            ("missing", op!(|it, n| it.waiter.missing())),
        ],
        op!(|it, n| it.waiter.set()),
    ),
    (
        "condition",
        &[
            ("wait", op!(|it, n| drop(it.condition.wait(it.lock.lock().await).await))),
            ("one", op!(|it, n| it.condition.notify_one())),
            ("all", op!(|it, n| it.condition.notify_all())),
        ],
        op!(|it, n| it.condition.notify_one()),
    ),
    (
        "barrier",
        &[
            ("wait", op!(|it, n| it.barrier.wait().await.ok())),
            ("n_waiting", op!(|it, n| it.barrier.n_waiting())),
            ("is_broken", op!(|it, n| it.barrier.is_broken())),
            ("abort", op!(|it, n| it.barrier.abort())),
            ("reset", op!(|it, n| it.barrier.reset())),
        ],
        op!(|it, n| (it.barrier.is_broken(), it.barrier.abort())),
    ),
    (
        "cell",
        &[
            ("get", op!(|it, n| it.cell.get())),
            ("set", op!(|it, n| it.cell.set(n))),
            ("replace", op!(|it, n| it.cell.replace(n))),
        ],
        op!(|it, n| it.cell.get()),
    ),
    (
        "task",
        &[
            ("cancel", op!(|it, n| it.child.cancel())),
            ("done", op!(|it, n| it.child.done())),
            ("cancelled", op!(|it, n| it.child.cancelled())),
        ],
        op!(|it, n| it.child.done()),
    ),
];

/// What a step has used.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Foot {
    uses: BTreeSet<(Shared, How)>,
    wakes: BTreeSet<TaskId>,
}

impl Foot {
    /// Whether the order of the steps of two tasks matters, as the explorer takes it.
    fn depends(&self, own: TaskId, that: &Foot, other: TaskId) -> bool {
        let conflicts = |(part, how): &(Shared, How)| {
            that.uses.iter().any(|(it, other)| it == part && how.conflicts(*other))
        };
        self.uses.iter().any(conflicts) || self.wakes.contains(&other) || that.wakes.contains(&own)
    }
}

/// Notes the footprint of each task's first step.
#[derive(Default)]
struct Feet {
    current: Cell<Option<TaskId>>,
    all: RefCell<BTreeMap<TaskId, Foot>>,
}

impl Feet {
    fn note(&self, note: impl FnOnce(&mut Foot)) {
        if let Some(task) = self.current.get() {
            note(self.all.borrow_mut().entry(task).or_default());
        }
    }
}

impl Instrument for Feet {
    fn before_poll(&self, task: TaskId) {
        let is_first = !self.all.borrow().contains_key(&task);
        self.current.set(is_first.then_some(task));
        self.note(|_| {});
    }

    fn after_poll(&self, _: TaskId, _: bool) {
        self.current.set(None);
    }

    fn touched(&self, shared: Shared, how: How, _: Option<&'static Location<'static>>) {
        self.note(|foot| _ = foot.uses.insert((shared, how)));
    }

    fn woken(&self, task: TaskId, _: WokenBy) {
        self.note(|foot| _ = foot.wakes.insert(task));
    }

    fn woken_in_vain(&self, task: TaskId, by: WokenBy, _: bool) {
        self.woken(task, by);
    }
}

/// Takes the first steps of these tasks in this order, and then each time that of the oldest task that can go on.
struct Script {
    tasks: Rc<RefCell<Vec<TaskId>>>,
    steps: Vec<usize>,
    at: usize,
    is_over: Rc<Cell<bool>>,
}

impl Order for Script {
    fn choose(&mut self, _: &[TaskId]) -> usize {
        0
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        let tasks = self.tasks.borrow();
        if tasks.is_empty() || at.ready.is_empty() {
            return Step::first(at);
        }
        let place = |task: TaskId| at.ready.iter().position(|it| *it == task);
        if let Some(step) = self.steps.get(self.at) {
            self.at += 1;
            return Step::Poll(place(tasks[*step]).expect("its first step can be taken"));
        }
        self.is_over.set(true);
        Step::Poll(tasks.iter().find_map(|it| place(*it)).unwrap_or(0))
    }
}

/// What came of a program: what the steps of the script have said, in no order; what was said later, in its order.
type Outcome = (BTreeSet<(usize, String)>, Vec<(usize, String)>);

/// Each of these operations is a task. They begin in this order; then it is looked who is left.
fn run(ops: &[Op], finish: Op, steps: Vec<usize>) -> (Outcome, Vec<Foot>, Vec<TaskId>) {
    let (tasks, feet) = (Rc::<RefCell<Vec<TaskId>>>::default(), Rc::new(Feet::default()));
    let is_over = Rc::new(Cell::new(false));
    let order = Script { tasks: Rc::clone(&tasks), steps, at: 0, is_over: Rc::clone(&is_over) };
    let event_loop =
        Loop::builder().virtual_time(true).instrument(Rc::clone(&feet)).order(order).build();
    let outcome = Rc::new(RefCell::new(Outcome::default()));
    let said = Rc::clone(&outcome);
    let all = Rc::clone(&tasks);
    let main = async move {
        let things = Things::new();
        let begin = |n: usize| {
            let (op, said, is_over) = (ops[n](things, n), Rc::clone(&said), Rc::clone(&is_over));
            let task = spawn(async move {
                let learned = op.await;
                let said = &mut *said.borrow_mut();
                match is_over.get() {
                    false => _ = said.0.insert((n, learned)),
                    true => said.1.push((n, learned)),
                }
            });
            task.id()
        };
        let ids: Vec<TaskId> = (0..ops.len()).map(begin).collect();
        all.borrow_mut().extend(ids);
        quiescent().await;
        for _ in 0..ops.len() {
            let learned = finish(things, ops.len()).await;
            said.borrow_mut().1.push((ops.len(), learned));
            quiescent().await;
        }
    };
    event_loop.run_until_complete(main).expect("it ends");
    let ids = tasks.take();
    let feet = ids.iter().map(|it| feet.all.borrow()[it].clone()).collect();
    (outcome.take(), feet, ids)
}

/// The states into which a primitive comes: by none, one or two of its first operations.
fn states(n_ops: usize) -> Vec<Vec<usize>> {
    let one = (0..n_ops).map(|it| vec![it]);
    let two = (0..n_ops).flat_map(|it| (0..n_ops).map(move |other| vec![it, other]));
    std::iter::once(Vec::new()).chain(one).chain(two).take(50).collect()
}

#[test]
fn swaps_of_independent_steps_come_to_the_same_and_most_that_do_are_known() {
    let (mut n_same, mut n_known) = (0, 0);
    let mut unknown = BTreeMap::<String, u32>::new();
    for (primitive, ops, finish) in ALL {
        for state in states(ops.len()) {
            for (one, other) in (0..ops.len()).flat_map(|it| (0..=it).map(move |to| (it, to))) {
                let n = state.len();
                let chosen = state.iter().copied().chain([one, other]);
                let all: Vec<Op> = chosen.map(|it| ops[it].1).collect();
                let begin: Vec<usize> = (0..n).collect();
                let forwards = run(&all, finish, [&begin[..], &[n, n + 1]].concat());
                let backwards = run(&all, finish, [&begin[..], &[n + 1, n]].concat());
                let (_, feet, ids) = &forwards;
                let depends = feet[n].depends(ids[n], &feet[n + 1], ids[n + 1]);
                let are_same = forwards.0 == backwards.0;
                let names = format!("{primitive}: {} and {}", ops[one].0, ops[other].0);
                let before: Vec<_> = state.iter().map(|it| ops[*it].0).collect();
                assert!(
                    depends || are_same && feet[n..] == backwards.1[n..],
                    "{names} after {before:?}: {feet:?}, {:?} and {:?}",
                    forwards.0,
                    backwards.0
                );
                n_same += u32::from(are_same);
                n_known += u32::from(!depends);
                if are_same && depends {
                    *unknown.entry(names).or_default() += 1;
                }
            }
        }
    }
    // What is left depends on the state: a permit that is given back and one that is taken, say, as long as there was
    // another one. That a step could not know of one that comes before it.
    assert!(n_known * 100 > n_same * 60, "{n_known} of {n_same}, not: {unknown:#?}");
}
