//! Another order of the same program gives its tasks the same paths, and its objects the same ids.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Event, Lock, Queue, Semaphore};
use boucle::{
    Loop, Order, TaskId, all_tasks, as_completed, current_task, gather, interrupt, sleep, spawn,
    task_group, timeout,
};

use super::Told;

/// Chooses by chance, from a seed.
struct Shuffled(u64);

impl Order for Shuffled {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        // xorshift64.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % ready.len() as u64) as usize
    }
}

/// One of those that get jobs: each makes the same, whoever gets which job, and whoever waits.
async fn work(n: u64, jobs: Rc<Queue<u64>>, lock: Rc<Lock<u64>>, shared: Rc<Event>) {
    for round in 0..3 {
        let job = jobs.get().await.expect("it is open");
        // It waits, or it does not: what is made after it has the same number.
        let mut sum = timeout(Duration::from_secs(100), lock.lock()).await.expect("in time");
        *sum += job;
        let mine = Rc::new(Semaphore::new(1));
        let other = Rc::clone(&mine);
        let child = spawn(async move {
            let _permit = other.acquire().await;
            drop((sleep(Duration::from_millis(1)), Event::new()));
        });
        let permit = mine.acquire().await;
        sleep(Duration::from_millis((n + round) % 3)).await;
        drop((sum, permit));
        shared.set();
        child.await.expect("it ends");
        gather([interrupt(), interrupt()]).await.expect("it ends");
    }
}

/// Tasks that make objects and tasks, meet, and hold each other up.
async fn program(shared: Rc<Event>) {
    let (jobs, lock) = (Rc::new(Queue::new(2)), Rc::new(Lock::new(0)));
    let worker = |n| work(n, Rc::clone(&jobs), Rc::clone(&lock), Rc::clone(&shared));
    let workers: Vec<_> = (0..3).map(|n| spawn(worker(n))).collect();
    let putters = task_group(async |group| {
        for n in 0..3 {
            let jobs = Rc::clone(&jobs);
            drop(group.spawn(async move {
                for job in 0..3 {
                    jobs.put(3 * n + job).await.expect("it is open");
                }
                drop(Event::new());
            }));
        }
        shared.wait().await;
    });
    putters.await.expect("nobody panics");
    let mut workers = as_completed(workers);
    while let Some((_, ended)) = workers.next().await {
        ended.expect("it ends").expect("it ends");
    }
    assert_eq!(*lock.lock().await, 36);
}

/// The paths of a program's tasks, and its objects; each with its place.
type Known = (BTreeSet<String>, BTreeSet<String>);

/// What is known of the program's tasks and objects, and in which order it was made.
fn known(order: Option<u64>, shared: &Rc<Event>) -> (Known, Vec<String>) {
    let told = Rc::new(Told::default());
    let builder = Loop::builder().virtual_time(true).instrument(Rc::clone(&told));
    let builder = match order {
        Some(seed) => builder.order(Shuffled(seed)),
        None => builder,
    };
    shared.clear();
    builder.build().run_until_complete(program(Rc::clone(shared))).expect("it ends");
    let tasks: Vec<_> =
        told.spawned.take().iter().map(|(path, line)| format!("{path} at {line}")).collect();
    let mut objects: Vec<_> = told.made.take().iter().map(ToString::to_string).collect();
    let is_shared = |it: &String| it.starts_with("event #");
    let waited_for = told.waited_for.take();
    let waited_for: Vec<_> = waited_for.iter().map(ToString::to_string).collect();
    // It is made outside of the loop, and is not told before somebody waits for it.
    assert!(!objects.iter().any(is_shared));
    objects.extend(waited_for.iter().filter(|it| is_shared(it)).cloned());
    assert!(waited_for.iter().all(|it| objects.contains(it)), "{waited_for:#?}");
    let order = tasks.iter().chain(&objects).cloned().collect();
    ((tasks.into_iter().collect(), objects.into_iter().collect()), order)
}

#[test]
fn two_hundred_orders_of_a_program_know_its_tasks_and_objects_by_the_same_names() {
    let shared = Rc::new(Event::new());
    let (expected, first_order) = known(None, &shared);
    // The root; three workers with three rounds of a child and a gather of two; three that put; and three that
    // await the workers.
    assert_eq!(expected.0.len(), 1 + 3 * (1 + 3 * 3) + 3 + 3);
    let mut orders = BTreeSet::from([first_order]);
    for seed in 1..=200 {
        let (known, order) = known(Some(seed), &shared);
        assert_eq!(known, expected, "seed {seed}");
        orders.insert(order);
    }
    assert!(orders.len() > 100, "only {} orders", orders.len());
}

#[test]
fn an_object_says_which_task_of_the_tree_has_made_it() {
    let told = Rc::new(Told::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&told)).build();
    let program = async {
        let child = spawn(async {
            drop(Event::new());
            let me = all_tasks().into_iter().find(|it| Some(it.id) == current_task());
            me.and_then(|it| it.path)
        });
        child.await.expect("it ends")
    };
    let path = event_loop.run_until_complete(program).expect("it ends").expect("it is watched");
    assert_eq!(path.to_string(), "1.1");
    assert_eq!(told.made.borrow()[0].id.creator(), path);
}
