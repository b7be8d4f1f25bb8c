//! The lanes: a row a task, time from left to right; findings and the cursor are marked.

use boucle_trace::overview::{Axis, Column, Window, ticks};
use boucle_trace::{Ended, Life, Printable, TaskNo};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use super::{Hit, bold, pad_name, reversed};
use crate::app::{App, Pane, Top};

/// What the signs of the lanes mean.
const LEGEND: &str = " █ runs  ╌ ready  · waits  1–9 ▒ polls, too short to draw ";
/// The same, where there is little room.
const SHORT: &str = " █ runs ╌ ready · waits 1–9▒ short polls ";

/// Where the lanes are, and which of them are in sight.
pub(super) struct Lanes {
    area: Rect,
    /// How many columns the names have.
    name: usize,
    /// Where the first column is, and how many there are.
    start: usize,
    n_columns: usize,
    /// The first lane in sight, and how many there are.
    first: usize,
    n_lanes: usize,
    /// What the columns show.
    window: Window,
}

impl Lanes {
    pub(super) fn new(app: &App, area: Rect) -> Lanes {
        let all = app.overview.tasks();
        let n_lanes = usize::from(area.height.saturating_sub(2));
        let last = all.len().saturating_sub(n_lanes);
        // The chosen task is in sight, else the one that something happens to.
        let at = app.task().and_then(|it| app.overview.place(it)).unwrap_or(0);
        let first = match app.panes.tops.get(&Pane::Lanes) {
            Some(top) => top.item,
            None => (at + 1).saturating_sub(n_lanes.max(1)),
        };
        let first = first.min(last);
        let shown = all.iter().skip(first).take(n_lanes);
        let widest = shown.map(|it| app.overview.name(*it).width()).max().unwrap_or(0);
        let width = usize::from(area.width);
        let name = widest.clamp(6, (width / 5).max(8));
        let start = usize::from(area.x) + name + 2;
        let n_columns = width.saturating_sub(name + 3).max(1);
        let window = app.lens.window(&app.overview);
        Lanes { area, name, start, n_columns, first, n_lanes, window }
    }

    /// Where the lanes stand when they were scrolled by so many rows.
    pub(super) fn scrolled(&self, app: &App, rows: isize) -> Top {
        let last = app.overview.tasks().len().saturating_sub(self.n_lanes);
        let item = self.first.saturating_add_signed(rows).min(last);
        Top { item, row: 0 }
    }

    /// What is at this place of the window.
    pub(super) fn hit(&self, app: &App, x: u16, y: u16) -> Hit {
        let lane = usize::from(y).checked_sub(usize::from(self.area.y) + 2);
        let task = lane.and_then(|it| app.overview.tasks().get(self.first + it)).copied();
        let column = usize::from(x).checked_sub(self.start).filter(|it| *it < self.n_columns);
        let position = column.filter(|_| y > self.area.y).map(|it| self.position(app, it));
        Hit { pane: Some(Pane::Lanes), task, position, target: None }
    }

    /// The place in the run that a column shows: where its last event has been played.
    fn position(&self, app: &App, column: usize) -> usize {
        let end = self.window.start(column + 1, self.n_columns);
        let at = end.max(self.window.start(column, self.n_columns) + 1) - 1;
        match self.window.axis {
            Axis::Time => app.overview.position(at),
            Axis::Event => usize::try_from(at).unwrap_or(usize::MAX).min(app.run.trace.len()),
        }
    }

    /// The column in which a place in the run is.
    fn column(&self, app: &App, position: usize) -> Option<usize> {
        self.window.column(app.overview.at(position, self.window.axis), self.n_columns)
    }

    pub(super) fn draw(&self, frame: &mut Frame<'_>, app: &App) {
        let all = app.overview.tasks();
        let part = if app.lens.is_whole() { "" } else { ", a part; w: all" };
        let by = match self.window.axis {
            Axis::Time => "by time",
            Axis::Event => "by event",
        };
        let in_sight = match self.n_lanes < all.len() {
            true => format!(" {}–{} of {}", self.first + 1, self.first + self.n_lanes, all.len()),
            false => String::new(),
        };
        let style = if app.panes.focus == Some(Pane::Lanes) { reversed() } else { Style::new() };
        let title = format!(" lanes {by}{part}{in_sight} ");
        let room = usize::from(self.area.width).saturating_sub(title.len() + 2);
        let fits = |it: &&str| Printable::line(*it).width() <= room;
        let legend = [LEGEND, SHORT].into_iter().find(fits).unwrap_or("");
        let block = Block::new()
            .borders(Borders::TOP)
            .title(Line::styled(title, style))
            .title(Line::from(legend).right_aligned());
        let marks = Marks::new(app, self);
        let mut lines = vec![self.ticks(app, &marks)];
        let shown = all.iter().skip(self.first).take(self.n_lanes);
        lines.extend(shown.map(|task| self.lane(app, *task, &marks)));
        if all.is_empty() {
            lines.push(Line::from(" no task was added"));
        }
        frame.render_widget(Paragraph::new(lines).block(block), self.area);
    }

    /// The row above the lanes: ticks, findings, the cursor, the ends of the selection.
    fn ticks(&self, app: &App, marks: &Marks) -> Line<'static> {
        let mut cells = vec![' '; self.n_columns];
        for tick in ticks(&self.window, (self.n_columns / 12).max(1)) {
            let Some(column) = self.window.column(tick.at, self.n_columns) else { continue };
            let said = format!("|{}", tick.says);
            if column + said.chars().count() <= self.n_columns {
                cells.splice(column..column + said.chars().count(), said.chars());
            }
        }
        for (column, _) in &marks.findings {
            cells[*column] = '!';
        }
        for (position, sign) in [(app.lens.begin, '['), (app.lens.end, ']')] {
            if let Some(column) = position.and_then(|it| self.column(app, it)) {
                cells[column] = sign;
            }
        }
        if let Some(column) = marks.cursor {
            cells[column] = '▼';
        }
        let style = |cell: char| match cell {
            '!' => bold().fg(Color::Red),
            '▼' | '[' | ']' => bold(),
            _ => Style::new().add_modifier(Modifier::DIM),
        };
        let mut spans = vec![Span::raw(" ".repeat(self.name + 2))];
        spans.extend(cells.into_iter().map(|it| Span::styled(it.to_string(), style(it))));
        Line::from(spans)
    }

    /// The lane of a task.
    fn lane(&self, app: &App, task: TaskNo, marks: &Marks) -> Line<'static> {
        let name = pad_name(&app.overview.name(task), self.name);
        let style = if app.chosen == Some(task) { reversed() } else { Style::new() };
        let mut spans = vec![Span::raw(" "), Span::styled(name.to_string(), style), Span::raw(" ")];
        let columns = app.overview.columns(task, &self.window, self.n_columns);
        for (place, column) in columns.iter().enumerate() {
            let (sign, mut style) = match marks.findings.binary_search(&(place, Some(task))) {
                Ok(_) => ('!', bold().fg(Color::Red)),
                Err(_) => sign(column),
            };
            if marks.selected.as_ref().is_some_and(|it| it.contains(&place)) {
                style = style.add_modifier(Modifier::UNDERLINED);
            }
            if marks.cursor == Some(place) {
                style = style.add_modifier(Modifier::REVERSED);
            }
            spans.push(Span::styled(sign.to_string(), style));
        }
        Line::from(spans)
    }
}

/// What is marked on the lanes.
struct Marks {
    /// The column of the cursor.
    cursor: Option<usize>,
    /// The columns with findings, and whose they are; in order.
    findings: Vec<(usize, Option<TaskNo>)>,
    /// The columns that are selected.
    selected: Option<std::ops::Range<usize>>,
}

impl Marks {
    fn new(app: &App, lanes: &Lanes) -> Marks {
        let found = |position: usize| lanes.column(app, position);
        let findings = app.findings.iter();
        let mut findings: Vec<_> =
            findings.filter_map(|it| Some((found(it.event + 1)?, it.task))).collect();
        findings.sort_unstable();
        findings.dedup();
        let cursor = lanes.column(app, app.player.position());
        let selected = app.lens.selected().map(|it| {
            let axis = lanes.window.axis;
            let [from, to] = [it.start, it.end].map(|it| {
                let at = app.overview.at(it, axis).max(lanes.window.from);
                lanes.window.column(at, lanes.n_columns).unwrap_or(lanes.n_columns)
            });
            from..to.saturating_add(1)
        });
        Marks { cursor, findings, selected }
    }
}

/// The sign of a column, and its color: who sees no color sees the sign.
fn sign(column: &Column) -> (char, Style) {
    let life = match column.life {
        Some(Life::Running) => Style::new().fg(Color::Green).add_modifier(Modifier::BOLD),
        Some(Life::Ready) => Style::new().fg(Color::Magenta),
        _ => Style::new(),
    };
    match (column.ended, column.n_folded, column.life) {
        (Some(Ended::Panicked | Ended::Cancelled | Ended::Dropped), ..) => {
            ('✗', bold().fg(Color::Red))
        }
        (_, n @ 1..=9, _) => {
            (char::from_digit(u32::try_from(n).unwrap_or(9), 10).unwrap_or('9'), life)
        }
        (_, 10.., _) => ('▒', Style::new()),
        (.., Some(Life::Running)) => ('█', life),
        (.., Some(Life::Ready)) => ('╌', life),
        (.., Some(Life::Waiting)) => ('·', Style::new().add_modifier(Modifier::DIM)),
        (.., Some(Life::Done(_)) | None) => (' ', Style::new()),
    }
}
