//! Queues: order, back-pressure, promises, shutting down; `comparing` has items whose comparison uses their
//! queue, `model` compares each kind with a plain one.

mod comparing;
mod model;

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use boucle::sync::{Queue, ShutDown, TryGetError, TryPutError};
use boucle::{Instrument, Loop, TaskId, interrupt, now, quiescent, sleep, spawn};

use super::transcript::{Transcript, run};

#[test]
fn a_second_put_completes_only_after_a_get() {
    let (log, queue) = (Transcript::default(), Rc::new(Queue::new(1)));
    run(async {
        let producer = spawn({
            let (log, queue) = (log.clone(), queue.clone());
            async move {
                for i in 1..=3 {
                    queue.put(i).await.unwrap();
                    log.say(format!("put {i}"));
                }
            }
        });
        for _ in 0..3 {
            quiescent().await;
            log.say("look");
            log.say(format!("got {}", queue.get().await.unwrap()));
        }
        producer.await.unwrap();
    });
    let expected = ["put 1", "look", "got 1", "put 2", "look", "got 2", "put 3", "look", "got 3"];
    assert_eq!(log.lines(), expected);
}

#[test]
fn a_consumer_gets_each_tick_when_it_comes_and_is_not_polled_in_between() {
    /// Counts polls.
    #[derive(Default)]
    struct Polls(Cell<usize>);
    impl Instrument for Polls {
        fn before_poll(&self, _task: TaskId) {
            self.0.set(self.0.get() + 1);
        }
    }

    let (log, polls) = (Transcript::default(), Rc::new(Polls::default()));
    let event_loop = Loop::builder().virtual_time(true).instrument(polls.clone()).build();
    let queue = Rc::new(Queue::new(1));
    let ended = event_loop.run_until_complete(async {
        let start = now();
        drop(spawn({
            let queue = queue.clone();
            async move {
                for count in 1.. {
                    queue.put(format!("tick{count}")).await.unwrap();
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }));
        for _ in 0..4 {
            let tick = queue.get().await.unwrap();
            log.say(format!("{}s got {tick}", (now() - start).as_secs()));
        }
    });
    assert_eq!(ended, Ok(()));
    assert_eq!(log.lines(), ["0s got tick1", "1s got tick2", "2s got tick3", "3s got tick4"]);
    // The producer: once a tick. The consumer: once before, and once a tick.
    assert_eq!(polls.0.get(), 4 + 5);
}

#[test]
fn a_window_of_four_jobs() {
    let (log, window) = (Transcript::default(), Rc::new(Queue::new(4)));
    run(async {
        let start = now();
        let jobs = [0, 1, 2, 3, 4, 5, 6, 7].map(|i| {
            let (log, window) = (log.clone(), window.clone());
            let say = move |what| log.say(format!("{}s {what} job{i}", (now() - start).as_secs()));
            spawn(async move {
                window.put(()).await.unwrap();
                say(">>>");
                sleep(Duration::from_secs(i % 3 + 1)).await;
                say("<<<");
                window.get().await.unwrap();
            })
        });
        for job in jobs {
            job.await.unwrap();
        }
    });
    let expected = "\
        0s >>> job0, 0s >>> job1, 0s >>> job2, 0s >>> job3, 1s <<< job0, 1s <<< job3, \
        1s >>> job4, 1s >>> job5, 2s <<< job1, 2s >>> job6, \
        3s <<< job2, 3s <<< job4, 3s <<< job6, 3s >>> job7, 4s <<< job5, 5s <<< job7";
    assert_eq!(log.lines().join(", "), expected);
}

#[test]
fn those_who_wait_are_served_in_their_order() {
    let (log, queue) = (Transcript::default(), Rc::new(Queue::new(1)));
    run(async {
        let get = |name: &'static str| {
            let (log, queue) = (log.clone(), queue.clone());
            spawn(async move { log.say(format!("{name} got {}", queue.get().await.unwrap())) })
        };
        let put = |item: u32| {
            let (log, queue) = (log.clone(), queue.clone());
            spawn(async move {
                queue.put(item).await.unwrap();
                log.say(format!("put {item}"));
            })
        };
        let getters = [get("a"), get("b")];
        quiescent().await;
        let putters = [put(1), put(2), put(3), put(4)];
        quiescent().await;
        log.say(format!("{} left", queue.len()));
        let more = [get("c"), get("d")];
        for task in getters.into_iter().chain(putters).chain(more) {
            task.await.unwrap();
        }
    });
    let expected =
        "put 1, a got 1, put 2, b got 2, put 3, 1 left, c got 3, put 4, d got 4".split(", ");
    assert_eq!(log.lines(), expected.collect::<Vec<_>>());
}

#[test]
fn what_is_promised_cannot_be_had_by_others() {
    let queue = Rc::new(Queue::new(1));
    let (get, put) = (queue.clone(), queue.clone());
    run(async {
        let getting = spawn(async move { get.get().await });
        interrupt().await;
        assert_eq!(queue.try_put('a'), Ok(()));
        assert_eq!((queue.len(), queue.try_get()), (1, Err(TryGetError::Empty)));
        getting.cancel();
        interrupt().await;
        assert_eq!(queue.try_get(), Ok('a'), "given up: it is anybody's");

        queue.put('b').await.unwrap();
        let putting = spawn(async move { put.put('c').await });
        interrupt().await;
        assert_eq!(queue.get().await, Ok('b'));
        assert_eq!((queue.len(), queue.try_put('d')), (0, Err(TryPutError::Full('d'))));
        putting.cancel();
        interrupt().await;
        assert_eq!(queue.try_put('d'), Ok(()));
    });
}

#[test]
fn the_smallest_comes_first_and_the_oldest_among_equals() {
    /// Compares by the first field only.
    #[derive(Debug)]
    struct Job(u32, &'static str);
    impl PartialEq for Job {
        fn eq(&self, other: &Job) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Job {}
    impl PartialOrd for Job {
        fn partial_cmp(&self, other: &Job) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Job {
        fn cmp(&self, other: &Job) -> std::cmp::Ordering {
            self.0.cmp(&other.0)
        }
    }

    let queue = Queue::priority(usize::MAX);
    for job in [Job(2, "c"), Job(1, "a"), Job(2, "d"), Job(1, "b"), Job(2, "e")] {
        queue.try_put(job).unwrap();
    }
    let order: String = std::iter::from_fn(|| queue.try_get().ok()).map(|job| job.1).collect();
    assert_eq!(order, "abcde");
}

#[test]
fn join_waits_until_all_that_was_put_is_done() {
    let (log, queue) = (Transcript::default(), Rc::new(Queue::unbounded()));
    run(async {
        queue.join().await;
        for i in 0..2 {
            queue.try_put(i).unwrap();
        }
        let (joined, to_join) = (log.clone(), queue.clone());
        let joining = spawn(async move {
            to_join.join().await;
            joined.say("joined");
        });
        for i in 0..2 {
            assert_eq!(queue.get().await, Ok(i));
            quiescent().await;
            log.say("done");
            queue.task_done();
            quiescent().await;
        }
        joining.await.unwrap();
    });
    assert_eq!(log.lines(), ["done", "done", "joined"]);
}

#[test]
fn after_a_shutdown_what_is_left_can_be_got_unless_it_is_immediate() {
    for immediate in [false, true] {
        let queue = Rc::new(Queue::new(1));
        let (put, join) = (queue.clone(), queue.clone());
        run(async {
            queue.put('a').await.unwrap();
            let putting = spawn(async move { put.put('b').await });
            let joining = spawn(async move { join.join().await });
            quiescent().await;
            queue.shutdown(immediate);
            assert_eq!(putting.await.unwrap(), Err(ShutDown('b')), "it gets its item back");
            assert_eq!(queue.try_put('c'), Err(TryPutError::ShutDown('c')));
            assert_eq!(queue.put('c').await, Err(ShutDown('c')));
            if !immediate {
                assert_eq!(queue.get().await, Ok('a'));
                queue.task_done();
            }
            assert_eq!(queue.get().await, Err(ShutDown(())));
            assert_eq!(queue.try_get(), Err(TryGetError::ShutDown));
            joining.await.expect("nothing is left to do");
            queue.shutdown(true);
        });
    }
}

#[test]
fn a_shutdown_ends_the_waiting_for_items() {
    let queue = Rc::new(Queue::<u32>::new(1));
    run(async {
        let getting = [(); 2].map(|()| {
            let queue = queue.clone();
            spawn(async move { queue.get().await })
        });
        quiescent().await;
        // The first one is promised the item, and has not run.
        queue.put(1).await.unwrap();
        queue.shutdown(false);
        let [first, second] = getting;
        assert_eq!(first.await.unwrap(), Ok(1));
        assert_eq!(second.await.unwrap(), Err(ShutDown(())));
    });
    assert_eq!(ShutDown(()).to_string(), "the queue is shut down");
    assert_eq!(TryGetError::Empty.to_string(), "the queue is empty");
    assert_eq!(TryPutError::Full(1).to_string(), "the queue is full");
}

#[test]
fn a_shutdown_makes_promises_void() {
    let queue = Rc::new(Queue::new(1));
    let get = queue.clone();
    run(async {
        let getting = spawn(async move { get.get().await });
        quiescent().await;
        queue.put('a').await.unwrap();
        queue.shutdown(false);
        assert_eq!(queue.try_get(), Ok('a'), "who comes first gets what is left");
        assert_eq!(getting.await.unwrap(), Err(ShutDown(())));
    });
}

#[test]
#[should_panic(expected = "a queue holds at least one item: `maxsize` is 1 or more, or use \
                           `Queue::unbounded`")]
fn a_queue_for_no_item_is_refused() {
    let _ = Queue::<()>::new(0);
}

#[test]
#[should_panic(expected = "`task_done` is called once for each item, not more")]
fn one_task_done_too_many_is_refused() {
    let queue = Queue::unbounded();
    queue.try_put(()).unwrap();
    queue.task_done();
    queue.task_done();
}

#[test]
fn a_queue_says_its_limit() {
    let limits = [Queue::<u8>::new(3), Queue::lifo(2), Queue::priority(1), Queue::unbounded()];
    assert_eq!(limits.map(|it| it.maxsize()), [Some(3), Some(2), Some(1), None]);
}

#[test]
fn one_who_waits_hears_of_the_end_at_its_first_poll() {
    let queue = Queue::<u8>::unbounded();
    let mut get = pin!(queue.get());
    let mut poll = || get.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    queue.shutdown(false);
    assert_eq!(poll(), Poll::Ready(Err(ShutDown(()))));
}
