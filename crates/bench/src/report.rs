//! The report: Markdown that can be read in a terminal as it is.

use std::fmt::Write;

use crate::machine;
use crate::peers::Name;
use crate::series::{Plan, Series, Summary};
use crate::workload::{Goal, Row, Unit};

/// A row of a table, the heading included.
pub type Cells = Vec<String>;

/// The whole report.
pub fn write(plan: &Plan, all: &[Series]) -> String {
    let mut report = String::from("# boucle and its peers\n\n");
    for (name, what) in machine::describe(&plan.peers, &plan.python) {
        line(&mut report, &format!("- {name}: {what}"));
    }
    let sizes = if plan.quick { "small sizes: only for orders of magnitude" } else { "full sizes" };
    line(&mut report, &format!("- {} processes each, peers interleaved; {sizes}", plan.n_runs));
    report.push_str("\n## Ratios to tokio (medians; less is better)\n\n");
    report.push_str(
        "Figures instead of ratios where the goal is a figure. ✗: the goal is missed.\n\n",
    );
    table(&mut report, &ratios(plan, all));
    report.push_str("\n## Figures: median (least–most)\n\n");
    table(&mut report, &figures(plan, all));
    notes(&mut report, all);
    report
}

fn ratios(plan: &Plan, all: &[Series]) -> Vec<Cells> {
    let mut rows = vec![vec!["workload".to_owned(), "goal".to_owned()]];
    rows[0].extend(plan.peers.iter().map(ToString::to_string));
    each_row(plan, all, |row, peers| {
        let tokio = peers.iter().find(|(peer, _)| *peer == Name::Tokio);
        let tokio = tokio.and_then(|(_, summary)| *summary);
        let mut cells = vec![row.title.to_owned(), goal(row)];
        cells.extend(peers.iter().map(|(peer, summary)| match summary {
            Some(summary) => ratio(row, *peer, *summary, tokio),
            None => "–".to_owned(),
        }));
        rows.push(cells);
    });
    rows
}

/// A peer's cell: its ratio, but the figure for tokio, and for all where the goal is a figure.
fn ratio(row: &Row, peer: Name, summary: Summary, tokio: Option<Summary>) -> String {
    let figure = figure(summary.median, row.unit);
    let goal = match row.goal {
        Goal::None => f64::INFINITY,
        Goal::Ratio(goal) | Goal::Figure(goal) | Goal::Enough(goal) => goal,
    };
    let (text, missed) = match (row.goal, tokio) {
        (Goal::Figure(_) | Goal::Enough(_), _) => match row.unit {
            Unit::Times => (figure, seen(summary.median) > goal),
            Unit::Time | Unit::Bytes => (figure, summary.median.round() > goal),
        },
        (_, Some(tokio)) if peer != Name::Tokio => {
            let ratio = summary.median / tokio.median;
            let text = if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") };
            (text, seen(ratio) > goal)
        }
        _ => (figure, false),
    };
    if missed && is_subject(peer) { format!("{text} ✗") } else { text }
}

/// What the reader sees of a ratio is what counts: two digits.
pub fn seen(ratio: f64) -> f64 {
    (ratio * 100.0).round() / 100.0
}

#[cfg(feature = "boucle")]
fn is_subject(peer: Name) -> bool {
    peer == Name::Boucle
}

#[cfg(not(feature = "boucle"))]
fn is_subject(_peer: Name) -> bool {
    false
}

fn figures(plan: &Plan, all: &[Series]) -> Vec<Cells> {
    let mut rows = vec![vec!["workload".to_owned()]];
    rows[0].extend(plan.peers.iter().map(ToString::to_string));
    each_row(plan, all, |row, peers| {
        let mut cells = vec![row.title.to_owned()];
        cells.extend(peers.iter().map(|(_, summary)| match summary {
            Some(summary) => spread(*summary, row.unit),
            None => "–".to_owned(),
        }));
        rows.push(cells);
    });
    rows
}

/// Calls `f` with each row of the plan's workloads and what each peer has shown there.
fn each_row(plan: &Plan, all: &[Series], mut f: impl FnMut(&Row, &[(Name, Option<Summary>)])) {
    for workload in &plan.workloads {
        for (i, row) in workload.rows().iter().enumerate() {
            let of_workload = all.iter().filter(|series| series.workload == *workload);
            let peers: Vec<_> =
                of_workload.map(|series| (series.peer, series.summary(i))).collect();
            f(row, &peers);
        }
    }
}

fn goal(row: &Row) -> String {
    match row.goal {
        Goal::None => "–".to_owned(),
        Goal::Ratio(ratio) => format!("≤ {ratio:.2}"),
        Goal::Figure(value) | Goal::Enough(value) => {
            let (scale, name) = scale(value, row.unit);
            format!("≤ {} {name}", value / scale)
        }
    }
}

/// Three digits and a unit.
pub fn figure(value: f64, unit: Unit) -> String {
    let (scale, name) = scale(value, unit);
    format!("{} {name}", digits(value / scale))
}

/// The median with its unit; the least and the most in that same unit.
pub fn spread(summary: Summary, unit: Unit) -> String {
    let Summary { median, min, max } = summary;
    let (scale, name) = scale(median, unit);
    let [median, min, max] = [median, min, max].map(|value| digits(value / scale));
    format!("{median} {name} ({min}–{max})")
}

/// The largest unit of which there is at least one, and its size.
fn scale(value: f64, unit: Unit) -> (f64, &'static str) {
    let (names, step): (_, f64) = match unit {
        Unit::Times => return (1.0, "×"),
        Unit::Time => (["ns", "µs", "ms", "s"], 1000.0),
        Unit::Bytes => (["B", "KiB", "MiB", "GiB"], 1024.0),
    };
    let steps = (names.len() - 1) as i32;
    let i = (0..=steps).rev().find(|i| value >= step.powi(*i)).unwrap_or(0);
    (step.powi(i), names[i as usize])
}

/// Three digits.
pub fn digits(value: f64) -> String {
    let decimals = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

/// Why there are no figures where there are none, each reason once.
fn notes(report: &mut String, all: &[Series]) {
    let mut notes: Vec<(String, Cells)> = Vec::new();
    for series in all {
        if let Some(failure) = &series.failure {
            let reason = format!("{}: {failure}", series.peer);
            let workload = match series.runs.len() {
                0 => series.workload.to_string(),
                n => format!("{} after {n} processes", series.workload),
            };
            match notes.iter_mut().find(|(note, _)| *note == reason) {
                Some((_, workloads)) => workloads.push(workload),
                None => notes.push((reason, vec![workload])),
            }
        }
    }
    if !notes.is_empty() {
        report.push_str("\n## Not measured (–)\n\n");
        for (reason, workloads) in notes {
            line(report, &format!("- {reason} ({})", workloads.join(", ")));
        }
    }
}

/// A Markdown table with its columns aligned: the first to the left, the others to the right.
pub fn table(report: &mut String, rows: &[Cells]) {
    let width = |i: usize| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
    for (n, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(i, (cell, width))| match i {
            0 => format!(" {cell:width$} "),
            _ => format!(" {cell:>width$} "),
        });
        line(report, &format!("|{}|", cells.collect::<Vec<_>>().join("|")));
        if n == 0 {
            let rule = widths.iter().enumerate().map(|(i, width)| match i {
                0 => "-".repeat(width + 2),
                _ => format!("{}:", "-".repeat(width + 1)),
            });
            line(report, &format!("|{}|", rule.collect::<Vec<_>>().join("|")));
        }
    }
}

/// One line more.
pub fn line(report: &mut String, text: &str) {
    writeln!(report, "{text}").expect("a string takes all that is written");
}
