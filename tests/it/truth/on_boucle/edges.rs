//! Programs for what the examples do not do: each is a task, or what is left of one, in an odd place.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::sync::{Lock, Queue};
use boucle::{
    Loop, Order, TaskId, call_later, gather, interrupt, quiescent, race, sleep, spawn, timeout,
    to_thread,
};
use futures::future::join;

use super::Program;

const SECOND: Duration = Duration::from_secs(1);

/// All of them.
pub(super) const EDGES: [Program; 10] = [
    ("woken in the last poll", None, woken_in_the_last_poll),
    ("over while it is ready", None, over_while_it_is_ready),
    ("closed while all are ready", None, closed_while_all_are_ready),
    ("destructors that spawn and wake", None, destructors),
    ("several times for one task", None, several_times),
    ("callbacks", None, callbacks),
    ("cancelled in the queue", None, cancelled_in_the_queue),
    ("woken by others", None, woken_by_others),
    ("a thread that answers", None, threads),
    ("sockets", None, sockets),
];

/// Wakes the task that runs, and goes on.
async fn ring_oneself() {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })
    .await;
}

fn run<F: Future>(event_loop: &Loop, program: F) {
    drop(Box::new(event_loop.run_until_complete(program)));
}

fn woken_in_the_last_poll(event_loop: &Loop) {
    run(event_loop, async {
        let tasks = [1, 2, 3].map(|n| {
            spawn(async move {
                for _ in 0..n {
                    ring_oneself().await;
                    interrupt().await;
                }
                ring_oneself().await;
            })
        });
        interrupt().await;
        // One that panics then, and one that nobody has a handle of.
        drop(spawn(ring_oneself()));
        drop(spawn(async {
            ring_oneself().await;
            panic!("boom");
        }));
        for task in tasks {
            task.await.expect("it ends");
        }
        sleep(SECOND).await;
        ring_oneself().await;
    });
    run(event_loop, interrupt());
}

fn over_while_it_is_ready(event_loop: &Loop) {
    // What it runs for stands in the queue as the loop is stopped.
    run(event_loop, async {
        spawn(async {}).set_name("other");
        Loop::current().expect("it runs").stop();
        interrupt().await;
        interrupt().await;
    });
    drop(event_loop.add_task(interrupt()));
    run(event_loop, interrupt());
}

fn closed_while_all_are_ready(event_loop: &Loop) {
    run(event_loop, async {
        for _ in 0..3 {
            spawn(async {
                while Loop::current().is_ok() {
                    interrupt().await;
                }
            });
        }
        spawn(sleep(SECOND));
        interrupt().await;
    });
    drop(event_loop.add_task(pending::<()>()));
}

/// Spawns and wakes as it is dropped.
struct Last(Rc<Cell<Option<Waker>>>);

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
        if let Ok(event_loop) = Loop::current().map_err(drop) {
            if !event_loop.is_closed() {
                spawn(interrupt());
            }
        }
    }
}

fn destructors(event_loop: &Loop) {
    run(event_loop, async {
        let kept = Rc::new(Cell::new(None));
        for _ in 0..3 {
            let last = Last(Rc::clone(&kept));
            let task = spawn(async move {
                poll_fn(|cx| {
                    last.0.set(Some(cx.waker().clone()));
                    Poll::<()>::Pending
                })
                .await;
            });
            interrupt().await;
            task.cancel();
            interrupt().await;
            let last = Last(Rc::clone(&kept));
            spawn(async move {
                sleep(SECOND).await;
                drop(last);
            });
        }
        interrupt().await;
    });
}

fn several_times(event_loop: &Loop) {
    run(event_loop, async {
        let _ = timeout(3 * SECOND, timeout(SECOND, pending::<()>())).await;
        join(sleep(2 * SECOND), sleep(SECOND)).await;
        let _ = timeout(SECOND, join(sleep(2 * SECOND), sleep(3 * SECOND))).await;
        race([sleep(SECOND), sleep(2 * SECOND)]).await;
        gather([sleep(SECOND), sleep(SECOND)]).await.expect("they end");
        sleep(Duration::ZERO).await;
        let far = spawn(sleep(Duration::MAX));
        interrupt().await;
        far.cancel();
        // Its first poll is by one task, the others are by another.
        let mut handed_on = Box::pin(sleep(SECOND));
        poll_fn(|cx| Poll::Ready(handed_on.as_mut().poll(cx).is_ready())).await;
        spawn(handed_on).await.expect("it ends");
    });
}

fn callbacks(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    let before = call_later(2 * SECOND, || {});
    let _never = call_later(9 * SECOND, || {});
    run(event_loop, async move {
        for n in [3, 1, 2] {
            drop(call_later(n * SECOND, || drop(spawn(interrupt()))));
        }
        sleep(SECOND).await;
        before.cancel();
        quiescent().await;
        sleep(3 * SECOND).await;
    });
}

fn cancelled_in_the_queue(event_loop: &Loop) {
    run(event_loop, async {
        let tasks = [1, 2, 3, 4].map(|_| spawn(interrupt()));
        tasks[2].cancel();
        interrupt().await;
        tasks[1].cancel();
        tasks[1].cancel();
        for task in tasks {
            let _ = task.await;
        }
    });
}

fn woken_by_others(event_loop: &Loop) {
    run(event_loop, async {
        let (lock, queue) = (Rc::new(Lock::new(())), Rc::new(Queue::new(1)));
        let tasks = [1, 2, 3].map(|n| {
            let (lock, queue) = (Rc::clone(&lock), Rc::clone(&queue));
            spawn(async move {
                let _guard = lock.lock().await;
                queue.put(n).await.expect("it is open");
                interrupt().await;
            })
        });
        let mut sum = 0;
        while sum < 6 {
            sum += join(queue.get(), sleep(SECOND)).await.0.expect("it is open");
        }
        join(async { gather(tasks).await.expect("they end") }, interrupt()).await;
    });
}

fn threads(event_loop: &Loop) {
    run(event_loop, async {
        let handle = Loop::current().expect("it runs").handle();
        let found = to_thread(move || handle.spawn(|| async { 7 }).wait(None));
        join(found, sleep(SECOND))
            .await
            .0
            .expect("it does not panic")
            .expect("no time is set")
            .expect("it ends");
    });
}

fn sockets(event_loop: &Loop) {
    run(event_loop, async {
        let listener = TcpListener::bind("127.0.0.1", 0).await.expect("a port is free");
        let address = listener.local_addr().expect("it has one");
        let server = spawn(async move {
            let (stream, _) = listener.accept().await.expect("somebody comes");
            let mut buffer = [0; 5];
            let n = stream.read(&mut buffer).await.expect("it can be read");
            stream.write_all(&buffer[..n]).await.expect("it can be written");
        });
        let stream = TcpStream::connect("127.0.0.1", address.port()).await.expect("it listens");
        interrupt().await;
        stream.write_all(b"hello").await.expect("it can be written");
        let mut buffer = [0; 5];
        assert_eq!(stream.read(&mut buffer).await.expect("it can be read"), 5);
        server.await.expect("it ends");
    });
}

/// Spawns a task now and then as it is asked, and chooses the last one.
#[derive(Default)]
pub(super) struct Busy(u32);

impl Order for Busy {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        self.0 += 1;
        if self.0 % 4 == 1 && self.0 < 20 {
            drop(spawn(async {}));
        }
        ready.len() - 1
    }
}
