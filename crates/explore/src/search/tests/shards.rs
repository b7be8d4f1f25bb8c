//! A search in parts: together they are the whole, and no two have a trace in common.

use std::collections::BTreeSet;

use super::{Op, every_order, program, run_once, searched};
use crate::search::{Beginnings, Search};
use crate::shard::Shard;

/// What one part finds, and how many executions it makes for that.
fn part(tasks: &[Vec<Op>], shard: Shard) -> (BTreeSet<u64>, u64) {
    let mut length = 1;
    loop {
        let mut search = Search::of_beginnings(length);
        let are_enough = loop {
            run_once(tasks, &mut search);
            if let Some(enough) = search.are_enough(shard) {
                break enough;
            }
        };
        match are_enough {
            Beginnings::Enough => break,
            Beginnings::TooFew => length += 1,
        }
    }
    let (mut search, mut traces) = (Search::of_shard(shard, length), BTreeSet::new());
    while !search.is_over() {
        if let Some((trace, _)) = run_once(tasks, &mut search) {
            assert!(traces.insert(trace), "a trace is tried twice: {tasks:?}");
        }
    }
    assert_eq!(search.n_executions, traces.len() as u64);
    (traces, search.n_executions + search.n_blocked)
}

/// The parts are the whole, and have nothing in common. Returns how many traces each has, and how many executions
/// it makes for them.
fn check(tasks: &[Vec<Op>], whole: &BTreeSet<u64>, of: u32) -> Vec<(u64, u64)> {
    let mut all = BTreeSet::new();
    let mut parts = Vec::new();
    for number in 1..=of {
        let shard = Shard::new(number, of).expect("it is one");
        let (traces, n) = part(tasks, shard);
        let n_traces = traces.len() as u64;
        for trace in traces {
            assert!(all.insert(trace), "two shards try the same: {tasks:?}");
        }
        parts.push((n_traces, n));
    }
    assert_eq!(all.len(), whole.len(), "{tasks:?}");
    assert_eq!(all, *whole);
    parts
}

#[test]
fn shards_of_generated_programs_are_the_whole() {
    let mut n_programs = 0;
    for seed in 0.. {
        let tasks = program(seed);
        let Some((every, _)) = every_order(&tasks, 2_000) else { continue };
        check(&tasks, &every.traces, 2 + (seed % 7) as u32);
        n_programs += 1;
        if n_programs == 200 {
            break;
        }
    }
}

#[test]
fn shards_lose_nothing_wherever_the_search_is_divided() {
    // Two who read, one who writes: that one of the readers was tried says nothing of the other.
    let readers = [Op::Get(1), Op::Get(0), Op::Put(1), Op::Get(1)].map(|it| vec![it]).to_vec();
    let generated = (0..300).map(program);
    for tasks in [readers].into_iter().chain(generated) {
        let Some((every, _)) = every_order(&tasks, 1_000) else { continue };
        for length in 1..5 {
            let mut search = Search::of_shard(Shard::WHOLE, length);
            let mut traces = BTreeSet::new();
            while !search.is_over() {
                traces.extend(run_once(&tasks, &mut search).map(|it| it.0));
            }
            assert_eq!(traces, every.traces, "divided after {length}: {tasks:?}");
        }
    }
}

#[test]
fn shards_of_large_programs_are_as_large() {
    // Each writes to the same; three pairs that have nothing in common.
    let writes = |n| [Op::Put(0), Op::Yield].repeat(n);
    let pair = |n| vec![[Op::Get(n), Op::Yield, Op::Put(n), Op::Yield].repeat(2); 2];
    let last = vec![vec![Op::Get(2), Op::Yield, Op::Put(2), Op::Yield, Op::Put(2)]; 2];
    let programs =
        [("writes", [4, 4, 3].map(writes).to_vec()), ("pairs", [pair(0), pair(1), last].concat())];
    for (name, tasks) in programs {
        let (all, _) = searched(&tasks);
        let parts = check(&tasks, &all.traces, 8);
        assert!(all.traces.len() > 8_000, "{name}: {}", all.traces.len());
        for n in
            [parts.iter().map(|it| it.0).collect::<Vec<_>>(), parts.iter().map(|it| it.1).collect()]
        {
            let (least, most) = (n.iter().min(), n.iter().max());
            assert!(most <= least.map(|it| 2 * it).as_ref(), "{name}: {parts:?}");
        }
    }
}
