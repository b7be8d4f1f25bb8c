//! Stage 9: the loop keeps the times, and a task that sleeps is polled when its time has come.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};

use world::collections::{BTreeMap, HashMap, VecDeque};
use world::step;
use world::time::{Duration, Instant};

/// A task of any kind, in a box of its own: so they all fit into one queue.
pub type Coroutine = Pin<Box<dyn Future<Output = ()>>>;

/// An event loop: runs its tasks in turn, one step each. A clone is the same loop.
#[derive(Clone, Default)]
pub struct Loop {
    /// The tasks that have not ended, by their numbers; borrowed only between two steps.
    tasks: Rc<RefCell<HashMap<usize, Coroutine>>>,
    /// The number of the next task or event: none is given twice.
    next_number: Rc<Cell<usize>>,
    /// The queue: the numbers of the tasks to step, next one first. Bells hold it as well.
    ready: Arc<Mutex<VecDeque<usize>>>,
    /// What is to be called at a time, the earliest first.
    times: Rc<RefCell<BTreeMap<TimeEvent, Call>>>,
}

thread_local! {
    /// The loop that runs on this thread, or the last one that ran.
    static CURRENT: RefCell<Option<Loop>> = const { RefCell::new(None) };
}

impl Loop {
    /// Makes a loop without any task.
    pub fn new() -> Loop {
        Loop::default()
    }

    /// The loop that runs on this thread, or the last one that ran; `None` before the first run.
    pub fn current() -> Option<Loop> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Adds `task` at the end of the queue; it is not started, or goes on where it was.
    pub fn add_task(&self, task: impl Future<Output = ()> + 'static) {
        let number = self.next_number.replace(self.next_number.get() + 1);
        self.tasks.borrow_mut().insert(number, Box::pin(task));
        self.bell(number).wake();
    }

    /// Runs until all tasks have ended and all calls are made, also those that are added meanwhile.
    /// Panics if all that are left wait: nobody is there to wake one.
    pub fn run(&self) {
        CURRENT.set(Some(self.clone()));
        loop {
            let now = Instant::now();
            while self.times.borrow().keys().next().is_some_and(|it| it.t <= now) {
                // Its time has come. It is taken, then called: it may ask for others.
                let first = self.times.borrow_mut().pop_first();
                first.into_iter().for_each(|(_, call)| call());
            }
            let next = self.ready.lock().expect("nobody panics in the lock").pop_front();
            let Some(number) = next else {
                // Everyone waits: for a time, or for ever.
                if self.times.borrow().is_empty() { break } else { continue }
            };
            // The task is taken: its step may add others, so nothing is borrowed then.
            let Some(mut task) = self.tasks.borrow_mut().remove(&number) else { continue };
            match step(&mut task, &self.bell(number)) {
                // The task goes on: it is kept, and whoever wakes it puts it into the queue.
                Poll::Pending => _ = self.tasks.borrow_mut().insert(number, task),
                Poll::Ready(()) => {} // The task has ended.
            }
        }
        assert!(self.tasks.borrow().is_empty(), "all tasks wait, and nobody can wake them");
    }

    /// Adds `task`, and runs until all tasks have ended.
    pub fn run_task(&self, task: impl Future<Output = ()> + 'static) {
        self.add_task(task);
        self.run();
    }

    /// The bell of a task, as a waker.
    fn bell(&self, number: usize) -> Waker {
        Waker::from(Arc::new(Bell { number, ready: Arc::clone(&self.ready) }))
    }
}

/// Puts a task back into the queue. It holds no task, since it may be rung on any thread.
struct Bell {
    /// The number of the task, which may have ended.
    number: usize,
    /// The queue of its loop.
    ready: Arc<Mutex<VecDeque<usize>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        let mut ready = self.ready.lock().expect("nobody panics in the lock");
        // Rung twice, a task is stepped once.
        if !ready.contains(&self.number) {
            ready.push_back(self.number);
        }
    }
}

/// A time at which something is to be called. The earlier is the less; at one time, the older.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TimeEvent {
    /// The time, which is compared first.
    t: Instant,
    /// The number of the event; that of an older one is lower.
    number: usize,
}

/// What is called then.
type Call = Box<dyn FnOnce()>;

/// Something that one task waits for, and that others set, `n` times in all.
pub struct Waiter {
    /// How many times it has yet to be set.
    missing: Cell<usize>,
    /// The bells of those who wait; none once nothing is missing.
    bells: RefCell<Vec<Waker>>,
}

impl Waiter {
    /// Makes a waiter that is to be set `n` times.
    pub fn new(n: usize) -> Waiter {
        Waiter { missing: Cell::new(n), bells: RefCell::default() }
    }

    /// Counts one; the last one wakes those who wait.
    pub fn set(&self) {
        self.missing.set(self.missing.get().saturating_sub(1));
        if self.missing.get() == 0 {
            self.bells.take().into_iter().for_each(Waker::wake);
        }
    }

    /// Waits until the waiter is set. Dropping the future loses nothing: what is set stays set.
    pub async fn wait(&self) {
        while self.missing.get() > 0 {
            pause(|bell| self.bells.borrow_mut().push(bell.clone())).await;
        }
    }
}

/// Adds all `tasks` to the current loop, and waits until all have ended.
/// Panics if no loop has run on this thread. Dropping the future ends the waiting, not the tasks.
pub async fn gather<const N: usize>(tasks: [Coroutine; N]) {
    let waiter = Rc::new(Waiter::new(N));
    for task in tasks {
        let waiter = Rc::clone(&waiter);
        Loop::current().expect("gather runs in a loop").add_task(async move {
            task.await;
            waiter.set();
        });
    }
    waiter.wait().await;
}

/// Gives the turn back to the loop, once.
pub async fn interrupt() {
    pause(Waker::wake_by_ref).await;
}

/// Gives the turn back until the task's bell is rung, which `leave` leaves with somebody.
async fn pause(leave: impl FnOnce(&Waker)) {
    let mut leave = Some(leave);
    poll_fn(|cx| {
        let Some(leave) = leave.take() else { return Poll::Ready(()) };
        leave(cx.waker());
        Poll::Pending
    })
    .await;
}

/// Calls `f` at `t`, between two steps of tasks; soon, if that has passed.
/// Panics if no loop has run on this thread.
pub fn call_at(t: Instant, f: impl FnOnce() + 'static) {
    let event_loop = Loop::current().expect("a call is made by a loop");
    let number = event_loop.next_number.replace(event_loop.next_number.get() + 1);
    event_loop.times.borrow_mut().insert(TimeEvent { t, number }, Box::new(f));
}

/// Calls `f` after `delay`, as `call_at` does.
pub fn call_later(delay: Duration, f: impl FnOnce() + 'static) {
    call_at(Instant::now() + delay, f);
}

/// Waits until `t`; for a turn if that has passed.
pub async fn sleep_until(t: Instant) {
    let waiter = Rc::new(Waiter::new(1));
    let time_has_come = Rc::clone(&waiter);
    call_at(t, move || time_has_come.set());
    waiter.wait().await;
}

/// Waits for `duration`; for a turn if it is zero.
pub async fn sleep(duration: Duration) {
    sleep_until(Instant::now() + duration).await;
}
