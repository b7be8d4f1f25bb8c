//! Programs that are not the same each time: each is named as such, with the step at which that was seen, and nothing
//! that it does is called a failure.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::rc::Rc;
use std::time::SystemTime;

use boucle::shared::Cell;
use boucle::{gather, interrupt};
use boucle_explore::Explore;

/// Three tasks that share a number; two of them go on for as long as something says that is not the same each time.
async fn program(n_turns: usize) -> u32 {
    let n = Rc::new(Cell::new(0));
    let add = |n_turns| {
        let n = Rc::clone(&n);
        async move {
            for _ in 0..n_turns {
                let before = n.get();
                interrupt().await;
                n.set(before + 1);
            }
        }
    };
    gather([add(n_turns), add(n_turns), add(3)]).await.expect("all end");
    n.get()
}

/// Explores it; what the report says, which calls nothing a failure.
#[track_caller]
fn told(n_turns: impl Fn() -> usize) -> String {
    let report = Explore::new().run(|| program(n_turns()));
    assert!(!report.is_complete() && report.failures().next().is_none(), "{report}");
    report.to_string()
}

#[track_caller]
fn is_named(told: &str) {
    assert!(told.starts_with("not explored: the program does not do the same each time"), "{told}");
    let step = told.lines().nth(1).and_then(|it| it.trim_start().strip_prefix("step "));
    let at = step.and_then(|it| it.split_once(": ")?.0.parse::<usize>().ok());
    assert!(at.is_some_and(|it| (1..=20).contains(&it)), "{told}");
}

#[test]
fn diverges_by_the_order_of_a_hash_map() {
    is_named(&told(|| {
        let names: HashSet<usize> = (1..=8).collect();
        names.into_iter().next().expect("it has some") % 4 + 1
    }));
}

#[test]
fn diverges_by_the_real_clock() {
    is_named(&told(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
        now.subsec_nanos() as usize / 100 % 4 + 1
    }));
}

#[test]
fn diverges_by_an_address() {
    // A place that nobody gives back is another one each time.
    is_named(&told(|| (&raw const *Box::leak(Box::new([0_u8; 64]))).addr() / 64 % 4 + 1));
}

#[test]
fn diverges_by_a_random_number() {
    is_named(&told(|| RandomState::new().build_hasher().finish() as usize % 4 + 1));
}

#[test]
fn diverges_by_another_thread() {
    // Nobody can say when it wakes: that is a failure at once, and no order of it is tried.
    let report = Explore::new().run(|| async { boucle::to_thread(|| 42).await.expect("it ends") });
    let failure = report.failures().next().expect("it is told");
    assert_eq!(
        failure,
        "a thread has a word in it, whose order nobody can choose: at step 1 M waits for its answer"
    );
}
