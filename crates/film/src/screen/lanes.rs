//! The lanes: a row a task, time from left to right; findings and the cursor are marked. Of a program with
//! several loops, the lanes of each stand below a row that says how it stands.

use boucle_trace::overview::{Axis, Column, Overview, Window, ticks};
use boucle_trace::{Ended, Life, Printable, TaskNo};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use super::{Hit, bold, pad_name, reversed};
use crate::app::{App, Pane, Strand, Top};

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

/// What a row shows.
#[derive(Clone, Copy)]
enum Row<'a> {
    /// How a loop stands.
    Head(&'a Strand<'a>),
    /// A task of a loop.
    Task(&'a Strand<'a>, TaskNo),
}

/// So many rows from `first` on.
fn rows<'a>(strands: &'a [Strand<'a>], first: usize, n_rows: usize) -> Vec<Row<'a>> {
    let is_several = strands.len() > 1;
    let (mut skip, mut rows) = (first, Vec::new());
    for strand in strands {
        let n = strand.overview.tasks().len() + usize::from(is_several);
        if skip < n {
            let heads = is_several.then_some(Row::Head(strand));
            let tasks = strand.overview.tasks().iter().map(|it| Row::Task(strand, *it));
            rows.extend(heads.into_iter().chain(tasks).skip(skip).take(n_rows - rows.len()));
        }
        skip = skip.saturating_sub(n);
    }
    rows
}

/// The row of a task of the loop that is played.
fn row_of(strands: &[Strand<'_>], task: Option<TaskNo>) -> usize {
    let head = usize::from(strands.len() > 1);
    let before = strands.iter().take_while(|it| !it.is_own);
    let n_before: usize = before.map(|it| it.overview.tasks().len() + head).sum();
    let own = strands.iter().find(|it| it.is_own);
    let place = own.and_then(|it| it.overview.place(task?));
    n_before + place.map_or(0, |it| it + head)
}

impl Lanes {
    pub(super) fn new(app: &App, area: Rect) -> Lanes {
        let strands = app.strands();
        let n_lanes = usize::from(area.height.saturating_sub(2));
        let last = app.n_lanes().saturating_sub(n_lanes);
        // The chosen task is in sight, else the one that something happens to.
        let at = row_of(&strands, app.task());
        let first = match app.panes.tops.get(&Pane::Lanes) {
            Some(top) => top.item,
            None => (at + 1).saturating_sub(n_lanes.max(1)),
        };
        let first = first.min(last);
        let widths = rows(&strands, first, n_lanes).into_iter().map(|it| match it {
            Row::Head(strand) => says_loop(strand).width(),
            Row::Task(strand, task) => strand.overview.name(task).width(),
        });
        let widest = widths.max().unwrap_or(0);
        let width = usize::from(area.width);
        let name = widest.clamp(6, (width / 5).max(8));
        let start = usize::from(area.x) + name + 2;
        let n_columns = width.saturating_sub(name + 3).max(1);
        let window = app.lens.window();
        Lanes { area, name, start, n_columns, first, n_lanes, window }
    }

    /// Where the lanes stand when they were scrolled by so many rows.
    pub(super) fn scrolled(&self, app: &App, rows: isize) -> Top {
        let last = app.n_lanes().saturating_sub(self.n_lanes);
        let item = self.first.saturating_add_signed(rows).min(last);
        Top { item, row: 0 }
    }

    /// What is at this place of the window.
    pub(super) fn hit(&self, app: &App, x: u16, y: u16) -> Hit {
        let strands = app.strands();
        let lane = usize::from(y).checked_sub(usize::from(self.area.y) + 2);
        let row = lane.and_then(|it| rows(&strands, self.first + it, 1).pop());
        let (strand, task) = match row {
            Some(Row::Head(strand)) => (Some(strand), None),
            Some(Row::Task(strand, task)) => (Some(strand), Some(task)),
            None => (strands.iter().find(|it| it.is_own), None),
        };
        let column = usize::from(x).checked_sub(self.start).filter(|it| *it < self.n_columns);
        let column = column.filter(|_| y > self.area.y);
        let position = column.zip(strand).map(|(it, strand)| self.position(strand.overview, it));
        let number = strand.map(|it| it.number);
        Hit { pane: Some(Pane::Lanes), number, task, position, target: None }
    }

    /// The place in a run that a column shows: where its last event has been played.
    fn position(&self, overview: &Overview, column: usize) -> usize {
        let end = self.window.start(column + 1, self.n_columns);
        let at = end.max(self.window.start(column, self.n_columns) + 1) - 1;
        match self.window.axis {
            Axis::Time => overview.position(at),
            Axis::Event => usize::try_from(at).unwrap_or(usize::MAX).min(overview.trace().len()),
        }
    }

    /// The column in which a place in a run is.
    fn column(&self, overview: &Overview, position: usize) -> Option<usize> {
        self.window.column(overview.at(position, self.window.axis), self.n_columns)
    }

    pub(super) fn draw(&self, frame: &mut Frame<'_>, app: &App) {
        let (strands, n_rows) = (app.strands(), app.n_lanes());
        let part = if app.lens.is_whole() { "" } else { ", a part; w: all" };
        let by = match self.window.axis {
            Axis::Time => "by time",
            Axis::Event => "by event",
        };
        let in_sight = match self.n_lanes < n_rows {
            true => format!(" {}–{} of {n_rows}", self.first + 1, self.first + self.n_lanes),
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
        let marks = Marks::new(app, self, &strands);
        let mut lines = vec![self.ticks(app, &marks)];
        let shown = rows(&strands, self.first, self.n_lanes).into_iter();
        lines.extend(shown.map(|row| match row {
            Row::Head(strand) => self.head(strand),
            Row::Task(strand, task) => self.lane(app, strand, task, &marks),
        }));
        if n_rows == 0 {
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
        for (column, ..) in &marks.findings {
            cells[*column] = '!';
        }
        for (position, sign) in [(app.lens.begin, '['), (app.lens.end, ']')] {
            if let Some(column) = position.and_then(|it| self.column(&app.overview, it)) {
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

    /// How a loop stands.
    fn head(&self, strand: &Strand<'_>) -> Line<'static> {
        let style = if strand.is_own { bold() } else { Style::new() };
        let name = says_loop(strand).pad(self.name).to_string();
        let says = strand.says.fit(self.n_columns.saturating_sub(2));
        let rest = "─".repeat(self.n_columns.saturating_sub(says.width() + 1));
        let sign = if strand.is_own { "▶" } else { " " };
        Line::styled(format!("{sign}{name} {says} {rest}"), style)
    }

    /// The lane of a task.
    fn lane(&self, app: &App, strand: &Strand<'_>, task: TaskNo, marks: &Marks) -> Line<'static> {
        let name = pad_name(&strand.overview.name(task), self.name);
        let is_chosen = strand.is_own && app.chosen == Some(task);
        let style = if is_chosen { reversed() } else { Style::new() };
        let mut spans = vec![Span::raw(" "), Span::styled(name.to_string(), style), Span::raw(" ")];
        let columns = strand.overview.columns(task, &self.window, self.n_columns);
        for (place, column) in columns.iter().enumerate() {
            let (sign, mut style) =
                match marks.findings.binary_search(&(place, strand.number, Some(task))) {
                    Ok(_) => ('!', bold().fg(Color::Red)),
                    Err(_) => sign(column),
                };
            if strand.is_own && marks.is_selected(place) {
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

/// What a loop is called.
fn says_loop(strand: &Strand<'_>) -> Printable {
    Printable::line(format!("loop {}", strand.number))
}

/// What is marked on the lanes.
struct Marks {
    /// The column of the cursor.
    cursor: Option<usize>,
    /// The columns with findings, and whose they are; in order.
    findings: Vec<(usize, u32, Option<TaskNo>)>,
    /// The columns that are selected.
    selected: Option<std::ops::Range<usize>>,
}

impl Marks {
    fn new(app: &App, lanes: &Lanes, strands: &[Strand<'_>]) -> Marks {
        let mut findings = Vec::new();
        for strand in strands {
            let found = |position: usize| lanes.column(strand.overview, position);
            let of_it = strand.findings.iter();
            findings.extend(
                of_it.filter_map(|it| Some((found(it.event + 1)?, strand.number, it.task))),
            );
        }
        findings.sort_unstable();
        findings.dedup();
        let cursor = lanes.column(&app.overview, app.player.position());
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

    fn is_selected(&self, column: usize) -> bool {
        self.selected.as_ref().is_some_and(|it| it.contains(&column))
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
