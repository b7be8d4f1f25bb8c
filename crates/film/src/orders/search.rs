//! The search: the orders of a program by how far they depart from the queue's own, and then some at random.
//!
//! An order is a list of deviations, each a step and the place of who is next there. Who deviates once more than
//! an order that was run, after its last deviation, is an order that was not: so each is run once, those with
//! the fewest deviations first, and how many there will be is known before they are run. Where a number of
//! deviations has no order any more, all have been run.

use std::collections::HashMap;

use super::OrdersError;
use super::choice::Choices;
use super::subject::{Execution, Subject};
use super::watch::Policy;
use crate::programs;

/// So many outputs besides the program's own are shown.
pub(super) const SHOWN: usize = 3;

/// What was found in the orders of a part of a program.
#[derive(Debug)]
pub struct Found {
    /// Which part, counted from 0; none if the program has one alone.
    pub(super) part: Option<usize>,
    /// Whether each task has one turn in a round.
    pub(super) rounds: bool,
    /// The heading of the part.
    pub(super) heading: Option<String>,
    /// How many orders with up to `n_deviations` deviations there are: all of them were run.
    pub(super) n_orders: usize,
    /// So many deviations.
    pub(super) n_deviations: usize,
    /// How many orders have one deviation more, if they were too many to be run.
    pub(super) n_left_out: Option<usize>,
    /// How many more were run at random.
    pub(super) n_random: usize,
    /// How many of all that were run had no end, and were cut.
    pub(super) n_cut: usize,
    /// The different outputs, in the order in which they were found: the program's own is the first, unless it
    /// was cut.
    pub(super) outputs: Vec<Output>,
}

/// An output, and an order that leads to it.
#[derive(Debug)]
pub(super) struct Output {
    /// Its lines.
    pub(super) lines: Vec<String>,
    /// The order: of those with the fewest deviations the first.
    pub(super) choices: Choices,
    /// The same as places.
    places: Vec<(usize, usize)>,
    /// At each choice, who was first in the queue.
    pub(super) instead_of: Vec<u64>,
    /// How many orders have led to it.
    pub(super) n_orders: usize,
}

/// An order that was run, as far as its deviations go.
struct Run {
    /// The deviations.
    places: Vec<(usize, usize)>,
    /// How many could be next, at each step.
    n_next: Vec<usize>,
}

impl Run {
    /// The steps after the last deviation, each with the number of those who could be next.
    fn open(&self) -> impl Iterator<Item = (usize, usize)> {
        let last = self.places.last().map_or(0, |it| it.0);
        self.n_next.iter().enumerate().skip(last).map(|(i, n)| (i + 1, *n))
    }

    /// The orders with one deviation more, after the last.
    fn further(&self) -> impl Iterator<Item = Vec<(usize, usize)>> {
        let places = self.open().flat_map(|(step, n)| (1..n).map(move |place| (step, place)));
        places.map(|place| [&*self.places, &[place]].concat())
    }
}

/// The parts of a program, by the headings of those that have one; and the program's own lines.
pub(super) fn parts(subject: &Subject) -> Vec<Option<String>> {
    programs::quietly(|| subject.run(Policy::Places(Vec::new()), None)).watch.parts.names
}

/// Runs a part of a program in as many orders as `executions` allow; the other parts in their own.
pub(super) fn search(
    subject: &Subject,
    part: Option<usize>,
    heading: Option<String>,
    executions: usize,
) -> Result<Found, OrdersError> {
    let (n_orders, n_deviations, n_left_out, n_random, n_cut, outputs) = Default::default();
    let rounds = subject.rounds;
    let mut found = Found {
        part,
        rounds,
        heading,
        n_orders,
        n_deviations,
        n_left_out,
        n_random,
        n_cut,
        outputs,
    };
    let mut by_lines = HashMap::new();
    programs::quietly(|| {
        let first = subject.run(Policy::Places(Vec::new()), part);
        let mut runs = vec![Run { places: Vec::new(), n_next: first.watch.n_next.clone() }];
        found.n_orders = 1;
        found.note(first, &mut by_lines);
        loop {
            let sizes = runs.iter().flat_map(Run::open).map(|(_, n)| n - 1);
            let n_further: usize = sizes.sum();
            if n_further == 0 {
                return Ok(());
            }
            if found.n_orders + n_further > executions {
                found.n_left_out = Some(n_further);
                break;
            }
            let mut further = Vec::new();
            for run in &runs {
                for places in run.further() {
                    let execution = subject.run(Policy::Places(places.clone()), part);
                    let n_next = execution.watch.n_next.clone();
                    is_the_same(subject, run, &places, &n_next)?;
                    found.note(execution, &mut by_lines);
                    further.push(Run { places, n_next });
                }
            }
            found.n_orders += n_further;
            found.n_deviations += 1;
            runs = further;
        }
        while found.n_orders + found.n_random < executions {
            let state = found.n_random as u64;
            found.note(subject.run(Policy::Random(state), part), &mut by_lines);
            found.n_random += 1;
        }
        Ok(())
    })?;
    found.fewest_first(subject);
    Ok(found)
}

/// Whether a run that went the way of another up to its last deviation had the same choices there.
fn is_the_same(
    subject: &Subject,
    run: &Run,
    places: &[(usize, usize)],
    n_next: &[usize],
) -> Result<(), OrdersError> {
    let last = places.last().map_or(0, |it| it.0);
    let differs = (0..last).find(|i| n_next.get(*i) != run.n_next.get(*i));
    let Some(i) = differs else { return Ok(()) };
    Err(OrdersError::Unsteady {
        name: subject.name.clone(),
        step: i + 1,
        first: run.n_next[i],
        then: n_next.get(i).copied().unwrap_or(0),
    })
}

impl Found {
    /// Puts the outputs with the fewest deviations first. Where an order was found at random, what makes no
    /// difference is left out of those that are shown.
    fn fewest_first(&mut self, subject: &Subject) {
        self.outputs.sort_by_key(|it| it.choices.0.len());
        programs::quietly(|| {
            for output in self.outputs.iter_mut().take(SHOWN + 1) {
                let mut i = 0;
                while i < output.places.len() && output.places.len() > self.n_deviations {
                    let mut places = output.places.clone();
                    places.remove(i);
                    let watch = subject.run(Policy::Places(places), self.part).watch;
                    if watch.lines.iter().map(|it| &it.0).eq(&output.lines) {
                        output.places = watch.places;
                        output.choices = watch.choices;
                        output.instead_of = watch.instead_of;
                    } else {
                        i += 1;
                    }
                }
            }
        });
        self.outputs.sort_by_key(|it| it.choices.0.len());
    }

    /// Counts an execution, and keeps what it printed if that is new.
    fn note(&mut self, execution: Execution, by_lines: &mut HashMap<Vec<String>, usize>) {
        let Execution { watch, is_cut } = execution;
        if is_cut {
            self.n_cut += 1;
            return;
        }
        let lines: Vec<String> = watch.lines.into_iter().map(|(line, _)| line).collect();
        if let Some(known) = by_lines.get(&lines) {
            self.outputs[*known].n_orders += 1;
            return;
        }
        by_lines.insert(lines.clone(), self.outputs.len());
        let (choices, places, instead_of) = (watch.choices, watch.places, watch.instead_of);
        self.outputs.push(Output { lines, choices, places, instead_of, n_orders: 1 });
    }

    /// How many orders were run and came to an end.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.n_orders + self.n_random - self.n_cut
    }

    /// Whether every order was run.
    #[must_use]
    pub fn is_every_order(&self) -> bool {
        self.n_left_out.is_none() && self.n_cut == 0
    }

    /// How many orders were cut, since they had no end.
    #[must_use]
    pub fn cut(&self) -> usize {
        self.n_cut
    }

    /// The different outputs, each with the number of the orders that led to it.
    pub fn outputs(&self) -> impl Iterator<Item = (&[String], usize)> {
        self.outputs.iter().map(|it| (&*it.lines, it.n_orders))
    }
}
