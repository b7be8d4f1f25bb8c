//! Whether an output is possible: the search goes on only where all that was printed is as it should be.

use std::collections::BTreeSet;
use std::fmt;

use super::choice::Choices;
use super::subject::Subject;
use super::watch::Policy;
use crate::programs;

/// What is known of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The order that leads to it, if one was found.
    choices: Option<Choices>,
    /// Whether all orders were tried that begin with the lines that are right.
    is_proven: bool,
    /// Whether each task has one turn in a round.
    rounds: bool,
    /// How many orders were run.
    n_orders: usize,
    /// How many of its lines some order prints, one after the other.
    n_right: usize,
    /// The line after them, as it was asked for; none where the output ends.
    wrong: Option<String>,
    /// What stood there instead, in the orders that were run; an end is none.
    instead: BTreeSet<Option<String>>,
    /// How many orders had no end, and were cut.
    n_cut: usize,
}

impl Answer {
    /// Whether the output was found.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.choices.is_some()
    }

    /// Whether the answer is certain; else too many orders had to be tried.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.is_possible() || self.is_proven
    }
}

/// Looks for an order in which the part prints these lines, in as many as `executions`.
pub(super) fn can(
    subject: &Subject,
    part: Option<usize>,
    lines: &[String],
    executions: usize,
) -> Answer {
    let mut answer = Answer {
        choices: None,
        is_proven: false,
        rounds: subject.rounds,
        n_orders: 0,
        n_right: 0,
        wrong: None,
        instead: BTreeSet::new(),
        n_cut: 0,
    };
    // What is to be tried: the last is next, the one that departs latest from what was tried before.
    let mut open: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    programs::quietly(|| {
        while answer.n_orders < executions {
            let Some(places) = open.pop() else {
                answer.is_proven = answer.n_cut == 0;
                return;
            };
            let execution = subject.run(Policy::Places(places.clone()), part);
            answer.n_orders += 1;
            let watch = execution.watch;
            let pairs = watch.lines.iter().zip(lines);
            let n_right = pairs.take_while(|(it, line)| it.0 == **line).count();
            if !execution.is_cut && n_right == lines.len() && n_right == watch.lines.len() {
                answer.choices = Some(watch.choices);
                return;
            }
            answer.n_cut += usize::from(execution.is_cut);
            if n_right > answer.n_right || answer.instead.is_empty() {
                answer.n_right = n_right;
                answer.wrong = lines.get(n_right).cloned();
                answer.instead.clear();
            }
            if n_right == answer.n_right {
                answer.instead.insert(watch.lines.get(n_right).map(|it| it.0.clone()));
            }
            // What is chosen after the first wrong line makes nothing right.
            let end = watch.lines.get(n_right).map_or(watch.n_next.len(), |it| it.1);
            let last = places.last().map_or(0, |it| it.0);
            for step in last + 1..=end {
                for place in (1..watch.n_next[step - 1]).rev() {
                    open.push([&*places, &[(step, place)]].concat());
                }
            }
        }
        answer.is_proven = open.is_empty() && answer.n_cut == 0;
    });
    answer
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(choices) = &self.choices {
            return match choices.0.len() {
                0 => writeln!(f, "possible: it is the program's own output"),
                _ => writeln!(f, "possible: --replay {choices}"),
            };
        }
        let Answer { n_right, n_orders, n_cut, .. } = self;
        let orders = format!("{n_orders} order{}", if *n_orders == 1 { "" } else { "s" });
        let rounds = if self.rounds { " in rounds" } else { "" };
        let n_orders = format!("{orders} tried; no other begins so");
        match self.is_proven {
            true => writeln!(f, "never: no order{rounds} prints this ({n_orders})")?,
            false => writeln!(f, "not found in {orders}, and there are more: it may be possible")?,
        }
        if *n_cut > 0 {
            writeln!(f, "{n_cut} of them had no end: a task may be asked for ever there")?;
        }
        let line = |it: &Option<String>| match it {
            Some(line) => format!("`{line}`"),
            None => "the end".to_owned(),
        };
        let cannot = if self.is_proven { "cannot be" } else { "was never" };
        let can = if self.is_proven { "there can stand" } else { "there stood" };
        writeln!(f, "line {} {cannot} {}; {can}:", n_right + 1, line(&self.wrong))?;
        self.instead.iter().try_for_each(|it| writeln!(f, "  {}", line(it)))
    }
}
