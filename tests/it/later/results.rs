//! Stage 11: `Task`, its result, its panic, and who hears of it.

use std::panic;

use stage11::{Loop, TaskError, gather, interrupt, sleep};
use world::println;
use world::time::Duration;

use super::{line, record};

/// Sleeps, then returns.
async fn returns(seconds: u64) -> u64 {
    sleep(Duration::from_secs(seconds)).await;
    seconds
}

/// What is told of panics that nobody has read.
fn told(program: impl FnOnce()) -> String {
    record(program).errors()
}

/// What stderr says of one.
const BOOM: &str = "task exception was never retrieved: the task panicked: boom\n";

#[test]
fn a_result_is_there_at_the_end_and_can_be_read_again() {
    record(|| {
        let event_loop = Loop::new();
        let task = event_loop.add_task(returns(3));
        assert!(!task.done());
        assert!(matches!(task.result(), Err(TaskError::Pending)));
        event_loop.run();
        assert!(task.done());
        assert!(matches!(task.result(), Ok(3)));
        assert!(matches!(task.result(), Ok(3)));
    });
}

#[test]
fn a_task_can_be_awaited_before_its_end_and_after() {
    record(|| {
        let event_loop = Loop::new();
        let early = event_loop.add_task(returns(1));
        let late = event_loop.add_task(async { "there" });
        let both = event_loop.run_until_complete(async move {
            let one = early.await.expect("it does not panic");
            assert!(late.done());
            (one, late.await.expect("it does not panic"))
        });
        assert!(matches!(both, Ok((1, "there"))));
    });
}

#[test]
fn a_panic_is_given_to_who_awaits() {
    let program = || {
        let event_loop = Loop::new();
        let task = event_loop.add_task(async { panic!("boom") });
        let heard = event_loop.run_until_complete(async { task.await.map(|()| "nothing") });
        println!("{}", heard.expect("this one does not panic").expect_err("that one does"));
    };
    assert_eq!(line(program), "the task panicked: boom");
    assert_eq!(told(program), "");
}

#[test]
fn a_panic_that_nobody_reads_is_told_when_nobody_can_any_more() {
    // Nobody holds it: at its end.
    assert_eq!(told(|| Loop::new().run_task(async { panic!("boom") })), BOOM);
    // Somebody does: when they let go.
    let recording = record(|| {
        let event_loop = Loop::new();
        let task = event_loop.add_task(async { panic!("boom") });
        event_loop.run();
        println!("ended");
        drop(task);
    });
    assert_eq!(recording.to_string(), format!("   0.000 ended\n   0.000 ! {BOOM}"));
}

#[test]
fn a_panic_that_was_read_is_not_told() {
    let program = || {
        let event_loop = Loop::new();
        let task = event_loop.add_task(async { panic!("boom") });
        assert!(matches!(task.result(), Err(TaskError::Pending))); // Too early to count.
        event_loop.run();
        assert!(task.result().is_err());
    };
    assert_eq!(told(program), "");
    let not_read = || {
        let event_loop = Loop::new();
        let task = event_loop.add_task(async { panic!("boom") });
        assert!(task.result().is_err());
        event_loop.run();
    };
    assert_eq!(told(not_read), BOOM);
}

#[test]
fn a_panic_is_kept_with_whatever_it_says() {
    let program = || {
        let event_loop = Loop::new();
        let text = event_loop.run_until_complete(async { panic!("{} {}", "boom", 42) });
        let nothing = event_loop.run_until_complete(async { panic::panic_any(42) });
        for result in [text, nothing] {
            let error: TaskError = result.map(|()| "a value").expect_err("both panic");
            println!("{error}");
        }
    };
    assert_eq!(line(program), "the task panicked: boom 42, the task panicked: (no message)");
}

#[test]
fn a_task_that_nobody_holds_goes_on() {
    let program = || {
        let event_loop = Loop::new();
        drop(event_loop.add_task(async {
            interrupt().await;
            println!("goes on");
        }));
        event_loop.run();
    };
    assert_eq!(line(program), "goes on");
}

#[test]
fn gather_returns_the_values_in_order() {
    record(|| {
        let values = Loop::new().run_until_complete(gather([returns(3), returns(1), returns(2)]));
        assert_eq!(values.expect("it ends").expect("none panics"), [3, 1, 2]);
        let none =
            Loop::new().run_until_complete(gather([returns as fn(u64) -> _; 0].map(|it| it(0))));
        assert!(none.expect("it ends").expect("none panics").is_empty());
    });
}

#[test]
fn gather_returns_a_failure_and_the_others_go_on() {
    let program = || {
        let event_loop = Loop::new();
        let may_fail = |fails: bool| async move {
            interrupt().await;
            assert!(!fails, "boom");
            sleep(Duration::from_secs(1)).await;
            println!("goes on");
        };
        let values = event_loop.run_until_complete(gather([may_fail(true), may_fail(false)]));
        println!("{}", values.expect("gather does not panic").expect_err("one does"));
        event_loop.run();
    };
    assert_eq!(line(program), "the task panicked: boom, goes on");
}

#[test]
fn run_until_complete_returns_and_leaves_the_others() {
    let program = || {
        let event_loop = Loop::new();
        let long = event_loop.add_task(returns(2));
        let short = event_loop.run_until_complete(returns(1));
        println!("{} {}", short.expect("it does not panic"), long.done());
        event_loop.run();
        println!("{}", long.done());
    };
    assert_eq!(record(program).to_string(), "   1.000 1 false\n   2.000 true\n");
}

#[test]
fn a_recorded_program_can_exit_from_a_task_that_keeps_panics() {
    let recording = record(|| {
        Loop::new().run_task(async { world::process::exit(3) });
        println!("never");
    });
    assert_eq!((recording.status(), recording.output().as_str()), (3, ""));
}
