//! Other threads: `LoopHandle` and `to_thread`; `auto_traits` has who may cross a border.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use boucle::{Elapsed, Instrument, Loop, LoopClosed, RunError, TaskError, now, sleep, to_thread};
use futures_lite::future::poll_once;

#[test]
fn another_thread_spawns_a_future_that_is_not_send() {
    let event_loop = Loop::new();
    let handle = event_loop.handle();
    let other = thread::spawn(move || {
        let task = handle.spawn(|| async {
            let here = Rc::new(Cell::new(1));
            boucle::interrupt().await;
            here.set(here.get() + 1);
            (here.get(), thread::current().id())
        });
        let answer = task.wait(None);
        handle.stop();
        answer
    });
    event_loop.run_forever().expect("it can run");
    let answer = other.join().expect("it does not panic").expect("no limit was set");
    assert_eq!(answer.expect("it ends"), (2, thread::current().id()));
}

#[test]
fn a_panic_of_a_remote_task_reaches_the_other_thread() {
    let event_loop = Loop::new();
    let handle = event_loop.handle();
    let other = thread::spawn(move || {
        let bad = handle.spawn(|| async { panic!("boom") }).wait(None);
        let bad_start = handle
            .spawn(|| {
                panic!("no future");
                #[expect(unreachable_code, reason = "it says what the future would be")]
                async {}
            })
            .wait(None);
        handle.stop();
        (bad, bad_start)
    });
    event_loop.run_forever().expect("it can run");
    let (bad, bad_start) = other.join().expect("it does not panic");
    let error = bad.expect("no limit was set").expect_err("it panics");
    assert_eq!(error.to_string(), "the task panicked: boom");
    let error = bad_start.expect("no limit was set").expect_err("it panics");
    assert_eq!(error.to_string(), "the task panicked: no future");
}

#[test]
fn a_remote_task_can_be_awaited_in_another_loop() {
    let (send, receive) = mpsc::channel();
    let server = thread::spawn(move || {
        let event_loop = Loop::new();
        send.send(event_loop.handle()).expect("the test waits");
        event_loop.run_forever().expect("it can run");
    });
    let handle = receive.recv().expect("the server sends it");
    let doubled = boucle::run(async {
        let task = handle.spawn(|| async { 21 });
        task.await.expect("it ends") * 2
    });
    assert_eq!(doubled, 42);
    handle.stop();
    server.join().expect("it does not panic");
}

#[test]
fn another_thread_cancels_a_remote_task_while_the_loop_sleeps() {
    struct TellsDrop(mpsc::Sender<thread::ThreadId>);
    impl Drop for TellsDrop {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).expect("the test waits");
        }
    }
    let event_loop = Loop::new();
    let handle = event_loop.handle();
    let (begins, has_begun) = mpsc::channel();
    let (drops, is_dropped) = mpsc::channel();
    let other = thread::spawn(move || {
        let task = handle.spawn(|| async move {
            let _held = TellsDrop(drops);
            begins.send(()).expect("the test waits");
            std::future::pending::<()>().await;
        });
        has_begun.recv().expect("it begins");
        // After a turn more nobody looks whether it is to be cancelled: it takes a wake.
        handle.spawn(|| async {}).wait(None).expect("no limit was set").expect("it ends");
        task.cancel();
        task.cancel();
        let answer = task.wait(None);
        handle.stop();
        answer
    });
    event_loop.run_forever().expect("it can run");
    let answer = other.join().expect("it does not panic").expect("no limit was set");
    assert!(matches!(answer, Err(TaskError::Cancelled)));
    // In the thread of the loop, which is this one.
    assert_eq!(is_dropped.recv(), Ok(thread::current().id()));
}

#[test]
fn a_cancelled_remote_task_never_begins_or_keeps_its_result() {
    let event_loop = Loop::new();
    let never = event_loop.handle().spawn(|| async { unreachable!("it was cancelled before") });
    never.cancel();
    let ended = event_loop.handle().spawn(|| async { 42 });
    event_loop.run();
    ended.cancel();
    assert!(matches!(ended.wait(None), Ok(Ok(42))));
    assert!(matches!(never.wait(None), Ok(Err(TaskError::Cancelled))));
}

#[test]
fn a_remote_task_that_nobody_can_cancel_keeps_no_loop_waiting() {
    let event_loop = Loop::new();
    drop(event_loop.handle().spawn(std::future::pending::<()>));
    let ends = event_loop.run_until_complete(std::future::pending::<()>());
    assert_eq!(ends, Err(RunError::Deadlock));
}

#[test]
fn a_closed_loop_answers_that_it_will_not() {
    let event_loop = Loop::new();
    let handle = event_loop.handle();
    let waits = handle.spawn(|| async {});
    event_loop.close().expect("it does not run");
    assert!(matches!(waits.wait(None), Ok(Err(TaskError::Cancelled))));
    assert!(matches!(handle.spawn(|| async {}).wait(None), Ok(Err(TaskError::Cancelled))));
    assert_eq!(handle.call_soon(|| unreachable!()), Err(LoopClosed));
    handle.stop();
}

#[test]
fn a_wait_has_a_limit() {
    let event_loop = Loop::new();
    let task = event_loop.handle().spawn(|| async {});
    // The loop does not run: the answer cannot come.
    assert!(matches!(task.wait(Some(Duration::ZERO)), Err(Elapsed)));
}

#[test]
#[should_panic(expected = "await the task instead of blocking the loop")]
fn a_loop_is_not_blocked_by_waiting_for_itself() {
    boucle::run(async {
        let handle = Loop::current().expect("it runs").handle();
        let _ = handle.spawn(|| async {}).wait(None);
    });
}

#[test]
fn call_soon_from_another_thread_runs_with_the_loop_current() {
    let event_loop = Loop::new();
    let handle = event_loop.handle();
    let other = thread::spawn(move || {
        handle.call_soon(|| Loop::current().expect("a call is in its loop").stop())
    });
    event_loop.run_forever().expect("it can run");
    assert_eq!(other.join().expect("it does not panic"), Ok(()));
}

#[test]
fn what_blocks_runs_elsewhere_and_its_panic_is_an_error() {
    boucle::run(async {
        assert_eq!(to_thread(|| 40 + 2).await.expect("it does not panic"), 42);
        let error = to_thread(|| panic!("boom")).await.map(|(): ()| ()).expect_err("it panics");
        assert_eq!(error.to_string(), "the task panicked: boom");
    });
}

#[test]
fn closing_a_loop_does_not_wait_for_a_call_that_is_stuck() {
    let (send, receive) = mpsc::channel::<()>();
    let event_loop = Loop::new();
    let task = event_loop.add_task(to_thread(move || receive.recv().is_ok()));
    event_loop.run_until_complete(boucle::interrupt()).expect("it can run");
    event_loop.close().expect("it does not run");
    assert!(task.cancelled());
    drop(send);
}

#[test]
fn a_thread_whose_answer_nobody_awaits_is_waited_for() {
    struct SaysThatItSleeps(mpsc::Sender<()>);
    impl Instrument for SaysThatItSleeps {
        fn before_wait(&self, _timeout: Option<Duration>) {
            // The thread may have ended before.
            let _ = self.0.send(());
        }
    }
    let (send, receive) = mpsc::channel();
    let event_loop =
        Loop::builder().virtual_time(true).instrument(Rc::new(SaysThatItSleeps(send))).build();
    let has_ended = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&has_ended);
    let ended = event_loop.run_until_complete(async {
        let answer = to_thread(move || {
            // Nobody ever says it to whom the loop does not sleep.
            ends.store(receive.recv().is_ok(), Ordering::Release);
        });
        // It begins, and nobody waits for its end.
        assert!(poll_once(answer).await.is_none());
        std::future::pending::<()>().await;
    });
    assert_eq!(ended, Err(RunError::Deadlock));
    assert!(has_ended.load(Ordering::Acquire), "the loop has not waited for it");
}

#[test]
fn outside_of_a_loop_the_time_is_that_of_the_one_that_was_set() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let start = event_loop.run_until_complete(async { now() }).expect("it ends");
    event_loop.run_until_complete(sleep(Duration::from_secs(3600))).expect("it ends");
    Loop::set_current(Some(&event_loop));
    assert_eq!(now() - start, Duration::from_secs(3600));
    assert_eq!(sleep(Duration::from_secs(1)).deadline(), Some(now() + Duration::from_secs(1)));
    Loop::set_current(None);
}

#[test]
fn a_weak_handle_reaches_a_loop_that_does_not_wait_for_it() {
    let event_loop = Loop::new();
    let handle = event_loop.weak_handle();
    // Nobody else could wake it: a handle of the other kind would let it sleep.
    assert_eq!(event_loop.run_until_complete(pending::<()>()), Err(RunError::Deadlock));
    let other = thread::spawn(move || {
        handle.call_soon(|| Loop::current().expect("it is called there").stop()).is_ok()
    });
    // A loop that runs for ever is stopped by it.
    event_loop.run_forever().expect("it is stopped");
    assert!(other.join().expect("it asks once"));
    let handle = event_loop.weak_handle();
    drop(event_loop);
    assert!(handle.call_soon(|| ()).is_err() && !handle.is_current());
}

#[test]
fn a_weak_handle_knows_whether_its_loop_is_the_current_one() {
    let (event_loop, other) = (Loop::new(), Loop::new());
    let (handle, weak) = (event_loop.weak_handle(), other.weak_handle());
    assert!(!handle.is_current());
    let inside = event_loop.run_until_complete(async { (handle.is_current(), weak.is_current()) });
    assert_eq!(inside, Ok((true, false)));
    // One that was set is current where this thread is in none.
    Loop::set_current(Some(&other));
    assert!(weak.is_current() && !handle.is_current());
    let inside = event_loop.run_until_complete(async { weak.is_current() });
    assert_eq!(inside, Ok(false));
    Loop::set_current(None);
    assert!(!weak.is_current());
}
