//! Looks at where the tasks stand, by those who watch a loop or choose its order; and what they are told.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::sync::{Event, Queue};
use boucle::{
    Ended, Instrument, Loop, Order, RunError, Spawned, TaskId, WokenBy, interrupt, sleep, spawn,
};

use super::going_on::Silent;
use super::settle;

/// Looks where the tasks stand whenever it hears something.
#[derive(Default)]
struct Looks {
    told: RefCell<Vec<String>>,
    looks: Cell<bool>,
}

impl Looks {
    fn hear(&self, what: String) {
        self.told.borrow_mut().push(what);
        if self.looks.get() {
            if let Ok(event_loop) = Loop::current() {
                drop(event_loop.task_stacks());
            }
        }
    }
}

impl Instrument for Looks {
    fn task_spawned(&self, task: TaskId, _spawned: Spawned) {
        self.hear(format!("spawned {task}"));
    }
    fn before_poll(&self, task: TaskId) {
        self.hear(format!("polls {task}"));
    }
    fn after_poll(&self, task: TaskId, ended: bool) {
        self.hear(format!("polled {task} {ended}"));
    }
    fn woken(&self, task: TaskId, _by: WokenBy) {
        self.hear(format!("woken {task}"));
    }
    fn task_done(&self, task: TaskId, how: Ended) {
        self.hear(format!("done {task} {how:?}"));
    }
    fn run_ended(&self, why_not: Option<RunError>) {
        self.hear(format!("run ended {}", why_not.is_some()));
    }
}

#[test]
fn those_who_watch_are_told_of_a_poll_only_if_it_does_more_than_look() {
    let looks = Rc::new(Looks::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&looks)).build();
    let silent = Silent::default();
    let event = Rc::new(Event::new());
    let (sets, waits) = (Rc::clone(&event), Rc::clone(&event));
    drop(event_loop.add_task(async move { waits.wait().await }));
    drop(event_loop.add_task(silent.then(async move || sets.set())));
    event_loop.run_until_complete(settle()).expect("it ends");
    looks.told.take();
    drop(event_loop.task_stacks());
    assert!(looks.told.take().is_empty());
    silent.is_set.set(true);
    drop(event_loop.task_stacks());
    assert_eq!(looks.told.take(), ["polls 2", "woken 1", "done 2 Value", "polled 2 true"]);
    event_loop.run();
}

#[test]
fn who_watches_can_look_whenever_something_is_told() {
    let run = |looks: bool| {
        let watch = Rc::new(Looks::default());
        watch.looks.set(looks);
        let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&watch)).build();
        let ended = event_loop.run_until_complete(async {
            let queue = Rc::new(Queue::new(1));
            let items = Rc::clone(&queue);
            let gets = spawn(async move {
                let mut sum = 0;
                while let Ok(item) = items.get().await {
                    sum += item;
                }
                sum
            });
            for item in 0..10 {
                queue.put(item).await.expect("it is open");
                sleep(Duration::from_millis(item)).await;
            }
            queue.shutdown(false);
            gets.await.expect("it ends")
        });
        assert_eq!(ended, Ok(45));
        watch.told.take()
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn a_future_that_goes_on_at_a_deadlock_gives_its_value() {
    struct AtEnd(RefCell<Option<Silent>>, RefCell<Option<Loop>>, Cell<usize>);
    impl Instrument for AtEnd {
        fn run_ended(&self, why_not: Option<RunError>) {
            self.2.set(self.2.get() + 1);
            assert_eq!(why_not, Some(RunError::Deadlock));
            let silent = self.0.take().expect("it is the first end");
            silent.is_set.set(true);
            // What was kept of it would be woken some day.
            silent.wakers.take();
            let stacks = self.1.take().expect("it is the first end").task_stacks();
            assert!(stacks.is_empty(), "the only task has ended: {stacks:?}");
        }
    }

    let silent = Silent::default();
    let at_end =
        Rc::new(AtEnd(RefCell::new(Some(silent.clone())), RefCell::default(), Cell::new(0)));
    let event_loop = Loop::builder().instrument(Rc::clone(&at_end)).build();
    at_end.1.replace(Some(event_loop.clone()));
    let value = event_loop.run_until_complete(async {
        poll_fn(|_| if silent.is_set.get() { Poll::Ready(()) } else { Poll::Pending }).await;
        42
    });
    assert_eq!((value, at_end.2.get()), (Ok(42), 1));
}

#[test]
fn a_deadlock_can_be_looked_at_as_it_is_told() {
    #[derive(Default)]
    struct AtEnd(RefCell<Vec<String>>);
    impl Instrument for AtEnd {
        fn run_ended(&self, _why_not: Option<RunError>) {
            let stacks = Loop::current().expect("it is not closed").task_stacks();
            let ends = stacks.iter().filter_map(|it| Some(it.awaits.last()?.what.clone()));
            self.0.borrow_mut().extend(ends);
        }
    }

    let at_end = Rc::new(AtEnd::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&at_end)).build();
    let child = event_loop.add_task(async { Event::new().wait().await });
    child.set_name("child");
    let ended = event_loop.run_until_complete(child);
    assert!(matches!(ended, Err(RunError::Deadlock)));
    assert_eq!(at_end.0.take(), ["an event", "child"]);
}

#[test]
fn nobody_is_polled_while_somebody_chooses_who_is_next() {
    struct Looking(Rc<Cell<usize>>);
    impl Order for Looking {
        fn choose(&mut self, ready: &[TaskId]) -> usize {
            let stacks = Loop::current().expect("it runs").task_stacks();
            assert!(stacks.iter().all(|it| it.awaits.is_empty()));
            self.0.set(self.0.get() + 1);
            ready.len() - 1
        }
    }

    let asked = Rc::new(Cell::new(0));
    let event_loop = Loop::builder().order(Looking(Rc::clone(&asked))).build();
    let silent = Silent::default();
    let set = silent.clone();
    let ended = event_loop.run_until_complete(async {
        let waits = spawn(silent.then(async || 7));
        let others = [spawn(interrupt()), spawn(interrupt())];
        settle().await;
        set.is_set.set(true);
        settle().await;
        assert!(!waits.done(), "nobody has woken it");
        drop((others, Loop::current().expect("it runs").task_stacks()));
        waits.await.expect("it has ended")
    });
    assert_eq!(ended, Ok(7));
    assert!(asked.get() > 10);
}
