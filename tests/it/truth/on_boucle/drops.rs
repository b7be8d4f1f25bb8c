//! Programs in which a task is dropped while it waits, or is ready, and in none of its polls.

use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use boucle::sync::Queue;
use boucle::{Loop, current_task, interrupt, quiescent, sleep, spawn};
use futures::future::join;

use super::Program;

const SECOND: Duration = Duration::from_secs(1);

/// All of them.
pub(super) const DROPS: [Program; 3] = [
    ("dropped by the loop between two polls", None, dropped_between),
    ("dropped as the loop closes", None, dropped_at_close),
    ("dropped by its handle", None, dropped_by_handle),
];

fn run<F: Future>(event_loop: &Loop, program: F) {
    drop(event_loop.run_until_complete(program));
}

/// Asks, wakes and spawns as it is dropped.
struct Last(Option<Waker>);

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
        let Ok(event_loop) = Loop::current().map_err(drop) else { return };
        if !event_loop.is_closed() && current_task().is_some() {
            drop(spawn(async {}));
            let _ = boucle::all_tasks();
        }
    }
}

/// Waits for several things, and has somebody wait for it.
async fn waits(queue: Rc<Queue<u32>>, is_ready: bool) {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    let last = Last(Some(waker.clone()));
    let child = spawn(pending::<()>());
    if is_ready {
        waker.wake();
    }
    let all = join(join(queue.get(), sleep(9 * SECOND)), join(child, sleep(Duration::MAX)));
    all.await.0.0.expect("it is open");
    drop(last);
}

fn dropped_between(event_loop: &Loop) {
    let queue = Rc::new(Queue::new(1));
    for is_ready in [false, true] {
        run(event_loop, async {
            let stopped = Loop::current().expect("it runs");
            spawn(async move {
                interrupt().await;
                stopped.stop();
            });
            waits(Rc::clone(&queue), is_ready).await;
        });
        run(event_loop, interrupt());
    }
    // A deadlock.
    run(event_loop, pending::<()>());
    run(event_loop, async {
        let _last = Last(None);
        join(quiescent(), pending::<()>()).await;
    });
}

fn dropped_at_close(event_loop: &Loop) {
    let queue = Rc::new(Queue::new(1));
    run(event_loop, async {
        for is_ready in [false, true, false] {
            let task = spawn(waits(Rc::clone(&queue), is_ready));
            drop(spawn(async move { task.await.expect("it ends") }));
        }
        interrupt().await;
        interrupt().await;
        drop(spawn(waits(Rc::clone(&queue), true)));
        drop(spawn(async move {
            while Loop::current().is_ok() {
                interrupt().await;
            }
        }));
        interrupt().await;
        // One that was never polled.
        drop(spawn(waits(queue, true)));
    });
}

fn dropped_by_handle(event_loop: &Loop) {
    let queue = Rc::new(Queue::new(1));
    run(event_loop, async {
        let tasks = [false, true].map(|it| spawn(waits(Rc::clone(&queue), it)));
        interrupt().await;
        let awaits = tasks.map(|task| {
            let task = Rc::new(task);
            let other = Rc::clone(&task);
            (spawn(async move { join(sleep(SECOND), async { other.cancel() }).await }), task)
        });
        sleep(2 * SECOND).await;
        drop(awaits);
        sleep(SECOND).await;
    });
    // While no run is under way.
    let task = event_loop.add_task(waits(Rc::clone(&queue), false));
    run(event_loop, interrupt());
    task.cancel();
    drop(task);
}
