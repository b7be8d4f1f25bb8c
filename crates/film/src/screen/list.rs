//! A pane that lists things: each is wrapped where it is too long, and all of them scroll.

use boucle_trace::Printable;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Padding, Paragraph};

use super::{bold, reversed};
use crate::app::{Target, Top};

/// Something in a list.
pub(super) struct Item {
    /// What stands before it; below that, where it is wrapped, is room.
    pub(super) lead: Printable,
    pub(super) text: Printable,
    pub(super) style: Style,
    /// Where a click on it leads.
    pub(super) target: Option<Target>,
}

/// What is in sight, unless the list was scrolled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    /// The first.
    First,
    /// This one, at the bottom if it is far down.
    Bottom(usize),
    /// This one, with some before it.
    Middle(usize),
}

/// A list of things, each of which is made when it is in sight.
pub(super) struct List<'a> {
    pub(super) title: Printable,
    /// What stands above the list, and does not scroll.
    pub(super) head: Option<Printable>,
    /// How many there are.
    pub(super) n: usize,
    pub(super) item: Box<dyn Fn(usize) -> Item + 'a>,
    pub(super) anchor: Anchor,
}

/// A row that is in sight.
struct Row {
    item: usize,
    text: String,
    style: Style,
    target: Option<Target>,
}

impl Item {
    /// Its rows.
    fn rows(&self, width: usize) -> Vec<String> {
        // What stands before it leaves it a third of the room.
        let lead = self.lead.fit(width * 2 / 3);
        let room = width.saturating_sub(lead.width()).max(1);
        let rows = self.text.wrap(room).into_iter().enumerate();
        let below = " ".repeat(lead.width());
        rows.map(
            |(place, it)| if place == 0 { format!("{lead}{it}") } else { format!("{below}{it}") },
        )
        .collect()
    }
}

impl List<'_> {
    /// A list of these items.
    pub(super) fn of(title: impl Into<Printable>, items: Vec<Item>) -> List<'static> {
        let n = items.len();
        let copy = move |place: usize| {
            let Item { lead, text, style, target } = &items[place];
            Item { lead: lead.clone(), text: text.clone(), style: *style, target: *target }
        };
        List { title: title.into(), head: None, n, item: Box::new(copy), anchor: Anchor::First }
    }

    fn n_rows(&self, item: usize, width: usize) -> usize {
        (self.item)(item).rows(width).len()
    }

    /// What is at the top if the end of this item is so many rows below it.
    fn before(&self, item: usize, rows: usize, width: usize) -> Top {
        let mut rows = rows;
        for item in (0..=item).rev() {
            let n = self.n_rows(item, width);
            if n >= rows {
                return Top { item, row: n - rows };
            }
            rows -= n;
        }
        Top::default()
    }

    /// What is at the top.
    fn top(&self, chosen: Option<Top>, width: usize, height: usize) -> Top {
        let Some(last) = self.n.checked_sub(1) else { return Top::default() };
        let at_the_end = self.before(last, height, width);
        let top = chosen.unwrap_or_else(|| match self.anchor {
            Anchor::First => Top::default(),
            // One that is longer than the pane is seen from its beginning.
            Anchor::Bottom(item) => {
                let item = item.min(last);
                self.before(item, height, width).min(Top { item, row: 0 })
            }
            Anchor::Middle(item) => {
                let item = item.min(last);
                self.before(item, self.n_rows(item, width) + height / 3, width)
            }
        });
        top.min(at_the_end)
    }

    /// The rows in sight.
    fn rows(&self, top: Top, width: usize, height: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut skip = top.row;
        for place in top.item..self.n {
            if rows.len() >= height {
                break;
            }
            let item = (self.item)(place);
            let texts = item.rows(width).into_iter().skip(skip);
            let (style, target) = (item.style, item.target);
            rows.extend(texts.map(|text| Row { item: place, text, style, target }));
            skip = 0;
        }
        rows.truncate(height);
        rows
    }

    /// Where the list stands when it was scrolled by so many rows.
    pub(super) fn scrolled(&self, area: Rect, top: Option<Top>, rows: isize) -> Top {
        let (width, height) = self.size(area);
        let top = self.top(top, width, height);
        let by = rows.unsigned_abs();
        let scrolled = if rows < 0 {
            match top.row.checked_sub(by) {
                Some(row) => Top { row, ..top },
                None => match top.item.checked_sub(1) {
                    Some(before) => self.before(before, by - top.row, width),
                    None => Top::default(),
                },
            }
        } else {
            let below = self.rows(top, width, by + 1);
            let Some(last) = below.last().filter(|_| below.len() == by + 1) else { return top };
            let first = below.iter().filter(|it| it.item == last.item).count() - 1;
            Top {
                item: last.item,
                row: if last.item == top.item { top.row + first } else { first },
            }
        };
        self.top(Some(scrolled), width, height)
    }

    /// How many columns and rows the items have.
    fn size(&self, area: Rect) -> (usize, usize) {
        let above = 1 + u16::from(self.head.is_some());
        let height = area.height.saturating_sub(above).max(1);
        (usize::from(area.width.saturating_sub(2).max(1)), usize::from(height))
    }

    /// Where a click leads that is in this row of the window.
    pub(super) fn target(&self, area: Rect, top: Option<Top>, y: u16) -> Option<Target> {
        let (width, height) = self.size(area);
        let above = 1 + u16::from(self.head.is_some());
        let place = y.checked_sub(area.y + above)?;
        let rows = self.rows(self.top(top, width, height), width, height);
        rows.get(usize::from(place))?.target
    }

    /// Draws it, from this top on if it was scrolled.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect, top: Option<Top>, focus: bool) {
        let (width, height) = self.size(area);
        let rows = self.rows(self.top(top, width, height), width, height);
        let in_sight = match (rows.first(), rows.last()) {
            (Some(first), Some(last)) if last.item - first.item + 1 < self.n => {
                format!(" {}–{} of {} ", first.item + 1, last.item + 1, self.n)
            }
            _ => String::new(),
        };
        let style = if focus { reversed() } else { Style::new() };
        // The title is more than how much of it is in sight.
        let columns = usize::from(area.width);
        let fits = self.title.width() + in_sight.len() + 4 <= columns;
        let in_sight = if fits { in_sight } else { String::new() };
        let title = self.title.fit(columns.saturating_sub(in_sight.len() + 2));
        let title = Line::styled(format!(" {title} "), style);
        let block = Block::new()
            .borders(Borders::TOP)
            .padding(Padding::horizontal(1))
            .title(title)
            .title(Line::from(in_sight).right_aligned());
        let head = self.head.iter().map(|it| Line::styled(it.fit(width).to_string(), bold()));
        let rows = rows.into_iter().map(|it| Line::styled(it.text, it.style));
        let lines: Vec<_> = head.chain(rows).collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }
}
