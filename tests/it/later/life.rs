//! Stage 12: `run_forever`, `stop`, what is left of a run, and which loop a thread has.

use std::thread;

use stage12::{Loop, TaskError, gather, interrupt, sleep, spawn};
use world::time::Duration;
use world::{Recorder, println};

use super::{line, record};
use crate::coroutine::panic_message;

/// Says when it starts and when it ends.
async fn job(name: &str, seconds: u64) {
    println!(">>> {name}");
    sleep(Duration::from_secs(seconds)).await;
    println!("<<< {name}");
}

/// Stops the loop that it runs in.
fn stop() {
    Loop::current().expect("a task runs in a loop").stop();
}

#[test]
fn a_spawned_task_starts_at_the_next_turn() {
    let program = || {
        Loop::new().run_task(async {
            spawn(async { println!("child") });
            println!("parent");
            interrupt().await;
            println!("parent again");
        });
    };
    assert_eq!(line(program), "parent, child, parent again");
}

#[test]
fn neither_await_nor_gather_is_a_fork() {
    // Awaited, c2 holds up c1; gathered, c1 waits for it as well: « <<< c1 » comes after 2 s only in a fork.
    let awaited = || {
        Loop::new().run_task(async {
            job("c2", 2).await;
            println!("<<< c1");
        });
    };
    assert_eq!(line(awaited), ">>> c2, <<< c2, <<< c1");
    let gathered = || {
        Loop::new().run_task(async {
            gather([job("c2", 2), job("c1", 1)]).await.expect("none panics");
            println!("c1 goes on");
        });
    };
    assert_eq!(line(gathered), ">>> c2, >>> c1, <<< c1, <<< c2, c1 goes on");
}

#[test]
fn a_run_until_complete_does_not_wait_for_what_was_forked() {
    let program = || {
        let event_loop = Loop::new();
        let forks = async {
            spawn(job("c3", 3));
            job("c2", 1).await;
        };
        event_loop.run_until_complete(forks).expect("nobody stops it");
        println!("done");
    };
    assert_eq!(line(program), ">>> c2, >>> c3, <<< c2, done");
}

#[test]
fn a_fork_that_is_stopped_half_way_goes_on_at_the_next_run() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(async {
            job("c1", 1).await;
            spawn(job("c2", 2));
            sleep(Duration::from_secs(1)).await;
            stop();
        });
        event_loop.run_forever();
        println!("bye");
        event_loop.run();
    };
    assert_eq!(
        record(program).to_string(),
        "   0.000 >>> c1\n   1.000 <<< c1\n   1.000 >>> c2\n   2.000 bye\n   3.000 <<< c2\n"
    );
}

#[test]
fn stop_lets_the_turn_be_finished() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(async {
            stop();
            println!("after stop");
            interrupt().await;
            println!("next turn");
        });
        event_loop.add_task(async { println!("same turn") });
        event_loop.run_forever();
        println!("stopped");
        event_loop.run();
    };
    assert_eq!(line(program), "after stop, same turn, stopped, next turn");
}

#[test]
fn stop_before_a_run_makes_it_a_single_turn() {
    let recording = record(|| {
        let event_loop = Loop::new();
        event_loop.add_task(job("job", 1));
        event_loop.stop();
        event_loop.run_forever();
        println!("one turn");
        event_loop.stop();
        event_loop.run_forever();
        println!("one more, and no sleep");
    });
    assert_eq!(
        recording.to_string(),
        "   0.000 >>> job\n   0.000 one turn\n   0.000 one more, and no sleep\n"
    );
}

#[test]
fn a_stop_counts_once() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.stop();
        event_loop.run_forever();
        event_loop.run_task(job("job", 1));
    };
    assert_eq!(line(program), ">>> job, <<< job");
}

#[test]
fn a_run_until_complete_that_is_stopped_has_no_value_and_its_task_goes_on() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(async { stop() });
        let stopped = event_loop.run_until_complete(job("job", 1));
        assert!(matches!(stopped, Err(TaskError::Pending)));
        println!("stopped");
        event_loop.run();
    };
    assert_eq!(line(program), ">>> job, stopped, <<< job");
}

#[test]
fn run_forever_with_nothing_to_do_sleeps() {
    let recorder = Recorder::new().patience(Duration::ZERO).poll_limit(3);
    let message = panic_message(|| {
        recorder.record(|| Loop::new().run_forever());
    });
    assert!(message.contains("is everyone waiting for something that never comes?"), "{message}");
}

#[test]
fn times_pass_while_the_loop_is_stopped() {
    let program = || {
        let event_loop = Loop::new();
        event_loop.add_task(job("long", 3));
        event_loop.run_until_complete(job("short", 1)).expect("nobody stops it");
        world::thread::sleep(Duration::from_secs(1));
        println!("meanwhile");
        event_loop.run();
    };
    // On the original time line: not 4.
    let transcript = record(program).to_string();
    assert!(transcript.ends_with("   2.000 meanwhile\n   3.000 <<< long\n"), "{transcript}");
}

#[test]
fn a_thread_has_the_loop_that_runs_else_the_one_that_was_set() {
    let program = || {
        assert!(Loop::current().is_none());
        let event_loop = Loop::new();
        event_loop.run_task(async { assert!(Loop::current().is_some()) });
        assert!(Loop::current().is_none(), "it is what it was before");

        assert!(Loop::set_current(Some(&event_loop)).is_none());
        let task = spawn(async { println!("in the one that was set") });
        Loop::new().run_task(async {
            spawn(async { println!("in the one that runs") });
        });
        println!("then");
        event_loop.run();
        assert!(task.done());
        assert!(Loop::set_current(None).is_some());
        assert!(Loop::current().is_none());
    };
    assert_eq!(line(program), "in the one that runs, then, in the one that was set");
}

#[test]
fn a_new_loop_leaves_the_tasks_with_the_old_one() {
    let program = || {
        let old = Loop::new();
        old.add_task(async { println!("old") });
        Loop::set_current(Some(&old));
        Loop::set_current(Some(&Loop::new()));
        Loop::current().expect("one was set").run();
        println!("nothing so far");
        old.run();
        Loop::set_current(None);
    };
    assert_eq!(line(program), "nothing so far, old");
}

#[test]
fn no_loop_runs_inside_another() {
    let program = || {
        let event_loop = Loop::new();
        let same = event_loop.clone();
        for inner in [same, Loop::new()] {
            let task = event_loop.add_task(async move { inner.run() });
            event_loop.run();
            println!("{}", task.result().expect_err("it must not"));
        }
        event_loop.run_task(async { println!("and goes on") });
    };
    let rule =
        "the task panicked: a loop is already running on this thread: await, or spawn a task";
    assert_eq!(line(program), format!("{rule}, {rule}, and goes on"));
}

#[test]
fn a_thread_without_a_loop_is_told_so() {
    let message = thread::spawn(|| panic_message(|| drop(spawn(async {}))));
    let message = message.join().expect("it was caught");
    assert_eq!(message, "no loop runs on this thread, and none was set");
}

#[test]
fn each_thread_has_a_loop_of_its_own() {
    Loop::new().run_task(async {
        let threads = [1, 2, 3].map(|n| {
            thread::spawn(move || {
                assert!(Loop::current().is_none());
                let both =
                    async move { gather([1, 10].map(|times| async move { times * n })).await };
                Loop::new().run_until_complete(both).expect("it ends").expect("none panics")
            })
        });
        let values = threads.map(|it| it.join().expect("it does not panic"));
        assert_eq!(values, [[1, 10], [2, 20], [3, 30]]);
    });
}
