//! State that the loop does not see, and programs that are not the same each time.

use std::cell::Cell;
use std::rc::Rc;

use boucle::{gather, interrupt};
use boucle_explore::explore;

#[test]
fn state_that_the_loop_does_not_see_is_found_where_the_orders_are_few() {
    let report = explore(|| async {
        let n = Rc::new(Cell::new(0));
        let add = || {
            let n = Rc::clone(&n);
            async move {
                let before = n.get();
                interrupt().await;
                n.set(before + 1);
            }
        };
        gather([add(), add()]).await.expect("both end");
        n.get()
    });
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2"]);
    let told = report.to_string();
    assert!(told.contains("tasks share something that the loop does not see"), "{told}");
    assert!(
        told.contains("1 result comes of it: what it sees is in boucle::shared and boucle::sync"),
        "{told}"
    );
}

#[test]
fn a_program_that_is_not_the_same_each_time_is_named_and_is_no_failure() {
    let n_runs = Cell::new(0);
    let report = explore(|| {
        n_runs.set(n_runs.get() + 1);
        let n = n_runs.get();
        async move {
            let yields = |n| async move {
                for _ in 0..n {
                    interrupt().await;
                }
            };
            let shared = Rc::new(boucle::shared::Cell::new(0));
            let other = Rc::clone(&shared);
            let one = boucle::spawn(async move {
                yields(n % 3).await;
                other.set(1);
            });
            shared.set(2);
            interrupt().await;
            shared.set(3);
            one.await.expect("it ends");
            shared.get()
        }
    });
    assert!(!report.is_complete());
    let told = report.to_string();
    assert!(told.starts_with("not explored: the program does not do the same each time"), "{told}");
    assert!(told.contains("step ") || told.contains("the order "), "{told}");
    assert!(report.failures().next().is_none());
}
