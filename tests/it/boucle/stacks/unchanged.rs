//! A look at where the tasks stand changes nothing: whoever waits keeps its place, and gets what is its.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use boucle::sync::{Queue, Semaphore};
use boucle::{Loop, TaskState, interrupt, now, sleep, spawn};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::{run, settle, stack};

fn look() -> Vec<boucle::TaskStack> {
    Loop::current().expect("it runs").task_stacks()
}

/// Keeps what it is polled with from its future, which is polled with a waker that wakes nobody.
async fn deaf<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|_| future.as_mut().poll(&mut Context::from_waker(Waker::noop()))).await
}

#[test]
fn those_who_wait_are_served_in_their_order_however_often_they_are_looked_at() {
    run(async || {
        let semaphore = Rc::new(Semaphore::new(0));
        let order = Rc::new(RefCell::new(Vec::new()));
        for n in 0..5 {
            let (semaphore, order) = (Rc::clone(&semaphore), Rc::clone(&order));
            drop(spawn(async move {
                std::mem::forget(semaphore.acquire().await);
                order.borrow_mut().push(n);
            }));
            settle().await;
            look();
        }
        for _ in 0..5 {
            look();
            semaphore.add_permits(1);
            look();
            settle().await;
        }
        assert_eq!(*order.borrow(), [0, 1, 2, 3, 4]);
    });
}

#[test]
fn what_was_granted_is_not_taken_by_a_look() {
    run(async || {
        let queue = Rc::new(Queue::new(1));
        let (first, second) = (Rc::clone(&queue), Rc::clone(&queue));
        let first = spawn(async move { first.get().await });
        let second = spawn(async move { second.get().await });
        settle().await;
        queue.try_put("first").expect("there is room");
        // It is the first one's, who has not run.
        look();
        assert_eq!((queue.len(), first.done()), (1, false));
        assert_eq!(stack(&first.name()).info.state, TaskState::Ready);
        assert_eq!(first.await.expect("it ends"), Ok("first"));
        queue.try_put("second").expect("there is room");
        assert_eq!(second.await.expect("it ends"), Ok("second"));
    });
}

#[test]
fn what_is_ready_in_a_task_that_was_not_woken_is_left_for_its_next_poll() {
    // Whoever is polled with a waker that wakes nobody is ready without its task: a look must not take what is
    // there, and must not leave the task without a wake either.
    run(async || {
        let queue = Rc::new(Queue::new(1));
        let items = Rc::clone(&queue);
        let child = spawn(async { 3 });
        let hears = Rc::new(Cell::new(false));
        let hears_now = Rc::clone(&hears);
        let task = spawn(async move {
            let mut get = pin!(items.get());
            let mut child = child;
            let mut time = pin!(sleep(Duration::from_millis(1)));
            let mut first = true;
            let (mut item, mut value, mut slept) = (None, None, false);
            poll_fn(|cx| {
                let mut deaf = Context::from_waker(Waker::noop());
                let cx = if std::mem::take(&mut first) { &mut deaf } else { cx };
                // Each as long as it is pending.
                if item.is_none() {
                    item = ready(get.as_mut().poll(cx)).map(|it| it.expect("it is open"));
                }
                if value.is_none() {
                    value = ready(Pin::new(&mut child).poll(cx)).map(|it| it.expect("it ends"));
                }
                slept = slept || time.as_mut().poll(cx).is_ready();
                hears_now.set(true);
                match (item, value) {
                    (Some(item), Some(value)) if slept => Poll::Ready((item, value)),
                    _ => Poll::Pending,
                }
            })
            .await
        });
        settle().await;
        assert!(hears.take());
        sleep(Duration::from_millis(2)).await;
        queue.try_put(2).expect("there is room");
        assert!(!task.done() && stack_state(&task) == TaskState::Waiting);
        hears.set(false);
        let stacks = look();
        assert!(hears.get() && !task.done(), "it was looked at");
        assert_eq!((queue.len(), stacks.len()), (1, 2), "nothing was taken");
        assert_eq!(stack_state(&task), TaskState::Ready, "it is owed a wake");
        assert_eq!(task.await.expect("it ends"), (2, 3));
    });
}

/// What is there, if it is.
fn ready<T>(polled: Poll<T>) -> Option<T> {
    match polled {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// The state of a task, without a look at where it stands.
fn stack_state<T>(task: &boucle::Task<T>) -> TaskState {
    let infos = boucle::all_tasks();
    infos.iter().find(|it| it.id == task.id()).expect("it has not ended").state
}

#[test]
fn a_future_that_has_moved_to_another_task_wakes_that_one() {
    run(async || {
        let queue = Rc::new(Queue::<u8>::new(1));
        let items = Rc::clone(&queue);
        let mut get = Box::pin(async move { items.get().await });
        // This task has begun to wait.
        assert!(poll_fn(|cx| Poll::Ready(get.as_mut().poll(cx).is_pending())).await);
        let polls = Rc::new(Cell::new(0));
        let counts = Rc::clone(&polls);
        let begins = Rc::new(Cell::new(false));
        let begins_now = Rc::clone(&begins);
        let taker = spawn(poll_fn(move |cx| {
            counts.set(counts.get() + 1);
            // As a future of another crate does, that keeps it.
            drop(cx.waker().clone());
            if begins_now.get() { get.as_mut().poll(cx) } else { Poll::Pending }
        }));
        settle().await;
        begins.set(true);
        // The look is its first poll by the other task, which is polled for it then.
        look();
        settle().await;
        queue.try_put(9).expect("there is room");
        assert_eq!(taker.await.expect("it ends"), Ok(9));
        assert_eq!(polls.get(), 4, "the first, the look, the one it was owed, and the item");
    });
}

#[test]
fn the_task_that_asks_may_do_afterwards_what_it_might_before() {
    let n_turns = |looks: bool| {
        run(async || {
            let semaphore = Semaphore::new(1);
            let others = [spawn(pending::<()>()), spawn(sleep(Duration::from_secs(1)))];
            settle().await;
            let n_polls = Rc::new(Cell::new(0));
            let task = {
                let n_polls = Rc::clone(&n_polls);
                let mut work = Box::pin(async move {
                    for n in 0..500 {
                        drop(semaphore.acquire().await);
                        if looks && n % 10 == 0 {
                            look();
                        }
                    }
                });
                spawn(poll_fn(move |cx| {
                    n_polls.set(n_polls.get() + 1);
                    work.as_mut().poll(cx)
                }))
            };
            task.await.expect("it ends");
            drop(others);
            n_polls.get()
        })
    };
    assert_eq!(n_turns(true), n_turns(false));
}

#[test]
fn two_looks_show_the_same() {
    run(async || {
        let queue = Rc::new(Queue::<u8>::new(1));
        for _ in 0..20 {
            let queue = Rc::clone(&queue);
            drop(spawn(async move {
                let mut all: FuturesUnordered<_> = (0..3).map(|_| queue.get()).collect();
                all.next().await;
            }));
            drop(spawn(sleep(Duration::from_secs(1))));
        }
        settle().await;
        let tree = || Loop::current().expect("it runs").task_tree();
        let first = tree();
        assert!(first.lines().count() > 100, "{first}");
        assert_eq!(tree(), first);
        settle().await;
        assert_eq!(tree(), first);
    });
}

#[test]
fn a_thousand_tasks_are_seen_each_where_it_stands() {
    async fn waits(queue: Rc<Queue<u8>>, depth: usize) {
        match depth {
            0 => drop(queue.get().await),
            _ => Box::pin(waits(queue, depth - 1)).await,
        }
    }

    run(async || {
        let queue = Rc::new(Queue::new(1));
        let tasks: Vec<_> = (0..1000).map(|n| spawn(waits(Rc::clone(&queue), n % 7))).collect();
        settle().await;
        let stacks = look();
        assert_eq!(stacks.len(), 1001);
        for (n, stack) in stacks[1..].iter().enumerate() {
            assert_eq!(stack.awaits.len(), n % 7 + 2, "{stack:?}");
            assert_eq!(stack.awaits.last().expect("it waits").what, "an item of a queue");
        }
        drop(tasks);
    });
}

#[test]
fn a_thousand_looks_leave_nothing_behind() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let (sender, receiver) = futures::channel::oneshot::channel::<()>();
    let queue = Rc::new(Queue::<u8>::new(1));
    let items = Rc::clone(&queue);
    let tasks = [
        event_loop.add_task(async move { _ = items.get().await }),
        event_loop.add_task(async { sleep(Duration::from_secs(1)).await }),
        event_loop.add_task(async { _ = receiver.await }),
        event_loop.add_task(async { drop(boucle::gather([pending::<()>()]).await) }),
    ];
    event_loop.run_until_complete(settle()).expect("it ends");
    // What std keeps of the program, and which stacks there are.
    drop(event_loop.task_stacks());
    let memory = measure(|| {
        for _ in 0..1000 {
            drop(event_loop.task_stacks());
        }
    });
    assert_eq!((memory.count_current, memory.bytes_current), (0, 0), "{memory:?}");
    drop(sender);
    queue.try_put(1).expect("there is room");
    tasks[3].cancel();
    event_loop.run();
    assert!(tasks.iter().all(boucle::Task::done));
}

#[test]
fn a_look_takes_no_time_of_the_loop() {
    run(async || {
        let start = now();
        let task = spawn(async { sleep(Duration::from_secs(1)).await });
        for _ in 0..10 {
            interrupt().await;
            look();
        }
        assert_eq!(now(), start);
        task.await.expect("it ends");
        assert_eq!(now() - start, Duration::from_secs(1));
        let heard = spawn(deaf(async { 7 }));
        assert_eq!(heard.await.expect("it ends"), 7);
    });
}
