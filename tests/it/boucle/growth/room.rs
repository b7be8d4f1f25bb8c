//! The room that many needed is given back when they have gone.

use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use allocation_counter::measure;
use boucle::net::{UdpSocket, UnixStream};
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore};
use boucle::{
    Loop, Task, all_tasks, call_later, call_soon, gather, interrupt, quiescent, sleep, spawn,
    task_group, timeout,
};
use futures_lite::AsyncRead;

use super::{FEW, MANY, assert_gives_room_back, assert_never_takes_room, cancel_all};

const SECOND: Duration = Duration::from_secs(1);

/// A few turns, and a sleep: after that nothing is left to be done.
async fn settle() {
    for _ in 0..3 {
        interrupt().await;
        sleep(SECOND).await;
    }
}

/// The first one, which is not to end; all others end, since they are cancelled.
async fn keep_the_first<T>(mut tasks: Vec<Task<T>>) -> [Task<T>; 1] {
    settle().await;
    cancel_all(tasks.iter().skip(1));
    settle().await;
    assert!(tasks.iter().skip(1).all(Task::done));
    [tasks.swap_remove(0)]
}

#[test]
fn tasks_that_have_ended_take_no_room() {
    assert_gives_room_back(Loop::builder(), async {
        let tasks: Vec<_> = (0..MANY).map(|_| spawn(pending::<()>())).collect();
        keep_the_first(tasks).await
    });
}

#[test]
fn tasks_that_were_ready_at_once_take_no_room_in_the_queue() {
    assert_gives_room_back(Loop::builder(), async {
        (0..MANY).for_each(|_| drop(spawn(interrupt())));
        settle().await;
    });
}

#[test]
fn names_of_tasks_that_have_ended_take_no_room() {
    assert_gives_room_back(Loop::builder(), async {
        let tasks: Vec<_> = (0..MANY).map(|_| spawn(pending::<()>())).collect();
        tasks.iter().for_each(|it| it.set_name("one of many"));
        keep_the_first(tasks).await
    });
}

#[test]
fn timers_that_were_taken_back_take_no_room() {
    assert_gives_room_back(Loop::builder(), async {
        let tasks: Vec<_> = (0..MANY).map(|_| spawn(sleep(1_000 * SECOND))).collect();
        keep_the_first(tasks).await
    });
}

#[test]
fn callbacks_that_were_made_or_taken_back_take_no_room() {
    assert_gives_room_back(Loop::builder(), async {
        (0..MANY / 2).for_each(|_| drop(call_soon(|| {})));
        let later = || call_later(1_000 * SECOND, || {});
        let calls: Vec<_> = (0..MANY / 2).map(|_| later()).collect();
        settle().await;
        calls.iter().skip(1).for_each(|it| assert!(it.cancel()));
        settle().await;
    });
}

#[test]
fn families_whose_children_have_ended_take_no_room() {
    assert_gives_room_back(Loop::builder(), async {
        let tasks: Vec<_> = (0..MANY / 2).map(|_| spawn(gather([pending::<()>()]))).collect();
        keep_the_first(tasks).await
    });
}

#[test]
fn a_group_forgets_children_that_have_ended() {
    assert_gives_room_back(Loop::builder(), async {
        let mut group = Box::pin(task_group(async |group| {
            (0..MANY).for_each(|_| drop(group.spawn(interrupt())));
            settle().await;
            // It looks for them when one more comes.
            drop(group.spawn(pending::<()>()));
            pending::<()>().await;
        }));
        assert!(timeout(9 * SECOND, &mut group).await.is_err());
        [group]
    });
}

#[test]
fn mail_that_was_taken_takes_no_room() {
    assert_gives_room_back(Loop::builder(), async {
        // Sent from here: what another thread allocates is not counted.
        let handle = Loop::current().expect("this is one").handle();
        (0..MANY).for_each(|_| handle.call_soon(|| {}).expect("it is open"));
        settle().await;
    });
}

#[test]
fn those_who_wait_for_a_descriptor_and_give_up_take_no_room() {
    assert_never_takes_room(async {
        let socket = Rc::new(UdpSocket::bind("127.0.0.1", 0).await.expect("there is a port"));
        let wait = || {
            let socket = Rc::clone(&socket);
            spawn(async move { socket.recv(&mut [0; 1]).await })
        };
        let first = wait();
        // Few at a time: that those who wait for one descriptor are many is not what is tried here.
        for _ in 0..200 {
            let tasks: Vec<_> = (0..50).map(|_| wait()).collect();
            interrupt().await;
            cancel_all(&tasks);
            interrupt().await;
        }
        [first]
    });
}

/// One waits all the time; many others come after it, and give up.
#[track_caller]
fn assert_waiting_gives_room_back<T: 'static, F: Future + 'static>(
    shared: T,
    wait: impl Fn(Rc<T>) -> F + Clone + 'static,
) {
    assert_gives_room_back(Loop::builder(), async move {
        let shared = Rc::new(shared);
        let wait = || {
            let (shared, wait) = (Rc::clone(&shared), wait.clone());
            spawn(async move { drop(wait(shared).await) })
        };
        let tasks: Vec<_> = (0..MANY).map(|_| wait()).collect();
        keep_the_first(tasks).await
    });
}

#[test]
fn those_who_wait_for_an_event_and_give_up_take_no_room() {
    assert_waiting_gives_room_back(Event::new(), async |event| event.wait().await);
}

#[test]
fn those_who_wait_for_a_permit_and_give_up_take_no_room() {
    assert_waiting_gives_room_back(Semaphore::new(0), async |it| drop(it.acquire().await));
}

#[test]
fn those_who_wait_for_an_item_or_a_place_and_give_up_take_no_room() {
    assert_waiting_gives_room_back(Queue::<u8>::new(1), async |it| it.get().await);
    let full = Queue::new(1);
    full.try_put(0).expect("it has a place");
    assert_waiting_gives_room_back(full, async |it| it.put(1).await);
}

#[test]
fn those_who_wait_for_a_condition_and_give_up_take_no_room() {
    assert_waiting_gives_room_back((Lock::new(()), Condition::new()), async |it| {
        let (lock, condition) = &*it;
        drop(condition.wait(lock.lock().await).await);
    });
}

#[test]
fn those_who_wait_at_a_barrier_and_give_up_take_no_room() {
    assert_waiting_gives_room_back(Barrier::new(2 * MANY), async |it| it.wait().await);
}

#[test]
fn items_that_were_taken_take_no_room_in_a_queue() {
    for make in [
        Queue::unbounded as fn() -> Queue<[u64; 8]>,
        || Queue::priority(MANY),
        || Queue::lifo(MANY),
    ] {
        assert_gives_room_back(Loop::builder(), async {
            let queue = make();
            (0..MANY as u64).for_each(|it| queue.try_put([it; 8]).expect("it has room"));
            for _ in 1..MANY {
                queue.get().await.expect("it is open");
            }
            settle().await;
            assert_eq!(queue.len(), 1);
            queue
        });
    }
}

/// Wakes itself in its last poll.
fn woken_at_its_end() -> impl Future<Output = ()> {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    })
}

#[test]
fn debug_mode_forgets_tasks_that_have_ended() {
    for debug in [false, true] {
        assert_gives_room_back(Loop::builder().debug(debug), async {
            let tasks: Vec<_> = (0..MANY).map(|_| spawn(woken_at_its_end())).collect();
            settle().await;
            drop(tasks);
            settle().await;
        });
    }
}

#[test]
fn quiescence_that_is_polled_often_keeps_one_place() {
    assert_never_takes_room(async {
        let mut quiet = pin!(quiescent());
        let mut n_left = MANY;
        poll_fn(|cx| {
            assert!(quiet.as_mut().poll(cx).is_pending());
            n_left -= 1;
            cx.waker().wake_by_ref();
            if n_left == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
}

#[test]
fn those_who_await_a_task_from_elsewhere_take_no_room_when_it_has_ended() {
    assert_gives_room_back(Loop::builder(), async {
        let mut tasks: Vec<_> = (0..MANY).map(|_| spawn(pending::<()>())).collect();
        let mut noop = std::task::Context::from_waker(std::task::Waker::noop());
        for task in &mut tasks {
            assert!(std::pin::Pin::new(task).poll(&mut noop).is_pending());
        }
        keep_the_first(tasks).await
    });
}

#[test]
fn looking_at_the_tasks_costs_as_much_as_there_are_now() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let look = || {
        let memory = measure(|| {
            let looked = event_loop.run_until_complete(async { all_tasks().len() });
            assert_eq!(looked, Ok(1));
            drop(event_loop.task_tree());
        });
        (memory.count_total, memory.bytes_total)
    };
    // Numbers of as many digits as those that come after.
    (0..MANY).for_each(|_| assert_eq!(event_loop.run_until_complete(async {}), Ok(())));
    look();
    let before = look();
    event_loop
        .run_until_complete(async {
            (0..MANY).for_each(|_| drop(spawn(interrupt())));
            settle().await;
        })
        .expect("it ends");
    let after = look();
    assert!(after.0 <= before.0 && after.1 <= before.1, "{after:?}, and before {before:?}");
}

#[test]
fn tasks_of_a_loop_that_is_closed_take_no_room() {
    let event_loop = Loop::new();
    let memory = measure(|| {
        (0..MANY).for_each(|_| drop(event_loop.add_task(pending::<()>())));
        event_loop.close().expect("it does not run");
    });
    assert!(memory.bytes_max > 2 * FEW as u64, "it is no burst: {memory:?}");
    assert!(memory.bytes_current < FEW, "{memory:?}");
}

/// Another one of those that are told from each other.
struct Fresh;

impl Wake for Fresh {
    fn wake(self: Arc<Fresh>) {}
}

#[test]
fn one_who_polls_a_descriptor_with_a_fresh_waker_in_each_turn_takes_no_room() {
    assert_never_takes_room(async {
        let (mut here, there) = UnixStream::pair().expect("the system has sockets");
        for _ in 0..5_000 {
            let waker = Waker::from(Arc::new(Fresh));
            let read = Pin::new(&mut here).poll_read(&mut Context::from_waker(&waker), &mut [0; 1]);
            assert!(read.is_pending());
            interrupt().await;
        }
        [here, there]
    });
}

#[test]
fn descriptors_that_are_gone_take_no_room() {
    assert_never_takes_room(async {
        for _ in 0..3_000 {
            let (here, there) = UnixStream::pair().expect("the system has sockets");
            there.write_all(&[1]).await.expect("there is room");
            // It waits once, so that it is watched.
            assert_eq!(here.read(&mut [0; 2]).await.expect("it is there"), 1);
            let more = timeout(SECOND, here.read(&mut [0; 1])).await;
            assert!(more.is_err());
        }
    });
}
