//! Random programs over all primitives at once, in virtual time: tasks wait, are cancelled, run out of
//! time, and drop what they have polled. Whenever nothing can run: no permit, item or wake is lost, nobody
//! waits while what it wants is free, and nobody has overtaken another one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{Loop, Task, TaskError, interrupt, quiescent, sleep, spawn, timeout};

use crate::boucle::transcript::OnDrop;

/// A generator of numbers that look random and are the same in each run.
struct Random(Cell<u64>);

impl Random {
    fn below(&self, n: u64) -> u64 {
        let mut state = self.0.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.0.set(state);
        (state >> 11) % n
    }
}

/// Where one can wait.
const LOCK: usize = 0;
const SEMAPHORE: usize = 1;
const GETTERS: usize = 2;
const PUTTERS: usize = 3;
const JOINERS: usize = 4;
const EVENT: usize = 5;
const CONDITION: usize = 6;
const BARRIER: usize = 7;
const WAITER: usize = 8;

/// What the tasks of a program share, and what a watcher has noted.
struct World {
    random: Random,
    /// What the tasks do, among all that can be done: few things, so that they meet.
    steps: [u64; 4],
    /// Its value is how much there is for those who wait for the condition.
    lock: Lock<u32>,
    semaphore: Semaphore,
    n_permits: usize,
    queue: Queue<u32>,
    event: Event,
    condition: Condition,
    barrier: Barrier,
    waiter: Waiter,
    /// How many guards of the lock there are, and how many permits are held.
    n_locked: Cell<usize>,
    n_held: Cell<usize>,
    /// What was put and got, in order, and how much of it is done.
    put: RefCell<Vec<u32>>,
    got: RefCell<Vec<u32>>,
    n_done: Cell<usize>,
    /// Those who wait: when they began, and whether they can be woken by nothing else.
    waiting: [RefCell<BTreeSet<(u64, bool)>>; 9],
    n_begun: Cell<u64>,
    wrong: RefCell<Vec<String>>,
}

impl World {
    fn new(seed: u64) -> World {
        let random = Random(Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
        let n_permits = 1 + random.below(2) as usize;
        let maxsize = 1 + random.below(3) as usize;
        // Those that need one another.
        let pair = [[0, 1], [2, 3], [4, 5], [4, 5], [7, 8], [9, 10]][random.below(6) as usize];
        let steps = [pair[0], pair[1], random.below(11), random.below(11)];
        World {
            lock: Lock::new(0),
            semaphore: Semaphore::new(n_permits),
            n_permits,
            queue: Queue::new(maxsize),
            event: Event::new(),
            condition: Condition::new(),
            barrier: Barrier::new(2 + random.below(2) as usize),
            waiter: Waiter::new(1 + random.below(4) as usize),
            n_locked: Cell::new(0),
            n_held: Cell::new(0),
            put: RefCell::default(),
            got: RefCell::default(),
            n_done: Cell::new(0),
            waiting: Default::default(),
            n_begun: Cell::new(0),
            wrong: RefCell::default(),
            random,
            steps,
        }
    }

    fn check(&self, is_so: bool, what: impl Into<String>) {
        if !is_so {
            self.wrong.borrow_mut().push(what.into());
        }
    }

    fn waits(&self, place: usize) -> bool {
        !self.waiting[place].borrow().is_empty()
    }

    /// Nothing can run now.
    fn look(&self) {
        let held = self.n_held.get() + self.semaphore.available();
        self.check(held == self.n_permits, format!("{held} of {} permits", self.n_permits));
        self.check(self.lock.is_locked() == (self.n_locked.get() == 1), "the lock is lost");
        self.check(!self.waits(LOCK) || self.lock.is_locked(), "one waits for a free lock");
        let is_free = self.semaphore.available() > 0;
        self.check(!self.waits(SEMAPHORE) || !is_free, "one waits for a free permit");
        let (queue, put, got) = (&self.queue, self.put.borrow(), self.got.borrow());
        self.check(!self.waits(GETTERS) || queue.is_empty(), "one waits for an item that is there");
        self.check(!self.waits(PUTTERS) || queue.is_full(), "one waits for room that is there");
        self.check(put.len() == got.len() + queue.len(), "an item is lost");
        self.check(put.starts_with(&got), "items have another order");
        self.check(!self.waits(JOINERS) || put.len() > self.n_done.get(), "one waits for no work");
        self.check(
            !self.waits(EVENT) || !self.event.is_set(),
            "one waits for an event that is set",
        );
        self.check(!self.waits(WAITER) || self.waiter.missing() > 0, "one waits for a set waiter");
        let n_waiting = self.waiting[BARRIER].borrow().len();
        self.check(n_waiting == self.barrier.n_waiting(), "a barrier counts others");
        self.check(n_waiting < self.barrier.parties(), "all are at the barrier and wait");
        if let Some(stock) = self.lock.try_lock() {
            self.check(*stock == 0 || !self.waits(CONDITION), "a notification is lost");
        }
    }
}

/// A future, and who watches where it waits.
struct Watched<'a, F> {
    world: &'a World,
    place: usize,
    /// Whether nothing else than what it waits for can wake its task.
    is_plain: bool,
    begun: Option<u64>,
    future: Pin<Box<F>>,
}

impl<F> Watched<'_, F> {
    fn leave(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.world.waiting[self.place].borrow_mut().remove(&(begun, self.is_plain));
        }
    }
}

impl<F: Future> Future for Watched<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let poll = self.future.as_mut().poll(cx);
        if poll.is_pending() && self.begun.is_none() {
            let begun = self.world.n_begun.get();
            self.world.n_begun.set(begun + 1);
            self.world.waiting[self.place].borrow_mut().insert((begun, self.is_plain));
            self.begun = Some(begun);
        }
        if poll.is_ready() {
            // Who need not wait may go before one who has been given what it waits for, and has not run.
            // Who finds nothing after a notification waits again, behind the others.
            let is_in_line = self.is_plain && self.place != CONDITION;
            if let Some(begun) = self.begun.filter(|_| is_in_line) {
                let waiting = self.world.waiting[self.place].borrow();
                let is_overtaken = waiting.iter().any(|it| it.1 && it.0 < begun);
                self.world.check(!is_overtaken, format!("one is overtaken at {}", self.place));
            }
            self.leave();
        }
        poll
    }
}

impl<F> Drop for Watched<'_, F> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Awaits a future to its end, or for some time, or for one poll or two; `None` if it has not ended.
async fn wait<T>(world: &World, place: usize, future: impl Future<Output = T>) -> Option<T> {
    let fate = world.random.below(8);
    let future = Box::pin(future);
    let watched = Watched { world, place, is_plain: fate < 4, begun: None, future };
    match fate {
        0..4 => Some(watched.await),
        4 | 5 => timeout(Duration::from_millis(world.random.below(4)), watched).await.ok(),
        _ => {
            let mut watched = pin!(watched);
            for _ in 0..fate - 5 {
                if let Some(value) = futures_lite::future::poll_once(watched.as_mut()).await {
                    return Some(value);
                }
                interrupt().await;
            }
            None
        }
    }
}

/// Counts one more as long as this lives.
fn count(n: &Cell<usize>) -> OnDrop<impl FnMut()> {
    n.set(n.get() + 1);
    OnDrop(|| n.set(n.get() - 1))
}

async fn pause(world: &World) {
    match world.random.below(4) {
        0 | 1 => {}
        2 => interrupt().await,
        _ => sleep(Duration::from_millis(world.random.below(3))).await,
    }
}

/// One thing that a task does.
async fn step(world: &World, item: u32) {
    match world.steps[world.random.below(4) as usize] {
        0 => {
            if let Some(guard) = wait(world, LOCK, world.lock.lock()).await {
                let _locked = count(&world.n_locked);
                world.check(world.n_locked.get() == 1, "two have the lock");
                pause(world).await;
                drop(guard);
            }
        }
        1 => {
            if let Some(permit) = wait(world, SEMAPHORE, world.semaphore.acquire()).await {
                let _held = count(&world.n_held);
                world.check(world.n_held.get() <= world.n_permits, "too many have a permit");
                pause(world).await;
                drop(permit);
            }
        }
        2 => {
            let put = async {
                let is_put = world.queue.put(item).await.is_ok();
                // In one poll with the end of it.
                if is_put {
                    world.put.borrow_mut().push(item);
                }
            };
            wait(world, PUTTERS, put).await;
        }
        3 => {
            let get = async {
                if let Ok(item) = world.queue.get().await {
                    world.got.borrow_mut().push(item);
                    world.queue.task_done();
                    world.n_done.set(world.n_done.get() + 1);
                }
            };
            wait(world, GETTERS, get).await;
        }
        4 => {
            let take = async {
                let guard = world.lock.lock().await;
                let mut stock = world.condition.wait_for(guard, |stock| *stock > 0).await;
                *stock -= 1;
            };
            wait(world, CONDITION, take).await;
        }
        5 => {
            let add = async {
                let mut stock = world.lock.lock().await;
                // Never two: so there is often none.
                *stock = 1;
                world.condition.notify_one();
                let _locked = count(&world.n_locked);
                pause(world).await;
                drop(stock);
            };
            wait(world, LOCK, add).await;
        }
        6 => drop(wait(world, JOINERS, world.queue.join()).await),
        7 => {
            world.event.set();
            if world.random.below(2) == 0 {
                world.event.clear();
            }
        }
        8 => drop(wait(world, EVENT, world.event.wait()).await),
        9 => drop(wait(world, BARRIER, world.barrier.wait()).await),
        _ if world.random.below(3) == 0 => world.waiter.set(),
        _ => drop(wait(world, WAITER, world.waiter.wait()).await),
    }
}

/// Runs one program; what is wrong with it.
fn wrong_with(seed: u64) -> Vec<String> {
    let world = Rc::new(World::new(seed));
    let event_loop = Loop::builder().virtual_time(true).build();
    let ended = event_loop.run_until_complete(async {
        let spawn_one = |task: u64| {
            let world = Rc::clone(&world);
            spawn(async move {
                for n in 0..2 + world.random.below(6) {
                    step(&world, (task * 100 + n) as u32).await;
                    pause(&world).await;
                }
            })
        };
        let tasks: Vec<Task<()>> = (0..3 + world.random.below(4)).map(spawn_one).collect();
        for _ in 0..6 {
            quiescent().await;
            world.look();
            sleep(Duration::from_millis(world.random.below(3))).await;
            for _ in 0..world.random.below(4) {
                interrupt().await;
            }
            if world.random.below(2) == 0 {
                tasks[world.random.below(tasks.len() as u64) as usize].cancel();
            }
        }
        // All that is waited for comes: nobody is left.
        for _ in 0..20 {
            world.event.set();
            world.waiter.set();
            world.barrier.abort();
            *world.lock.lock().await += 10;
            world.condition.notify_all();
            while let Ok(item) = world.queue.try_get() {
                world.got.borrow_mut().push(item);
                world.queue.task_done();
                world.n_done.set(world.n_done.get() + 1);
            }
            if world.waits(GETTERS) && !world.waits(PUTTERS) && world.queue.try_put(7).is_ok() {
                world.put.borrow_mut().push(7);
            }
            sleep(Duration::from_millis(3)).await;
            quiescent().await;
        }
        world.queue.shutdown(false);
        quiescent().await;
        world.look();
        let n_left = tasks.iter().filter(|task| !task.done()).count();
        world.check(n_left == 0, format!("{n_left} are stuck: {:?}", world.waiting));
        for task in tasks {
            let has_panicked = matches!(task.await, Err(TaskError::Panicked(_)));
            world.check(!has_panicked, "one has panicked");
        }
        world.check(world.semaphore.available() == world.n_permits, "a permit is lost");
        world.check(world.lock.try_lock().is_some(), "the lock is lost for good");
    });
    world.check(ended.is_ok(), format!("{ended:?}"));
    world.wrong.take()
}

#[test]
fn whoever_gives_up_and_whenever_nothing_is_lost_and_nobody_waits_in_vain() {
    for seed in 1..=2000 {
        let wrong = wrong_with(seed);
        assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
    }
}
