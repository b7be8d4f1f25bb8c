//! Each kind of dependence is needed: where the search is not told of one, it misses what comes of some program.

use std::collections::BTreeSet;

use boucle::How;

use super::{Next, Op, Run, Search, every_order, program};
use crate::search::foot::Foot;

/// Makes the search be told less than a step does.
type Weaken = fn(&mut Foot);

/// What the search finds where it is told something else of what steps do; `None` where it finds fault with that.
fn outcomes(tasks: &[Vec<Op>], weaken: Weaken) -> Option<BTreeSet<String>> {
    let (mut all, mut search) = (BTreeSet::new(), Search::default());
    while !search.is_over() {
        let mut run = Run::new(tasks);
        search.begin();
        let is_over = loop {
            let ready = run.ready();
            if ready.is_empty() {
                break true;
            }
            match search.choose(&ready) {
                Next::Task(task) => {
                    let mut event = run.poll(task);
                    weaken(&mut event.foot);
                    search.took(event, &[]);
                }
                Next::GiveUp => break false,
            }
        };
        if search.end(is_over).ok()? {
            all.insert(run.outcome());
        }
    }
    Some(all)
}

/// Of how many of the first programs the search misses something, or finds fault with what it is told.
fn n_noticed(weaken: Weaken) -> usize {
    let mut programs = (0..).map(program).filter_map(|tasks| {
        let (every, _) = every_order(&tasks, 500)?;
        Some((tasks, every))
    });
    let is_noticed =
        |it: &(Vec<Vec<Op>>, super::All)| outcomes(&it.0, weaken).as_ref() != Some(&it.1.outcomes);
    programs.by_ref().take(100).filter(is_noticed).count()
}

#[test]
fn table_bites() {
    assert_eq!(n_noticed(|_| {}), 0);
    let rows: [(&str, Weaken); 4] = [
        ("what is read", |foot| foot.uses.retain(|it| it.1 != How::Read)),
        ("what is written", |foot| foot.uses.retain(|it| it.1 != How::Write)),
        ("what is added to", |foot| foot.uses.retain(|it| it.1 != How::Add)),
        ("who is woken", |foot| foot.wakes.clear()),
    ];
    for (row, weaken) in rows {
        assert!(n_noticed(weaken) > 0, "without {row} nothing is missed");
    }
}
