//! Programs in which a task waits for what never comes, or no longer for what it waited for.

use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::sync::{Event, Queue};
use boucle::{Loop, as_completed, interrupt, now, quiescent, sleep, sleep_until, spawn, timeout};
use boucle_trace::{On, State, TaskNo, What, record};
use futures::future::{Either, join, select};
use futures::stream::{FuturesUnordered, StreamExt};

use super::Program;

const SECOND: Duration = Duration::from_secs(1);

/// All of them.
pub(super) const LEFT: [Program; 9] = [
    ("between two of several tasks", None, between),
    ("the next of several tasks, in several hands", None, next_in_hands),
    ("several in an Unordered that is handed on", None, handed_unordered),
    ("until it is quiet", None, quiet),
    ("until it is quiet, handed on", None, quiet_handed),
    ("sleeps without an end", None, endless),
    ("sleeps without an end, handed on", None, endless_handed),
    ("pending after a wait", None, pending_after),
    ("pending, and what waits is kept", None, pending_and_kept),
];

fn run<F: Future>(event_loop: &Loop, program: F) {
    drop(event_loop.run_until_complete(program));
}

/// Polls once, and goes on.
async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

fn between(event_loop: &Loop) {
    run(event_loop, async {
        let queue = Rc::new(Queue::new(1));
        let mut children = as_completed([4, 1, 2, 3, 6, 9].map(|n| sleep(n * SECOND)));
        // Before it waits for the first one, and behind it.
        sleep(SECOND / 2).await;
        children.next().await;
        sleep(SECOND / 2).await;
        let item = {
            let queue = Rc::clone(&queue);
            spawn(async move { queue.get().await })
        };
        interrupt().await;
        // Two end while it waits for something else.
        sleep(2 * SECOND).await;
        children.next().await;
        children.next().await;
        queue.put(1).await.expect("it is open");
        drop(item.await);
        // It gives up, twice: once it was polled, and once it was not.
        assert!(timeout(SECOND / 8, children.next()).await.is_err());
        drop(children.next());
        sleep(SECOND / 8).await;
        // And together with something else.
        join(children.next(), sleep(5 * SECOND)).await;
        sleep(SECOND).await;
        drop(children);
        sleep(SECOND).await;
    });
}

fn next_in_hands(event_loop: &Loop) {
    run(event_loop, async {
        let mut children = as_completed([1, 2, 3, 4, 5].map(|n| sleep(n * SECOND)));
        {
            let next = pin!(children.next());
            let Either::Right(((), next)) = select(next, pin!(sleep(SECOND / 8))).await else {
                panic!("it is early");
            };
            // It is not polled meanwhile, and waits all the same.
            sleep(SECOND / 8).await;
            next.await;
        }
        poll_once(pin!(children.next())).await;
        // Another one goes on, between two of them; and another one, in the middle.
        let children = spawn(async move {
            children.next().await;
            interrupt().await;
            children
        });
        sleep(SECOND / 2).await;
        let mut children = children.await.expect("it ends");
        sleep(SECOND / 2).await;
        let mut next = Box::pin(async move {
            children.next().await;
            (children.next().await, children).1
        });
        poll_once(next.as_mut()).await;
        sleep(SECOND / 4).await;
        let other = spawn(async move {
            let mut children = next.await;
            // In a combinator that polls it when it was woken.
            let one = Box::pin(async { children.next().await.map(drop) });
            let mut all = FuturesUnordered::from_iter([one]);
            all.next().await;
            drop(all);
            sleep(SECOND / 4).await;
            children
        });
        let mut children = other.await.expect("it ends");
        let last = spawn(async move { while children.next().await.is_some() {} });
        interrupt().await;
        last.cancel();
        interrupt().await;
        sleep(9 * SECOND).await;
    });
}

fn handed_unordered(event_loop: &Loop) {
    run(event_loop, async {
        let queue = Rc::new(Queue::new(1));
        let mut all = FuturesUnordered::<Pin<Box<dyn Future<Output = ()>>>>::new();
        for n in 1..4 {
            let queue = Rc::clone(&queue);
            all.push(Box::pin(sleep(n * SECOND)));
            all.push(Box::pin(async move {
                queue.get().await.expect("it is open");
            }));
        }
        // All are polled, by the one task and then by the other.
        poll_once(pin!(all.next())).await;
        let other = spawn(async move {
            all.next().await;
            all
        });
        sleep(SECOND / 2).await;
        let mut all = other.await.expect("it ends");
        queue.put(1).await.expect("it is open");
        sleep(SECOND).await;
        let other = spawn(async move { while all.next().await.is_some() {} });
        interrupt().await;
        for n in 0..2 {
            queue.put(n).await.expect("it is open");
        }
        other.await.expect("it ends");
        sleep(SECOND).await;
    });
}

fn quiet(event_loop: &Loop) {
    run(event_loop, async {
        let busy = spawn(async {
            for _ in 0..3 {
                interrupt().await;
            }
            quiescent().await;
            sleep(SECOND).await;
            quiescent().await;
        });
        quiescent().await;
        join(quiescent(), sleep(SECOND / 2)).await;
        // It gives up.
        poll_once(pin!(quiescent())).await;
        sleep(SECOND / 4).await;
        let gives_up = spawn(async {
            let turns = pin!(async {
                interrupt().await;
                interrupt().await;
            });
            select(Box::pin(quiescent()), turns).await;
            sleep(SECOND).await;
        });
        gives_up.await.expect("it ends");
        busy.await.expect("it ends");
        drop(spawn(quiescent()));
        interrupt().await;
    });
}

fn quiet_handed(event_loop: &Loop) {
    run(event_loop, async {
        // It goes on in another task, and in a combinator.
        let mut quiet = Box::pin(quiescent());
        poll_once(quiet.as_mut()).await;
        let other = spawn(async move {
            let mut all = FuturesUnordered::from_iter([quiet]);
            all.next().await;
        });
        other.await.expect("it ends");
        // It is quiet, and nobody has seen it.
        let mut quiet = Box::pin(quiescent());
        poll_once(quiet.as_mut()).await;
        sleep(SECOND).await;
        quiet.await;
    });
}

fn endless(event_loop: &Loop) {
    run(event_loop, async {
        let far = now() + Duration::from_secs(u64::MAX / 1_000_000_000 * 4);
        let naps = [
            spawn(sleep(Duration::MAX)),
            spawn(sleep_until(far)),
            // Together with one that ends.
            spawn(async {
                let _ = timeout(SECOND, sleep(Duration::MAX)).await;
                sleep(SECOND).await;
            }),
        ];
        sleep(SECOND / 2).await;
        naps[1].cancel();
        poll_once(pin!(sleep(Duration::MAX))).await;
        join(sleep(2 * SECOND), timeout(SECOND, sleep_until(far))).await.1.expect_err("it is far");
    });
    run(event_loop, sleep(Duration::MAX));
}

fn endless_handed(event_loop: &Loop) {
    run(event_loop, async {
        let far = now() + Duration::from_secs(u64::MAX / 1_000_000_000 * 4);
        drop(spawn(async {
            let naps = [SECOND, Duration::MAX, 3 * SECOND];
            let mut all = FuturesUnordered::from_iter(naps.map(sleep));
            all.next().await;
            sleep(SECOND).await;
            let _ = timeout(SECOND, all.next()).await;
            let _ = timeout(SECOND, all.next()).await;
        }));
        // It is given an end, and none again; moves, which its task does not know; and is handed on.
        let mut nap = sleep(Duration::MAX);
        poll_once(Pin::new(&mut nap)).await;
        let mut nap = Box::pin(nap);
        sleep(SECOND).await;
        nap.as_mut().reset(now() + SECOND);
        nap.as_mut().await;
        nap.as_mut().reset(far);
        poll_once(nap.as_mut()).await;
        poll_once(nap.as_mut()).await;
        sleep(SECOND).await;
        let other = spawn(async move {
            select(nap.as_mut(), sleep(SECOND)).await;
            poll_once(nap.as_mut()).await;
            Some(nap)
        });
        let nap = other.await.expect("it ends").expect("it is handed back");
        sleep(SECOND).await;
        let other = spawn(nap);
        interrupt().await;
        other.cancel();
        sleep(3 * SECOND).await;
    });
    // It is still there: dropped outside of every loop.
    let mut nap = Box::pin(sleep(Duration::MAX));
    run(event_loop, async {
        poll_once(nap.as_mut()).await;
        interrupt().await;
    });
    drop(nap);
    run(event_loop, interrupt());
}

fn pending_after(event_loop: &Loop) {
    run(event_loop, async {
        let queue = Rc::new(Queue::new(1));
        let tasks = [
            spawn(async {
                sleep(SECOND).await;
                pending::<()>().await;
            }),
            spawn({
                let queue = Rc::clone(&queue);
                async move {
                    let _ = queue.get().await;
                    pending::<()>().await;
                }
            }),
            spawn(async {
                let _ = spawn(sleep(2 * SECOND)).await;
                pending::<()>().await;
            }),
            spawn(async {
                let _ = timeout(SECOND, as_completed([sleep(2 * SECOND)]).next()).await;
                pending::<()>().await;
            }),
        ];
        sleep(SECOND / 2).await;
        queue.put(1).await.expect("it is open");
        sleep(3 * SECOND).await;
        // Woken once more, and dropped.
        for task in &tasks[..2] {
            task.cancel();
        }
        sleep(SECOND).await;
    });
}

/// What was polled once is kept, and not polled any more: it waits in the line until it is granted what it waits for,
/// and those who watch hear of it when it is polled or dropped, and not before.
fn pending_and_kept(event_loop: &Loop) {
    run(event_loop, async {
        let (queue, event) = (Rc::new(Queue::new(1)), Rc::new(Event::new()));
        let task = spawn({
            let (queue, event) = (Rc::clone(&queue), Rc::clone(&event));
            async move {
                let (mut nap, mut endless) = (sleep(SECOND), sleep(Duration::MAX));
                let (mut item, mut wait) = (pin!(queue.get()), pin!(event.wait()));
                poll_once(Pin::new(&mut nap)).await;
                poll_once(Pin::new(&mut endless)).await;
                poll_once(item.as_mut()).await;
                poll_once(wait.as_mut()).await;
                interrupt().await;
                pending::<()>().await;
            }
        });
        sleep(SECOND / 2).await;
        queue.put(1).await.expect("it is open");
        event.set();
        sleep(3 * SECOND).await;
        task.cancel();
        sleep(SECOND).await;
    });
}

/// The members of an Unordered are woken by its own waker. It is handed on, and polls none of them before that is
/// woken: so none of them can know whom it wakes then. Each is shown as the wait of who has polled it last.
#[test]
fn of_what_is_handed_on_in_an_unordered_the_last_who_polled_it_is_shown() {
    let trace = record(|| async {
        let mut all = FuturesUnordered::from_iter([1, 2].map(|n| sleep(n * SECOND)));
        poll_once(pin!(all.next())).await;
        spawn(async move { while all.next().await.is_some() {} }).await.expect("it ends");
    });
    let [first, other] = [1, 2].map(|it| TaskNo::new(it).expect("it is not 0"));
    let times = |state: &State, task| {
        state.waits_for(task).filter(|it| matches!(it.on, On::Time(_))).count()
    };
    let mut shown = Vec::new();
    for (place, event) in trace.events().iter().enumerate() {
        if matches!(event.what, What::PollEnds { task, .. } if task == other) {
            let state = trace.state_at(place + 1);
            shown.push((event.at / 1_000_000_000, times(&state, first), times(&state, other)));
        }
    }
    assert_eq!(shown, [(0, 2, 0), (1, 1, 0), (2, 0, 0)]);
}
