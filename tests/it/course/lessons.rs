//! What the course says in words, and shows in no program.

use std::cell::Cell;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::thread;

use boucle::{Loop, RunEnd, RunError, TaskError, interrupt, spawn};

use super::examples::course;
use super::recorded_loop;

#[test]
#[should_panic = "start_timer comes first"]
fn a_stopwatch_that_was_not_started_shows_nothing() {
    course::show_timer("too early");
}

#[test]
fn a_loop_with_nothing_to_do_waits_until_somebody_stops_it() {
    let event_loop = Loop::new();
    let handle = event_loop.handle();
    let stopper = thread::spawn(move || handle.stop());
    assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    stopper.join().expect("it only stops the loop");
}

#[test]
fn a_new_loop_that_is_set_leaves_the_tasks_with_the_old_one() {
    let old = Loop::new();
    Loop::set_current(Some(&old));
    let task = spawn(async {});
    let new = Loop::new();
    Loop::set_current(Some(&new));
    let other = spawn(async {});
    new.run();
    assert_eq!((task.done(), other.done()), (false, true));
    old.run();
    assert!(task.done());
}

#[test]
fn inside_a_task_the_current_loop_is_the_one_that_runs_whichever_was_set() {
    let (set, running) = (recorded_loop(), Loop::new());
    Loop::set_current(Some(&set));
    let stopped = async {
        Loop::current().expect("one runs").stop();
        interrupt().await;
    };
    assert_eq!(running.run_until_complete(stopped), Err(RunError::Stopped));
    // The flag was raised in that loop, not in the one that was set.
    assert_eq!(set.run_until_complete(interrupt()), Ok(()));
}

#[test]
fn a_failure_comes_out_of_run_until_complete() {
    let event_loop = recorded_loop();
    let task = event_loop.add_task(async { 42 });
    let run = || event_loop.run_until_complete(async { panic!("boom") });
    let panicked = panic::catch_unwind(AssertUnwindSafe(run)).expect_err("it fails");
    assert_eq!(panicked.downcast_ref(), Some(&"boom"));
    // The loop has lost nothing, and can go on.
    event_loop.run();
    assert_eq!(*task.result().expect("it does not fail"), 42);
}

#[test]
fn a_task_has_a_stack_of_its_own_where_nobody_else_catches() {
    let event_loop = recorded_loop();
    let caught_by_parent = Rc::new(Cell::new(false));
    let caught = Rc::clone(&caught_by_parent);
    event_loop.run_task(async move {
        // The parent would catch what is thrown while it spawns; nothing is.
        let spawned = panic::catch_unwind(|| spawn(async { panic!("boom") }));
        caught.set(spawned.is_err());
        let end = spawned.expect("spawning runs nothing").await;
        assert!(matches!(end, Err(TaskError::Panicked(_))));
    });
    assert!(!caught_by_parent.get());
}
