//! Programs in which what waits is handed on from one task to another, dropped while its task waits, or left alone.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::sync::{Event, Lock, Queue};
use boucle::{Loop, interrupt, sleep, spawn, to_thread};
use futures::future::{join, join3};
use futures::stream::{FuturesUnordered, StreamExt};

use super::Program;

const SECOND: Duration = Duration::from_secs(1);

/// All of them.
pub(super) const HANDED: [Program; 4] = [
    ("handed on", None, handed_on),
    ("a lock that two tasks wait for with one future", None, one_lock),
    ("dropped while others stay", None, dropped),
    ("what outlives its task", None, outlives),
];

/// Something that waits, in several hands.
type Shared<T> = Rc<RefCell<Option<Pin<Box<dyn Future<Output = T>>>>>>;

fn shared<T>(future: impl Future<Output = T> + 'static) -> Shared<T> {
    Rc::new(RefCell::new(Some(Box::pin(future))))
}

/// Polls what is shared, and goes on at once.
async fn poll_once<T>(future: &Shared<T>) {
    poll_fn(|cx| {
        let polled = future.borrow_mut().as_mut().map(|it| it.as_mut().poll(cx));
        if polled.is_some_and(|it| it.is_ready()) {
            future.take();
        }
        Poll::Ready(())
    })
    .await;
}

/// Awaits what is shared, as long as it is there.
async fn finish<T>(future: Shared<T>) -> Option<T> {
    poll_fn(|cx| {
        let polled = future.borrow_mut().as_mut().map(|it| it.as_mut().poll(cx));
        match polled {
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(value)) => {
                future.take();
                Poll::Ready(Some(value))
            }
            None => Poll::Ready(None),
        }
    })
    .await
}

fn run<F: Future>(event_loop: &Loop, program: F) {
    drop(event_loop.run_until_complete(program));
}

fn handed_on(event_loop: &Loop) {
    run(event_loop, async {
        let (queue, event) = (Rc::new(Queue::new(1)), Rc::new(Event::new()));
        let nap = shared(sleep(3 * SECOND));
        let child = shared(spawn(sleep(2 * SECOND)));
        let answer = shared(to_thread(|| 7));
        let item = shared({
            let queue = Rc::clone(&queue);
            async move { queue.get().await }
        });
        let wait = shared({
            let event = Rc::clone(&event);
            async move { event.wait().await }
        });
        join(join3(poll_once(&nap), poll_once(&child), poll_once(&answer)), interrupt()).await;
        join3(poll_once(&item), poll_once(&wait), interrupt()).await;
        let others = [
            spawn({
                let nap = Rc::clone(&nap);
                async move {
                    finish(nap).await;
                }
            }),
            spawn(async move { drop(join3(finish(child), finish(answer), finish(item)).await) }),
            spawn({
                let wait = Rc::clone(&wait);
                // To a combinator of the same task, and back.
                async move {
                    poll_once(&wait).await;
                    let mut all = FuturesUnordered::from_iter([Box::pin(finish(wait))]);
                    all.next().await;
                }
            }),
        ];
        sleep(SECOND).await;
        // And back.
        poll_once(&nap).await;
        sleep(SECOND).await;
        queue.put(1).await.expect("it is open");
        event.set();
        sleep(SECOND).await;
        poll_once(&nap).await;
        for other in others {
            other.cancel();
        }
        interrupt().await;
    });
}

fn one_lock(event_loop: &Loop) {
    run(event_loop, async {
        let lock = Rc::new(Lock::new(0));
        let guard = lock.lock().await;
        let wanted = shared({
            let lock = Rc::clone(&lock);
            async move { *lock.lock().await += 1 }
        });
        let tasks = [1, 2].map(|n| {
            let wanted = Rc::clone(&wanted);
            spawn(async move {
                for _ in 0..3 {
                    poll_once(&wanted).await;
                    sleep(n * SECOND).await;
                }
            })
        });
        sleep(SECOND).await;
        poll_once(&wanted).await;
        interrupt().await;
        wanted.take();
        interrupt().await;
        drop(guard);
        for task in tasks {
            task.await.expect("it ends");
        }
    });
}

fn dropped(event_loop: &Loop) {
    run(event_loop, async {
        let (queue, event) = (Rc::new(Queue::<u8>::new(1)), Rc::new(Event::new()));
        let (nap, item) = (
            shared(sleep(9 * SECOND)),
            shared({
                let queue = Rc::clone(&queue);
                async move { queue.get().await }
            }),
        );
        let task = spawn({
            let (nap, item, event) = (Rc::clone(&nap), Rc::clone(&item), Rc::clone(&event));
            async move {
                join3(finish(nap), finish(item), event.wait()).await;
            }
        });
        for which in 0..2 {
            sleep(SECOND).await;
            // The task waits meanwhile, and is not woken.
            match which {
                0 => drop(nap.take()),
                _ => drop(item.take()),
            }
            interrupt().await;
        }
        event.set();
        task.await.expect("it ends");
    });
}

fn outlives(event_loop: &Loop) {
    let lock = Rc::new(Lock::new(0));
    let (nap, wanted) = (
        shared(sleep(Duration::from_millis(1))),
        shared({
            let lock = Rc::clone(&lock);
            async move { *lock.lock().await += 1 }
        }),
    );
    run(event_loop, async {
        let guard = lock.lock().await;
        for _ in 0..2 {
            let (nap, wanted) = (Rc::clone(&nap), Rc::clone(&wanted));
            spawn(async move {
                nap.replace(Some(Box::pin(sleep(5 * SECOND))));
                join(poll_once(&nap), poll_once(&wanted)).await;
            })
            .await
            .expect("it ends");
            interrupt().await;
        }
        join(poll_once(&nap), poll_once(&wanted)).await;
        sleep(SECOND).await;
        drop(guard);
        spawn({
            let wanted = Rc::clone(&wanted);
            async move {
                finish(Rc::clone(&wanted)).await;
                wanted.take();
            }
        })
        .await
        .expect("it ends");
        wanted.replace(Some(Box::pin({
            let lock = Rc::clone(&lock);
            async move { *lock.lock().await += 1 }
        })));
        let guard = lock.lock().await;
        let task = spawn({
            let (nap, wanted) = (Rc::clone(&nap), Rc::clone(&wanted));
            async move {
                join(poll_once(&nap), poll_once(&wanted)).await;
                sleep(SECOND).await;
            }
        });
        interrupt().await;
        drop(task);
        std::mem::forget(guard);
    });
    // Outside of every loop.
    nap.take();
    wanted.take();
    run(event_loop, async {
        interrupt().await;
        sleep(SECOND / 2).await;
    });
}
