//! Where everything is: which panes there are in a window of this size, and how large.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::app::{App, Pane, View};

/// From so many columns on, three panes stand beside each other.
const WIDE: u16 = 110;
/// From so many rows on, the moment has lanes as well.
const HIGH: u16 = 32;

/// Where everything is.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The line at the top.
    pub(crate) title: Rect,
    /// The bar that says how far the run has come.
    pub(crate) place: Rect,
    /// The line at the bottom; a long message has some more.
    pub(crate) keys: Rect,
    /// The panes.
    pub(crate) panes: Vec<(Pane, Rect)>,
}

impl Places {
    pub(crate) fn new(app: &App, area: Rect) -> Places {
        let [title, body, place, keys] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Min(1),
            Constraint::Length(1),
            Constraint::Length(super::says_keys(app, area.width).len().try_into().unwrap_or(1)),
        ])
        .areas(area);
        let (mut panes, guest) = match app.view {
            View::Whole => (whole(app, body), Pane::Output),
            View::Moment if app.run.sources.is_empty() => (moment(app, body), Pane::Events),
            View::Moment => (moment(app, body), Pane::Source),
        };
        // Who is looked for and has no place gets another's.
        let focus = app.focus();
        if panes.iter().all(|(pane, _)| *pane != focus) {
            if let Some((pane, _)) = panes.iter_mut().find(|(pane, _)| *pane == guest) {
                *pane = focus;
            }
        }
        Places { title, place, keys, panes }
    }
}

/// As many rows as are wanted, within a part of all.
fn part(wanted: usize, of: u16, percent: u16, least: u16) -> Constraint {
    let most = (of.saturating_mul(percent) / 100).max(least);
    Constraint::Length(u16::try_from(wanted).unwrap_or(most).clamp(least, most))
}

/// The whole run: lanes; findings and output; a summary.
fn whole(app: &App, area: Rect) -> Vec<(Pane, Rect)> {
    let n_tasks = app.overview.tasks().len();
    let lanes = part(app.n_lanes() + 2, area.height, 40, 4);
    if area.width >= WIDE {
        let [lanes, below] = Layout::vertical([lanes, Constraint::Min(8)]).areas(area);
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(58), Constraint::Min(40)]).areas(below);
        let summary = part(n_tasks + 2, below.height, 60, 4);
        let [summary, events] = Layout::vertical([summary, Constraint::Min(3)]).areas(left);
        let [findings, output] =
            Layout::vertical([findings(app, below.height), Constraint::Min(3)]).areas(right);
        return vec![
            (Pane::Lanes, lanes),
            (Pane::Summary, summary),
            (Pane::Events, events),
            (Pane::Findings, findings),
            (Pane::Output, output),
        ];
    }
    let summary = part(n_tasks + 2, area.height, 30, 3);
    let [lanes, middle, summary] =
        Layout::vertical([lanes, Constraint::Min(4), summary]).areas(area);
    let percent = if app.findings.is_empty() { 35 } else { 55 };
    let [findings, output] =
        Layout::horizontal([Constraint::Percentage(percent), Constraint::Min(20)]).areas(middle);
    vec![
        (Pane::Lanes, lanes),
        (Pane::Findings, findings),
        (Pane::Output, output),
        (Pane::Summary, summary),
    ]
}

/// As many rows as the findings may need; a few words if there are none.
fn findings(app: &App, height: u16) -> Constraint {
    part(1 + app.findings.len().max(1) * 4, height, 50, 3)
}

/// A moment: now; tasks, queue, timers; the source; the output.
fn moment(app: &App, area: Rect) -> Vec<(Pane, Rect)> {
    let lanes = match area.height >= HIGH {
        true => part(app.n_lanes() + 2, area.height, 25, 4),
        false => Constraint::Length(0),
    };
    let [lanes, now, middle] =
        Layout::vertical([lanes, Constraint::Length(6), Constraint::Min(8)]).areas(area);
    let mut panes = vec![(Pane::Now, now)];
    if lanes.height > 0 {
        panes.push((Pane::Lanes, lanes));
    }
    if area.width < WIDE {
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(45), Constraint::Min(30)]).areas(middle);
        let [source, output] =
            Layout::vertical([Constraint::Percentage(60), Constraint::Min(4)]).areas(right);
        // Without a source, the events have its place.
        let source = match app.run.sources.is_empty() {
            true => (Pane::Events, source),
            false => (Pane::Source, source),
        };
        panes.extend(of_the_loop(app, left));
        panes.extend([source, (Pane::Output, output)]);
        return panes;
    }
    let [left, middle, right] = Layout::horizontal([
        Constraint::Percentage(30),
        Constraint::Min(48),
        Constraint::Percentage(30),
    ])
    .areas(middle);
    panes.extend(of_the_loop(app, left));
    if app.run.sources.is_empty() {
        panes.push((Pane::Events, middle));
    } else {
        let [source, events] =
            Layout::vertical([Constraint::Percentage(65), Constraint::Min(4)]).areas(middle);
        panes.extend([(Pane::Source, source), (Pane::Events, events)]);
    }
    match app.findings.is_empty() {
        true => panes.push((Pane::Output, right)),
        false => {
            let [output, findings] =
                Layout::vertical([Constraint::Percentage(55), Constraint::Min(4)]).areas(right);
            panes.extend([(Pane::Output, output), (Pane::Findings, findings)]);
        }
    }
    panes
}

/// What the loop knows: its tasks, its ready queue, its timers.
fn of_the_loop(app: &App, area: Rect) -> Vec<(Pane, Rect)> {
    let timers = part(app.player.state().timers.len().max(1) + 1, area.height, 30, 2);
    let ready = if area.height >= 20 { 5 } else { 3 };
    let objects = match app.has_objects {
        true => part(1 + 3 * app.player.state().objects.len().max(1), area.height, 35, 3),
        false => Constraint::Length(0),
    };
    let [tasks, ready, timers, objects] =
        Layout::vertical([Constraint::Min(4), Constraint::Length(ready), timers, objects])
            .areas(area);
    let mut panes = vec![(Pane::Tasks, tasks), (Pane::Ready, ready), (Pane::Timers, timers)];
    panes.extend(app.has_objects.then_some((Pane::Objects, objects)));
    panes
}
