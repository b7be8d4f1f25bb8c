//! Who runs when: turns, tasks, callbacks, cancelling, gathering, groups.

use std::time::Duration;

use boucle::{
    Loop, RunEnd, RunError, as_completed, call_at, call_later, call_soon, gather, hold_up,
    interrupt, now, shield, sleep, spawn, task_group,
};

use super::{Program, finally};

pub(super) const PROGRAMS: &[Program] = &[
    ("turns", turns),
    ("callbacks", callbacks),
    ("cancelling", cancelling),
    ("cancelled_while_ready", cancelled_while_ready),
    ("refusing", refusing),
    ("gathering", gathering),
    ("completing", completing),
    ("shielding", shielding),
    ("grouping", grouping),
    ("stopping", stopping),
    ("leftovers", leftovers),
    ("nesting", nesting),
];

fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}

/// Children of several kinds can be gathered in boxes.
type Child<T> = std::pin::Pin<Box<dyn Future<Output = T>>>;

fn turns(event_loop: &Loop) {
    async fn zero(name: &str) {
        for i in 0..3 {
            say!("{name} {i}");
            interrupt().await;
        }
    }
    async fn child() {
        say!("child");
    }
    async fn parent() {
        say!("parent");
        let task = spawn(child());
        say!("parent has spawned");
        task.await.expect("it ends");
        say!("parent goes on");
    }
    async fn direct() {
        say!("direct");
        child().await;
        say!("direct goes on in the same turn");
    }
    let children: [Child<()>; 4] =
        [Box::pin(zero("a")), Box::pin(parent()), Box::pin(direct()), Box::pin(zero("b"))];
    event_loop.run_task(gather(children));
}

fn callbacks(event_loop: &Loop) {
    async fn task(name: &str) {
        say!("{name}");
    }
    event_loop.run_task(async {
        drop(call_soon(|| say!("soon 1")));
        spawn(task("task 1"));
        drop(call_soon(|| {
            say!("soon 2");
            drop(call_soon(|| say!("soon from a callback")));
        }));
        let never = call_soon(|| say!("never"));
        spawn(task("task 2"));
        never.cancel();
        drop(call_later(seconds(2.0), || say!("later 2")));
        drop(call_later(seconds(1.0), || say!("later 1")));
        drop(call_at(now() + seconds(1.5), || say!("at 1.5")));
        call_later(seconds(1.7), || say!("never")).cancel();
        sleep(seconds(3.0)).await;
    });
}

/// Says when it begins, ends, and is cleaned up.
async fn job(name: &'static str, n: f64) -> &'static str {
    say!(">>> {name}");
    let _finally = finally(name);
    sleep(seconds(n)).await;
    say!("<<< {name}");
    name
}

fn cancelling(event_loop: &Loop) {
    event_loop.run_task(async {
        let mut asleep = spawn(job("asleep", 5.0));
        let unborn = spawn(job("unborn", 5.0));
        sleep(seconds(1.0)).await;
        let early = spawn(job("early", 5.0));
        say!("cancel {} {} {}", early.cancel(), asleep.cancel(), asleep.cancel());
        say!("a request: {} {}", asleep.done(), asleep.cancelled());
        unborn.cancel();
        (&mut asleep).await.expect_err("it was cancelled");
        say!("asleep is cancelled {} {}", asleep.done(), asleep.cancelled());
        interrupt().await;
        say!("early {} unborn {}", early.cancelled(), unborn.cancelled());
        say!("cancel {}", asleep.cancel());
        let mut ended = spawn(job("short", 1.0));
        let value = (&mut ended).await.expect("it ends");
        say!("cancel {} {} {value}", ended.cancel(), ended.cancelled());
    });
}

fn cancelled_while_ready(event_loop: &Loop) {
    event_loop.run_task(async {
        let task = std::rc::Rc::new(spawn(job("ready", 1.0)));
        let same = std::rc::Rc::clone(&task);
        interrupt().await;
        let cancel = move || assert!(same.cancel(), "it has not ended");
        drop(call_later(seconds(1.0), cancel));
        sleep(seconds(2.0)).await;
        say!("cancelled {}", task.cancelled());
    });
}

fn refusing(event_loop: &Loop) {
    /// Says that it would refuse: too late.
    struct Stubborn;
    impl Drop for Stubborn {
        fn drop(&mut self) {
            say!("is dropped");
        }
    }
    event_loop.run_task(async {
        let task = spawn(async {
            let _stubborn = Stubborn;
            sleep(seconds(5.0)).await;
            say!("goes on");
        });
        sleep(seconds(1.0)).await;
        task.cancel();
        sleep(seconds(3.0)).await;
        say!("cancelled {}", task.cancelled());
    });
}

fn gathering(event_loop: &Loop) {
    event_loop.run_task(async {
        let all = gather([job("long", 3.0), job("short", 1.0), job("none", 0.0)]).await;
        say!("{}", all.expect("none fails").join(" "));
        let whole = spawn(gather([job("left", 3.0), job("right", 2.0)]));
        sleep(seconds(1.0)).await;
        whole.cancel();
        drop(whole.await.expect_err("it was cancelled"));
        say!("the whole is cancelled");
        sleep(seconds(5.0)).await;
    });
}

fn completing(event_loop: &Loop) {
    async fn job(name: &str, n: f64) -> &str {
        sleep(seconds(n)).await;
        say!("<<< {name}");
        name
    }
    event_loop.run_task(async {
        let mut jobs = as_completed([job("three", 3.0), job("one", 1.0), job("two", 2.0)]);
        while let Some((_, name)) = jobs.next().await {
            say!("completed {}", name.expect("none fails"));
        }
    });
}

fn shielding(event_loop: &Loop) {
    event_loop.run_task(async {
        let task = spawn(async { drop(shield(job("inner", 3.0)).await) });
        sleep(seconds(1.0)).await;
        task.cancel();
        drop(task.await.expect_err("it was cancelled"));
        say!("the outer one is cancelled");
        sleep(seconds(3.0)).await;
    });
}

fn grouping(event_loop: &Loop) {
    event_loop.run_task(async {
        let body = task_group(async |group| {
            drop(group.spawn(job("one", 1.0)));
            drop(group.spawn(job("two", 2.0)));
            say!("body ends");
        });
        body.await.expect("none fails");
        say!("group ends");
        let body = task_group(async |group| {
            drop(group.spawn(job("short", 1.0)));
            drop(group.spawn(job("long", 5.0)));
            drop(group.spawn(async {
                sleep(seconds(2.0)).await;
                say!("fails");
                panic!("boom");
            }));
            say!("body ends");
        });
        let errors = body.await.expect_err("one fails").into_errors();
        let errors: Vec<_> = errors.iter().map(super::exceptions::message).collect();
        say!("errors {}", errors.join(" "));
    });
}

fn stopping(event_loop: &Loop) {
    let stopper = async {
        say!("stop");
        Loop::current().expect("one runs").stop();
        interrupt().await;
        say!("next run");
    };
    let other = async {
        say!("same turn");
        interrupt().await;
        say!("next turn");
    };
    event_loop.add_task(stopper);
    event_loop.add_task(other);
    let run_forever = || assert_eq!(event_loop.run_forever(), Ok(RunEnd::Stopped));
    run_forever();
    say!("stopped");
    event_loop.stop();
    run_forever();
    say!("a stop before a run makes it one turn");
    let same = event_loop.clone();
    drop(call_later(seconds(1.0), move || same.stop()));
    run_forever();
    say!("the end");
}

fn leftovers(event_loop: &Loop) {
    spawn(job("long", 4.0));
    let short = spawn(job("short", 1.0));
    say!("returned {}", event_loop.run_until_complete(job("medium", 2.0)).expect("it ends"));
    say!("short {}", short.done());
    hold_up(seconds(1.0));
    event_loop.run_until_complete(sleep(seconds(2.0))).expect("it ends");
}

fn nesting(event_loop: &Loop) {
    let same = event_loop.clone();
    event_loop.run_task(async move {
        if same.run_until_complete(interrupt()) == Err(RunError::AlreadyRunning) {
            say!("refused");
        }
        say!("current {}", Loop::current().is_ok_and(|it| it.is_running()));
    });
    say!("running {}", event_loop.is_running());
}
