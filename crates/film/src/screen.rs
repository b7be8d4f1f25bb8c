//! The screen of the terminal player: the whole run, or a moment of it, drawn.

mod lanes;
mod list;
mod lists;
mod objects;
mod overlay;
mod places;
mod tasks;

use boucle_trace::overview::Summary;
use boucle_trace::overview::duration;
use boucle_trace::{Printable, TaskNo};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use self::lanes::Lanes;
use self::places::Places;
use crate::app::{App, Mode, Pane, Scroll, Target, Top, View};
use crate::scene::Scene;

/// So many columns are needed.
pub const WIDTH: u16 = 60;
/// So many rows are needed.
pub const HEIGHT: u16 = 18;

/// What is below the mouse.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hit {
    /// The pane.
    pub(crate) pane: Option<Pane>,
    /// Where the item leads.
    pub(crate) target: Option<Target>,
    /// The place in the run, on the lanes and on the bar below.
    pub(crate) position: Option<usize>,
    /// The loop whose lane it is.
    pub(crate) number: Option<u32>,
    /// The task whose lane it is.
    pub(crate) task: Option<TaskNo>,
}

/// Draws the player.
pub fn draw(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    if area.width < WIDTH || area.height < HEIGHT {
        draw_too_small(frame, area);
        return;
    }
    let scene = Scene::without_tasks(&app.run, &app.player, &app.findings);
    let places = Places::new(app, area);
    draw_title(frame, places.title, app, &scene);
    // Who predicts sees nothing of the run.
    if let Mode::Guess(guess) = &app.mode {
        overlay::draw_guess(frame, area, guess);
        return;
    }
    for (pane, area) in &places.panes {
        match pane {
            Pane::Lanes => Lanes::new(app, *area).draw(frame, app),
            pane => {
                let list = lists::list(app, &scene, *pane, area.width);
                let top = app.panes.tops.get(pane).copied();
                list.draw(frame, *area, top, app.panes.focus == Some(*pane));
            }
        }
    }
    draw_place(frame, places.place, app, &scene);
    draw_keys(frame, places.keys, app);
    if app.mode == Mode::Help {
        overlay::draw_help(frame, area);
    }
}

/// Where everything is in the terminal of this player.
pub(crate) fn places(app: &App) -> Places {
    let (width, height) = app.size;
    Places::new(app, Rect { x: 0, y: 0, width, height })
}

/// What there is at a place of the terminal.
pub(crate) fn hit(app: &App, x: u16, y: u16) -> Option<Hit> {
    let (places, at) = (places(app), Position { x, y });
    if places.place.contains(at) {
        let (start, n_columns) = bar(app, places.place);
        let column = usize::from(x).checked_sub(start)?;
        let position = app.run.trace.len() * column / n_columns.saturating_sub(1).max(1);
        return Some(Hit { position: Some(position), ..Hit::default() });
    }
    let (pane, area) = *places.panes.iter().find(|(_, area)| area.contains(at))?;
    if pane == Pane::Lanes {
        return Some(Lanes::new(app, area).hit(app, x, y));
    }
    let scene = Scene::without_tasks(&app.run, &app.player, &app.findings);
    let list = lists::list(app, &scene, pane, area.width);
    let target = list.target(area, app.panes.tops.get(&pane).copied(), y);
    Some(Hit { pane: Some(pane), target, ..Hit::default() })
}

/// Where a pane stands when it was scrolled; nothing if it is not in sight.
pub(crate) fn scrolled(app: &App, pane: Pane, how: Scroll) -> Option<Top> {
    let places = places(app);
    let (_, area) = *places.panes.iter().find(|(it, _)| *it == pane)?;
    let height = isize::try_from(area.height).unwrap_or(isize::MAX);
    let rows = match how {
        Scroll::Rows(rows) => rows,
        Scroll::Page(true) => (height - 2).max(1),
        Scroll::Page(false) => -(height - 2).max(1),
    };
    let top = app.panes.tops.get(&pane).copied();
    if pane == Pane::Lanes {
        return Some(Lanes::new(app, area).scrolled(app, rows));
    }
    let scene = Scene::without_tasks(&app.run, &app.player, &app.findings);
    Some(lists::list(app, &scene, pane, area.width).scrolled(area, top, rows))
}

/// What a pane is called.
pub(crate) fn name(pane: Pane) -> &'static str {
    match pane {
        Pane::Lanes => "lanes",
        Pane::Now => "now",
        Pane::Tasks => "tasks",
        Pane::Ready => "ready queue",
        Pane::Timers => "timers",
        Pane::Objects => "objects",
        Pane::Findings => "findings",
        Pane::Output => "output",
        Pane::Source => "source",
        Pane::Events => "events",
        Pane::Summary => "summary",
    }
}

/// What happens in a part of the run, in a line.
pub(crate) fn says_sums(sums: &Summary) -> String {
    let (from, to) = sums.times;
    let n = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    format!(
        "{} selected: {}, {}, {}; tasks ran {}",
        duration(to - from),
        n(sums.n_events, "event"),
        n(sums.n_polls, "poll"),
        n(sums.n_lines, "line"),
        duration(sums.busy)
    )
}

/// A name in exactly so many columns. What is cut is not the number at its end, which tells it from others.
fn pad_name(name: &Printable, columns: usize) -> Printable {
    let number = name.rsplit_once(' ').filter(|(_, it)| it.bytes().all(|it| it.is_ascii_digit()));
    match number {
        Some((words, number)) if name.width() > columns && number.len() + 2 < columns => {
            let words = Printable::name(words).fit(columns - number.len() - 1);
            Printable::name(format!("{words} {number}")).pad(columns)
        }
        _ => name.pad(columns),
    }
}

/// The style of what the keys scroll, and of what is chosen.
fn reversed() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn draw_too_small(frame: &mut Frame<'_>, area: Rect) {
    let text = format!(
        "This window is too small: {} by {}, and {WIDTH} by {HEIGHT} are needed. q quits.",
        area.width, area.height
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

fn draw_title(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let what = match app.view {
        _ if matches!(app.mode, Mode::Guess(_)) => "",
        View::Whole => "the whole run  ",
        View::Moment => "a moment  ",
    };
    let right = format!("{what}{} s ", scene.now);
    // The idea has the room that the name and the time leave.
    let width = usize::from(area.width);
    let name = app.run.name.fit(width / 2);
    let room = width.saturating_sub(name.width() + right.len() + 5);
    let line = Line::from(vec![
        Span::styled(format!(" {name}"), bold()),
        Span::raw(format!("  {}", app.run.idea.fit(room))),
    ]);
    frame.render_widget(Paragraph::new(line), area);
    let right = Line::from(Span::styled(right, bold())).right_aligned();
    frame.render_widget(Paragraph::new(right), area);
}

/// What stands before the bar.
fn says_place(app: &App) -> String {
    let state = if app.is_playing() { "▶" } else { "‖" };
    format!(" {state} event {} of {} ", app.player.position(), app.run.trace.len())
}

/// Where the bar begins, and how many columns it has.
fn bar(app: &App, area: Rect) -> (usize, usize) {
    let start = Printable::line(says_place(app)).width();
    (start, usize::from(area.width).saturating_sub(start + 1))
}

/// How far the run has come, as a bar and in numbers; findings are marked on it.
fn draw_place(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let (_, room) = bar(app, area);
    let column = |position: usize| (room * position).checked_div(scene.len).unwrap_or(room);
    let done = column(scene.position);
    let mut cells: Vec<_> = (0..room).map(|it| if it < done { '━' } else { '─' }).collect();
    for finding in &app.findings {
        if let Some(cell) = cells.get_mut(column(finding.event)) {
            *cell = '!';
        }
    }
    let mut spans = vec![Span::raw(says_place(app))];
    for group in cells.chunk_by(|one, other| (*one == '!') == (*other == '!')) {
        let style = if group[0] == '!' { bold().fg(Color::Red) } else { Style::new() };
        spans.push(Span::styled(group.iter().collect::<String>(), style));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

/// A message has so many lines at the most.
const MOST_LINES: usize = 4;

/// What the last lines say: what is written, a message, or some keys.
fn says_keys(app: &App, width: u16) -> Vec<Printable> {
    let room = usize::from(width).saturating_sub(2);
    match (&app.mode, &app.message) {
        (Mode::Search(words), _) => {
            let said = "  enter looks for it, esc leaves";
            // The end of what is written is in sight.
            let room = room.saturating_sub(said.len() + 3);
            let pieces = Printable::line(words).wrap(room);
            let end = pieces.last().map(Printable::to_string).unwrap_or_default();
            vec![format!("/{end}▏{said}").into()]
        }
        (_, Some(message)) => {
            let mut lines = message.wrap(room);
            if lines.len() > MOST_LINES {
                // What is left of it is cut in the last line.
                let rest = lines.split_off(MOST_LINES - 1).join(" ");
                lines.push(Printable::line(rest).fit(room));
            }
            lines
        }
        _ => vec![keys(app.view).fit(room)],
    }
}

/// Some of the keys.
fn keys(view: View) -> Printable {
    let keys = match view {
        View::Whole => {
            "→ steps  space plays  c change  f finding  z zoom  / search  v moment  ? help"
        }
        View::Moment => {
            "← → step  space play  c change  o output  f finding  / search  v whole  ? help"
        }
    };
    keys.into()
}

fn draw_keys(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let is_plain = app.message.is_none() && !matches!(app.mode, Mode::Search(_));
    let dim = if is_plain { Modifier::DIM } else { Modifier::empty() };
    let lines = says_keys(app, area.width).into_iter();
    let lines = lines.map(|it| Line::styled(format!(" {it}"), Style::new().add_modifier(dim)));
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), area);
}
