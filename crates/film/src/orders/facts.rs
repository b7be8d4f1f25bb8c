//! What holds in all outputs that were found: which lines are always there, and which comes before which.

use std::collections::HashMap;

use super::search::Output;

/// A line that an output has, without the time of the stopwatch before it; told apart from others of the same
/// text by how many of them come before it.
pub(super) type Line<'a> = (&'a str, usize);

/// A kind of lines with fewer of them is none.
const KIND: usize = 3;

/// What holds.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// The lines that all outputs have, in the order of the first of them.
    pub(super) always: Vec<Line<'a>>,
    /// The first and the last place of each of these, from 0.
    pub(super) places: Vec<(usize, usize)>,
    /// How many of them, from the first on, stand at the same place in all outputs.
    pub(super) n_first: usize,
    /// How many of them, up to the last, have nothing but themselves behind them in all outputs.
    pub(super) n_last: usize,
    /// Whether of two of these lines, by their places in `always`, one comes first in all outputs.
    before: Vec<Vec<bool>>,
    /// The lines that some outputs do not have, and how many have them.
    pub(super) sometimes: Vec<(Line<'a>, usize)>,
    /// Kinds of lines of which the one is never more than so many ahead of the other.
    pub(super) ahead: Vec<(&'a str, &'a str, usize)>,
}

/// The lines of an output.
pub(super) fn lines(output: &Output) -> impl Iterator<Item = Line<'_>> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    output.lines.iter().map(move |line| {
        let text = without_time(line);
        let n_seen = seen.entry(text).or_default();
        *n_seen += 1;
        (text, *n_seen - 1)
    })
}

/// A line without the time that the course's stopwatch prints before it: `1s + 300ms `.
fn without_time(line: &str) -> &str {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let split = line.split_once("s + ").filter(|it| is_number(it.0));
    let text = split.and_then(|(_, rest)| rest.split_once("ms ")).filter(|it| is_number(it.0));
    text.map_or(line, |it| it.1)
}

/// The kind of a line: its first word.
fn kind(line: &str) -> &str {
    line.split(' ').next().unwrap_or(line)
}

impl<'a> Facts<'a> {
    /// What holds in these, of which there is one at least.
    pub(super) fn of(outputs: &'a [Output]) -> Facts<'a> {
        let mut n_outputs: HashMap<Line<'_>, usize> = HashMap::new();
        let mut met = Vec::new();
        for line in outputs.iter().flat_map(lines) {
            let n = n_outputs.entry(line).or_default();
            if *n == 0 {
                met.push(line);
            }
            *n += 1;
        }
        let is_always = |it: &Line<'_>| n_outputs[it] == outputs.len();
        let always: Vec<_> = met.iter().copied().filter(is_always).collect();
        let others = met.iter().filter(|it| !is_always(it));
        let sometimes = others.map(|it| (*it, n_outputs[it])).collect();

        let n = always.len();
        let mut places = vec![(usize::MAX, 0); n];
        let mut before = vec![vec![true; n]; n];
        let (mut n_first, mut n_last) = (n, n);
        for output in outputs {
            let at: HashMap<_, _> = lines(output).enumerate().map(|(i, line)| (line, i)).collect();
            let at: Vec<usize> = always.iter().map(|it| at[it]).collect();
            for (i, place) in at.iter().enumerate() {
                places[i] = (places[i].0.min(*place), places[i].1.max(*place));
                for (j, other) in at.iter().enumerate() {
                    before[i][j] &= place < other;
                }
            }
            let same = at.iter().enumerate().take_while(|(i, place)| i == *place).count();
            n_first = n_first.min(same);
            let from_the_end = |i: usize| output.lines.len() - 1 - at[i];
            n_last = n_last.min((0..n).take_while(|i| from_the_end(n - 1 - i) == *i).count());
        }
        // Of a line that always stands at its place both could be said.
        n_last = n_last.min(n - n_first);
        let ahead = ahead(outputs, &always);
        Facts { always, places, n_first, n_last, before, sometimes, ahead }
    }

    /// The lines between those that are always first and always last.
    fn middle(&self) -> std::ops::Range<usize> {
        self.n_first..self.always.len() - self.n_last
    }

    /// Each line of the middle with those that always come after it, but for those that come after another
    /// of them, and those of which both always stand at the same place.
    pub(super) fn directly(&self) -> Vec<(Line<'a>, Vec<Line<'a>>)> {
        let between = |i: usize, j: usize| {
            self.middle().any(|other| self.before[i][other] && self.before[other][j])
        };
        let stays = |i: usize| self.places[i].0 == self.places[i].1;
        let mut pairs = Vec::new();
        for i in self.middle() {
            let after = self.middle().filter(|j| !stays(i) || !stays(*j));
            let after = after.filter(|j| self.before[i][*j] && !between(i, *j));
            let after: Vec<_> = after.map(|j| self.always[j]).collect();
            if !after.is_empty() {
                pairs.push((self.always[i], after));
            }
        }
        pairs
    }

    /// The pairs of lines of which each was seen before the other.
    pub(super) fn either_way(&self) -> Vec<(Line<'a>, Line<'a>)> {
        let mut pairs = Vec::new();
        for i in self.middle() {
            let others =
                (i + 1..self.middle().end).filter(|j| !self.before[i][*j] && !self.before[*j][i]);
            pairs.extend(others.map(|j| (self.always[i], self.always[j])));
        }
        pairs
    }
}

/// The pairs of kinds of which the first is ahead of the second at times, and never by all its lines.
fn ahead<'a>(outputs: &'a [Output], always: &[Line<'a>]) -> Vec<(&'a str, &'a str, usize)> {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for (line, _) in always {
        match kinds.iter_mut().find(|it| it.0 == kind(line)) {
            Some((_, n)) => *n += 1,
            None => kinds.push((kind(line), 1)),
        }
    }
    kinds.retain(|it| it.1 >= KIND);
    let mut found = Vec::new();
    for (one, n_lines) in &kinds {
        for (other, _) in kinds.iter().filter(|it| it.0 != *one) {
            let most = outputs.iter().map(|it| most_ahead(it, one, other)).max().unwrap_or(0);
            if (1..*n_lines).contains(&most) {
                found.push((*one, *other, most));
            }
        }
    }
    found
}

/// How many more lines of one kind than of the other come before some line of an output, at the most.
fn most_ahead(output: &Output, one: &str, other: &str) -> usize {
    let (mut n_one, mut n_other, mut most) = (0_usize, 0, 0);
    for line in &output.lines {
        let kind = kind(without_time(line));
        n_one += usize::from(kind == one);
        n_other += usize::from(kind == other);
        most = most.max(n_one.saturating_sub(n_other));
    }
    most
}
