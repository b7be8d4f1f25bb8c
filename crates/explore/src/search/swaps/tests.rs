//! What tasks share behind the loop's back is found, and named, where there are too many orders to try each.

use std::cell::Cell;
use std::rc::Rc;

use boucle::{gather, interrupt, spawn};

use super::on_the_way;
use crate::explore::Explore;
use crate::report::Report;

/// A way to share something behind the loop's back.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Two add to a number, and give their turns back in between.
    Adds,
    /// One looks whether something is there, and takes it later; another one takes it.
    LooksThenTakes,
    /// One reads what another one writes.
    Reads,
    /// One goes on longer if another one has been there.
    GoesOn,
    /// Both append to a list.
    Appends,
}

/// A program of four tasks that each add to a list of their own: far too many orders, of which one matters. Two of
/// them share something.
async fn program(way: Way, (one, other): (usize, usize), at: usize) -> Vec<u32> {
    let (hidden, list) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let task = |n: usize| {
        let (hidden, list) = (Rc::clone(&hidden), Rc::clone(&list));
        async move {
            let own = boucle::shared::Cell::new(0);
            let mut learned = 0;
            for step in 0..5 {
                own.set(own.get() + 1);
                let role = [one, other].iter().position(|it| *it == n);
                match (way, role.filter(|_| step == at || step == at + 1), step == at) {
                    (_, None, _) => {}
                    (Way::Adds | Way::LooksThenTakes, Some(_), true) => learned = hidden.get(),
                    (Way::Adds, Some(_), false) => hidden.set(learned + 1),
                    (Way::LooksThenTakes, Some(_), false) if learned == 0 => {
                        hidden.set(hidden.get() + 1);
                    }
                    (Way::Reads, Some(0), true) => hidden.set(1),
                    (Way::Reads, Some(_), true) => learned = hidden.get(),
                    (Way::GoesOn, Some(0), true) => hidden.set(1),
                    (Way::GoesOn, Some(_), true) if hidden.get() == 1 => interrupt().await,
                    (Way::Appends, Some(_), true) => list.set(list.get() * 10 + n as u32),
                    _ => {}
                }
                interrupt().await;
            }
            learned
        }
    };
    let mut all = gather((0..4).map(task).collect::<Vec<_>>()).await.expect("all end");
    all.extend([hidden.get(), list.get()]);
    all
}

fn explore(way: Way, tasks: (usize, usize), at: usize, n: u64) -> Report {
    Explore::new().executions(n).run(|| program(way, tasks, at))
}

#[test]
fn hidden() {
    let ways = [Way::Adds, Way::LooksThenTakes, Way::Reads, Way::GoesOn, Way::Appends];
    let mut n_swaps = Vec::new();
    for way in ways {
        for (tasks, at) in [((0, 1), 0), ((1, 3), 1), ((0, 3), 3), ((2, 3), 2)] {
            let report = explore(way, tasks, at, 1_000);
            let names = ["A", "B", "C", "D"];
            let told = report.to_string();
            let named = format!("  {} and {}: ", names[tasks.0], names[tasks.1]);
            let swapped = format!("  {} and {}: ", names[tasks.1], names[tasks.0]);
            assert!(
                told.contains(&named) || told.contains(&swapped),
                "{way:?} {tasks:?} {at}\n{report}"
            );
            n_swaps.push(report.shown.n_swaps);
        }
    }
    n_swaps.sort_unstable();
    assert_eq!(n_swaps.len(), 20);
    assert!(n_swaps[10] <= 10, "{n_swaps:?}");
}

#[test]
fn what_comes_of_it_is_found_as_well() {
    let report = explore(Way::Adds, (1, 3), 1, 20_000);
    let sums: Vec<_> = report.outcomes().collect();
    assert!(sums.contains(&"[0, 0, 0, 0, 1, 0]"), "one is lost: {report}");
    assert!(
        sums.contains(&"[0, 0, 0, 1, 2, 0]") && sums.contains(&"[0, 1, 0, 0, 2, 0]"),
        "{report}"
    );
    assert!(report.is_complete() && report.n_executions() > 1, "{report}");
}

#[test]
fn where_nothing_is_hidden_it_says_how_many_pairs_were_swapped() {
    let program = || async {
        let tasks = [(); 4].map(|()| {
            let own = boucle::shared::Cell::new(0);
            spawn(async move {
                for _ in 0..4 {
                    own.set(own.get() + 1);
                    interrupt().await;
                }
                own.get()
            })
        });
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.expect("it ends"));
        }
        all
    };
    let told = Explore::new().run(program).to_string();
    assert!(told.starts_with("every order that matters, as far as the loop sees"), "{told}");
    assert!(told.contains("\n  audited: "), "{told}");
}

#[test]
fn on_the_way_from_one_order_to_another_those_next_to_each_other_change_places() {
    let way = [0, 1, 2, 3, 9].map(|n| on_the_way(&[0, 1, 2, 3], &[2, 0, 3, 1], n));
    let orders = [vec![0, 1, 2, 3], vec![0, 2, 1, 3], vec![2, 0, 1, 3], vec![2, 0, 3, 1]];
    assert_eq!(way[..4], [0, 1, 2, 3].map(|n| (orders[n].clone(), n)));
    assert_eq!(way[4], (orders[3].clone(), 3));
}
