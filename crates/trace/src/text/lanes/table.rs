//! The rows below their heads: each lane as wide as its widest cell, or as there is room.

use std::borrow::Cow;

use crate::text::time::seconds;
use crate::text::width::{fit, pad, width, wrap};

/// What the marks mean, below the lanes.
const LEGEND: &str = "┃ runs   ╎ ready   · waits   > printed   ! printed on stderr";

/// A lane is no narrower than this: else it is a line an event.
const LEAST: usize = 12;

/// The time takes so many columns at the least.
const TIME: usize = 8;

/// All rows.
pub(super) struct Table {
    /// The names of the lanes.
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// What is not in it.
    pub(super) notes: Vec<String>,
    /// How exact the times are.
    pub(super) decimals: usize,
}

/// One row of the table.
pub(super) struct Row {
    pub(super) at: u64,
    /// What stands in each lane.
    pub(super) cells: Vec<Cow<'static, str>>,
    /// What goes over all lanes.
    pub(super) across: Option<String>,
}

impl Table {
    /// Each lane as wide as its widest cell; what goes over all of them as long as it is.
    pub(super) fn as_wide_as_needed(&self) -> String {
        self.text(&self.widths(), usize::MAX)
    }

    /// It in so many columns; nothing if the lanes would be too narrow.
    pub(super) fn within(&self, columns: usize) -> Option<String> {
        let mut widths = self.widths();
        let room = columns.checked_sub(self.time() + 2 * widths.len())?;
        if widths.iter().sum::<usize>() > room {
            // The widest lane that there is room for, if the others are no wider.
            let fits = |most: &usize| widths.iter().map(|it| it.min(most)).sum::<usize>() <= room;
            let most = (LEAST..columns).rev().find(fits)?;
            widths.iter_mut().for_each(|it| *it = most.min(*it));
        }
        Some(self.text(&widths, columns))
    }

    /// How many columns the times take: the last one is the longest.
    fn time(&self) -> usize {
        self.rows.last().map_or(TIME, |it| seconds(it.at, self.decimals).len().max(TIME))
    }

    /// How wide each lane has to be.
    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<_> = self.heads.iter().map(|it| width(it)).collect();
        for row in &self.rows {
            for (wide, cell) in widths.iter_mut().zip(&row.cells) {
                *wide = (*wide).max(width(cell));
            }
        }
        widths
    }

    /// The text, if the lanes are so wide; what is wider is wrapped.
    fn text(&self, widths: &[usize], columns: usize) -> String {
        let mut text = Text { lines: String::new(), time: self.time(), widths, columns };
        let heads: Vec<_> = self.heads.iter().zip(widths).map(|(it, n)| fit(it, *n)).collect();
        text.beside("seconds", heads.iter().map(String::as_str));
        let mut shown = None;
        for row in &self.rows {
            let at = match shown == Some(row.at) {
                true => String::new(),
                false => seconds(row.at, self.decimals),
            };
            shown = Some(row.at);
            match &row.across {
                Some(across) => text.across(&at, across),
                None => text.row(&at, &row.cells),
            }
        }
        text.lines.push('\n');
        for note in self.notes.iter().map(String::as_str).chain([LEGEND]) {
            wrap(note, columns).iter().for_each(|it| text.line(it));
        }
        text.lines
    }
}

/// The text of a table.
struct Text<'a> {
    /// What is written.
    lines: String,
    /// How many columns the times take.
    time: usize,
    /// How wide each lane is.
    widths: &'a [usize],
    /// How wide a line may be.
    columns: usize,
}

impl Text<'_> {
    fn line(&mut self, line: &str) {
        self.lines += line.trim_end();
        self.lines.push('\n');
    }

    /// Cells beside each other, each no wider than its lane.
    fn beside<'a>(&mut self, at: &str, cells: impl Iterator<Item = &'a str>) {
        let mut line = format!("{at:>n$}", n = self.time);
        for (cell, width) in cells.zip(self.widths) {
            line += "  ";
            line += &pad(cell, *width);
        }
        self.line(&line);
    }

    /// What goes over all lanes.
    fn across(&mut self, at: &str, across: &str) {
        let (time, room) = (self.time, self.columns.saturating_sub(self.time + 2));
        for (place, piece) in wrap(across, room).iter().enumerate() {
            let at = if place == 0 { at } else { "" };
            self.line(&format!("{at:>time$}  {piece}"));
        }
    }

    /// The cells of a row; a cell that is too wide goes on in the next line, the others as they stand.
    fn row(&mut self, at: &str, cells: &[Cow<'static, str>]) {
        let wide = cells.iter().zip(self.widths).position(|(it, width)| self::width(it) > *width);
        let Some(lane) = wide else { return self.beside(at, cells.iter().map(AsRef::as_ref)) };
        for (place, piece) in pieces(&cells[lane], self.widths[lane]).iter().enumerate() {
            let at = if place == 0 { at } else { "" };
            let cells = cells.iter().enumerate();
            self.beside(at, cells.map(|(it, cell)| if it == lane { piece } else { cell.as_ref() }));
        }
    }
}

/// A cell in as many lines as it needs: below its mark the line of the poll goes on.
fn pieces(cell: &str, width: usize) -> Vec<String> {
    let mark = cell.chars().next().unwrap_or(' ');
    let text = cell[mark.len_utf8()..].trim_start();
    let below = if "┏┠".contains(mark) { '┃' } else { ' ' };
    let pieces = wrap(text, width.saturating_sub(2)).into_iter().enumerate();
    pieces.map(|(place, it)| format!("{} {it}", if place == 0 { mark } else { below })).collect()
}
