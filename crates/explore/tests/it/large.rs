//! Programs that have too many orders, and those that are divided.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use boucle::shared::{Cell, RefCell};
use boucle::{gather, interrupt, quiescent, spawn};
use boucle_explore::{Explore, Report, Strategy, replay, shards};

/// So many tasks that tell of so many steps each, one after another.
async fn tell(n_tasks: usize, n_steps: usize) -> String {
    let said = Rc::new(RefCell::new(String::new()));
    for task in 0..n_tasks {
        let said = Rc::clone(&said);
        drop(spawn(async move {
            for _ in 1..n_steps {
                said.borrow_mut().push_str(&task.to_string());
                interrupt().await;
            }
            said.borrow_mut().push_str(&task.to_string());
        }));
    }
    quiescent().await;
    said.take()
}

/// Three that add, slowly.
async fn sum() -> u32 {
    let n = Rc::new(Cell::new(0));
    let add = || {
        let n = Rc::clone(&n);
        async move {
            let before = n.get();
            interrupt().await;
            n.set(before + 1);
        }
    };
    gather([add(), add(), add()]).await.expect("all end");
    n.get()
}

// Eight tests, of which each has an eighth.
shards!(eighths, 8, || tell(3, 3));
shards!(halves, 2, Explore::new().executions(1_000) => || tell(2, 2));

/// In how many executions each comes out, and how many there are.
fn counts(reports: &[Report]) -> (BTreeMap<String, u64>, u64) {
    let mut counts = BTreeMap::new();
    for told in reports.iter().map(ToString::to_string) {
        for (outcome, n) in told.lines().filter_map(|it| it.strip_prefix("  ")?.split_once(", in "))
        {
            let n: u64 =
                n.split(',').next().and_then(|it| it.parse().ok()).expect("it is a number");
            *counts.entry(outcome.to_owned()).or_default() += n;
        }
    }
    (counts, reports.iter().map(Report::n_executions).sum())
}

#[test]
fn shards_are_the_whole_and_have_nothing_in_common() {
    let program = || tell(3, 3);
    let (whole, n) = counts(&[Explore::new().run(program)]);
    assert_eq!((whole.len(), n), (1_680, 1_680));
    let shards: Vec<_> = (1..=8).map(|it| Explore::new().shard(it, 8).run(program)).collect();
    assert!(shards.iter().all(Report::is_complete));
    // Each comes out once: no two shards have it.
    assert_eq!(counts(&shards), (whole, n));
}

#[test]
fn shards_of_what_is_disturbed_are_the_whole_too() {
    let program = || async {
        let tasks = [1, 2].map(|n| {
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
    for explore in
        [Explore::new().cancels(2), Explore::new().cancels(2).strategy(Strategy::Fifo(2))]
    {
        let whole = counts(&[explore.run(program)]);
        let shards: Vec<_> = (1..=3).map(|it| explore.clone().shard(it, 3).run(program)).collect();
        assert_eq!(counts(&shards), whole);
    }
}

#[test]
fn few_deviations_are_divided_too() {
    let program = || tell(3, 2);
    let explore = Explore::new().strategy(Strategy::Fifo(2));
    let whole = counts(&[explore.run(program)]);
    let shards: Vec<_> = (1..=4).map(|it| explore.clone().shard(it, 4).run(program)).collect();
    assert_eq!(counts(&shards), whole);
}

#[test]
#[should_panic(expected = "there is no shard 9 of 8: they are 1 to 8")]
fn there_is_no_ninth_of_eight() {
    drop(Explore::new().shard(9, 8));
}

#[test]
fn what_is_too_much_is_tried_in_turn_and_never_claimed() {
    let report = Explore::new().executions(4_000).run(|| tell(4, 4));
    let told = report.to_string();
    let mut lines = told.lines();
    let first = lines.next().expect("it has one");
    assert!(first.starts_with("within 2 deviations from the loop's own order: "), "{told}");
    assert!(first.ends_with("; stopped after 4000 executions"), "{told}");
    let next = lines.next().expect("it has one");
    assert!(next.starts_with("  searched: 2000 orders that matter, of "), "{told}");
    let next = lines.next().expect("it has one");
    assert!(next.starts_with("  sampled: "), "{told}");
    assert!(
        next.ends_with(" orders of seed 0, by random walks, PCT 2, PCT 3, POS, reversed races"),
        "{told}"
    );
    assert!(!report.is_complete());
    report.assert_no_failures();
}

#[test]
#[should_panic(expected = "where that is enough, assert_no_failures says so")]
fn what_is_not_complete_is_not_ok() {
    Explore::new().executions(10).run(|| tell(3, 3)).assert_ok();
}

#[test]
fn a_search_goes_on_where_it_will_soon_be_over() {
    // More than half of the budget, and less than the whole.
    let report = Explore::new().executions(3_000).run(|| tell(3, 3));
    assert!(report.to_string().starts_with("every order: 1680"), "{report}");
    let report = Explore::new().executions(2_100).strategy(Strategy::Exhaustive).run(|| tell(3, 4));
    assert!(
        report
            .to_string()
            .starts_with("not every order: stopped after 2100 executions\n  searched: 2100 "),
        "{report}"
    );
}

#[test]
fn a_time_that_is_over_lets_one_execution_be_made() {
    let report =
        Explore::new().time(Duration::ZERO).strategy(Strategy::Exhaustive).run(|| tell(3, 3));
    assert!(report.to_string().starts_with("not every order: stopped after 0ns\n"), "{report}");
    assert_eq!(report.n_executions(), 1);
}

#[test]
fn who_goes_round_is_named_in_a_program_that_does_not_end() {
    let report = Explore::new().steps(300).executions(4).run(|| async {
        let asks = |flag: Rc<Cell<bool>>| async move {
            while !flag.get() {
                interrupt().await;
            }
        };
        let never = Rc::new(Cell::new(false));
        drop(spawn(interrupt()));
        drop(spawn(asks(Rc::clone(&never))));
        asks(never).await;
    });
    assert_eq!(report.failures().collect::<Vec<_>>(), ["it does not end: M and B go round"]);
    let report = Explore::new().steps(300).run(|| async {
        loop {
            boucle::sleep(Duration::from_secs(1)).await;
        }
    });
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(failures, ["it does not end: M goes round, and time passes"]);
}

#[test]
fn a_failure_that_chance_has_found_is_told_by_its_smallest_order() {
    let explore = Explore::new().strategy(Strategy::Walk).executions(200);
    let program = || async { assert!(sum().await > 1, "all but one are lost") };
    let report = explore.run(program);
    // It is what comes of the loop's own order.
    let schedule =
        report.schedule("panicked: all but one are lost").expect("it was found").to_string();
    assert_eq!(schedule, "");
    assert!(replay(&schedule, program).expect("it fits").is_failure());
}
