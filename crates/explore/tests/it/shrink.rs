//! The shortest order of all that stand for the same.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::{interrupt, quiescent, spawn};
use boucle_explore::replay;

use super::explore;

/// Three tasks that each add one among eight turns that do nothing: two of the three can be lost.
async fn hidden() -> u32 {
    let n = Rc::new(Cell::new(0));
    let add = || {
        let n = Rc::clone(&n);
        async move {
            for _ in 0..8 {
                interrupt().await;
            }
            let before = n.get();
            interrupt().await;
            n.set(before + 1);
            for _ in 0..8 {
                interrupt().await;
            }
        }
    };
    for _ in 0..3 {
        drop(spawn(add()));
    }
    quiescent().await;
    n.get()
}

#[test]
fn an_update_that_is_lost_among_many_turns_has_three_switches() {
    let report = explore(hidden);
    assert_eq!((report.n_executions(), report.n_blocked()), (36, 0));
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2", "3"]);
    let schedules = ["1", "2", "3"].map(|it| report.schedule(it).expect("it was seen").to_string());
    // From one task to another: three times, twice, once.
    assert_eq!(schedules, ["A9B9C18B9", "A9B18A9", "C18A18"]);
}

#[test]
fn an_order_that_changes_the_task_at_each_step_is_told_by_one_that_hardly_does() {
    let long = "ABC".repeat(11);
    let long = replay(&long, hidden).expect("it fits");
    assert_eq!(long.outcome(), "1");
    let short = long.shortest().to_string();
    assert_eq!(short, "B9C9A18B9");
    assert_eq!(replay(&short, hidden).expect("it fits").outcome(), "1");
}
