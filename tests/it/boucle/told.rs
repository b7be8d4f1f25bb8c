//! What a loop says on stderr, where nobody handles its exceptions: each in a process of its own.

use std::future::pending;
use std::panic;
use std::process::{Command, Stdio};

use boucle::{Loop, spawn};

use super::transcript::OnDrop;
use crate::children;

/// What the children do.
const CHILDREN: [(&str, fn()); 3] =
    [("orphan", orphan), ("without end", without_end), ("well", well)];

/// What the child does; as a test of its own it does nothing.
#[test]
fn child() {
    let Some(name) = children::part() else { return };
    // The test runner has begun this line.
    println!();
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or_default();
        if !message.contains("unread") {
            println!(":: panic: {message}");
        }
    }));
    let (_, part) = CHILDREN.into_iter().find(|it| name == it.0).expect("it is a child");
    part();
}

/// What a child says with `:: `, or on stderr with `boucle: ` or `task `.
fn said(name: &str, driver: Option<&str>) -> Vec<String> {
    let this = std::env::current_exe().expect("a test has a binary");
    let mut command = Command::new("sh");
    let merged = r#""$0" "$@" 2>&1 | sed -E 's/^(boucle|task)/:: \1/'"#;
    command.args(["-c", merged]).arg(this).env_remove("BOUCLE_DRIVER");
    command.envs(driver.map(|it| ("BOUCLE_DRIVER", it)));
    children::run(command, "boucle::told::child", name, Stdio::null()).0
}

fn orphan() {
    let event_loop = Loop::new();
    let task = event_loop.add_task(async { panic!("unread") });
    event_loop.run();
    drop(event_loop);
    println!(":: the loop is gone");
    drop(task);
}

#[test]
fn a_panic_that_nobody_reads_is_told_also_when_its_loop_is_gone() {
    let said = said("orphan", None);
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0], "the loop is gone");
    assert!(said[1].starts_with("task ") && said[1].contains("unread"), "{said:?}");
}

/// Spawns a task whose destructor spawns another one like it.
fn spawn_again() {
    let again = OnDrop(spawn_again);
    drop(spawn(async move {
        let _again = again;
        pending::<()>().await;
    }));
}

fn without_end() {
    let event_loop = Loop::new();
    event_loop.run_until_complete(async { spawn_again() }).expect("it ends");
    event_loop.close().expect("it does not run");
    println!(":: closed");
}

fn well() {
    let event_loop = Loop::new();
    drop(event_loop.add_task(pending::<()>()));
    event_loop.close().expect("it does not run");
    println!(":: closed");
}

#[test]
fn a_loop_that_cannot_end_its_tasks_says_so_and_any_other_says_nothing() {
    let left = "boucle: 1 tasks are left as the loop closes: destructors spawn without end";
    assert_eq!(said("without end", None), [left, "closed"]);
    assert_eq!(said("well", None), ["closed"]);
}

#[test]
fn a_driver_that_is_not_known_is_refused() {
    assert_eq!(said("well", Some("portable")), ["closed"]);
    if cfg!(all(target_os = "linux", not(polling_test_poll_backend))) {
        assert_eq!(said("well", Some("linux")), ["closed"]);
    }
    let refused = "panic: BOUCLE_DRIVER is \"fast\": it can be `portable` or `linux`";
    assert_eq!(said("well", Some("fast")), [refused]);
}
