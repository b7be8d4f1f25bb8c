//! The task tree where it is deep, wide, or a circle.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

use boucle::{Loop, Task, interrupt, spawn};

/// The tree of a loop in which `start` has spawned tasks and they have begun to wait; without the places,
/// which change with this file, and without the task that asks, which stands first.
fn tree<T>(start: impl FnOnce() -> T) -> Vec<String> {
    boucle::run(async {
        let _tasks = start();
        interrupt().await;
        interrupt().await;
        let tree = Loop::current().expect("it runs").task_tree();
        // Nor where each stands: `stacks` has that.
        let lines = tree.lines().filter(|it| it.contains(", spawned") || it.ends_with("a circle"));
        let lines = lines.map(|it| it.split(", spawned").next().expect("a line begins"));
        lines.skip(1).map(str::to_owned).collect()
    })
}

/// Spawns so many tasks, each of which awaits the one before it.
fn chain(n_tasks: usize) -> Task<()> {
    let last = spawn(pending());
    (1..n_tasks)
        .fold(last, |next, _| spawn(async move { next.await.expect("it is not cancelled") }))
}

#[test]
fn a_chain_of_many_awaits_is_written_in_lines_of_one_length() {
    let lines = tree(|| chain(20_000));
    assert_eq!(lines.len(), 20_000);
    assert_eq!(lines[1], "  task 20000: waits");
    let indent = |level: usize| "  ".repeat(level);
    assert_eq!(lines[31], format!("{}task 19970: waits", indent(31)));
    assert_eq!(lines[32], format!("{}(32) task 19969: waits", indent(32)));
    assert_eq!(lines[19_999], format!("{}(19999) Pending 2: waits", indent(32)));
}

/// A task that another awaits, or that gets one to await later.
type Shared = Rc<RefCell<Option<Task<()>>>>;

/// Spawns a task that awaits the one that is in there when it begins.
fn awaits(name: &str, shared: &Shared) -> Task<()> {
    let shared = Rc::clone(shared);
    let task = spawn(async move {
        let next = shared.take().expect("it was put there");
        next.await.expect("it is not cancelled");
    });
    task.set_name(name);
    task
}

/// Spawns tasks that await one another in a circle; the first one awaits a leaf as well.
fn circle(names: &[String]) {
    let first = Shared::default();
    let beside = spawn(pending::<()>());
    beside.set_name(&format!("leaf of {}", names[0]));
    let shared = Rc::clone(&first);
    let head = spawn(async move {
        let next = shared.take().expect("it was put there");
        futures::future::join(next, beside).await.0.expect("it is not cancelled");
    });
    head.set_name(&names[0]);
    let last =
        names[1..].iter().fold(head, |next, name| awaits(name, &Rc::new(RefCell::new(Some(next)))));
    first.replace(Some(last));
}

#[test]
fn tasks_that_await_one_another_are_shown_as_a_circle() {
    let names = ["a", "b", "c"].map(str::to_owned);
    let lines = tree(|| circle(&names));
    let expected = [
        "a: waits",
        "  leaf of a: waits",
        "  c: waits",
        "    b: waits",
        "      a: as above, a circle",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn many_circles_are_each_gone_round_once() {
    let lines = tree(|| {
        for n in 0..2000 {
            circle(&["a", "b"].map(|it| format!("{it}{n}")));
        }
    });
    assert_eq!(lines.len(), 4 * 2000);
    let expected = [
        "a1999: waits",
        "  leaf of a1999: waits",
        "  b1999: waits",
        "    a1999: as above, a circle",
    ];
    assert_eq!(lines[4 * 1999..], expected);
}

#[test]
fn tasks_beside_one_another_stand_in_the_order_in_which_they_were_spawned() {
    let lines = tree(|| {
        let children: Vec<_> = (0..3).map(|_| spawn(pending::<()>())).collect();
        spawn(async move { boucle::gather_tasks(children).await.map(drop) })
    });
    assert_eq!(
        lines,
        ["task 5: waits", "  Pending 2: waits", "  Pending 3: waits", "  Pending 4: waits"]
    );
}
