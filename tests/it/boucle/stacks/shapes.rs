//! The shapes of chains, and tasks that have none.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use boucle::sync::Event;
use boucle::{Loop, TaskState, interrupt, quiescent, race, sleep, spawn, timeout};

use super::{Leaf, TELLS, assert_stands, outer, run, settle, stack};

/// This file.
pub(super) const FILE: (&str, &str) = (file!(), include_str!("shapes.rs"));

#[test]
fn a_chain_forks_where_a_task_waits_for_several_things() {
    async fn left() {
        sleep(Duration::from_secs(1)).await; // left
    }
    async fn right(event: Rc<Event>) {
        deeper(&event).await; // right
    }
    async fn deeper(event: &Event) {
        event.wait().await; // deeper
    }
    async fn forks(event: Rc<Event>) {
        let both: [Leaf; 2] = [Box::pin(left()), Box::pin(right(event))];
        race(both).await; // forks
    }

    run(async || {
        let task = spawn(forks(Rc::new(Event::new())));
        settle().await;
        let expected = [
            "forks at forks",
            "  left at left",
            "    1.000s more at left",
            "  right at right",
            "    deeper at deeper",
            "      an event at deeper",
        ];
        assert_stands(&task.name(), &expected);
        let tree = Loop::current().expect("it runs").task_tree();
        // The first one is this task; the others stand deeper where it forks.
        let columns = |line: &str| line.len() - line.trim_start().len();
        let lines: Vec<_> = tree.lines().skip(2).take(6).map(columns).collect();
        assert_eq!(lines, [4, 6, 8, 6, 8, 8], "{tree}");
    });
}

#[test]
fn a_time_limit_stands_beside_what_it_limits() {
    run(async || {
        let limited = Box::pin(async {
            let limited = timeout(Duration::from_secs(2), sleep(Duration::from_secs(3))); // limit
            let _ = limited.await; // limited
        });
        let task = spawn(outer(limited));
        settle().await;
        let expected = [
            "outer at outer",
            "  middle at middle",
            "    inner at inner",
            "      {closure} at limited",
            "        3.000s more at limit",
            "        2.000s more at limit",
        ];
        assert_stands(&task.name(), &expected);
    });
}

#[test]
fn boxes_and_recursion_are_gone_through() {
    fn descend(depth: u32) -> Leaf {
        Box::pin(async move {
            match depth {
                0 => quiescent().await,        // bottom
                _ => descend(depth - 1).await, // descends
            }
        })
    }

    run(async || {
        let task = spawn(descend(3));
        // Not by `settle`, which lets it go on.
        interrupt().await;
        let expected = [
            "descend at descends",
            "  descend at descends",
            "    descend at descends",
            "      descend at bottom",
            "        the loop to be quiet at bottom",
        ];
        assert_stands(&task.name(), &expected);
    });
}

#[test]
fn a_future_that_is_not_boucles_is_seen_where_it_keeps_its_waker() {
    let (sender, receiver) = futures::channel::oneshot::channel::<()>();
    run(async || {
        let task = spawn(async move { outer(Box::pin(async { _ = receiver.await })).await });
        settle().await;
        let stack = stack(&task.name());
        let words: Vec<_> = stack.awaits.iter().map(|it| it.what.clone()).collect();
        let is_there = |end: &str| words.iter().any(|it| it.contains(end));
        assert!(is_there("outer") || !TELLS.0.0, "{words:?}");
        assert!(is_there("futures_channel::oneshot::Receiver"), "{words:?}");
        assert!(stack.awaits.iter().all(|it| !it.is_last), "{words:?}");
        assert!(!stack.is_unseen);
    });
    drop(sender);
}

#[test]
fn a_future_that_keeps_no_waker_is_said_to_be_unseen() {
    run(async || {
        let task = spawn(poll_fn(|_| Poll::<()>::Pending));
        settle().await;
        let stack = stack(&task.name());
        assert!(stack.is_unseen && stack.awaits.is_empty());
        let tree = Loop::current().expect("it runs").task_tree();
        assert!(tree.contains("\n    where is not known: no future has kept a waker\n"), "{tree}");
    });
}

#[test]
fn who_runs_or_can_go_on_has_no_chain() {
    run(async || {
        let ready = spawn(interrupt());
        let stacks = Loop::current().expect("it runs").task_stacks();
        let states: Vec<_> = stacks.iter().map(|it| it.info.state).collect();
        assert_eq!(states, [TaskState::Running, TaskState::Ready]);
        assert!(stacks.iter().all(|it| it.awaits.is_empty() && !it.is_unseen));
        ready.await.expect("it ends");
    });
}

#[test]
fn a_loop_that_stands_still_is_asked_from_outside() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let task = event_loop.add_task(async { sleep(Duration::from_secs(1)).await });
    task.set_name("sleeper");
    let never_polled = event_loop.task_stacks();
    assert!(never_polled[0].awaits.is_empty());
    event_loop.run_until_complete(interrupt()).expect("it ends");
    assert!(Loop::current().is_err() && !event_loop.is_running());
    let stacks = event_loop.task_stacks();
    assert_eq!(stacks[0].awaits.last().expect("it sleeps").what, "1.000s more");
    assert!(Loop::current().is_err() && !event_loop.is_running());
    event_loop.close().expect("it does not run");
    assert!(event_loop.task_stacks().is_empty());
}
