//! Stage 8: bells, and the `Waiter` that rings them.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;

use stage8::{Loop, Waiter, interrupt};
use world::println;

use super::line;
use crate::coroutine::panic_message;

/// Where a task leaves its bell.
type Bell = Rc<RefCell<Option<Waker>>>;

/// Leaves its bell, and ends when it is rung.
async fn leaves(bell: Bell) {
    poll_fn(|cx| match bell.replace(Some(cx.waker().clone())) {
        None => Poll::Pending,
        Some(_) => Poll::Ready(()),
    })
    .await;
}

/// Waits, then says its name.
async fn waits(waiter: Rc<Waiter>, name: &str) {
    waiter.wait().await;
    println!("{name}");
}

#[test]
fn a_waiting_task_is_polled_twice_and_no_more() {
    let recording = world::record(|| {
        let waiter = Rc::new(Waiter::new(1));
        let event_loop = Loop::new();
        event_loop.add_task(waits(Rc::clone(&waiter), "woken"));
        event_loop.run_task(async move {
            for _ in 0..100 {
                interrupt().await;
            }
            waiter.set();
        });
    });
    assert_eq!(recording.polls(), [2, 101]);
}

#[test]
fn a_task_rung_twice_runs_once() {
    let recording = world::record(|| {
        let bell = Bell::default();
        let event_loop = Loop::new();
        event_loop.add_task(leaves(Rc::clone(&bell)));
        let once_more = Rc::clone(&bell);
        event_loop.add_task(async move {
            let bell = bell.borrow().clone().expect("it was left");
            bell.wake_by_ref();
            bell.wake();
        });
        event_loop.run_task(async move {
            // The task is still in the queue.
            once_more.borrow().as_ref().expect("it was left").wake_by_ref();
        });
    });
    assert_eq!(recording.polls(), [2, 1, 1]);
}

#[test]
fn a_waiter_that_is_set_before_it_is_awaited_loses_nobody() {
    // The `Future` of the slides would never put this task back.
    let program = || {
        let waiter = Rc::new(Waiter::new(1));
        waiter.set();
        Loop::new().run_task(waits(waiter, "goes on"));
    };
    assert_eq!(line(program), "goes on");
}

#[test]
fn those_who_wait_are_woken_in_the_order_in_which_they_came() {
    let program = || {
        let waiter = Rc::new(Waiter::new(2));
        let event_loop = Loop::new();
        for name in ["one", "two", "three"] {
            event_loop.add_task(waits(Rc::clone(&waiter), name));
        }
        event_loop.run_task(async move {
            waiter.set();
            interrupt().await;
            waiter.set();
            println!("set");
        });
    };
    assert_eq!(line(program), "set, one, two, three");
}

#[test]
fn if_all_wait_the_run_says_so_and_they_are_kept() {
    let program = || {
        let waiter = Rc::new(Waiter::new(1));
        let event_loop = Loop::new();
        event_loop.add_task(waits(Rc::clone(&waiter), "woken"));
        println!("{}", panic_message(|| event_loop.run()));
        waiter.set();
        event_loop.run();
    };
    assert_eq!(line(program), "all tasks wait, and nobody can wake them, woken");
}

#[test]
fn a_bell_can_be_rung_on_another_thread() {
    let program = || {
        let bell = Bell::default();
        let event_loop = Loop::new();
        let left = Rc::clone(&bell);
        event_loop.add_task(async move {
            leaves(left).await;
            println!("woken");
        });
        event_loop.run_task(async move {
            let bell = bell.borrow().clone().expect("it was left");
            thread::spawn(|| bell.wake()).join().expect("a bell does not panic");
            println!("rung");
        });
    };
    assert_eq!(line(program), "rung, woken");
}

#[test]
fn a_bell_rung_after_the_end_of_its_task_or_of_its_loop_does_nothing() {
    let recording = world::record(|| {
        let bell = Bell::default();
        let event_loop = Loop::new();
        event_loop.add_task(leaves(Rc::clone(&bell)));
        let left = Rc::clone(&bell);
        event_loop.run_task(async move { left.borrow().as_ref().expect("left").wake_by_ref() });
        let bell = bell.take().expect("it was left");
        bell.wake_by_ref();
        // Task 3 has another number.
        event_loop.run_task(async {});
        drop(event_loop);
        Loop::new().run_task(async {});
        bell.wake();
    });
    assert_eq!(recording.polls(), [2, 1, 1, 1]);
}
