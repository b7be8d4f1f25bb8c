//! What fails: who hears of it, when, and who goes on.

use std::any::Any;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use boucle::{Loop, TaskError, call_soon, gather, gather_all, interrupt, sleep, spawn};

use super::Program;

pub(super) const PROGRAMS: &[Program] = &[
    ("read", read),
    ("not_ended", not_ended),
    ("unread", unread),
    ("failing_gather", failing_gather),
    ("failing_callback", failing_callback),
    ("failing_run", failing_run),
    ("caught_inside", caught_inside),
];

fn seconds(n: f64) -> Duration {
    Duration::from_secs_f64(n)
}

async fn boom(n: f64) -> &'static str {
    sleep(seconds(n)).await;
    say!("boom");
    panic!("boom")
}

async fn job(name: &'static str, n: f64) -> &'static str {
    sleep(seconds(n)).await;
    say!("ended {name}");
    name
}

/// What a task that failed had to say.
pub(super) fn message(error: &TaskError) -> String {
    match error {
        TaskError::Panicked(panic) => panic.message(),
        other => other.to_string(),
    }
}

fn listen(event_loop: &Loop) {
    event_loop.set_exception_handler(|report| {
        say!("reported: {}", message(report.error().expect("no poll is slow here")));
    });
}

fn read(event_loop: &Loop) {
    listen(event_loop);
    event_loop.run_task(async {
        let task = spawn(boom(0.0));
        sleep(seconds(1.0)).await;
        let exception = task.exception().expect("it has ended").expect("it failed");
        say!("exception {exception}");
        drop(task);
        say!("raised {}", message(&spawn(boom(0.0)).await.expect_err("it fails")));
        let fine = spawn(job("fine", 1.0));
        sleep(seconds(2.0)).await;
        let value = || fine.result().expect("it does not fail");
        let exception = fine.exception().expect("it has ended");
        say!("exception {} result {} {}", exception.is_none(), value(), value());
    });
}

fn not_ended(event_loop: &Loop) {
    event_loop.run_task(async {
        let mut task = spawn(job("slow", 1.0));
        say!("{}", task.result().expect_err("it has not begun"));
        say!("{}", task.exception().expect_err("it has not begun"));
        (&mut task).await.expect("it ends");
        let task = spawn(sleep(seconds(5.0)));
        interrupt().await;
        task.cancel();
        interrupt().await;
        interrupt().await;
        say!("{}", task.result().expect_err("it was cancelled"));
        say!("{}", task.exception().expect_err("it was cancelled"));
    });
}

fn unread(event_loop: &Loop) {
    listen(event_loop);
    event_loop.run_task(async {
        spawn(boom(1.0));
        job("other", 2.0).await;
        let kept = spawn(boom(0.0));
        sleep(seconds(1.0)).await;
        say!("kept until here");
        drop(kept);
        say!("not kept any more");
    });
}

/// `boom` and `job` in one list.
type Child = std::pin::Pin<Box<dyn Future<Output = &'static str>>>;

fn failing_gather(event_loop: &Loop) {
    listen(event_loop);
    event_loop.run_task(async {
        let children: [Child; 3] =
            [Box::pin(job("before", 1.0)), Box::pin(boom(2.0)), Box::pin(job("after", 3.0))];
        let error = gather(children).await.expect_err("one fails");
        say!("failed {}", message(&error));
        sleep(seconds(2.0)).await;
        let children: [Child; 2] = [Box::pin(job("left", 2.0)), Box::pin(boom(1.0))];
        let ends = gather_all(children).await;
        let ends = ends.iter().map(|end| match end {
            Ok(name) => (*name).to_owned(),
            Err(error) => message(error),
        });
        say!("{}", ends.collect::<Vec<_>>().join(" "));
    });
}

fn failing_callback(event_loop: &Loop) {
    listen(event_loop);
    event_loop.run_task(async {
        drop(call_soon(|| panic!("boom")));
        drop(call_soon(|| say!("the next one is called")));
        sleep(seconds(1.0)).await;
        say!("the loop goes on");
    });
}

/// What a panic said.
fn text(payload: Box<dyn Any + Send>) -> String {
    payload.downcast_ref::<&str>().expect("it said something").to_string()
}

fn failing_run(event_loop: &Loop) {
    listen(event_loop);
    let other = event_loop.add_task(job("other", 2.0));
    let run = || event_loop.run_until_complete(boom(1.0));
    let error = panic::catch_unwind(AssertUnwindSafe(run)).expect_err("it fails");
    say!("came out: {}", text(error));
    let value = event_loop.run_until_complete(other).expect("nobody stops it");
    say!("returned {}", value.expect("it ends"));
}

fn caught_inside(event_loop: &Loop) {
    listen(event_loop);
    /// Fails as one should in Rust: with a value.
    async fn fail() -> Result<(), &'static str> {
        interrupt().await;
        say!("boom");
        Err("boom")
    }
    event_loop.run_task(async {
        let task = spawn(async {
            if let Err(error) = fail().await {
                say!("caught {error}");
            }
            "well"
        });
        sleep(seconds(1.0)).await;
        say!("{}", task.result().expect("it does not fail"));
    });
}
