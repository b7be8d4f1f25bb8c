//! What was found, in words. The first lines say how much was tried, and what follows claims no more.

use std::fmt;

use super::facts::{Facts, Line, lines};
use super::search::{Found, Output, SHOWN};

/// So many pairs that can be either way are shown one by one, and so many lines that are not always there.
const PAIRS: usize = 12;

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.part(f)?;
        self.tried(f)?;
        let Some(own) = self.outputs.first() else { return Ok(()) };
        let facts = Facts::of(&self.outputs);
        own_output(f, own, &facts, self.outputs.len())?;
        others(f, &self.outputs)?;
        if self.outputs.len() > 1 {
            self.facts(f, &facts)?;
        }
        Ok(())
    }
}

impl Found {
    /// Which part it is.
    fn part(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.part, &self.heading) {
            (Some(part), Some(heading)) => write!(f, "Part {}, {heading}. ", part + 1),
            (Some(part), None) => write!(f, "Part {}. ", part + 1),
            _ => Ok(()),
        }
    }

    /// How many orders were tried, and what came of them.
    fn tried(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_outputs = count(self.outputs.len(), "different output");
        let n_orders = count(self.n_orders, "order");
        let rounds = if self.rounds { " in rounds" } else { "" };
        if self.is_every_order() {
            return writeln!(f, "Every order{rounds}: {n_orders}, {n_outputs}.");
        }
        writeln!(f, "Not every order{rounds}: {}, {n_outputs}.", self.n_orders + self.n_random)?;
        if let Some(n) = self.n_left_out {
            let deviations = count(self.n_deviations, "deviation");
            writeln!(
                f,
                "All {n_orders} with up to {deviations} from the queue's own, and {} at random;",
                self.n_random
            )?;
            let next = count(self.n_deviations + 1, "deviation");
            writeln!(f, "{n} more have {next}. What is said of orders is so in those tried.")?;
        }
        if self.n_cut > 0 {
            let cut = count(self.n_cut, "order");
            writeln!(f, "{cut} had no end within the limit: a task may be asked for ever there.")?;
        }
        Ok(())
    }

    /// What holds in all outputs.
    fn facts(&self, f: &mut fmt::Formatter<'_>, facts: &Facts<'_>) -> fmt::Result {
        let directly = facts.directly();
        let tried = if self.is_every_order() { "in every order" } else { "in every order tried" };
        if !directly.is_empty() {
            writeln!(f, "\nAlways ({tried}), and so never the other way round:")?;
            for (line, after) in directly {
                let after: Vec<_> = after.into_iter().map(name).collect();
                writeln!(f, "  {} before {}", name(line), after.join(", "))?;
            }
        }
        if !facts.ahead.is_empty() {
            writeln!(f, "\nAt the most ({tried}):")?;
            for (one, other, n) in &facts.ahead {
                let lines = count(*n, "line");
                writeln!(f, "  {lines} `{one} …` more than `{other} …` at any time")?;
            }
        }
        if !facts.sometimes.is_empty() {
            writeln!(f, "\nNot always there:")?;
            for (line, n) in facts.sometimes.iter().take(PAIRS) {
                writeln!(f, "  {}: in {n} of {} outputs", name(*line), self.outputs.len())?;
            }
            if let Some(n @ 1..) = facts.sometimes.len().checked_sub(PAIRS) {
                writeln!(f, "  {}", count(n, "line") + " more")?;
            }
        }
        let either_way = facts.either_way();
        match either_way.len() {
            0 => Ok(()),
            1..=PAIRS => {
                writeln!(f, "\nEither way:")?;
                let mut pairs = either_way.iter();
                pairs.try_for_each(|(a, b)| writeln!(f, "  {} and {}", name(*a), name(*b)))
            }
            n => writeln!(f, "\nEither way: any other two of these lines, which are {n} pairs."),
        }
    }
}

/// So many of a thing.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A line, in the middle of a sentence.
fn name((text, n_before): Line<'_>) -> String {
    match n_before {
        0 => format!("`{text}`"),
        n => format!("`{text}` (number {})", n + 1),
    }
}

/// The program's own output; before each line the places at which it stands in the outputs.
fn own_output(
    f: &mut fmt::Formatter<'_>,
    own: &Output,
    facts: &Facts<'_>,
    n_outputs: usize,
) -> fmt::Result {
    writeln!(
        f,
        "\nThe program's own{}",
        if n_outputs > 1 { ", and where else a line stands (- is nowhere):" } else { ":" }
    )?;
    for (i, (line, text)) in lines(own).zip(&own.lines).enumerate() {
        let known = facts.always.iter().position(|it| *it == line);
        let places = match known.map(|it| facts.places[it]) {
            None => format!("{} or -", i + 1),
            Some((first, last)) if first == last => format!("{}", first + 1),
            Some((first, last)) => format!("{}-{}", first + 1, last + 1),
        };
        writeln!(f, "{places:>7}  {text}")?;
    }
    Ok(())
}

/// Some of the other outputs, each as far as it is not the program's own.
fn others(f: &mut fmt::Formatter<'_>, outputs: &[Output]) -> fmt::Result {
    let Some((own, others)) = outputs.split_first() else { return Ok(()) };
    for other in others.iter().take(SHOWN) {
        let why = other.choices.0.iter().zip(&other.instead_of);
        let why: Vec<_> = why
            .map(|(it, first)| format!("task {} at step {}, not task {first}", it.task, it.step))
            .collect();
        writeln!(f, "\n--replay {}  ({})", other.choices, why.join("; "))?;
        let (a, b) = (&own.lines, &other.lines);
        let first = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        let last = a[first..].iter().rev().zip(b[first..].iter().rev());
        let last = last.take_while(|(a, b)| a == b).count();
        if first > 0 {
            writeln!(f, "         ({})", count(first, "line") + " as in the program's own")?;
        }
        for (i, line) in b.iter().enumerate().take(b.len() - last).skip(first) {
            writeln!(f, "{:>7}  {line}", i + 1)?;
        }
        if last > 0 {
            writeln!(f, "         ({})", count(last, "line") + " as in the program's own")?;
        }
    }
    match others.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        n => writeln!(f, "\n{n} more; these have the fewest deviations."),
    }
}
