//! The report on TCP: a table for each row, in Markdown that can be read in a terminal as it is.

use std::time::Duration;

use super::row::{GOALS, IDLE, Row};
use super::series::{Plan, Series, Shown};
use super::servers::Server;
use crate::machine;
use crate::report::{Cells, digits, figure, line, seen, spread, table};
use crate::series::Summary;
use crate::workload::Unit;

/// The whole report.
pub fn write(plan: &Plan, all: &[Series]) -> String {
    let mut report = String::from("# TCP echo: boucle and its peers\n\n");
    for (name, what) in machine::describe(machine::TCP_PEERS, &plan.python) {
        line(&mut report, &format!("- {name}: {what}"));
    }
    let sizes =
        if plan.quick { "few requests: only for orders of magnitude" } else { "full sizes" };
    line(&mut report, &format!("- {} processes each, servers interleaved; {sizes}", plan.n_runs));
    if let Some(tool) = all.iter().find_map(|series| series.tool) {
        line(&mut report, &format!("- system calls: {}, in runs of their own", tool.describe()));
    }
    report.push_str(
        "\nCPU: user and system time of the server, a request: median (least–most). Ratios: of the\n\
         medians, and in parentheses of the least; less is better. ✗: the goal is missed.\n",
    );
    for series in all {
        line(&mut report, &format!("\n## {}\n", series.row.title()));
        line(&mut report, &format!("{}\n", goal(series.row)));
        let rows = if series.row == Row::Idle { idle(series) } else { echo(series) };
        table(&mut report, &rows);
        notes(&mut report, series);
    }
    report
}

fn goal(row: Row) -> String {
    if row == Row::Idle {
        return format!("Goal: no CPU; {} ms count as nothing.", IDLE.as_millis());
    }
    if !row.has_goal() {
        return "No goal.".to_owned();
    }
    let (edge, tokio) = GOALS;
    let calls = row.calls().map(|calls| format!("; ≤ {calls} system calls")).unwrap_or_default();
    format!("Goal: CPU ≤ {edge} × raw-edge, ≤ {tokio} × tokio{calls}.")
}

fn echo(series: &Series) -> Vec<Cells> {
    let heading =
        ["server", "CPU a request", "× tokio", "× raw-edge", "requests/s", "p50", "p99", "calls"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let [tokio, edge] = [Server::Tokio, Server::RawEdge].map(|yardstick| {
        let shown = series.servers.iter().find(|it| it.server == yardstick);
        shown.and_then(|it| it.summary(0))
    });
    for shown in &series.servers {
        let is_judged = shown.server.is_subject() && series.row.has_goal();
        let cpu = shown.summary(0);
        let to = |yardstick: Option<Summary>, goal| match (cpu, yardstick) {
            (Some(cpu), Some(yardstick)) => {
                let (median, least) = (cpu.median / yardstick.median, cpu.min / yardstick.min);
                let text = format!("{median:.2} ({least:.2})");
                mark(text, is_judged && seen(median) > goal)
            }
            _ => "–".to_owned(),
        };
        let (edge_goal, tokio_goal) = GOALS;
        let is_too_much = |calls| series.row.calls().is_some_and(|goal| seen(calls) > goal);
        let calls = |calls| mark(format!("{calls:.2}"), is_judged && is_too_much(calls));
        let time = |i| cell(shown, i, |it| figure(it.median, Unit::Time));
        rows.push(vec![
            shown.server.to_string(),
            cpu.map_or("–".to_owned(), |cpu| spread(cpu, Unit::Time)),
            to(tokio, tokio_goal),
            to(edge, edge_goal),
            cell(shown, 1, thousands),
            time(2),
            time(3),
            shown.calls.map_or("–".to_owned(), calls),
        ]);
    }
    rows
}

fn idle(series: &Series) -> Vec<Cells> {
    let heading = ["server", "CPU in all", "memory a connection"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for shown in &series.servers {
        let cpu = cell(shown, 0, |it| {
            let is_missed = Duration::from_nanos(it.median as u64) > IDLE;
            mark(spread(it, Unit::Time), shown.server.is_subject() && is_missed)
        });
        let memory = cell(shown, 1, |it| spread(it, Unit::Bytes));
        rows.push(vec![shown.server.to_string(), cpu, memory]);
    }
    rows
}

fn cell(shown: &Shown, i: usize, f: impl Fn(Summary) -> String) -> String {
    shown.summary(i).map_or("–".to_owned(), f)
}

/// Thousands: median, the least and the most.
fn thousands(summary: Summary) -> String {
    let Summary { median, min, max } = summary;
    let [median, min, max] = [median, min, max].map(|value| digits(value / 1000.0));
    format!("{median} k ({min}–{max})")
}

fn mark(text: String, is_missed: bool) -> String {
    if is_missed { format!("{text} ✗") } else { text }
}

/// Why there are no figures where there are none.
fn notes(report: &mut String, series: &Series) {
    let failed = series.servers.iter().filter_map(|it| Some((it, it.failure.as_ref()?)));
    let notes: Vec<_> = failed
        .map(|(shown, failure)| match shown.runs.len() {
            0 => format!("- {}: {failure}", shown.server),
            n => format!("- {} after {n} processes: {failure}", shown.server),
        })
        .collect();
    if !notes.is_empty() {
        line(report, &format!("\nNot measured (–):\n\n{}", notes.join("\n")));
    }
}
