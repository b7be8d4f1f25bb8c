//! How much there will be in all, told while a tenth of it is done.

use super::{Op, program, run_once, searched};
use crate::search::Search;

/// What is estimated as a tenth is done of so many executions.
fn estimate(tasks: &[Vec<Op>], n_all: u64) -> f64 {
    let mut search = Search::default();
    while (search.n_executions + search.n_blocked) * 10 < n_all {
        run_once(tasks, &mut search);
    }
    search.estimate()
}

/// How many executions there are in all, unless there are more than so many.
fn n_all(tasks: &[Vec<Op>], most: u64) -> Option<u64> {
    let mut search = Search::default();
    while !search.is_over() {
        run_once(tasks, &mut search);
        if search.n_executions > most {
            return None;
        }
    }
    let n = search.n_executions + search.n_blocked;
    assert_eq!(search.estimate(), n as f64, "it is over");
    Some(n)
}

#[test]
fn estimate_at_a_tenth_is_within_a_factor_of_two_for_four_of_five_programs() {
    let (mut n_programs, mut n_near) = (0, 0);
    // Others than those by which it is known how much is known late.
    for seed in 1_000_000.. {
        let tasks = program(seed).into_iter().map(|it| [&it[..], &[Op::Yield], &it[..]].concat());
        let tasks: Vec<_> = tasks.collect();
        let Some(n_all) = n_all(&tasks, 5_000).filter(|it| *it >= 1_000) else { continue };
        let ratio = estimate(&tasks, n_all) / n_all as f64;
        n_programs += 1;
        n_near += usize::from((0.5..=2.0).contains(&ratio));
        if n_programs == 60 {
            break;
        }
    }
    assert!(n_near * 5 >= n_programs * 4, "{n_near} of {n_programs}");
}

#[test]
fn estimate_of_what_branches_evenly_is_near() {
    // Nine steps of three tasks, one after another: 1680 orders.
    let tasks = vec![[Op::Put(0), Op::Yield, Op::Put(0), Op::Yield, Op::Put(0)].to_vec(); 3];
    let (_, search) = searched(&tasks);
    assert_eq!(search.n_executions, 1_680);
    let ratio = estimate(&tasks, 1_680) / 1_680.0;
    assert!((0.5..2.0).contains(&ratio), "{ratio}");
}
