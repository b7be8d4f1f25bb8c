//! The circles of a graph, and the shortest one of each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who names whom, by the names of files.
pub(super) type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// All that can be reached from one, and from where each was reached first.
fn reach<'a>(graph: &Graph<'a>, start: &'a str) -> BTreeMap<&'a str, &'a str> {
    let (mut from, mut next) = (BTreeMap::new(), VecDeque::from([start]));
    while let Some(one) = next.pop_front() {
        for other in graph.get(one).into_iter().flatten() {
            if !from.contains_key(other) {
                from.insert(*other, one);
                next.push_back(*other);
            }
        }
    }
    from
}

/// The knots: sets in which each can reach each other. A knot of one is none.
pub(super) fn knots<'a>(graph: &Graph<'a>) -> Vec<BTreeSet<&'a str>> {
    let reached: BTreeMap<_, _> = graph.keys().map(|it| (*it, reach(graph, it))).collect();
    let mut knots = BTreeSet::new();
    for (one, others) in &reached {
        let knot: BTreeSet<_> = others
            .keys()
            .copied()
            .filter(|it| reached.get(it).is_some_and(|it| it.contains_key(one)))
            .collect();
        if knot.len() > 1 {
            knots.insert(knot);
        }
    }
    knots.into_iter().collect()
}

/// The shortest circle within a knot, if one is found that `is_asked_for`; its first one is not named again
/// at the end.
pub(super) fn shortest<'a>(
    graph: &Graph<'a>,
    knot: &BTreeSet<&'a str>,
    is_asked_for: impl Fn(&[&'a str]) -> bool,
) -> Option<Vec<&'a str>> {
    let mut shortest: Option<Vec<&str>> = None;
    for start in knot {
        let from = reach(graph, start);
        // Back to the start over each of those that name it.
        for last in knot.iter().filter(|it| graph[**it].contains(start)) {
            let (mut circle, mut at) = (vec![*last], *last);
            while at != *start {
                at = from[at];
                circle.insert(0, at);
            }
            let is_shorter = shortest.as_ref().is_none_or(|it| circle.len() < it.len());
            if is_shorter && is_asked_for(&circle) {
                shortest = Some(circle);
            }
        }
    }
    shortest
}
