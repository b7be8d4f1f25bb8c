//! What a task does, step by step.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use boucle::{
    Loop, Task, TaskGroup, as_completed, gather, gather_all, gather_tasks, interrupt, interval,
    quiescent, race, shield, sleep, spawn, task_group, timeout,
};
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};

use super::acts;
use super::program::{Acts, Errand, PLACES, Script, Step, Wait, Way};
use super::world::{Begun, Debt, Kept, Tracked, World, world};

pub(super) fn milliseconds(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The future of a task.
pub(super) struct Body {
    steps: Pin<Box<dyn Future<Output = Tracked>>>,
    _mine: Tracked,
}

impl Future for Body {
    type Output = Tracked;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Tracked> {
        self.steps.as_mut().poll(cx)
    }
}

/// Runs a body within another future. It drops the value itself: one that an `await` or a function returns is
/// lost if a destructor panics at that moment, which is the compiler's fault.
pub(super) struct Inline(pub(super) Body);

impl Future for Inline {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

/// The future of a task of `event_loop`, or of the loop that this thread is in.
pub(super) fn body(script: &Arc<Script>, event_loop: Option<&Loop>) -> Body {
    let (script, world) = (Arc::clone(script), world().expect("a program runs"));
    let _mine = world.track("future", event_loop, &script.at_drop);
    let steps = Box::pin(async move {
        for step in &script.steps {
            take(&world, step).await;
        }
        world.track("value", None, &script.at_value_drop)
    });
    Body { steps, _mine }
}

/// Keeps the waker of a task; `debt` rises when it is woken.
fn keep(world: &World, place: usize, cx: &Context<'_>, debt: Option<&Rc<Cell<Debt>>>) {
    let kept = Kept { waker: cx.waker().clone(), debt: debt.cloned() };
    let before = world.wakers[place].replace(Some(kept));
    drop(before);
}

/// Nobody owes a poll to one that is gone.
struct Owed(Rc<Cell<Debt>>);

impl Drop for Owed {
    fn drop(&mut self) {
        self.0.set(Debt::Gone);
    }
}

/// Waits until the waker that it keeps is woken.
async fn park(world: &World, place: usize) {
    let owed = Owed(Rc::default());
    let mut is_parked = false;
    poll_fn(|cx| {
        if owed.0.replace(Debt::None) == Debt::Poll {
            return Poll::Ready(());
        }
        // Another one may have taken its place.
        if !is_parked || is_free(world, place) {
            keep(world, place, cx, Some(&owed.0));
        }
        is_parked = true;
        Poll::Pending
    })
    .await;
}

fn is_free(world: &World, place: usize) -> bool {
    world.wakers[place].borrow().is_none()
}

/// One of so many.
pub(super) struct Counted(Rc<Cell<usize>>);

impl Counted {
    pub(super) fn new(n: &Rc<Cell<usize>>) -> Counted {
        n.set(n.get() + 1);
        Counted(Rc::clone(n))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Takes one step; boxed, as steps lie in one another.
fn take<'a>(world: &'a Rc<World>, step: &'a Step) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
    Box::pin(async move {
        match step {
            Step::Act(act) => acts::act(world, act),
            Step::Yield => interrupt().await,
            Step::Sleep(time) => sleep(milliseconds(*time)).await,
            Step::Begin(place, wait, own) => {
                let mut wait = wait_for(world, *wait);
                let own = own.as_ref().map(|(at_wake, at_drop)| {
                    let (at_wake, at_drop) = (Arc::clone(at_wake), Arc::clone(at_drop));
                    Waker::from(Arc::new(Noisy { at_wake, at_drop }))
                });
                poll_fn(|cx| {
                    let waker = own.as_ref().unwrap_or(cx.waker());
                    let polled = wait.as_mut().poll(&mut Context::from_waker(waker));
                    Poll::Ready(polled.is_ready())
                })
                .await;
                let before = world.waits[*place].replace(Some(wait));
                drop(before);
            }
            Step::Timeout(time, step) => {
                timeout(milliseconds(*time), take(world, step)).await.unwrap_or(());
            }
            Step::Ticks(period, n) => {
                let mut ticks = interval(milliseconds(*period));
                for _ in 0..*n {
                    ticks.tick().await;
                }
            }
            Step::KeepWaker(place) => {
                poll_fn(|cx| {
                    keep(world, *place, cx, None);
                    Poll::Ready(())
                })
                .await;
            }
            Step::Park(place) => park(world, *place).await,
            Step::WaitFor(place) => {
                let _waits = Counted::new(&world.n_waiting[*place]);
                world.events[*place].wait().await;
            }
            Step::Acquire(step) => {
                let _permit = world.semaphore.0.acquire().await;
                take(world, step).await;
            }
            Step::Put(script) => {
                drop(world.queue.0.put(world.track_item(&script.at_drop)).await);
            }
            Step::Get => drop(world.queue.0.get().await),
            Step::Locked(step) => {
                let _guard = world.lock.lock().await;
                take(world, step).await;
            }
            Step::Condition => drop(world.condition.wait(world.lock.lock().await).await),
            Step::Barrier => drop(world.barrier.0.wait().await.is_ok()),
            Step::Waiter => world.waiter.0.wait().await,
            Step::Await(place) => {
                if let Some(task) = take_task(world, *place) {
                    ended(world, task.await);
                }
            }
            Step::AwaitForeign(place) => {
                if let Some(task) = take_task(world, *place) {
                    let mut foreign = FuturesUnordered::from_iter([task]);
                    while let Some(result) = foreign.next().await {
                        ended(world, result);
                    }
                }
            }
            Step::Family(way, children) => family(world, *way, children).await,
            Step::Shield(script) => ended(world, shield(body(script, None)).await),
            Step::Group(scripts) => run_group(world, scripts).await,
            Step::Quiescent => quiescent().await,
            Step::Thread(errands) => start_thread(world, errands),
            Step::JoinThreads => join_threads(world),
        }
    })
}

/// Takes a task out of its place, unless it is this one, which cannot await itself.
fn take_task(world: &World, place: usize) -> Option<Task<Tracked>> {
    let task = world.tasks[place].take()?;
    if Some(task.id()) != boucle::current_task() {
        return Some(task);
    }
    let before = world.tasks[place].replace(Some(task));
    drop(before);
    None
}

fn ended(world: &World, result: Result<Tracked, boucle::TaskError>) {
    if let Err(error) = &result {
        world.check(error);
    }
    drop(result);
}

async fn family(world: &World, way: Way, children: &[Arc<Script>]) {
    let children = children.iter().map(|it| body(it, None));
    match way {
        Way::Gather => {
            let result = gather(children.collect::<Vec<_>>()).await;
            result.err().iter().for_each(|it| world.check(it));
        }
        Way::GatherAll => {
            for result in gather_all(children.collect::<Vec<_>>()).await {
                ended(world, result);
            }
        }
        Way::GatherTasks => {
            let result = gather_tasks(children.map(spawn).collect::<Vec<_>>()).await;
            result.err().iter().for_each(|it| world.check(it));
        }
        Way::AsCompleted(n) => {
            let mut children = as_completed(children.collect::<Vec<_>>());
            for _ in 0..n {
                let Some((_, result)) = children.next().await else { break };
                ended(world, result);
            }
        }
        Way::Race => drop(race(children.map(Inline).collect::<Vec<_>>()).await),
        Way::Foreign => {
            for result in join_all(children.map(spawn).collect::<Vec<_>>()).await {
                ended(world, result);
            }
        }
    }
}

/// Runs a group; when it is over none of its children is left, whatever became of it.
async fn run_group(world: &World, scripts: &[Arc<Script>]) {
    let n_children = Rc::new(Cell::new(0));
    let group = task_group(async |group| {
        world.groups.borrow_mut().push((group.clone(), Rc::clone(&n_children)));
        for script in &scripts[1..] {
            spawn_in_group(group, &n_children, script);
        }
        Inline(body(&scripts[0], None)).await;
    });
    match AssertUnwindSafe(group).catch_unwind().await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => error.errors().iter().for_each(|it| world.check(it)),
        Err(_) => world.fault("a group panicked"),
    }
    if n_children.get() > 0 {
        world.fault(format!("a group is over, and {} children are left", n_children.get()));
    }
}

/// Spawns a child, which is counted as long as its future is there.
pub(super) fn spawn_in_group(group: &TaskGroup, n: &Rc<Cell<usize>>, script: &Arc<Script>) {
    let (counted, child) = (Counted::new(n), body(script, None));
    drop(group.spawn(async move {
        let _counted = counted;
        Inline(child).await;
    }));
}

/// A waker that is no task's, and does something.
struct Noisy {
    at_wake: Acts,
    at_drop: Acts,
}

impl Wake for Noisy {
    fn wake(self: Arc<Self>) {
        acts::all_here(&self.at_wake);
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        acts::all_here(&self.at_drop);
    }
}

/// Something to wait for, that can be kept.
fn wait_for(world: &Rc<World>, wait: Wait) -> Begun {
    let world = Rc::clone(world);
    Box::pin(async move {
        match wait {
            Wait::Time(time) => sleep(milliseconds(time)).await,
            Wait::Event(place) => world.events[place].wait().await,
            Wait::Permit => drop(world.semaphore.0.acquire().await),
            Wait::Item => drop(world.queue.0.get().await),
            Wait::Quiet => quiescent().await,
            Wait::Task(place) => {
                if let Some(task) = take_task(&world, place) {
                    ended(&world, task.await);
                }
            }
        }
    })
}

/// Starts a thread, and gives it the wakers that are kept.
fn start_thread(world: &Rc<World>, errands: &[Errand]) {
    let mut wakers: [_; PLACES] =
        world.wakers.each_ref().map(|it| it.borrow().as_ref().map(|it| it.waker.clone()));
    let handle = world.handles.borrow().first().cloned();
    let errands: Vec<_> = errands.iter().map(Errand::to_call).collect();
    let thread = thread::spawn(move || {
        for errand in errands {
            errand(&mut wakers, handle.as_ref());
        }
    });
    world.threads.borrow_mut().push(thread);
}

type Call = Box<dyn FnOnce(&mut [Option<Waker>; PLACES], Option<&boucle::LoopHandle>) + Send>;

impl Errand {
    /// What the thread calls.
    fn to_call(&self) -> Call {
        match self {
            Errand::Wake(place) => {
                let place = *place;
                Box::new(move |wakers, _| wakers[place].iter().for_each(|it| it.wake_by_ref()))
            }
            Errand::CloneWaker(place) => {
                let place = *place;
                Box::new(move |wakers, _| drop(wakers[place].clone()))
            }
            Errand::DropWaker(place) => {
                let place = *place;
                Box::new(move |wakers, _| drop(wakers[place].take()))
            }
            Errand::Call(acts) => {
                let acts = Arc::clone(acts);
                Box::new(move |_, handle| {
                    let call = move || super::acts::all_here(&acts);
                    handle.map(|it| it.call_soon(call)).transpose().unwrap_or(None);
                })
            }
            Errand::Spawn(script) => {
                let script = Arc::clone(script);
                Box::new(move |_, handle| {
                    if let Some(handle) = handle {
                        drop(handle.spawn(move || acts::number_of(script)));
                    }
                })
            }
            Errand::Program(seed) => {
                let seed = *seed;
                Box::new(move |_, _| super::run_nested_program(seed))
            }
        }
    }
}

/// Waits for all threads; in a task the loop is held up meanwhile, and so what they did comes all at once.
pub(super) fn join_threads(world: &World) {
    let threads = world.threads.take();
    for thread in threads {
        if thread.join().is_err() {
            world.fault("a thread panicked");
        }
    }
}
