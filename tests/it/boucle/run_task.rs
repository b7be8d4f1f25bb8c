//! `run_task`: who is waited for, and what becomes of the task's value, panic and cancellation.

use std::cell::RefCell;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use boucle::{Builder, Loop, interrupt, sleep, spawn};

/// A loop on virtual time, and what its exception handler is told: the first line of each report.
fn told_loop(builder: Builder) -> (Loop, Rc<RefCell<Vec<String>>>) {
    let told = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&told);
    let handler = move |report: &boucle::Report| {
        log.borrow_mut().extend(report.to_string().lines().next().map(str::to_owned));
    };
    (builder.virtual_time(true).exception_handler(handler).build(), told)
}

#[test]
fn all_tasks_are_waited_for_and_the_value_is_dropped() {
    let (event_loop, told) = told_loop(Loop::builder());
    let value = Rc::new(());
    let same = Rc::clone(&value);
    let child = Rc::new(RefCell::new(None));
    let out = Rc::clone(&child);
    event_loop.run_task(async move {
        out.replace(Some(spawn(sleep(Duration::from_secs(60)))));
        Err::<(), _>(same)
    });
    assert!(child.borrow().as_ref().expect("it was spawned").done());
    assert_eq!(Rc::strong_count(&value), 1);
    assert!(told.borrow().is_empty());
}

#[test]
fn a_panic_goes_on_when_the_others_have_ended() {
    let (event_loop, told) = told_loop(Loop::builder());
    let other = event_loop.add_task(sleep(Duration::from_secs(60)));
    let failing = || event_loop.run_task(async { panic!("boom") });
    let payload = panic::catch_unwind(AssertUnwindSafe(failing)).expect_err("it panics");
    assert_eq!(payload.downcast_ref(), Some(&"boom"));
    assert!(other.done());
    assert!(told.borrow().is_empty(), "it is read: {told:?}");
    assert_eq!(event_loop.run_until_complete(async { 42 }), Ok(42));
}

#[test]
fn a_task_that_the_loop_was_stopped_before_goes_on_alone() {
    let (event_loop, told) = told_loop(Loop::builder());
    event_loop.run_task(async {
        Loop::current().expect("it runs").stop();
        interrupt().await;
        panic!("boom");
    });
    assert!(told.borrow().is_empty());
    event_loop.run();
    assert_eq!(*told.borrow(), ["task exception was never retrieved: the task panicked: boom"]);
}
