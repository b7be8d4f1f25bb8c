//! A loop's life: run step by step, stopped, nested, closed, used after its end.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use boucle::{Loop, RunEnd, RunError, current_task, interrupt, sleep, spawn};

use super::transcript::{OnDrop, Says, Transcript, job, now_of, virtual_loop};

#[test]
fn run_until_complete_goes_on_step_by_step_with_what_is_left() {
    let ((event_loop, _), transcript) = (virtual_loop(), Transcript::default());
    let start = now_of(&event_loop);
    drop(event_loop.add_task(job(transcript.clone(), start, "short", 1)));
    drop(event_loop.add_task(job(transcript.clone(), start, "long", 3)));
    event_loop.run_until_complete(job(transcript.clone(), start, "medium", 2)).unwrap();
    transcript.say("done");
    event_loop.run_until_complete(sleep(Duration::from_millis(500))).unwrap();
    transcript.say("half a second more");
    event_loop.run();
    let expected = "\
0 >>> short
0 >>> long
0 >>> medium
1 <<< short
2 <<< medium
done
half a second more
3 <<< long
";
    assert_eq!(transcript.take(), expected);
}

#[test]
fn what_is_left_runs_with_the_next_run_forever() {
    let ((event_loop, _), transcript) = (virtual_loop(), Transcript::default());
    let start = now_of(&event_loop);
    drop(event_loop.add_task(job(transcript.clone(), start, "long", 2)));
    event_loop.run_until_complete(job(transcript.clone(), start, "short", 1)).unwrap();
    transcript.say("done");
    let says = transcript.clone();
    drop(event_loop.add_task(async move {
        sleep(Duration::from_secs(4)).await;
        says.say("stop");
        Loop::current().unwrap().stop();
    }));
    assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    let expected = "0 >>> long\n0 >>> short\n1 <<< short\ndone\n2 <<< long\nstop\n";
    assert_eq!(transcript.take(), expected);
}

#[test]
fn stop_is_a_flag_and_the_turn_is_finished_first() {
    let ((event_loop, _), transcript) = (virtual_loop(), Transcript::default());
    for name in ["before", "stop", "after"] {
        let says = transcript.clone();
        drop(event_loop.add_task(async move {
            says.say(name);
            if name == "stop" {
                let () = Loop::current().unwrap().stop();
                says.say("still here");
            }
            interrupt().await;
            says.say(format!("{name} again"));
        }));
    }
    assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    assert_eq!(transcript.take(), "before\nstop\nstill here\nafter\n");
    event_loop.run();
    assert_eq!(transcript.take(), "before again\nstop again\nafter again\n");
}

#[test]
fn a_stop_before_a_run_makes_it_one_turn() {
    type Run = fn(&Loop);
    let runs: [(&str, Run); 3] = [
        ("run", |event_loop| event_loop.run()),
        ("run_forever", |event_loop| {
            assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
        }),
        ("run_until_complete", |event_loop| {
            assert_eq!(event_loop.run_until_complete(pending::<()>()), Err(RunError::Stopped));
        }),
    ];
    for (name, run) in runs {
        let ((event_loop, _), n_turns) = (virtual_loop(), Rc::new(Cell::new(0)));
        let counts = Rc::clone(&n_turns);
        drop(event_loop.add_task(async move {
            loop {
                counts.set(counts.get() + 1);
                interrupt().await;
            }
        }));
        event_loop.stop();
        run(&event_loop);
        assert_eq!(n_turns.get(), 1, "{name}");
    }
}

#[test]
fn a_stop_in_the_turn_of_the_end_loses_no_value() {
    let (event_loop, _) = virtual_loop();
    let stops = async {
        Loop::current().unwrap().stop();
        42
    };
    assert_eq!(event_loop.run_until_complete(stops), Ok(42));
    assert_eq!(event_loop.run_until_complete(pending::<()>()), Err(RunError::Deadlock));
}

/// Tries everything that would run a loop inside a loop.
fn try_to_nest(event_loop: &Loop) {
    for it in [event_loop, &Loop::new()] {
        assert_eq!(it.run_until_complete(async {}), Err(RunError::AlreadyRunning));
        assert_eq!(it.run_forever(), Err(RunError::AlreadyRunning));
        assert_eq!(it.close(), Err(RunError::AlreadyRunning));
    }
}

#[test]
fn a_nested_run_is_refused_and_the_outer_loop_is_unharmed() {
    let (event_loop, reports) = virtual_loop();
    let here = event_loop.clone();
    let in_drop = OnDrop(move || try_to_nest(&here));
    let here = event_loop.clone();
    let task = event_loop.add_task(async move {
        try_to_nest(&here);
        interrupt().await;
        drop(in_drop);
        here.run();
    });
    let value = event_loop.run_until_complete(async {
        sleep(Duration::from_secs(1)).await;
        42
    });
    assert_eq!(value, Ok(42));
    let error = task.exception().unwrap().expect("`run` panics where the others return an error");
    assert_eq!(error.message(), RunError::AlreadyRunning.to_string());
    assert_eq!(reports.take(), "");
}

#[test]
fn close_drops_all_tasks_with_the_loop_current_and_what_they_spawn() {
    let ((event_loop, reports), transcript) = (virtual_loop(), Transcript::default());
    let says = transcript.clone();
    let spawns = OnDrop(move || {
        assert!(Loop::current().unwrap().is_closed());
        assert!(current_task().is_some());
        let child = Says(says.clone(), "child dropped");
        drop(spawn(async move {
            child.0.say("never polled");
        }));
    });
    let says = Says(transcript.clone(), "other dropped");
    let parent = event_loop.add_task(async move {
        let _spawns = spawns;
        pending::<()>().await;
    });
    let other = event_loop.add_task(async move {
        let _says = says;
        pending::<()>().await;
    });
    event_loop.stop();
    event_loop.run();
    assert_eq!(event_loop.close(), Ok(()));
    assert_eq!(transcript.take(), "other dropped\nchild dropped\n");
    assert!(parent.cancelled() && other.cancelled());
    assert_eq!(reports.take(), "");
    assert!(Loop::current().is_err());
}

#[test]
fn dropping_the_last_clone_closes() {
    let ((event_loop, _), transcript) = (virtual_loop(), Transcript::default());
    let says = Says(transcript.clone(), "dropped");
    let task = event_loop.add_task(async move { drop(says) });
    drop(event_loop.clone());
    assert!(!task.done());
    drop(event_loop);
    assert!(task.cancelled());
    assert_eq!(transcript.take(), "dropped\n");
}

/// Spawns a task when it is dropped; the task keeps what says that it is gone.
struct Spawns(Arc<()>);

impl Drop for Spawns {
    fn drop(&mut self) {
        let alive = Arc::clone(&self.0);
        drop(spawn(async move { drop(alive) }));
    }
}

#[test]
fn a_call_that_is_not_made_may_spawn_as_the_loop_closes() {
    let (event_loop, alive) = (Loop::new(), Arc::new(()));
    let spawns = Spawns(Arc::clone(&alive));
    event_loop.handle().call_soon(move || drop(spawns)).unwrap();
    drop(event_loop);
    assert_eq!(Arc::strong_count(&alive), 1);
}

/// Spawns a task that spawns such a task when it is dropped, and so on, `n` times.
fn spawn_from_drop(n: u32) {
    if n > 0 {
        let again = OnDrop(move || spawn_from_drop(n - 1));
        drop(spawn(async move {
            let _again = again;
            pending::<()>().await;
        }));
    }
}

#[test]
fn a_long_chain_of_destructors_that_spawn_is_dropped_to_its_end() {
    let (event_loop, _) = virtual_loop();
    event_loop.run_until_complete(async { spawn_from_drop(90) }).unwrap();
    assert_eq!(event_loop.close(), Ok(()));
    assert!(format!("{event_loop:?}").ends_with(" 0 tasks>"));
}

#[test]
fn a_chain_of_destructors_without_end_does_not_hang_the_close() {
    let (event_loop, _) = virtual_loop();
    event_loop.run_until_complete(async { spawn_from_drop(u32::MAX) }).unwrap();
    assert_eq!(event_loop.close(), Ok(()));
    assert!(event_loop.is_closed());
}

#[test]
fn a_closed_loop_says_so() {
    let (event_loop, _) = virtual_loop();
    event_loop.close().unwrap();
    assert_eq!(event_loop.close(), Ok(()));
    assert_eq!(event_loop.run_until_complete(async {}), Err(RunError::Closed));
    assert_eq!(event_loop.run_forever(), Err(RunError::Closed));
    assert!(event_loop.is_closed() && !event_loop.is_running());
    event_loop.stop();
    let added = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(event_loop.add_task(async {}));
    }));
    let message = *added.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!(message, "the loop is closed: make another one to run tasks on");
}

#[test]
fn the_current_loop_is_the_running_one_else_the_one_that_was_set() {
    let name = |it: &Loop| it.add_task(async {}).id().to_string();
    let (set, running) = (Loop::new(), Loop::new());
    drop(running.add_task(async {}));
    assert!(Loop::set_current(Some(&set)).is_none());
    assert_eq!(name(&Loop::current().unwrap()), "1");
    running.run_until_complete(async { assert_eq!(name(&Loop::current().unwrap()), "3") }).unwrap();
    assert_eq!(name(&Loop::current().unwrap()), "2");
    let panics = std::panic::AssertUnwindSafe(|| running.run_until_complete(async { panic!() }));
    let _: Box<_> = std::panic::catch_unwind(panics).map(|it: Result<(), _>| it).unwrap_err();
    assert_eq!(name(&Loop::set_current(None).unwrap()), "3");
    assert!(Loop::current().is_err());
}

#[test]
fn a_deadlock_is_an_error_and_the_loop_can_be_used_again() {
    let ((event_loop, _), transcript) = (virtual_loop(), Transcript::default());
    let says = Says(transcript.clone(), "dropped");
    let never = async move {
        let _says = says;
        pending::<()>().await;
    };
    assert_eq!(event_loop.run_until_complete(never), Err(RunError::Deadlock));
    assert_eq!(transcript.take(), "dropped\n");
    assert_eq!(event_loop.run_until_complete(async { 42 }), Ok(42));
    let stuck = event_loop.add_task(pending::<()>());
    let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| event_loop.run()));
    let message = *run.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(message, RunError::Deadlock.to_string());
    assert!(stuck.cancel());
    event_loop.run();
    assert!(stuck.cancelled());
}

#[test]
fn a_future_that_borrows_is_gone_when_the_run_is_over() {
    let (event_loop, _) = virtual_loop();
    let mut words = vec!["one"];
    let mut borrows = async |word, seconds| {
        words.push(word);
        sleep(Duration::from_secs(seconds)).await;
        words.len()
    };
    assert_eq!(event_loop.run_until_complete(borrows("two", 1)), Ok(2));
    event_loop.stop();
    assert_eq!(event_loop.run_until_complete(borrows("three", 1)), Err(RunError::Stopped));
    // Dropped before its first poll: it is the one that the turn did not come to.
    let mut waker = None;
    let keeps_a_waker = poll_fn(|cx| {
        waker = Some(cx.waker().clone());
        cx.waker().wake_by_ref();
        words.pop();
        Poll::<()>::Pending
    });
    event_loop.stop();
    assert_eq!(event_loop.run_until_complete(keeps_a_waker), Err(RunError::Stopped));
    assert_eq!(words, ["one", "two"]);
    drop(words);
    waker.unwrap().wake();
    assert_eq!(event_loop.run_until_complete(async { 42 }), Ok(42));
}
