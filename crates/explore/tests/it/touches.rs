//! What a loop tells of how tasks use what they share: the footprint of each primitive.

use std::cell::RefCell;
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use boucle::shared::{Cell, RefCell as Told};
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    How, Instrument, Loop, Object, Part, Shared, TaskId, all_tasks, gather, gather_tasks, hold_up,
    interrupt, now, sleep, spawn, timeout,
};

/// Notes what is used, in words; an object is its kind.
#[derive(Default)]
struct Uses {
    objects: RefCell<Vec<Object>>,
    said: RefCell<Vec<String>>,
}

impl Instrument for Uses {
    fn object_made(&self, object: Object) {
        self.objects.borrow_mut().push(object);
    }

    fn counted(&self, _: Shared, _: TaskId, is_last: bool) {
        self.said
            .borrow_mut()
            .push(format!("ends counted{}", if is_last { ", the last" } else { "" }));
    }

    fn touched(&self, shared: Shared, how: How, _at: Option<&'static Location<'static>>) {
        let what = match shared {
            Shared::Object(id) => {
                let objects = self.objects.borrow();
                objects.iter().find(|it| it.id == id).expect("it was made").kind
            }
            Shared::Part(_, Part::Head) => "head",
            Shared::Part(_, Part::Tail) => "tail",
            Shared::Part(_, Part::Slot(_)) => "slot",
            Shared::End(_) => "end",
            Shared::Ends(_) => "ends",
            Shared::Tasks => "tasks",
            Shared::Wakers => "wakers",
            Shared::Clock => "clock",
            Shared::Timers => "timers",
            _ => "something new",
        };
        self.said.borrow_mut().push(format!("{what} {how:?}"));
    }
}

/// What a program uses, each thing once, in alphabetical order.
fn uses<F: Future>(program: impl FnOnce() -> F) -> String {
    let uses = Rc::new(Uses::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&uses)).build();
    drop(event_loop.run_until_complete(async { program().await }));
    let mut said = uses.said.take();
    said.sort();
    said.dedup();
    said.join(", ")
}

#[test]
fn each_primitive_tells_whether_it_is_looked_at_or_changed() {
    assert_eq!(uses(|| async { Cell::new(1).get() }), "cell Read");
    assert_eq!(uses(|| async { Cell::new(1).set(2) }), "cell Write");
    assert_eq!(uses(|| async { Cell::new(1).take() }), "cell Write");
    assert_eq!(uses(|| async { drop(Told::new(1).borrow()) }), "cell Read");
    assert_eq!(uses(|| async { drop(Told::new(1).borrow_mut()) }), "cell Write");
    assert_eq!(uses(|| async { Told::new(1).try_borrow().is_ok() }), "cell Read");
    assert_eq!(uses(|| async { Told::new(1).try_borrow_mut().is_ok() }), "cell Write");
    assert_eq!(uses(|| async { Event::new().is_set() }), "event Read");
    assert_eq!(uses(|| async { Event::new().set() }), "event Write");
    assert_eq!(uses(|| async { Queue::<u8>::new(1).len() }), "head Read, queue Read, tail Read");
    assert_eq!(uses(|| async { Queue::new(1).put(1).await }), "queue Read, slot Write, tail Write");
    // One that finds nothing looks at both ends; one that waits, or of a queue in another order, changes all.
    let nothing = uses(|| async { Queue::<u8>::new(1).try_get() });
    assert_eq!(nothing, "head Read, queue Read, tail Read");
    let waits = uses(|| async { timeout(Duration::ZERO, Queue::<u8>::new(1).get()).await.is_ok() });
    assert!(waits.contains("queue Write"), "{waits}");
    assert_eq!(uses(|| async { Queue::lifo(1).put(1).await }), "queue Write");
    let both = uses(|| async {
        let queue = Queue::new(1);
        queue.try_put(1).and_then(|()| queue.try_put(2)).is_ok() || queue.try_get().is_ok()
    });
    assert_eq!(both, "head Read, head Write, queue Read, slot Write, tail Read, tail Write");
    assert_eq!(uses(|| async { Semaphore::new(1).available() }), "semaphore Read");
    let held = uses(|| async { std::mem::forget(Semaphore::new(1).acquire().await) });
    assert_eq!(held, "semaphore Take");
    let given_back = uses(|| async { drop(Semaphore::new(1).acquire().await) });
    assert_eq!(given_back, "semaphore Add, semaphore Take");
    assert_eq!(uses(|| async { Semaphore::new(0).try_acquire().is_some() }), "semaphore Read");
    assert_eq!(uses(|| async { Semaphore::new(0).add_permits(1) }), "semaphore Add");
    assert_eq!(uses(|| async { drop(Lock::new(1).lock().await) }), "lock Add, lock Take");
    // Who waits in a line changes it; who gives something to one who waits there as well.
    let handed_over = uses(|| async {
        let lock = Rc::new(Lock::new(1));
        let guard = lock.lock().await;
        let same = Rc::clone(&lock);
        let waits = spawn(async move { drop(same.lock().await) });
        interrupt().await;
        drop(guard);
        waits.await.is_ok()
    });
    assert_eq!(handed_over, "end Read, lock Add, lock Take, lock Write");
    assert_eq!(uses(|| async { Lock::new(1).is_locked() }), "lock Read");
    assert_eq!(uses(|| async { Waiter::new(1).missing() }), "waiter Read");
    assert_eq!(uses(|| async { Waiter::new(1).set() }), "waiter Write");
    assert_eq!(uses(|| async { Waiter::new(2).set() }), "waiter Add");
    assert_eq!(uses(|| async { Waiter::new(0).set() }), "waiter Read");
    assert_eq!(uses(|| async { Event::new().clear() }), "event Read");
    assert_eq!(uses(|| async { Condition::new().notify_all() }), "condition Read");
    assert_eq!(uses(|| async { Barrier::new(1).reset() }), "barrier Read");
    assert_eq!(uses(|| async { Barrier::new(1).wait().await }), "barrier Write");
    assert_eq!(uses(|| async { Barrier::new(1).is_broken() }), "barrier Read");
}

/// Notes in which lines things are used; a line that is not known is 0.
#[derive(Default)]
struct Lines(RefCell<Vec<u32>>);

impl Instrument for Lines {
    fn touched(&self, _: Shared, _: How, at: Option<&'static Location<'static>>) {
        let own = at.filter(|it| it.file() == file!());
        self.0.borrow_mut().push(own.map_or(0, Location::line));
    }
}

#[test]
fn the_line_is_told_that_uses_something_and_of_what_is_dropped_none() {
    let lines = Rc::new(Lines::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&lines)).build();
    let begin = line!();
    let ended = event_loop.run_until_complete(async {
        let (cell, lock, queue) = (Cell::new(1), Lock::new(()), Queue::new(1));
        cell.set(cell.get() + 1);
        let guard = lock.lock().await;
        queue.try_put(1).expect("there is room");
        lines.0.borrow_mut().push(99);
        drop(guard);
    });
    assert_eq!(ended, Ok(()));
    let told = lines.0.take();
    let dropped = told.iter().position(|it| *it == 99).expect("it is there");
    let used: Vec<_> = told[..dropped].iter().filter(|it| **it > 0).map(|it| it - begin).collect();
    // A put is told three times: where it is put, its slot, and that nobody waits.
    assert_eq!(used, [3, 3, 4, 5, 5, 5]);
    assert!(told[dropped + 1..].iter().all(|it| *it == 0), "{told:?}");
}

#[test]
fn the_ends_of_tasks_and_which_there_are_are_shared_too() {
    assert_eq!(uses(|| async { all_tasks().len() }), "tasks Read");
    assert_eq!(uses(|| async { spawn(async {}).await.is_ok() }), "end Read");
    let joined = uses(|| async { gather_tasks([spawn(async {})]).await.is_ok() });
    assert_eq!(joined, "end Read, ends Write, ends counted, the last");
    let counted = uses(|| async { gather([1, 2].map(|_| async {})).await.is_ok() });
    assert_eq!(counted, "end Read, ends Write, ends counted, ends counted, the last");
    // Also one that has ended before it is awaited.
    let late = uses(|| async {
        let task = spawn(async {});
        interrupt().await;
        task.await.is_ok()
    });
    assert_eq!(late, "end Read");

    assert_eq!(uses(|| async { now() == now() }), "clock Read");
    assert_eq!(uses(|| async { hold_up(Duration::ZERO) }), "clock Write, timers Write");
    let slept = uses(|| async { sleep(Duration::from_secs(1)).await });
    assert_eq!(slept, "clock Read, timers Add");

    // Another executor within a task has wakers of its own.
    let foreign = uses(|| async {
        let event = Event::new();
        let mut waits = pin!(event.wait());
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        event.set();
    });
    assert_eq!(foreign, "event Read, event Write, wakers Write");
    assert!(!How::Add.conflicts(How::Add) && How::Write.conflicts(How::Read));
    assert!(!How::Take.conflicts(How::Take) && How::Take.conflicts(How::Add));
    assert_ne!(Shared::Wakers, Shared::Tasks);
}
