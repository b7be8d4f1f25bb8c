//! Children, whoever is their parent and wherever they live: the loop tells the parent of each end.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use boucle::{
    Loop, RunError, Task, as_completed, gather, gather_all, interrupt, spawn, task_group,
};

/// The lines of a tree, without the places and the chains of awaits.
fn tree(event_loop: &Loop) -> Vec<String> {
    let tree = event_loop.task_tree();
    let lines = tree.lines().filter(|line| line.contains(", spawned"));
    let lines = lines.map(|line| line.split(", spawned").next().expect("there is one"));
    lines.map(str::to_owned).collect()
}

#[test]
fn children_stand_below_their_parent_in_the_tree() {
    let tree = boucle::run(async {
        let parent = spawn(gather([pending::<()>(), pending()]));
        parent.set_name("gathers");
        let group = spawn(task_group(async |group| {
            group.spawn(pending::<()>());
            pending::<()>().await;
        }));
        group.set_name("groups");
        interrupt().await;
        interrupt().await;
        tree(&Loop::current().expect("it runs"))
    });
    let expected = [
        "children_stand_below_their_parent_in_the_tree 1: running",
        "gathers: waits",
        "  Pending 4: waits",
        "  Pending 5: waits",
        "groups: waits",
        "  Pending 6: waits",
    ];
    assert_eq!(tree, expected);
}

#[test]
fn a_parent_of_children_that_stand_still_is_in_a_deadlock() {
    let event_loop = Loop::new();
    let stuck = event_loop.run_until_complete(gather([pending::<()>(), pending()]));
    assert!(matches!(stuck, Err(RunError::Deadlock)));
    let stuck = event_loop.run_until_complete(async {
        let mut children = as_completed([pending::<()>(), pending()]);
        children.next().await.map(|(place, _)| place)
    });
    assert_eq!(stuck, Err(RunError::Deadlock));
    let stuck = event_loop.run_until_complete(task_group(async |group| {
        group.spawn(pending::<()>());
    }));
    assert!(matches!(stuck, Err(RunError::Deadlock)));
}

#[test]
fn a_group_has_children_in_two_loops_and_hears_of_all() {
    let (first, second) = (Loop::new(), Loop::new());
    let shared = Rc::new(RefCell::new(None));
    let hand = Rc::clone(&shared);
    let grouped = first.add_task(task_group(async move |group| {
        group.spawn(async {});
        hand.borrow_mut().replace(group.clone());
    }));
    first.run_until_complete(interrupt()).expect("it ends");
    let group = shared.borrow_mut().take().expect("it was put there");
    let other = second.run_until_complete(async { group.spawn(interrupt()) }).expect("it ends");
    first.run_until_complete(interrupt()).expect("it ends");
    assert!(!grouped.done(), "one child is left, in the other loop");
    second.run();
    first.run();
    assert!(matches!(grouped.result(), Ok(Ok(()))));
    let value = boucle::run(other.value());
    assert_eq!(value, Some(()));
}

#[test]
fn a_loop_that_is_closed_ends_children_whose_parent_lives_elsewhere() {
    let (children, parents) = (Loop::new(), Loop::new());
    let mut gathered = Box::pin(gather_all([pending::<()>(), pending()]));
    // First polled there, it has its children there.
    children
        .run_until_complete(poll_fn(|cx| {
            assert!(gathered.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        }))
        .expect("it ends");
    let parent = parents.add_task(gathered);
    parents.run_until_complete(interrupt()).expect("it ends");
    assert!(!parent.done());
    children.close().expect("it does not run");
    parents.run();
    let results = parent.result().expect("it ended");
    assert!(results.len() == 2 && results.iter().all(Result::is_err));
}

#[test]
fn a_parent_that_is_gone_leaves_no_waker_behind() {
    let waker = Waker::from(std::sync::Arc::new(Nobody));
    let event_loop = Loop::new();
    event_loop
        .run_until_complete(async {
            let mut ends = as_completed([interrupt(), interrupt()]);
            let mut next = Box::pin(ends.next());
            let polled = next.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            drop(next);
            drop(ends);
            interrupt().await;
            interrupt().await;
        })
        .expect("it ends");
    assert_eq!(format!("{event_loop:?}"), "<Loop Idle, 0 tasks>");
}

/// Wakes nobody.
struct Nobody;

impl std::task::Wake for Nobody {
    fn wake(self: std::sync::Arc<Self>) {}
}

/// A future of a type of its own.
struct Kind<const N: usize>;

impl<const N: usize> Future for Kind<N> {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<usize> {
        Poll::Ready(N)
    }
}

/// Spawns one of each of sixteen kinds, of which `N` is the first.
fn sixteen<const N: usize>(tasks: &mut Vec<Task<usize>>) {
    macro_rules! spawn_all {
        ($($i:literal)*) => { $( tasks.push(spawn(With::<N, $i>)); )* };
    }
    spawn_all!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

/// One of sixteen, of which `N` is the first.
struct With<const N: usize, const I: usize>;

impl<const N: usize, const I: usize> Future for With<N, I> {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<usize> {
        Poll::Ready(N * 16 + I)
    }
}

#[test]
fn many_kinds_of_tasks_are_not_mistaken_for_one_another() {
    boucle::run(async {
        // Twice, and more than are remembered lately.
        for _ in 0..2 {
            let mut tasks = Vec::new();
            sixteen::<0>(&mut tasks);
            sixteen::<1>(&mut tasks);
            sixteen::<2>(&mut tasks);
            sixteen::<3>(&mut tasks);
            sixteen::<4>(&mut tasks);
            sixteen::<5>(&mut tasks);
            sixteen::<6>(&mut tasks);
            sixteen::<7>(&mut tasks);
            for (i, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.expect("it ends"), i);
            }
        }
        // The same type, from two places: each task knows its own.
        let (here, there) = (spawn(Kind::<1>), spawn(Kind::<1>));
        assert!(here.spawned_at().column() != there.spawned_at().column());
        assert_eq!(here.await.expect("it ends") + there.await.expect("it ends"), 2);
    });
}
