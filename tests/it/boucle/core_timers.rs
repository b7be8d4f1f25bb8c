//! Times at the edge of what there is: zero, the past, never; `coalescing` has who shares a wake, and
//! `model` compares timers with a plain list.

mod coalescing;
mod model;

use std::fmt::Write;
use std::future::{pending, poll_fn, ready};
use std::task::Poll;
use std::time::{Duration, Instant};

use boucle::{
    Elapsed, Loop, MissedTicks, RunError, Sleep, Task, interrupt, interval, now, sleep,
    sleep_until, spawn, timeout,
};

use super::transcript::{Transcript, now_of, virtual_loop};

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_hundred_thousand_timers_come_and_go() {
    let (event_loop, _) = virtual_loop();
    event_loop
        .run_until_complete(async {
            let start = now();
            for round in 1..=2 {
                let timeouts: Vec<Task<_>> =
                    (0..50_000).map(|_| spawn(timeout(Duration::MAX, interrupt()))).collect();
                let mut sleeps: Vec<_> =
                    (0..50_000).map(|n| spawn(sleep(MS * (n % 7 + 1)))).collect();
                sleeps.drain(100..).for_each(|it| assert!(it.cancel()));
                for it in timeouts {
                    assert_eq!(it.await.unwrap(), Ok(()));
                }
                for it in sleeps {
                    it.await.unwrap();
                }
                assert_eq!(now() - start, MS * 7 * round);
            }
        })
        .unwrap();
}

/// Times so long that nobody will see their end.
fn long_times() -> Vec<Duration> {
    let mut times = vec![Duration::MAX, Duration::from_secs(u64::MAX)];
    times.extend((0..10).map(|n| Duration::MAX / (n + 1)));
    times.extend([u64::MAX, u64::MAX - 1, u64::MAX / 2].map(Duration::from_nanos));
    times.extend([1 << 34, 1 << 40, 1 << 62].map(Duration::from_secs));
    times
}

#[test]
fn a_time_that_is_too_long_never_comes_and_never_panics() {
    for time in long_times() {
        let event_loop = Loop::builder().exact_timers(true).build();
        let value = event_loop.run_until_complete(async move {
            let sleeps = spawn(sleep(time));
            let until = now().checked_add(time).map(|it| spawn(sleep_until(it)));
            let limited = spawn(timeout(time, pending::<()>()));
            let ticks = spawn(async move {
                let mut ticks = interval(time);
                ticks.tick().await;
                ticks.tick().await;
            });
            for _ in 0..200 {
                interrupt().await;
            }
            sleeps.done() || until.is_some_and(|it| it.done()) || limited.done() || ticks.done()
        });
        assert_eq!(value, Ok(false), "{time:?}");
    }
    let (event_loop, _) = virtual_loop();
    let never = event_loop.run_until_complete(sleep(Duration::MAX));
    assert_eq!(never, Err(RunError::Deadlock));
}

#[test]
fn zero_and_what_has_passed_give_the_turn_back_once() {
    type Kind = fn(Instant) -> Sleep;
    let kinds: [(&str, Kind); 3] = [
        ("zero", |_| sleep(Duration::ZERO)),
        ("now", |_| sleep_until(now())),
        ("past", |start| sleep_until(start.checked_sub(MS).unwrap_or(start))),
    ];
    for (name, kind) in kinds {
        let (event_loop, _) = virtual_loop();
        let transcript = Transcript::default();
        let says = transcript.clone();
        let start = now();
        drop(event_loop.add_task(async move {
            for turn in 0..4 {
                says.say(format!("turn {turn}"));
                interrupt().await;
            }
        }));
        let says = transcript.clone();
        event_loop
            .run_until_complete(async move {
                says.say("before");
                kind(start).await;
                says.say("after");
            })
            .unwrap();
        assert_eq!(transcript.take(), "turn 0\nbefore\nturn 1\nafter\n", "{name}");
    }
}

#[test]
fn a_sleep_in_real_time_is_never_early() {
    for exact in [true, false] {
        let event_loop = Loop::builder().exact_timers(exact).build();
        let early = event_loop.run_until_complete(async {
            let sleeps = (0..20_u32).map(|n| {
                spawn(async move {
                    let (start, time) = (Instant::now(), Duration::from_micros(50) * n);
                    sleep(time).await;
                    start.elapsed() < time
                })
            });
            let mut n_early = 0;
            for it in sleeps.collect::<Vec<_>>() {
                n_early += u32::from(it.await.unwrap());
            }
            n_early
        });
        assert_eq!(early, Ok(0));
    }
}

#[test]
fn a_timeout_polls_its_future_first() {
    let (event_loop, _) = virtual_loop();
    event_loop
        .run_until_complete(async {
            assert_eq!(timeout(Duration::ZERO, ready(1)).await, Ok(1));
            assert_eq!(timeout(Duration::ZERO, pending::<()>()).await, Err(Elapsed));
            // Both at the same time: the future was set first, and is asked first.
            assert_eq!(timeout(MS, sleep(MS)).await, Ok(()));
            assert_eq!(timeout(MS, sleep(MS * 2)).await, Err(Elapsed));
            let mut n_polls = 0;
            let counts = poll_fn(|_| {
                n_polls += 1;
                Poll::<()>::Pending
            });
            assert_eq!(timeout(MS, counts).await, Err(Elapsed));
            assert_eq!(n_polls, 2);
        })
        .unwrap();
}

/// The ticks of an interval of 10 ms that is kept waiting for 35 ms: when each was due, and came.
fn ticks(missed: MissedTicks) -> String {
    let (event_loop, _) = virtual_loop();
    event_loop
        .run_until_complete(async move {
            let start = now();
            let mut line = String::new();
            let mut interval = interval(MS * 10).missed_ticks(missed);
            for n in 0..6 {
                let due = interval.tick().await - start;
                let came = now() - start;
                write!(line, "{}@{} ", due.as_millis(), came.as_millis()).unwrap();
                if n == 1 {
                    sleep(MS * 35).await;
                }
            }
            line
        })
        .unwrap()
}

#[test]
fn missed_ticks_come_in_a_burst_or_later_or_not_at_all() {
    assert_eq!(ticks(MissedTicks::Burst), "0@0 10@10 20@45 30@45 40@45 50@50 ");
    assert_eq!(ticks(MissedTicks::Delay), "0@0 10@10 20@45 55@55 65@65 75@75 ");
    assert_eq!(ticks(MissedTicks::Skip), "0@0 10@10 20@45 50@50 60@60 70@70 ");
}

#[test]
fn a_tick_that_is_dropped_is_not_lost() {
    let (event_loop, _) = virtual_loop();
    event_loop
        .run_until_complete(async {
            let start = now();
            let mut interval = interval(MS * 10);
            interval.tick().await;
            assert_eq!(timeout(MS, interval.tick()).await, Err(Elapsed));
            assert_eq!(interval.tick().await - start, MS * 10);
        })
        .unwrap();
}

#[test]
fn a_sleep_that_moves_to_another_loop_ends_there() {
    let ((one, _), (other, _)) = (virtual_loop(), virtual_loop());
    let mut sleep = Box::pin(sleep_until(now_of(&one) + MS));
    one.stop();
    assert_eq!(one.run_until_complete(&mut sleep), Err(RunError::Stopped));
    assert_eq!(other.run_until_complete(&mut sleep), Ok(()));
    // Its first timer was taken out of the loop that it left.
    assert_eq!(one.run_until_complete(pending::<()>()), Err(RunError::Deadlock));
}

#[test]
fn a_sleep_that_another_task_goes_on_with_wakes_that_one() {
    let (event_loop, _) = virtual_loop();
    let ended = event_loop.run_until_complete(async {
        let mut nap = Box::pin(sleep(MS));
        assert!(futures_lite::future::poll_once(&mut nap).await.is_none());
        spawn(nap).await
    });
    assert!(matches!(ended, Ok(Ok(()))));
}

#[test]
fn virtual_time_begins_when_it_is_told_to_and_any_number_of_loops_have_the_same() {
    let begin = Instant::now() + MS * 3_600_000;
    let times = [1, 2].map(|_| {
        let event_loop = Loop::builder().virtual_time_from(begin).build();
        let main = async {
            let first = now();
            sleep(MS).await;
            sleep_until(begin + MS * 5).await;
            (first, now())
        };
        event_loop.run_until_complete(main).expect("nobody stops it")
    });
    assert_eq!(times, [(begin, begin + MS * 5); 2]);
}
