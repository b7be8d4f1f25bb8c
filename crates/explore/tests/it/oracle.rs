//! The orders that matter beside every order, of generated programs that use all that boucle has: what comes of
//! those comes of these.

use std::rc::Rc;
use std::time::Duration;

use boucle::shared::Cell;
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{Task, all_tasks, gather_all, interrupt, now, quiescent, race, sleep, spawn, timeout};
use boucle_explore::Explore;

use super::dice::Dice;

/// What a task can do. Whatever it learns it keeps.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// Reads a number, or adds what was learned last.
    Read(usize),
    Write(usize),
    /// Gives the turn back.
    Yield,
    /// Does the next operation with a lock, or with a permit.
    Locked(usize),
    Permitted(usize),
    TryLock(usize),
    /// Puts into a queue, takes from it, counts what is in it.
    Put(usize),
    TryPut(usize),
    Get(usize),
    TryGet(usize),
    Count(usize),
    /// Sets, clears and waits for an event, or a waiter.
    Set(usize),
    Clear(usize),
    Wait(usize),
    Step(usize),
    /// Waits for a notification, for a second at the most; notifies.
    Listen(usize),
    Notify(usize),
    /// Comes to a barrier of two, for a second at the most.
    Meet,
    /// Sleeps, looks at the time, races two sleeps.
    Sleep(usize),
    Now,
    Race(usize),
    /// Spawns a child that does two things, cancels the last one, looks whether it is done, awaits it.
    Spawn(usize),
    Cancel,
    Done,
    Join,
    /// How many tasks there are.
    Tasks,
    /// Waits until nothing else can go on.
    Quiet,
}

/// So many of each there are.
const N: usize = 2;

/// What the tasks share.
struct Shared {
    cells: [Cell<u32>; N],
    locks: [Lock<()>; N],
    permits: [Semaphore; N],
    /// One with room for one, one without a limit.
    queues: [Queue<u32>; N],
    events: [Event; N],
    waiters: [Waiter; N],
    conditions: [Condition; N],
    barrier: Barrier,
}

const SECOND: Duration = Duration::from_secs(1);

/// A task: what it has learned.
async fn task(ops: Rc<Vec<Op>>, shared: Rc<Shared>) -> Vec<u32> {
    let (mut learned, mut guards, mut permits) = (vec![0], Vec::new(), Vec::new());
    let mut child: Option<Task<u32>> = None;
    let begin = now();
    for op in ops.iter() {
        let last = learned.last().copied().unwrap_or(0);
        let mut held = (std::mem::take(&mut guards), std::mem::take(&mut permits));
        match *op {
            Op::Read(n) => learned.push(shared.cells[n].get()),
            Op::Write(n) => shared.cells[n].set(last * 2 + 1),
            Op::Yield => interrupt().await,
            // One that it has is given back first.
            Op::Locked(n) => {
                held.0.clear();
                guards.push(shared.locks[n].lock().await);
            }
            Op::Permitted(n) => {
                held.1.clear();
                permits.push(shared.permits[n].acquire().await);
            }
            Op::TryLock(n) => learned.push(u32::from(shared.locks[n].try_lock().is_some())),
            Op::Put(n) => {
                let put = timeout(SECOND, shared.queues[n].put(last + 1)).await;
                learned.push(u32::from(put.is_ok()));
            }
            Op::TryPut(n) => learned.push(u32::from(shared.queues[n].try_put(last + 1).is_ok())),
            Op::Get(n) => {
                let got = timeout(SECOND, shared.queues[n].get()).await;
                learned.push(got.map_or(99, |it| it.expect("it is open")));
            }
            Op::TryGet(n) => learned.push(shared.queues[n].try_get().unwrap_or(98)),
            Op::Count(n) => learned.push(shared.queues[n].len() as u32),
            Op::Set(n) => shared.events[n].set(),
            Op::Clear(n) => shared.events[n].clear(),
            Op::Wait(n) => {
                learned.push(u32::from(timeout(SECOND, shared.events[n].wait()).await.is_ok()));
            }
            Op::Step(n) => {
                shared.waiters[n].set();
                learned.push(shared.waiters[n].missing() as u32);
            }
            Op::Listen(n) => {
                held.0.clear();
                let waits =
                    async { drop(shared.conditions[n].wait(shared.locks[n].lock().await).await) };
                learned.push(u32::from(timeout(SECOND, waits).await.is_ok()));
            }
            Op::Notify(n) => shared.conditions[n].notify_one(),
            Op::Meet => {
                let met = timeout(SECOND, shared.barrier.wait()).await;
                learned.push(met.map_or(97, |it| it.map_or(96, |it| it as u32)));
            }
            Op::Sleep(n) => sleep(SECOND * n as u32).await,
            Op::Now => learned.push((now() - begin).as_secs() as u32),
            Op::Race(n) => {
                let both = [sleep(SECOND), sleep(SECOND * n as u32)];
                learned.push(race(both).await.0 as u32);
            }
            Op::Spawn(n) => {
                let shared = Rc::clone(&shared);
                child = Some(spawn(async move {
                    let before = shared.cells[n].get();
                    interrupt().await;
                    shared.cells[n].set(before + 10);
                    before
                }));
            }
            Op::Cancel => {
                if let Some(child) = &child {
                    child.cancel();
                }
            }
            Op::Done => learned.push(child.as_ref().map_or(95, |it| u32::from(it.done()))),
            Op::Join => {
                if let Some(child) = child.take() {
                    learned.push(child.await.unwrap_or(94));
                }
            }
            Op::Tasks => learned.push(all_tasks().len() as u32),
            Op::Quiet => quiescent().await,
        }
        drop(held);
    }
    learned
}

/// What they come to.
async fn whole(tasks: &[Rc<Vec<Op>>]) -> (Vec<Option<Vec<u32>>>, [u32; N]) {
    let shared = Rc::new(Shared {
        cells: [0, 0].map(|it| Cell::new(it)),
        locks: [(), ()].map(|()| Lock::new(())),
        permits: [1, 2].map(Semaphore::new),
        queues: [Queue::new(1), Queue::unbounded()],
        events: [(), ()].map(|()| Event::new()),
        waiters: [1, 2].map(Waiter::new),
        conditions: [(), ()].map(|()| Condition::new()),
        barrier: Barrier::new(2),
    });
    let tasks: Vec<_> = tasks.iter().map(|it| task(Rc::clone(it), Rc::clone(&shared))).collect();
    let learned = gather_all(tasks).await.into_iter().map(Result::ok).collect();
    (learned, [shared.cells[0].get(), shared.cells[1].get()])
}

/// A program by chance: of a few kinds of operations, so that its tasks meet.
fn program(seed: u64) -> Vec<Rc<Vec<Op>>> {
    let mut dice = Dice::new(seed);
    let n_tasks = 2 + dice.roll(2);
    let kinds = [dice.roll(8), dice.roll(8)];
    let op = |dice: &mut Dice| {
        let n = dice.roll(N);
        let choose = |dice: &mut Dice, all: &[Op]| all[dice.roll(all.len())];
        match kinds.get(dice.roll(4)) {
            None => choose(dice, &[Op::Read(n), Op::Write(n), Op::Yield, Op::Yield]),
            Some(0) => choose(dice, &[Op::Locked(n), Op::TryLock(n), Op::Permitted(n)]),
            Some(1 | 2) => {
                choose(dice, &[Op::Put(n), Op::TryPut(n), Op::Get(n), Op::TryGet(n), Op::Count(n)])
            }
            Some(3) => choose(dice, &[Op::Set(n), Op::Clear(n), Op::Wait(n), Op::Step(n)]),
            Some(4) => choose(dice, &[Op::Listen(n), Op::Notify(n), Op::Meet]),
            Some(5) => choose(dice, &[Op::Sleep(1 + n), Op::Now, Op::Race(1 + n)]),
            Some(6) => choose(dice, &[Op::Spawn(n), Op::Cancel, Op::Done, Op::Join]),
            Some(_) => choose(dice, &[Op::Tasks, Op::Spawn(n), Op::Quiet, Op::Sleep(0)]),
        }
    };
    (0..n_tasks).map(|_| Rc::new((0..2 + dice.roll(4)).map(|_| op(&mut dice)).collect())).collect()
}

/// Explores generated programs until so many were tried in every order. Of those that have too many, pairs of steps
/// change places, and nothing may come of it either; returns how many those were.
fn agree(explore: &Explore, n_most: usize) -> u64 {
    let (mut n_programs, mut n_orders, mut n_executions, mut n_swapped) = (0, 0, 0, 0);
    for seed in 0.. {
        let tasks = program(seed);
        let report = explore.run(|| whole(&tasks));
        let told = report.to_string();
        assert!(
            !told.contains("that the loop does not see") && !told.starts_with("not explored"),
            "seed {seed}: {tasks:?}\n{report}"
        );
        if let Some((_, swapped)) = told.split_once("\n  audited: ") {
            n_swapped += number(swapped);
        }
        let Some(every) = told.strip_prefix("every order") else { continue };
        let Some((_, orders)) = every.split_once(": ").filter(|_| !every.starts_with(" that"))
        else {
            continue;
        };
        n_orders += number(orders);
        n_executions += report.n_executions();
        assert_eq!(report.n_blocked(), 0, "seed {seed}: {tasks:?}\n{report}");
        n_programs += 1;
        if n_programs == n_most {
            break;
        }
    }
    assert!(n_orders > 2 * n_executions, "{n_executions} of {n_orders}");
    n_swapped
}

/// The number that a text begins with.
fn number(text: &str) -> u64 {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("it is a number")
}

#[test]
fn what_comes_of_every_order_comes_of_those_that_matter() {
    let n_swapped = agree(&Explore::new().executions(2_500), 80);
    assert!(n_swapped > 20, "{n_swapped}");
}

#[test]
fn the_same_where_tasks_are_cancelled_woken_slow_and_interrupted() {
    for explore in [
        Explore::new().cancels(1),
        Explore::new().wakes(1),
        Explore::new().slow(1),
        Explore::new().yields(1),
        Explore::new().closes(1),
    ] {
        agree(&explore.executions(2_500), 8);
    }
}
