//! One another: queues, locks, semaphores, events, conditions, barriers; who is served when.

use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, TryGetError, TryPutError};
use boucle::{Loop, gather, gather_tasks, interrupt, sleep, spawn};

use super::Program;

pub(super) const PROGRAMS: &[Program] = &[
    ("ticks", ticks),
    ("fast_producer", fast_producer),
    ("waiting_getters", waiting_getters),
    ("waiting_putters", waiting_putters),
    ("kinds_of_queues", kinds_of_queues),
    ("joining", joining),
    ("locking", locking),
    ("retaking", retaking),
    ("limiting", limiting),
    ("events", events),
    ("conditions", conditions),
    ("barriers", barriers),
    ("window", window),
];

/// Two or more of several kinds.
type Child = std::pin::Pin<Box<dyn Future<Output = ()>>>;

fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}

fn ticks(event_loop: &Loop) {
    let queue = Rc::new(Queue::new(1));
    let same = Rc::clone(&queue);
    let producer = async move {
        for count in 1..4 {
            same.put(format!("tick{count}")).await.expect("it is open");
            say!("put {count}");
            sleep(seconds(1.0)).await;
        }
    };
    let consumer = async move {
        for _ in 0..3 {
            say!("got {}", queue.get().await.expect("it is open"));
        }
    };
    let both: [Child; 2] = [Box::pin(producer), Box::pin(consumer)];
    event_loop.run_task(gather(both));
}

fn fast_producer(event_loop: &Loop) {
    let queue = Rc::new(Queue::new(2));
    let same = Rc::clone(&queue);
    let producer = async move {
        for i in 0..5 {
            same.put(i).await.expect("it is open");
            say!("put {i} of {}", same.len());
        }
    };
    let consumer = async move {
        for _ in 0..5 {
            sleep(seconds(1.0)).await;
            say!("got {}", queue.get().await.expect("it is open"));
        }
    };
    let both: [Child; 2] = [Box::pin(producer), Box::pin(consumer)];
    event_loop.run_task(gather(both));
}

fn waiting_getters(event_loop: &Loop) {
    async fn getter(name: &str, queue: Rc<Queue<u32>>) {
        say!("{name} got {}", queue.get().await.expect("it is open"));
    }
    event_loop.run_task(async {
        let queue = Rc::new(Queue::unbounded());
        let [a, b, c] = ["a", "b", "c"].map(|name| spawn(getter(name, Rc::clone(&queue))));
        sleep(seconds(1.0)).await;
        a.cancel();
        for item in [1, 2] {
            queue.try_put(item).expect("there is room");
        }
        gather_tasks([b, c]).await.expect("none fails");
        say!("empty {}", queue.is_empty());
    });
}

fn waiting_putters(event_loop: &Loop) {
    async fn putter(name: &'static str, queue: Rc<Queue<&str>>) {
        queue.put(name).await.expect("it is open");
        say!("{name} has put");
    }
    event_loop.run_task(async {
        let queue = Rc::new(Queue::new(1));
        let putters = ["a", "b", "c"].map(|name| spawn(putter(name, Rc::clone(&queue))));
        sleep(seconds(1.0)).await;
        say!("full {}", queue.is_full());
        for _ in 0..3 {
            say!("got {}", queue.get().await.expect("it is open"));
            sleep(seconds(1.0)).await;
        }
        gather_tasks(putters).await.expect("none fails");
    });
}

fn kinds_of_queues(event_loop: &Loop) {
    event_loop.run_task(async {
        let fifo = ("fifo", Queue::unbounded());
        let lifo = ("lifo", Queue::lifo(usize::MAX));
        let priority = ("priority", Queue::priority(usize::MAX));
        for (name, queue) in [fifo, lifo, priority] {
            for item in [2, 3, 1] {
                queue.try_put(item).expect("there is room");
            }
            let mut items = Vec::new();
            for _ in 0..3 {
                items.push(queue.get().await.expect("it is open").to_string());
            }
            say!("{name} {}", items.join(" "));
            if queue.try_get() == Err(TryGetError::Empty) {
                say!("empty");
            }
        }
        let full = Queue::new(1);
        full.try_put(1).expect("there is room");
        if full.try_put(2) == Err(TryPutError::Full(2)) {
            say!("full");
        }
    });
}

fn joining(event_loop: &Loop) {
    async fn worker(queue: Rc<Queue<f64>>) {
        while let Ok(item) = queue.get().await {
            sleep(seconds(item)).await;
            say!("done {item}");
            queue.task_done();
        }
    }
    event_loop.run_task(async {
        let queue = Rc::new(Queue::unbounded());
        for item in [2.0, 1.0, 3.0] {
            queue.try_put(item).expect("there is room");
        }
        let workers = [(); 2].map(|()| spawn(worker(Rc::clone(&queue))));
        queue.join().await;
        say!("joined");
        for it in workers {
            it.cancel();
        }
    });
}

fn locking(event_loop: &Loop) {
    async fn user(name: &str, lock: Rc<Lock<()>>) {
        say!("{name} asks");
        let guard = lock.lock().await;
        say!("{name} has it");
        sleep(seconds(1.0)).await;
        drop(guard);
        say!("{name} has given it back");
    }
    event_loop.run_task(async {
        let lock = Rc::new(Lock::new(()));
        let [a, b, c] = ["a", "b", "c"].map(|name| spawn(user(name, Rc::clone(&lock))));
        sleep(seconds(0.5)).await;
        b.cancel();
        sleep(seconds(1.0)).await;
        say!("locked {}", lock.is_locked());
        gather_tasks([a, c]).await.expect("none fails");
        say!("locked {}", lock.is_locked());
    });
}

fn retaking(event_loop: &Loop) {
    async fn user(name: &str, lock: Rc<Lock<()>>) {
        for i in 0..2 {
            let _guard = lock.lock().await;
            say!("{name} {i}");
            interrupt().await;
        }
    }
    let lock = Rc::new(Lock::new(()));
    event_loop.run_task(gather(["a", "b"].map(|name| user(name, Rc::clone(&lock)))));
}

fn limiting(event_loop: &Loop) {
    async fn job(name: &str, n: f64, semaphore: Rc<Semaphore>) {
        let _permit = semaphore.acquire().await;
        say!(">>> {name}");
        sleep(seconds(n)).await;
        say!("<<< {name}");
    }
    let semaphore = Rc::new(Semaphore::new(2));
    let jobs = [("a", 3.0), ("b", 1.0), ("c", 1.5), ("d", 1.0)];
    event_loop.run_task(gather(jobs.map(|(name, n)| job(name, n, Rc::clone(&semaphore)))));
}

fn events(event_loop: &Loop) {
    async fn waiter(name: &str, event: Rc<Event>) {
        event.wait().await;
        say!("{name} goes on");
    }
    event_loop.run_task(async {
        let event = Rc::new(Event::new());
        let waiters = ["a", "b"].map(|name| spawn(waiter(name, Rc::clone(&event))));
        sleep(seconds(1.0)).await;
        event.set();
        event.clear();
        say!("set, and cleared at once");
        gather_tasks(waiters).await.expect("none fails");
        let late = spawn(waiter("c", Rc::clone(&event)));
        sleep(seconds(1.0)).await;
        say!("c {} {}", late.done(), event.is_set());
        event.set();
        late.await.expect("it ends");
        event.wait().await;
        say!("nobody waits for what is set");
    });
}

fn conditions(event_loop: &Loop) {
    async fn waiter(name: &str, shared: Rc<(Lock<()>, Condition)>) {
        let guard = shared.0.lock().await;
        let _guard = shared.1.wait(guard).await;
        say!("{name} goes on");
    }
    event_loop.run_task(async {
        let shared = Rc::new((Lock::new(()), Condition::new()));
        let waiters = ["a", "b", "c"].map(|name| spawn(waiter(name, Rc::clone(&shared))));
        sleep(seconds(1.0)).await;
        {
            let _guard = shared.0.lock().await;
            shared.1.notify_one();
            say!("one");
        }
        sleep(seconds(1.0)).await;
        {
            let _guard = shared.0.lock().await;
            shared.1.notify_all();
            say!("all");
        }
        gather_tasks(waiters).await.expect("none fails");
    });
}

fn barriers(event_loop: &Loop) {
    async fn comer(name: &str, n: f64, barrier: Rc<Barrier>) {
        sleep(seconds(n)).await;
        say!("{name} comes");
        barrier.wait().await.expect("nobody breaks it");
        say!("{name} goes on");
    }
    let barrier = Rc::new(Barrier::new(3));
    let names = ["a", "b", "c", "d", "e", "f"].into_iter().zip([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    event_loop.run_task(gather(names.map(move |(name, n)| comer(name, n, Rc::clone(&barrier)))));
}

fn window(event_loop: &Loop) {
    async fn job(i: u32, places: Rc<Queue<()>>) {
        places.put(()).await.expect("it is open");
        let duration = i % 3 + 1;
        say!(">>> job{i} - duration {duration}");
        sleep(seconds(duration.into())).await;
        say!("<<< job{i} - duration {duration}");
        places.get().await.expect("its own place is there");
    }
    let places = Rc::new(Queue::new(4));
    event_loop.run_task(gather((0..8).map(move |i| job(i, Rc::clone(&places)))));
}
