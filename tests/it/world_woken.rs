//! `world`: a recording keeps who woke whom, and changes nothing for whoever holds a waker.

use std::cell::RefCell;
use std::future::{self, poll_fn};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Poll, Wake, Waker};
use std::thread;

use world::{Event, Recording, TaskId, WokenBy, println, step};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The wakers that a task was given, one a poll.
type Wakers = Rc<RefCell<Vec<Waker>>>;

/// A loop's waker that counts how often it was called.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Bell {
    fn n_rung(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A bell, and the waker that a loop would make of it.
fn bell() -> (Arc<Bell>, Waker) {
    let bell = Arc::new(Bell::default());
    (Arc::clone(&bell), Waker::from(bell))
}

/// The waker that a poll of a task gives it when the loop gives `waker`.
fn given(task: &mut Pin<Box<impl Future<Output = Waker>>>, waker: &Waker) -> Waker {
    match step(task, waker) {
        Poll::Ready(given) => given,
        Poll::Pending => panic!("it ends at once"),
    }
}

/// A task that hands out its waker at each poll, and never ends.
fn shows(wakers: &Wakers) -> Task {
    let wakers = Rc::clone(wakers);
    Box::pin(poll_fn(move |cx| {
        wakers.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    }))
}

/// The wakes that a recording kept.
fn wakes(recording: &Recording) -> Vec<(usize, WokenBy)> {
    let wake = |event: &Event| match *event {
        Event::Woken { task: TaskId(task), by } => Some((task, by)),
        _ => None,
    };
    recording.moments().iter().filter_map(|it| wake(&it.event)).collect()
}

#[test]
fn a_wake_is_kept_with_its_task_and_the_task_that_is_polled() {
    let (rung, waker) = bell();
    let recording = world::record(|| {
        let wakers = Wakers::default();
        let mut waits = shows(&wakers);
        assert!(step(&mut waits, &waker).is_pending());
        let first = wakers.borrow()[0].clone();
        let by_ref = first.clone();
        let mut wakes: Task = Box::pin(async move { by_ref.wake_by_ref() });
        assert!(step(&mut wakes, &waker).is_ready());
        first.wake();
    });
    assert_eq!(wakes(&recording), [(1, WokenBy::Task(TaskId(2))), (1, WokenBy::Outside)]);
    assert_eq!(rung.n_rung(), 2);
}

#[test]
fn the_innermost_of_two_polls_is_the_one_that_wakes() {
    let (_, waker) = bell();
    let recording = world::record(|| {
        let inner_waker = waker.clone();
        let mut outer: Task = Box::pin(poll_fn(move |cx| {
            let mine = cx.waker().clone();
            let mut inner: Task = Box::pin(async move { mine.wake() });
            assert!(step(&mut inner, &inner_waker).is_ready());
            cx.waker().wake_by_ref();
            Poll::Ready(())
        }));
        assert!(step(&mut outer, &waker).is_ready());
    });
    let by = |task| (1, WokenBy::Task(TaskId(task)));
    assert_eq!(wakes(&recording), [by(2), by(1)]);
}

#[test]
fn a_poll_that_panicked_wakes_nobody_any_more() {
    let (_, waker) = bell();
    let recording = world::record(|| {
        let wakers = Wakers::default();
        assert!(step(&mut shows(&wakers), &waker).is_pending());
        let mut boom: Task = Box::pin(async { panic!("boom") });
        let poll = AssertUnwindSafe(|| step(&mut boom, &waker));
        assert!(panic::catch_unwind(poll).is_err());
        wakers.take().remove(0).wake();
    });
    assert_eq!(wakes(&recording), [(1, WokenBy::Outside)]);
}

#[test]
fn the_same_waker_is_given_for_the_same_waker_and_another_for_another() {
    let (_, one) = bell();
    let (_, other) = bell();
    world::record(|| {
        let wakers = Wakers::default();
        let mut task = shows(&wakers);
        for waker in [&one, &one, &other] {
            assert!(step(&mut task, waker).is_pending());
        }
        let given = wakers.borrow();
        assert!(given[0].will_wake(&given[1]));
        assert!(!given[1].will_wake(&given[2]));
        // Two tasks are two, also if a loop has one waker for both.
        let mut second = Box::pin(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
        assert!(!self::given(&mut second, &other).will_wake(&given[2]));
    });
}

#[test]
fn outside_of_a_recording_a_task_is_given_the_loops_own_waker() {
    let task = || Box::pin(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
    let (_, waker) = bell();
    assert!(given(&mut task(), &waker).will_wake(&waker));
    let listening = world::listen(|_, _| {});
    assert!(given(&mut task(), &waker).will_wake(&waker));
    drop(listening);
}

#[test]
fn another_threads_wake_is_forwarded_at_once_and_kept_with_what_happens_next() {
    let (rung, waker) = bell();
    let recording = world::record(|| {
        let wakers = Wakers::default();
        assert!(step(&mut shows(&wakers), &waker).is_pending());
        let taken = wakers.take().remove(0);
        thread::spawn(move || {
            // It records as well, and is another recording: there nothing is kept.
            let there = world::record(|| taken.wake_by_ref());
            assert!(there.moments().is_empty());
            taken.wake();
        })
        .join()
        .expect("it does not panic");
        assert_eq!(rung.n_rung(), 2);
        println!("next");
    });
    let tail: Vec<_> = recording.moments().iter().skip(3).map(|it| it.event.clone()).collect();
    let woken = Event::Woken { task: TaskId(1), by: WokenBy::Thread };
    assert_eq!(tail, [woken.clone(), woken, Event::Printed("next".to_owned())]);
}

#[test]
fn a_wake_after_the_recording_is_forwarded_and_kept_by_no_other() {
    let (rung, waker) = bell();
    let wakers = Wakers::default();
    world::record(|| assert!(step(&mut shows(&wakers), &waker).is_pending()));
    let left = wakers.take().remove(0);
    left.wake_by_ref();
    let recording = world::record(|| {
        left.wake();
        println!("next");
    });
    assert_eq!(recording.moments().len(), 1);
    assert_eq!(rung.n_rung(), 2);
}

#[test]
fn a_recording_keeps_no_waker_alive_that_nobody_holds() {
    let (rung, waker) = bell();
    let rung: Weak<Bell> = Arc::downgrade(&{ rung });
    world::record(|| {
        let mut waits: Task = Box::pin(future::pending());
        assert!(step(&mut waits, &waker).is_pending());
        let wakers = Wakers::default();
        let mut holds = shows(&wakers);
        assert!(step(&mut holds, &waker).is_pending());
        drop(waker);
        assert!(rung.upgrade().is_some(), "a task holds it");
        drop(wakers.take());
        // The tasks have not ended, the recording goes on.
        assert!(rung.upgrade().is_none(), "nobody holds it");
    });
}

#[test]
fn a_waker_that_is_dropped_by_the_next_poll_may_print_as_it_goes() {
    struct Talks;
    impl Wake for Talks {
        fn wake(self: Arc<Talks>) {
            println!("rung");
        }
    }
    impl Drop for Talks {
        fn drop(&mut self) {
            println!("gone");
        }
    }
    let recording = world::record(|| {
        let last = RefCell::new(None);
        let mut task: Task = Box::pin(poll_fn(move |cx| {
            cx.waker().wake_by_ref();
            drop(last.replace(Some(cx.waker().clone())));
            Poll::Pending
        }));
        for _ in 0..2 {
            assert!(step(&mut task, &Waker::from(Arc::new(Talks))).is_pending());
        }
    });
    assert_eq!(recording.output(), "rung\nrung\ngone\ngone\n");
}
