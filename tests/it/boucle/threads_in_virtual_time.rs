//! Virtual time stands still while a thread works for the loop, and goes on while none does.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use boucle::{Elapsed, Loop, gather, now, quiescent, sleep, spawn, to_thread};
use futures::StreamExt;

use super::transcript::Transcript;

/// A second of virtual time.
const SECOND: Duration = Duration::from_secs(1);

/// Runs a test in a loop of virtual time; if its time stands still for ever, the test fails.
fn run<F: Future>(test: impl FnOnce(Transcript) -> F + Send + 'static) -> String {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let event_loop = Loop::builder().virtual_time(true).build();
        let log = Transcript::default();
        let ended = event_loop.run_until_complete(test(log.clone()));
        // Dropped if that has panicked: then nothing is received.
        send.send(ended.map(|_| log.words())).expect("the test waits");
    });
    let ended = receive.recv_timeout(Duration::from_secs(10)).expect("time goes on");
    ended.expect("it ends")
}

#[test]
fn virtual_time_stands_still_while_a_thread_works() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let (send, receive) = mpsc::channel::<()>();
    event_loop.add_task(async move {
        boucle::interrupt().await;
        // By now the other thread waits for this, and the loop's other task for an hour.
        send.send(()).expect("the thread waits");
    });
    let passed = event_loop.run_until_complete(async {
        let start = now();
        let hour = boucle::timeout(
            Duration::from_secs(3600),
            to_thread(move || receive.recv().expect("the task sends")),
        );
        hour.await.expect("the thread is in time").expect("it does not panic");
        now() - start
    });
    assert_eq!(passed, Ok(Duration::ZERO));
}

#[test]
fn time_goes_on_when_the_thread_is_done_though_nobody_asks_for_its_answer() {
    let words = run(|log| async move {
        let (send, receive) = mpsc::channel();
        let mut answer = Box::pin(to_thread(move || receive.recv().expect("the loop sends")));
        assert!(futures::poll!(&mut answer).is_pending());
        send.send(42).expect("the thread waits");
        let start = now();
        sleep(SECOND).await;
        log.say(format!("{:?}", now() - start));
        log.say(answer.await.expect("it does not panic").to_string());
    });
    assert_eq!(words, "1s 42");
}

#[test]
fn time_goes_on_between_the_answers_of_a_stream_of_calls() {
    let words = run(|log| async move {
        let calls = futures::stream::iter(0..4).map(|n| to_thread(move || n));
        let mut answers = calls.buffered(4);
        let start = now();
        while let Some(answer) = answers.next().await {
            sleep(SECOND).await;
            log.say(format!("{}:{:?}", answer.expect("it does not panic"), now() - start));
        }
    });
    assert_eq!(words, "0:1s 1:2s 2:3s 3:4s");
}

#[test]
fn time_goes_on_while_a_thread_waits_for_a_task_of_the_loop_that_sleeps() {
    let words = run(|log| async move {
        let handle = Loop::current().expect("it runs").handle();
        let start = now();
        let beside = spawn({
            let log = log.clone();
            async move {
                for _ in 0..3 {
                    sleep(SECOND).await;
                    log.say(format!("{:?}", now() - start));
                }
            }
        });
        let slow = to_thread(move || {
            let mut answer = 0;
            for _ in 0..2 {
                let sleeps = handle.spawn(|| sleep(SECOND * 5 / 4));
                sleeps.wait(None).expect("no limit was set").expect("it ends");
                answer += 1;
            }
            answer
        });
        let answer = slow.await.expect("it does not panic");
        log.say(format!("answer {answer} at {:?}", now() - start));
        beside.await.expect("it ends");
    });
    assert_eq!(words, "1s 2s answer 2 at 2.5s 3s");
}

#[test]
fn time_stands_still_while_one_thread_works_and_another_waits_for_the_loop() {
    let words = run(|log| async move {
        let handle = Loop::current().expect("it runs").handle();
        let start = now();
        let (send, receive) = mpsc::channel::<()>();
        let waits = {
            let (handle, log) = (handle.clone(), log.clone());
            async move {
                let wait = move || handle.spawn(|| sleep(SECOND)).wait(None).is_ok();
                assert!(to_thread(wait).await.expect("it does not panic"));
                log.say(format!("waited {:?}", now() - start));
            }
        };
        let works = {
            let log = log.clone();
            async move {
                let work = move || {
                    receive.recv().expect("the loop sends");
                    // However long this takes to come, it is in time.
                    handle.spawn(|| async { now() }).wait(None).expect("no limit").expect("it ends")
                };
                let at = to_thread(work).await.expect("it does not panic");
                log.say(format!("worked {:?}", at - start));
            }
        };
        let releases = async move {
            // Nothing is left but to let time go on, or to wait for the threads.
            quiescent().await;
            send.send(()).expect("the thread waits");
        };
        let all: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 3] =
            [Box::pin(waits), Box::pin(works), Box::pin(releases)];
        gather(all).await.expect("they end");
    });
    assert_eq!(words, "worked 0ns waited 1s");
}

#[test]
fn a_thread_whose_answer_nobody_awaits_works_until_it_is_done() {
    let words = run(|log| async move {
        let handle = Loop::current().expect("it runs").handle();
        let start = now();
        let (send, receive) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let mut call = Box::pin(to_thread(move || {
            receive.recv().expect("the loop sends");
            handle.call_soon(move || tell.send(now()).expect("it is asked for")).expect("it runs");
        }));
        assert!(futures::poll!(&mut call).is_pending());
        drop(call);
        quiescent().await;
        send.send(()).expect("the thread waits");
        sleep(SECOND).await;
        log.say(format!("called at {:?}", told.try_recv().expect("it was called") - start));
        log.say(format!("goes on at {:?}", now() - start));
    });
    assert_eq!(words, "called at 0ns goes on at 1s");
}

#[test]
fn a_thread_that_was_patient_for_a_while_counts_again() {
    let words = run(|log| async move {
        let handle = Loop::current().expect("it runs").handle();
        let gives_up = to_thread(move || {
            let never = handle.spawn(std::future::pending::<()>);
            assert!(matches!(never.wait(Some(Duration::ZERO)), Err(Elapsed)));
            handle.spawn(|| async { 42 }).wait(None).expect("no limit was set").expect("it ends")
        });
        log.say(gives_up.await.expect("it does not panic").to_string());
        let start = now();
        sleep(SECOND).await;
        log.say(format!("{:?}", now() - start));
    });
    assert_eq!(words, "42 1s");
}

#[test]
fn a_thread_that_panics_lets_time_go_on() {
    let words = run(|log| async move {
        let start = now();
        let error = to_thread(|| panic!("boom")).await.map(|(): ()| ()).expect_err("it panics");
        log.say(error.to_string());
        sleep(SECOND).await;
        log.say(format!("{:?}", now() - start));
    });
    assert_eq!(words, "the task panicked: boom 1s");
}
