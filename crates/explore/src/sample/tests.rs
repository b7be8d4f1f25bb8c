//! What each strategy finds, with fixed seeds.

use std::collections::BTreeMap;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{gather, interrupt, quiescent, spawn};

use crate::environment::Environment;
use crate::explore::Explore;
use crate::strategy::Strategy;

/// Two that add to a number with harmless turns around it, and one that looks on: how much is there.
async fn hidden() -> u32 {
    let n = Rc::new(Cell::new(0));
    let turns = |n_turns| async move {
        for _ in 0..n_turns {
            interrupt().await;
        }
    };
    let add = |n: Rc<Cell<u32>>| async move {
        turns(8).await;
        let before = n.get();
        interrupt().await;
        n.set(before + 1);
        turns(8).await;
    };
    gather([add(Rc::clone(&n)), add(Rc::clone(&n)), add(Rc::clone(&n))]).await.expect("all end");
    n.get()
}

async fn never_two() {
    let n = hidden().await;
    assert!(n != 2, "one of three is lost");
}

/// Nine steps of three tasks, one after another: what each order is, as the report has it.
async fn three_by_three() -> String {
    let said = Rc::new(RefCell::new(String::new()));
    for name in ["a", "b", "c"] {
        let said = Rc::clone(&said);
        drop(spawn(async move {
            for _ in 0..2 {
                said.borrow_mut().push_str(name);
                interrupt().await;
            }
            said.borrow_mut().push_str(name);
        }));
    }
    quiescent().await;
    said.take()
}

const ALL: [Strategy; 6] = [
    Strategy::Fifo(2),
    Strategy::Walk,
    Strategy::Pct(3),
    Strategy::Pos,
    Strategy::Races,
    Strategy::Auto,
];

#[test]
fn the_same_seed_is_the_same_report_and_another_one_is_another() {
    for strategy in ALL {
        let explore = Explore::new().strategy(strategy).executions(60);
        let told = |explore: &Explore| explore.run(three_by_three).to_string();
        assert_eq!(told(&explore), told(&explore), "{strategy:?}");
        let other = told(&explore.clone().seed(1));
        assert_eq!(told(&explore) == other, strategy == Strategy::Fifo(2), "{strategy:?}: {other}");
    }
}

#[test]
fn each_strategy_finds_an_update_that_is_lost_in_few_orders() {
    for strategy in ALL {
        let report = Explore::new().strategy(strategy).executions(400).run(hidden);
        let outcomes: Vec<_> = report.outcomes().collect();
        assert!(outcomes.contains(&"2") && outcomes.contains(&"1"), "{strategy:?}: {report}");
    }
}

#[test]
fn each_schedule_that_a_strategy_reports_comes_to_what_it_says() {
    for strategy in ALL {
        let explore = Explore::new().strategy(strategy).executions(200);
        // A report says so if not.
        let disturbed = explore.cancels(1).wakes(1).slow(1).yields(1).closes(1);
        let report = disturbed.run(|| async {
            let queue = Rc::new(boucle::sync::Queue::unbounded());
            let takes = Rc::clone(&queue);
            let task = spawn(async move { takes.get().await.is_ok() });
            boucle::sleep(std::time::Duration::from_secs(1)).await;
            queue.try_put(7).expect("there is room");
            let got = boucle::timeout(std::time::Duration::from_secs(1), task).await;
            (got.is_ok(), queue.len())
        });
        assert!(report.changed.is_none(), "{strategy:?}: {report}");
        let n = report.outcomes().count() + report.failures().count();
        assert!(n > 1, "{strategy:?}: {report}");
    }
}

#[test]
fn few_deviations_are_counted_by_hand() {
    // Two tasks of two polls: before each of the first three there is a choice of two.
    let program = || async {
        for _ in 0..2 {
            drop(spawn(async { interrupt().await }));
        }
        quiescent().await;
    };
    let told = |k| {
        let report = Explore::new().strategy(Strategy::Fifo(k)).run(program);
        report.to_string().lines().next().map(str::to_owned)
    };
    let within = |k: &str, n| Some(format!("within {k} from the loop's own order: {n}"));
    assert_eq!(told(0), within("0 deviations", "1 order"));
    // AABB, ABBA and BAAB are one deviation each from ABAB or what it would be after them.
    assert_eq!(told(1), within("1 deviation", "4 orders"));
    assert_eq!(told(9).as_deref(), Some("every order: 6"));
}

#[test]
fn what_does_not_fit_is_not_claimed() {
    let told = |n| {
        let explore = Explore::new().strategy(Strategy::Fifo(3)).executions(n);
        explore.run(three_by_three).to_string().lines().next().map(str::to_owned)
    };
    let all = |k| Explore::new().strategy(Strategy::Fifo(k)).run(three_by_three).n_executions();
    let (one, two) = (all(1), all(2));
    assert!(one < two, "{one} {two}");
    let first = told(two - 1).expect("it has one");
    let stopped = two - 1;
    assert_eq!(
        first,
        format!(
            "within 1 deviation from the loop's own order: {stopped} orders; stopped after {stopped} executions"
        )
    );
    assert!(told(two).expect("it has one").starts_with("within 2 deviations"));
    // In turn with others, those with one more are tried only if there is room for all of them.
    let report = Explore::new().executions(40).run(three_by_three);
    assert!(
        report.to_string().starts_with("within 0 deviations from the loop's own order: 1 order;"),
        "{report}"
    );
}

#[test]
fn a_uniform_walk_has_no_order_that_is_much_rarer_than_others() {
    // One long task and two short ones: of all orders, half a percent begin with the whole of the long one.
    let program = || async {
        let said = Rc::new(RefCell::new(String::new()));
        for (name, n) in [("a", 8), ("b", 2), ("c", 2)] {
            let said = Rc::clone(&said);
            drop(spawn(async move {
                for _ in 1..n {
                    said.borrow_mut().push_str(name);
                    interrupt().await;
                }
                said.borrow_mut().push_str(name);
            }));
        }
        quiescent().await;
        let said = said.take();
        said.rfind('a').expect("it has said something")
    };
    // At which place the last step of the long task is: by chance alone it is nearly never an early one.
    let report = Explore::new().strategy(Strategy::Walk).executions(2_000).run(program);
    let n: BTreeMap<_, _> =
        report.found.outcomes.iter().map(|it| (it.0.as_str(), it.1.n)).collect();
    // Of 2970 orders 6 have it at place 7, and 48, 216, 720, 1980 at the others.
    let expected = [("7", 6.0), ("8", 48.0), ("9", 216.0), ("10", 720.0), ("11", 1_980.0)];
    for (place, expected) in expected {
        let n = *n.get(place).unwrap_or(&0) as f64 * 2_970.0 / 2_000.0;
        assert!((expected * 0.4..expected * 2.5).contains(&n), "{place}: {n} for {expected}");
    }
}

#[test]
fn a_task_that_asks_again_and_again_is_not_polled_for_ever() {
    let program = || async {
        let is_done = Rc::new(Cell::new(false));
        let sets = Rc::clone(&is_done);
        let asks = spawn(async move {
            while !is_done.get() {
                interrupt().await;
            }
        });
        drop(spawn(async move {
            interrupt().await;
            sets.set(true);
        }));
        asks.await.expect("it ends");
    };
    for strategy in [Strategy::Pct(3), Strategy::Pos, Strategy::Races, Strategy::Walk] {
        let report = Explore::new().strategy(strategy).executions(100).run(program);
        report.assert_no_failures();
    }
}

#[test]
fn shrink_leaves_what_is_needed_for_the_failure() {
    let explore = Explore::new().strategy(Strategy::Walk).executions(300);
    // Thirty switches or so, as the walk has it; none of those counts that the loop itself would make.
    let report = explore.run(never_two);
    let schedule = report.schedule("panicked: one of three is lost").expect("it was found");
    let told = schedule.to_string();
    assert!(told.len() <= 16, "{told}");
    let n_switches = schedule.0.windows(2).filter(|it| it[0] != it[1]).count();
    assert!(n_switches <= 32, "{told}");
    let environment = Environment { replay: Some(schedule.clone()), ..Environment::default() };
    let again = explore.run_in(&environment, &never_two);
    assert_eq!(again.failures().collect::<Vec<_>>(), ["panicked: one of three is lost"]);
    assert!(again.to_string().starts_with("one order, as BOUCLE_REPLAY says: "), "{again}");
}

#[test]
fn shrink_leaves_out_what_was_done_to_the_program_in_vain() {
    let program = || async {
        let tasks = [1, 2].map(|n| {
            spawn(async move {
                interrupt().await;
                n
            })
        });
        let [one, other] = tasks;
        drop(other.await);
        one.await.expect("it is cancelled");
    };
    let explore = Explore::new().cancels(2).wakes(2).yields(1).strategy(Strategy::Walk);
    let report = explore.executions(500).run(program);
    let (says, seen) = report.found.failures.iter().next().expect("one fails");
    assert!(says.contains("it is cancelled"), "{says}");
    assert_eq!(seen.schedule.to_string(), "M~A", "{report}");
}

#[test]
fn nothing_is_claimed_of_orders_by_chance_and_the_pairs_are_counted() {
    let report = Explore::new().strategy(Strategy::Walk).executions(400).run(three_by_three);
    assert!(!report.is_complete());
    let told = report.to_string();
    let lines: Vec<_> = told.lines().take(3).collect();
    assert_eq!(
        lines[0],
        "sampled: 400 orders of seed 0, by random walks; stopped after 400 executions"
    );
    assert!(lines[1].starts_with("  of the orders that come next about "), "{told}");
    // Each of three steps of one task with each of three of another: 27.
    assert_eq!(lines[2], "  27 of 27 conflicting pairs seen both ways");
    let told =
        Explore::new().strategy(Strategy::Walk).executions(1).run(three_by_three).to_string();
    assert!(told.contains("  0 of ") && told.contains("; not seen: "), "{told}");
}
