//! `quiescent`: who goes on before it does, and in which loop.

use std::pin::pin;
use std::task::{Context, Poll};

use boucle::net::UnixStream;
use boucle::{Loop, interrupt, quiescent, sleep, spawn};

use super::transcript::{PollFn, Transcript, run, seconds};

#[test]
fn whom_a_socket_wakes_that_is_ready_by_now_runs_first() {
    for virtual_time in [false, true] {
        let log = Transcript::default();
        let event_loop = Loop::builder().virtual_time(virtual_time).build();
        let ended = event_loop.run_until_complete(async {
            let (reads, writes) = UnixStream::pair().unwrap();
            let says = log.clone();
            let _reader = spawn(async move {
                let mut buffer = [0; 8];
                loop {
                    let n = reads.read(&mut buffer).await.unwrap();
                    says.say(format!("read {n}"));
                }
            });
            quiescent().await;
            for n in 1..3 {
                writes.write_all(&[0; 8][..n]).await.unwrap();
                quiescent().await;
                log.say("quiet");
            }
        });
        assert_eq!(ended, Ok(()));
        assert_eq!(log.words(), "read 1 quiet read 2 quiet");
    }
}

#[test]
fn all_who_wait_for_it_go_on_together_and_who_asks_again_waits_again() {
    let log = Transcript::default();
    run(async {
        for name in ["a", "b"] {
            let log = log.clone();
            drop(spawn(async move {
                for n in 1..3 {
                    quiescent().await;
                    for _ in 0..2 {
                        log.say(format!("{name}{n}"));
                        interrupt().await;
                    }
                }
            }));
        }
        sleep(seconds(1)).await;
    });
    assert_eq!(log.words(), "a1 b1 a1 b1 a2 b2 a2 b2");
}

#[test]
fn one_that_goes_on_in_another_loop_waits_for_the_quiet_of_that_one() {
    let log = Transcript::default();
    let mut wait = pin!(quiescent());
    let first = Loop::new();
    let poll = first.run_until_complete(PollFn(|cx: &mut Context<'_>| {
        Poll::Ready(wait.as_mut().poll(cx).is_pending())
    }));
    assert_eq!(poll, Ok(true));
    Loop::new()
        .run_until_complete(async {
            let says = log.clone();
            let busy = spawn(async move {
                for n in 0..3 {
                    says.say(n);
                    interrupt().await;
                }
            });
            wait.await;
            log.say("quiet");
            busy.await.expect("it ends");
        })
        .expect("it ends");
    assert_eq!(log.words(), "0 1 2 quiet");
    // Nobody waits in the first one any more.
    first.run();
}
