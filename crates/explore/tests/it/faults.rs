//! What is done to a program from outside: cancels, spurious wakes, slow steps, early give-ups, closes.

use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;

use boucle::shared::{Cell, RefCell};
use boucle::sync::{Lock, Queue};
use boucle::{gather, interrupt, sleep, spawn, timeout};
use boucle_explore::{Explore, Report, replay};

const SECOND: Duration = Duration::from_secs(1);

/// What comes of a program, each with its schedule; each is seen again by that.
fn all<F: Future<Output: Debug>>(explore: &Explore, program: impl Fn() -> F) -> String {
    let report = explore.run(&program);
    assert!(report.is_complete() && report.n_blocked() <= 1, "{report}");
    for says in report.outcomes().chain(report.failures()) {
        let schedule = report.schedule(says).expect("it has one").to_string();
        let replay = replay(&schedule, &program).unwrap_or_else(|it| panic!("{schedule}: {it}"));
        assert_eq!(replay.outcome(), says, "{schedule}");
    }
    report.to_string()
}

/// Who takes an item, and then stops for a turn.
async fn take(queue: Rc<Queue<u8>>) -> u8 {
    let item = queue.get().await.expect("it is open");
    interrupt().await;
    item
}

async fn taken_or_left() -> &'static str {
    let queue = Rc::new(Queue::unbounded());
    queue.try_put(7).expect("there is room");
    let got = spawn(take(Rc::clone(&queue))).await;
    match (got, queue.len()) {
        (Ok(_), 0) => "got",
        (Err(_), 1) => "left",
        (Err(_), 0) => "lost",
        _ => "both",
    }
}

#[test]
fn a_task_is_cancelled_before_each_of_its_polls_and_after_its_end() {
    insta::assert_snapshot!(all(&Explore::new().cancels(1), taken_or_left));
}

#[test]
fn a_task_that_sleeps_is_cancelled_in_each_second() {
    let program = || async {
        let steps = Rc::new(Cell::new(0));
        let counts = Rc::clone(&steps);
        let counter = spawn(async move {
            for _ in 0..3 {
                counts.set(counts.get() + 1);
                sleep(SECOND).await;
            }
        });
        drop(counter.await);
        steps.get()
    };
    insta::assert_snapshot!(all(&Explore::new().cancels(1), program));
}

#[test]
fn two_cancels_concern_two_tasks() {
    let program = || async {
        let tasks = [1, 2, 3].map(|n| {
            spawn(async move {
                interrupt().await;
                n
            })
        });
        let mut ended = Vec::new();
        for task in tasks {
            ended.push(task.await.ok());
        }
        ended
    };
    let outcomes = |n| {
        let report = Explore::new().cancels(n).run(program);
        assert!(report.is_complete(), "{report}");
        report.outcomes().count()
    };
    assert_eq!([0, 1, 2, 3].map(outcomes), [1, 1 + 3, 1 + 3 + 3, 8]);
}

#[test]
fn who_is_woken_for_no_reason_must_look_again() {
    /// Waits until something is so, and trusts whoever wakes it.
    async fn trusting(flag: &Cell<bool>, waker: &RefCell<Option<std::task::Waker>>) -> bool {
        let mut has_waited = false;
        std::future::poll_fn(|cx| {
            if flag.get() || has_waited {
                return std::task::Poll::Ready(flag.get());
            }
            has_waited = true;
            waker.replace(Some(cx.waker().clone()));
            std::task::Poll::Pending
        })
        .await
    }
    let program = || async {
        let (flag, waker) = (Rc::new(Cell::new(false)), Rc::new(RefCell::new(None)));
        let waits = {
            let (flag, waker) = (Rc::clone(&flag), Rc::clone(&waker));
            spawn(async move { trusting(&flag, &waker).await })
        };
        drop(spawn(async move {
            flag.set(true);
            if let Some(waker) = waker.take() {
                waker.wake();
            }
        }));
        waits.await.expect("it ends")
    };
    insta::assert_snapshot!(all(&Explore::new(), program));
    insta::assert_snapshot!(all(&Explore::new().wakes(1), program));
}

#[test]
fn boucles_own_do_not_care_for_spurious_wakes() {
    let program = || async {
        let (lock, queue) = (Rc::new(Lock::new(0)), Rc::new(Queue::new(1)));
        let task = |n| {
            let (lock, queue) = (Rc::clone(&lock), Rc::clone(&queue));
            async move {
                *lock.lock().await += n;
                queue.put(n).await.expect("it is open");
            }
        };
        let tasks = [task(1), task(2)];
        let both = spawn(async { gather(tasks).await });
        let sum = queue.get().await.expect("it is open") + queue.get().await.expect("it is open");
        both.await.expect("it ends").expect("both end");
        sum
    };
    Explore::new().wakes(1).run(program).assert_one_outcome();
}

#[test]
fn time_may_pass_while_tasks_are_busy() {
    let program = || async {
        let work = async {
            for _ in 0..2 {
                interrupt().await;
            }
        };
        timeout(SECOND, work).await.is_ok()
    };
    insta::assert_snapshot!(all(&Explore::new(), program));
    insta::assert_snapshot!(all(&Explore::new().slow(1), program));
}

#[test]
fn a_task_gives_up_at_each_place_where_it_could() {
    let program = || async {
        let (lock, said) = (Rc::new(Lock::new(())), Rc::new(RefCell::new(String::new())));
        let task = |name: &'static str| {
            let (lock, said) = (Rc::clone(&lock), Rc::clone(&said));
            async move {
                for _ in 0..2 {
                    drop(lock.lock().await);
                    said.borrow_mut().push_str(name);
                }
            }
        };
        gather([task("a"), task("b")]).await.expect("both end");
        said.take()
    };
    insta::assert_snapshot!(all(&Explore::new(), program));
    insta::assert_snapshot!(all(&Explore::new().yields(1), program));
}

#[test]
fn the_loop_is_closed_at_each_moment() {
    struct Guard(bool);
    impl Drop for Guard {
        fn drop(&mut self) {
            assert!(self.0, "half done");
        }
    }
    let program = || async {
        let mut guard = Guard(true);
        interrupt().await;
        guard.0 = false;
        sleep(SECOND).await;
        guard.0 = true;
    };
    insta::assert_snapshot!(all(&Explore::new().closes(1), program));
}

#[test]
fn what_is_done_to_a_program_is_said_in_the_first_line() {
    let explore = Explore::new().cancels(1).wakes(2).slow(1);
    let first = |report: &Report| report.to_string().lines().next().map(str::to_owned);
    let report = explore.run(|| async {});
    assert_eq!(
        first(&report).as_deref(),
        Some(
            "every order, with up to 1 cancel, 2 spurious wakes and 1 slow step: 1, of which 1 matters"
        )
    );
}

#[test]
fn the_times_of_all_executions_are_the_same() {
    let report = Explore::new().run(|| async {
        let tasks = [1, 2].map(|n| spawn(async move { sleep(SECOND * n).await }));
        for task in tasks {
            task.await.expect("it ends");
        }
        boucle::now()
    });
    assert_eq!(report.outcomes().count(), 1, "{report}");
}
