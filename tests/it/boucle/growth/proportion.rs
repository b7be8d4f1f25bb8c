//! Twice as many cost twice as much.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use allocation_counter::measure;
use boucle::net::{UdpSocket, UnixStream};
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore};
use boucle::{
    Loop, Order, TaskId, all_tasks, as_completed, call_later, gather, gather_all, gather_tasks,
    interrupt, quiescent, sleep, spawn, task_group, timeout,
};

use super::{COUNTED, assert_proportional, cancel_all, cost, counted};

/// They end one after the other.
fn sleepers(n: u64) -> impl Iterator<Item = boucle::Sleep> {
    (0..n).map(|it| sleep(Duration::from_millis(it)))
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_gather_costs_as_much_as_it_has_children() {
    assert_proportional(|n| async move { drop(gather(sleepers(n)).await) });
    assert_proportional(|n| async move { drop(gather_all(sleepers(n)).await) });
    assert_proportional(|n| async move {
        drop(timeout(SECOND / 10, gather((0..n).map(|_| pending::<()>()))).await);
        quiescent().await;
    });
}

#[test]
fn as_completed_costs_as_much_as_it_has_children() {
    assert_proportional(|n| async move {
        let mut children = as_completed(sleepers(n));
        while children.next().await.is_some() {}
    });
}

#[test]
fn a_group_costs_as_much_as_it_has_children() {
    assert_proportional(|n| async move {
        let group = task_group(async |group| {
            for child in sleepers(n) {
                drop(group.spawn(child));
                interrupt().await;
            }
        });
        group.await.expect("no child panics");
    });
    // Each second one ends soon, the others stay.
    assert_proportional(|n| async move {
        let group = task_group(async |group| {
            for _ in 0..n {
                drop(group.spawn(pending::<()>()));
                drop(group.spawn(async {}));
                interrupt().await;
            }
            pending::<()>().await;
        });
        assert!(timeout(SECOND, group).await.is_err());
        quiescent().await;
    });
    // Children of children, and all are cancelled.
    assert_proportional(|n| async move {
        let group = task_group(async |group| {
            for _ in 0..n {
                let inner = group.clone();
                drop(group.spawn(async move { drop(inner.spawn(pending::<()>())) }));
            }
            sleep(SECOND).await;
        });
        assert!(timeout(SECOND / 2, group).await.is_err());
        quiescent().await;
    });
}

#[test]
fn tasks_that_are_gathered_cost_as_much_as_there_are() {
    assert_proportional(|n| async move {
        let tasks: Vec<_> = sleepers(n).map(spawn).collect();
        drop(gather_tasks(tasks).await);
    });
}

#[test]
fn a_herd_on_one_descriptor_costs_as_much_as_it_has_tasks() {
    assert_proportional(|n| async move {
        let socket = Rc::new(UdpSocket::bind("127.0.0.1", 0).await.expect("there is a port"));
        let address = socket.local_addr().expect("it has one");
        let tasks: Vec<_> = (0..n)
            .map(|_| {
                let socket = Rc::clone(&socket);
                spawn(async move { socket.recv(&mut [0; 8]).await.map(drop) })
            })
            .collect();
        sleep(SECOND).await;
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        peer.send_to(b"x", address).expect("it goes to this process");
        sleep(SECOND).await;
        assert_eq!(tasks.iter().filter(|it| it.done()).count(), 1);
        cancel_all(&tasks);
        sleep(SECOND).await;
        assert!(tasks.iter().all(|it| it.done()));
    });
}

#[test]
fn those_who_wait_and_give_up_cost_as_much_as_they_are() {
    assert_proportional(|n| async move {
        let shared = Rc::new((Event::new(), Semaphore::new(0), Queue::<()>::new(1)));
        let tasks: Vec<_> = (0..n)
            .map(|it| {
                let shared = Rc::clone(&shared);
                spawn(async move {
                    let (event, semaphore, queue) = &*shared;
                    match it % 3 {
                        0 => event.wait().await,
                        1 => drop(semaphore.acquire().await),
                        _ => drop(queue.get().await),
                    }
                })
            })
            .collect();
        interrupt().await;
        // Every second one, then the others from the end.
        cancel_all(tasks.iter().step_by(2));
        interrupt().await;
        cancel_all(tasks.iter().rev());
        interrupt().await;
        assert!(tasks.iter().all(|it| it.done()));
    });
    assert_proportional(|n| async move {
        let shared = Rc::new((Barrier::new(1_000_000), Lock::new(()), Condition::new()));
        for it in 0..n {
            let shared = Rc::clone(&shared);
            drop(spawn(async move {
                let (barrier, lock, condition) = &*shared;
                if it % 2 == 0 {
                    assert!(timeout(SECOND, condition.wait(lock.lock().await)).await.is_err());
                } else {
                    assert!(timeout(SECOND, barrier.wait()).await.is_err());
                }
            }));
        }
        sleep(2 * SECOND).await;
        assert_eq!(all_tasks().len(), 1);
    });
}

#[test]
fn an_event_wakes_each_who_waits_once() {
    let costs = cost(async {
        let event = Rc::new(Event::new());
        for _ in 0..16_000 {
            let event = Rc::clone(&event);
            drop(spawn(async move { event.wait().await }));
        }
        interrupt().await;
        event.set();
        interrupt().await;
        assert_eq!(all_tasks().len(), 1);
    });
    let [.., polls, wakes, _, ends] = costs;
    assert_eq!((polls, wakes, ends), (32_003, 16_002, 16_001));
}

#[test]
fn timers_cost_as_much_as_they_are() {
    assert_proportional(|n| async move {
        for it in 0..n {
            // They never fire.
            timeout(SECOND * (it as u32 + 1), interrupt()).await.expect("it is quick");
        }
    });
    assert_proportional(|n| async move {
        let calls: Vec<_> = (0..n).map(|it| call_later(SECOND * it as u32, || {})).collect();
        interrupt().await;
        calls.iter().step_by(2).for_each(|it| assert!(it.cancel()));
        sleep(SECOND * n as u32).await;
        assert!(calls.iter().all(|it| it.done()));
    });
}

thread_local! {
    /// How often two were compared.
    static N_COMPARISONS: Cell<u64> = const { Cell::new(0) };
}

#[derive(PartialEq, Eq)]
struct Counted(u64);

impl PartialOrd for Counted {
    fn partial_cmp(&self, other: &Counted) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Counted {
    fn cmp(&self, other: &Counted) -> Ordering {
        N_COMPARISONS.set(N_COMPARISONS.get() + 1);
        self.0.cmp(&other.0)
    }
}

#[test]
fn a_priority_queue_compares_as_often_as_a_heap_does() {
    for n in [1_000_u64, 2_000] {
        N_COMPARISONS.set(0);
        boucle::run(async {
            let queue = Queue::priority(n as usize);
            for it in 0..n {
                // In no order: 7919 is a prime.
                queue.put(Counted(it * 7919 % n)).await.expect("it is open");
            }
            for it in 0..n {
                assert_eq!(queue.get().await.expect("it is open").0, it);
            }
        });
        let at_most = 3 * n * u64::from(n.ilog2());
        assert!(N_COMPARISONS.get() <= at_most, "{} for {n}", N_COMPARISONS.get());
    }
}

#[test]
fn a_parent_is_polled_when_it_has_news_for_the_program_and_not_more_often() {
    let polls_of_parent = |program: &dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = ()>>>| {
        let (event_loop, counts) = counted();
        event_loop.run_until_complete(program()).expect("it ends");
        counts.first_polls.get()
    };
    let n = 100;
    let polls = [
        polls_of_parent(&|| Box::pin(async move { drop(gather(sleepers(n)).await) })),
        polls_of_parent(&|| Box::pin(async move { drop(gather_all(sleepers(n)).await) })),
        polls_of_parent(&|| {
            Box::pin(
                async move { drop(gather_tasks(Vec::from_iter(sleepers(n).map(spawn))).await) },
            )
        }),
        polls_of_parent(&|| {
            Box::pin(async move {
                let group =
                    task_group(async |group| sleepers(n).for_each(|it| drop(group.spawn(it))));
                group.await.expect("no child panics");
            })
        }),
    ];
    assert_eq!(polls, [2; 4]);
}

/// Takes the last one; keeps how many it was shown in all.
struct Last(Rc<RefCell<Vec<usize>>>);

impl Order for Last {
    fn choose(&mut self, ready: &[TaskId]) -> usize {
        self.0.borrow_mut().push(ready.len());
        ready.len() - 1
    }
}

#[test]
fn an_order_is_shown_all_who_are_ready_and_asked_once_a_poll() {
    let shown = Rc::new(RefCell::new(Vec::new()));
    let event_loop = Loop::builder().order(Last(Rc::clone(&shown))).build();
    for _ in 0..100 {
        drop(event_loop.add_task(async {}));
    }
    event_loop.run();
    assert!(shown.borrow().iter().copied().eq((1..=100).rev()), "{shown:?}");
}

#[test]
fn an_order_costs_as_much_room_as_there_are_choices() {
    let [small, large] = [500, 1_000].map(|n| {
        let shown = Rc::default();
        let event_loop = Loop::builder().order(Last(Rc::clone(&shown))).build();
        let memory = measure(|| {
            (0..n).for_each(|_| drop(event_loop.add_task(async {})));
            event_loop.run();
        });
        assert_eq!(shown.borrow().len(), n);
        memory.bytes_total
    });
    assert!(large * 10 <= small * 22, "{small} bytes for one, {large} for twice as many");
}

/// What these programs allocate does not grow with how long they go on.
#[track_caller]
fn assert_allocates_nothing_as_it_goes_on<F: Future<Output = ()>>(program: impl Fn(u64) -> F) {
    // First what is made once for all.
    let [_, short, long] = [1, 500, 1_000].map(|n| cost(program(n)));
    assert_eq!(short[0], long[0], "{}", COUNTED[0]);
}

#[test]
fn those_who_wait_again_and_again_allocate_nothing() {
    assert_allocates_nothing_as_it_goes_on(|n| async move {
        let event = Rc::new(Event::new());
        let waiters = [0, 1].map(|_| {
            let event = Rc::clone(&event);
            spawn(async move {
                for _ in 0..n {
                    event.wait().await;
                    interrupt().await;
                }
            })
        });
        for _ in 0..n {
            interrupt().await;
            event.set();
            event.clear();
            interrupt().await;
        }
        drop(gather_tasks(waiters).await);
    });
    assert_allocates_nothing_as_it_goes_on(|n| async move {
        let (here, there) = UnixStream::pair().expect("the system has sockets");
        let echo = spawn(async move {
            let mut byte = [0; 1];
            while there.read(&mut byte).await.expect("it is there") > 0 {
                there.write_all(&byte).await.expect("there is room");
            }
        });
        for _ in 0..n {
            here.write_all(&[1]).await.expect("there is room");
            assert_eq!(here.read(&mut [0; 1]).await.expect("it answers"), 1);
        }
        drop(here);
        echo.await.expect("it ends");
    });
    assert_allocates_nothing_as_it_goes_on(|n| async move {
        let queue = Queue::priority(2);
        for it in 0..n {
            queue.put(it).await.expect("there is room");
            assert_eq!(queue.get().await, Ok(it));
        }
    });
}
