//! Programs that are run again and again, each time with another task cancelled at another turn.

use std::cell::Cell;
use std::rc::Rc;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore};
use boucle::{Task, interrupt, quiescent};

use super::super::transcript::run;
use super::spawn_with;

/// Tasks that wait for one another, and whether they may stay as they are when nothing can run:
/// asked with the number of those that are not done.
type Program = (Vec<Task<()>>, Box<dyn Fn(usize) -> bool>);

/// Runs `program` again and again, each time with another task cancelled after another turn.
fn cancel_everywhere(name: &str, program: impl Fn() -> Program) {
    let n_tasks = run(async { program().0.len() });
    let mut n_cancelled = 0;
    for victim in 0..n_tasks {
        // More turns than any of the programs takes.
        for turn in 0..30 {
            n_cancelled += run(async {
                let (tasks, may_stay) = program();
                for _ in 0..turn {
                    interrupt().await;
                }
                let was_cancelled = tasks[victim].cancel();
                quiescent().await;
                let n_left = tasks.iter().filter(|task| !task.done()).count();
                let what = format!("task {victim} of the {name}s cancelled after {turn} turns");
                assert!(may_stay(n_left), "{n_left} are stuck: {what}");
                usize::from(was_cancelled)
            });
        }
    }
    assert!(n_cancelled > n_tasks, "the tasks of the {name}s are over too soon: {n_cancelled}");
}

#[test]
fn wherever_one_is_cancelled_nobody_is_stuck() {
    cancel_everywhere("lock", || {
        let lock = Rc::new(Lock::new(0));
        let task = async |lock: Rc<Lock<i32>>| {
            for _ in 0..3 {
                *lock.lock().await += 1;
                let guard = lock.lock().await;
                interrupt().await;
                drop(guard);
            }
        };
        let tasks = (0..3).map(|_| spawn_with(&lock, task)).collect();
        (tasks, Box::new(move |n_left| n_left == 0 && lock.try_lock().is_some()))
    });
    cancel_everywhere("semaphore", || {
        let semaphore = Rc::new(Semaphore::new(2));
        let task = async |semaphore: Rc<Semaphore>| {
            for _ in 0..3 {
                let _permit = semaphore.acquire().await;
                interrupt().await;
            }
        };
        let tasks = (0..5).map(|_| spawn_with(&semaphore, task)).collect();
        (tasks, Box::new(move |n_left| n_left == 0 && semaphore.available() == 2))
    });
    cancel_everywhere("event", || {
        let event = Rc::new(Event::new());
        let mut tasks: Vec<_> =
            (0..3).map(|_| spawn_with(&event, async |event| event.wait().await)).collect();
        let is_set = event.clone();
        tasks.push(spawn_with(&event, async |event| {
            interrupt().await;
            event.set();
        }));
        (tasks, Box::new(move |n_left| n_left == 0 || !is_set.is_set()))
    });
    cancel_everywhere("condition", || {
        let shared = Rc::new((Lock::new(0), Condition::new(), Cell::new(0)));
        let take = async |shared: Rc<(Lock<i32>, Condition, Cell<i32>)>| {
            let (count, changed, left) = &*shared;
            let mut guard = changed.wait_for(count.lock().await, |count| *count > 0).await;
            *guard -= 1;
            left.set(*guard);
        };
        let mut tasks: Vec<_> = (0..4).map(|_| spawn_with(&shared, take)).collect();
        tasks.push(spawn_with(&shared, async |shared| {
            let (count, changed, left) = &*shared;
            for _ in 0..2 {
                let mut guard = count.lock().await;
                *guard += 1;
                left.set(*guard);
                changed.notify_one();
                interrupt().await;
            }
        }));
        // Those who are left have nothing to take.
        (tasks, Box::new(move |n_left| shared.2.get() == 0 || n_left == 0))
    });
    cancel_everywhere("barrier", || {
        let barrier = Rc::new(Barrier::new(2));
        let task = async |barrier: Rc<Barrier>| {
            interrupt().await;
            barrier.wait().await.expect("nobody breaks it");
        };
        let tasks = (0..5).map(|_| spawn_with(&barrier, task)).collect();
        (tasks, Box::new(move |n_left| n_left == barrier.n_waiting() && n_left < 2))
    });
    for maxsize in [1, 2] {
        cancel_everywhere("queue", || {
            let queue = Rc::new(Queue::new(maxsize));
            let put = async |queue: Rc<Queue<i32>>| {
                for i in 0..3 {
                    queue.put(i).await.expect("it is not shut down");
                }
            };
            let get = async |queue: Rc<Queue<i32>>| {
                for _ in 0..2 {
                    let _ = queue.get().await;
                }
            };
            let mut tasks: Vec<_> = (0..2).map(|_| spawn_with(&queue, put)).collect();
            tasks.extend((0..3).map(|_| spawn_with(&queue, get)));
            // Either there is nothing to get, or all who get are done, and then there is no room.
            (tasks, Box::new(move |n_left| n_left == 0 || queue.is_empty() || queue.is_full()))
        });
    }
}
