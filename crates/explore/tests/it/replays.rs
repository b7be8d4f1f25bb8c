//! An order once more, by its schedule.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::{gather, interrupt, spawn};
use boucle_explore::{ReplayError, replay};

use super::explore;

/// Two that add to a number, of which one may be lost.
async fn sum() -> u32 {
    let n = Rc::new(Cell::new(0));
    let add = |by| {
        let n = Rc::clone(&n);
        async move {
            let before = n.get();
            interrupt().await;
            n.set(before + by);
        }
    };
    gather([add(1), add(2)]).await.expect("both end");
    n.get()
}

#[test]
fn each_outcome_is_seen_again_by_its_schedule() {
    let report = explore(sum);
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["1", "2", "3"]);
    for outcome in report.outcomes() {
        let schedule = report.schedule(outcome).expect("it was seen").to_string();
        let again: Vec<_> = (0..3).map(|_| replay(&schedule, sum).expect("it fits")).collect();
        for replay in &again {
            assert_eq!((replay.outcome(), replay.is_failure()), (outcome, false));
            assert_eq!(replay.trace(), again[0].trace());
        }
    }
}

#[test]
fn a_schedule_that_does_not_fit_says_where() {
    let error = replay("AC", sum).expect_err("there is no third");
    assert_eq!(error.to_string(), "choice 2 of the schedule: expected C, ready B A");
    let error = replay("ABABAB", sum).expect_err("there are fewer");
    assert!(matches!(error, ReplayError::LeftOver { n_all: 6, .. }), "{error}");
    let error = replay("A-", sum).expect_err("it is none");
    assert!(matches!(error, ReplayError::Parse(_)), "{error}");
}

#[test]
fn a_deeper_task_is_called_by_its_path() {
    let program = || async {
        let last = Rc::new(Cell::new("nobody"));
        let set = |name, last: &Rc<Cell<&'static str>>| {
            let last = Rc::clone(last);
            spawn(async move { last.set(name) })
        };
        let (child, inner) = (set("child", &last), Rc::clone(&last));
        let outer = spawn(async move { set("grandchild", &inner).await.expect("it ends") });
        child.await.expect("it ends");
        outer.await.expect("it ends");
        last.get()
    };
    let report = explore(program);
    assert_eq!(report.outcomes().collect::<Vec<_>>(), ["\"child\"", "\"grandchild\""]);
    let schedule = report.schedule("\"child\"").expect("it was seen").to_string();
    assert!(schedule.contains("(1.2.1)"), "{schedule}");
    assert_eq!(replay(&schedule, program).expect("it fits").outcome(), "\"child\"");
}
