//! Stages 4 and 5: `Loop`, `add_task`, `run`, `run_task`, `Loop::current`.

use std::task::Waker;
use std::thread;

use stage5::{Coroutine, Loop, interrupt, sleep};
use world::println;
use world::time::Duration;

use crate::coroutine::panic_message;

/// Says its name twice, a turn apart.
async fn twice(name: &str) {
    println!("{name} starts");
    interrupt().await;
    println!("{name} ends");
}

/// What a program prints, on one line.
fn line(program: impl FnOnce()) -> String {
    world::record(program).output().trim_end().replace('\n', ", ")
}

#[test]
fn running_an_empty_loop_returns_at_once() {
    assert_eq!(line(|| Loop::new().run()), "");
}

#[test]
fn an_added_task_is_not_started() {
    assert_eq!(line(|| Loop::new().add_task(twice("a"))), "");
}

#[test]
fn run_takes_the_tasks_in_the_order_in_which_they_were_added() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(twice("a"));
        event_loop.add_task(twice("b"));
        event_loop.run();
    };
    assert_eq!(line(program), "a starts, b starts, a ends, b ends");
}

#[test]
fn add_task_takes_a_task_that_was_already_started() {
    let program = || {
        let mut started: Coroutine = Box::pin(twice("a"));
        assert!(world::step(&mut started, Waker::noop()).is_pending());
        println!("added");
        Loop::new().run_task(started);
    };
    assert_eq!(line(program), "a starts, added, a ends");
}

#[test]
fn run_task_runs_everything_in_the_loop() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(twice("other"));
        event_loop.run_task(twice("mine"));
    };
    assert_eq!(line(program), "other starts, mine starts, other ends, mine ends");
}

#[test]
fn a_loop_can_be_run_again_and_has_forgotten_what_ended() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.run_task(twice("first"));
        event_loop.run();
        event_loop.run_task(twice("second"));
    };
    assert_eq!(line(program), "first starts, first ends, second starts, second ends");
}

#[test]
fn a_clone_is_the_same_loop() {
    let program = || {
        let event_loop = Loop::new();
        let clone = event_loop.clone();
        event_loop.add_task(async move {
            println!("adds");
            clone.add_task(twice("child"));
        });
        event_loop.run();
    };
    assert_eq!(line(program), "adds, child starts, child ends");
}

#[test]
fn a_task_added_meanwhile_goes_behind_those_that_wait() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(async {
            Loop::current().expect("it runs").add_task(twice("child"));
            println!("added");
        });
        event_loop.add_task(twice("other"));
        event_loop.run();
    };
    assert_eq!(line(program), "added, other starts, child starts, other ends, child ends");
}

#[test]
fn a_panic_ends_the_run_and_leaves_the_other_tasks_in_the_loop() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(async {
            interrupt().await;
            panic!("boom");
        });
        event_loop.add_task(twice("a"));
        event_loop.add_task(twice("b"));
        assert_eq!(panic_message(|| event_loop.run()), "boom");
        println!("run again");
        event_loop.run();
    };
    assert_eq!(line(program), "a starts, b starts, run again, a ends, b ends");
}

#[test]
fn there_is_no_current_loop_before_the_first_run() {
    // A thread of its own: nothing has run there.
    let none = thread::spawn(|| Loop::current().is_none()).join().expect("it does not panic");
    assert!(none);
}

#[test]
fn a_task_reaches_the_loop_that_runs_it_from_any_function() {
    fn deep_down() {
        let event_loop = Loop::current().expect("a task calls this");
        event_loop.add_task(twice("child"));
    }
    let program = || {
        Loop::new().run_task(async {
            deep_down();
            println!("parent ends");
        });
    };
    assert_eq!(line(program), "parent ends, child starts, child ends");
}

#[test]
fn after_a_run_the_current_loop_is_still_the_last_that_ran() {
    let program = || {
        Loop::new().run_task(async {});
        let last = Loop::current().expect("one has run");
        last.run_task(twice("later"));
    };
    assert_eq!(line(program), "later starts, later ends");
}

#[test]
fn a_loop_inside_a_loop_stays_the_current_one() {
    // The slides' loop does the same.
    let program = || {
        let outer = Loop::new();
        outer.add_task(async {
            Loop::new().run_task(twice("inner"));
            Loop::current().expect("two have run").add_task(twice("lost"));
        });
        outer.run();
        println!("the outer loop has no task left");
        Loop::current().expect("two have run").run();
    };
    assert_eq!(
        line(program),
        "inner starts, inner ends, the outer loop has no task left, lost starts, lost ends"
    );
}

#[test]
fn each_thread_has_a_current_loop_of_its_own() {
    let program = || {
        Loop::new().run_task(async {
            let none = thread::spawn(|| Loop::current().is_none()).join();
            println!("none in the other thread: {}", none.expect("it does not panic"));
        });
    };
    assert_eq!(line(program), "none in the other thread: true");
}

#[test]
fn run_task_of_a_sleeping_task_takes_its_time() {
    let recording = world::record(|| {
        Loop::new().run_task(async { sleep(Duration::from_secs(3)).await });
        println!("returned");
    });
    assert_eq!(recording.to_string(), "   3.001 returned\n");
}
