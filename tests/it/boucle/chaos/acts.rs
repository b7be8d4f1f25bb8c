//! What any code can do, wherever it is called from.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use boucle::{Loop, RunError, call_later, call_soon};

use super::program::{Act, Acts, Script};
use super::steps::{Inline, body, milliseconds, spawn_in_group};
use super::world::{Debt, World, panic_as_planned, world};

/// Acts within acts: a hook is called by what another hook does, and so on.
const DEEP: usize = 4;

/// Does them all, the first one first. A planned panic goes out of it, unless there is one already.
pub(super) fn all(world: &Rc<World>, acts: &Acts) {
    if acts.is_empty() || world.depth.get() == DEEP {
        return;
    }
    world.depth.set(world.depth.get() + 1);
    let panicked = world.try_out(|| acts.iter().for_each(|it| act(world, it)));
    world.depth.set(world.depth.get() - 1);
    if panicked && !thread::panicking() {
        panic_as_planned();
    }
}

/// The same, in whatever world this thread has.
pub(super) fn all_here(acts: &Acts) {
    if let Some(world) = world() {
        all(&world, acts);
    }
}

/// Spawns where this thread is, if that is in a loop.
fn spawn(script: &Arc<Script>) -> Option<boucle::Task<super::world::Tracked>> {
    let event_loop = Loop::current().ok()?;
    Some(event_loop.add_task(body(script, Some(&event_loop))))
}

pub(super) fn act(world: &Rc<World>, act: &Act) {
    let inside = Loop::current().is_ok();
    match act {
        Act::Spawn(script, place) => {
            let task = spawn(script);
            let before = place.and_then(|place| world.tasks[place].replace(task));
            drop(before);
        }
        Act::Cancel(place) => on_task(world, *place, |task| {
            task.cancel();
        }),
        Act::DropTask(place) => drop(world.tasks[*place].take()),
        Act::Look(place) => on_task(world, *place, |task| {
            let ended = task.done();
            let result = task.result().is_ok();
            if (result || task.cancelled()) && !ended {
                world.fault(format!("{task:?} has a result, and has not ended"));
            }
            if let Err(error) = task.result() {
                world.check(error);
            }
        }),
        Act::Name(place) => on_task(world, *place, |task| task.set_name("named")),
        Act::Wake(place) => {
            let kept = world.wakers[*place].take();
            if let Some(kept) = kept {
                let none = kept.debt.iter().filter(|it| it.get() == Debt::None);
                none.for_each(|it| it.set(Debt::Poll));
                kept.waker.wake_by_ref();
                // Unless another one was put there meanwhile.
                let before = world.wakers[*place].replace(Some(kept));
                drop(before);
            }
        }
        Act::UseUpWaker(place) => {
            let kept = world.wakers[*place].take();
            if let Some(kept) = kept {
                kept.waker.wake();
            }
        }
        Act::DropWaker(place) => drop(world.wakers[*place].take()),
        Act::Set(place) => world.events[*place].set(),
        Act::Clear(place) => world.events[*place].clear(),
        Act::AddPermit => world.semaphore.0.add_permits(1),
        Act::TryAcquire => drop(world.semaphore.0.try_acquire()),
        Act::TryPut(script) => drop(world.queue.0.try_put(world.track_item(&script.at_drop))),
        Act::TryGet => drop(world.queue.0.try_get()),
        Act::Notify => world.condition.notify_one(),
        Act::NotifyAll => world.condition.notify_all(),
        Act::SetWaiter => world.waiter.0.set(),
        Act::AbortBarrier => world.barrier.0.abort(),
        Act::ResetBarrier => world.barrier.0.reset(),
        Act::CallSoon(acts) if inside => {
            let acts = Arc::clone(acts);
            drop(call_soon(move || all_here(&acts)));
        }
        Act::CallLater(after, acts) if inside => {
            let acts = Arc::clone(acts);
            drop(call_later(milliseconds(*after), move || all_here(&acts)));
        }
        Act::CallSoon(_) | Act::CallLater(..) => {}
        Act::Mail(acts) => {
            let acts = Arc::clone(acts);
            on_handle(world, |it| it.call_soon(move || all_here(&acts)).unwrap_or(()));
        }
        Act::RemoteSpawn(script) => {
            let script = Arc::clone(script);
            on_handle(world, |it| drop(it.spawn(move || number_of(script))));
        }
        Act::RemoteStop => on_handle(world, |it| it.stop()),
        Act::DropWait(place) => drop(world.waits[*place].take()),
        Act::SpawnInGroup(script) if inside => {
            let group = world.groups.borrow().last().cloned();
            if let Some((group, n_children)) = group {
                spawn_in_group(&group, &n_children, script);
            }
        }
        Act::SpawnInGroup(_) => {}
        Act::DropGroups => drop(world.groups.take()),
        Act::Tree => {
            if let Ok(event_loop) = Loop::current() {
                drop(event_loop.task_tree());
            }
        }
        Act::Stop => {
            if let Ok(event_loop) = Loop::current() {
                event_loop.stop();
            }
        }
        Act::Close => {
            let kept = world.loops.borrow().first().cloned();
            if let Some(event_loop) = Loop::current().ok().or(kept) {
                world.close(&event_loop);
            }
        }
        Act::DropLoops => drop(world.loops.take()),
        Act::RunNested => {
            let ran = Loop::new().run_until_complete(async {});
            // Who only drops a value has its loop current, and may run others.
            let drops = Loop::current().is_ok_and(|it| !it.is_running() && !it.is_closed());
            let expected = if inside { Err(RunError::AlreadyRunning) } else { Ok(()) };
            if ran != expected && !drops {
                world.fault(format!("inside of a loop: {inside}; run: {ran:?}"));
            }
        }
        Act::LoopInLoop(script) | Act::KeepLoop(script) => {
            let event_loop = super::make_loop(world, Loop::builder());
            drop(event_loop.add_task(body(script, Some(&event_loop))));
            if matches!(act, Act::KeepLoop(_)) {
                world.loops.borrow_mut().push(event_loop);
            }
        }
        Act::Panic if thread::panicking() => {}
        Act::Panic => panic_as_planned(),
    }
}

/// Runs a script, and gives what another thread can have.
pub(super) async fn number_of(script: Arc<Script>) -> usize {
    Inline(body(&script, None)).await;
    script.steps.len()
}

/// Does something with a kept task, which is not in its place meanwhile.
fn on_task(world: &Rc<World>, place: usize, f: impl FnOnce(&boucle::Task<super::world::Tracked>)) {
    let task = world.tasks[place].take();
    if let Some(task) = task {
        f(&task);
        let before = world.tasks[place].replace(Some(task));
        drop(before);
    }
}

fn on_handle(world: &Rc<World>, f: impl FnOnce(boucle::LoopHandle)) {
    let handle = world.handles.borrow().first().cloned();
    if let Some(handle) = handle {
        f(handle);
    }
}
