//! The screen of the terminal player: a scene, drawn.

mod code;
mod overlay;
mod panes;
mod text;

use boucle_trace::Printable;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::app::{App, Mode};
use crate::scene::Scene;

/// So many columns are needed.
pub const WIDTH: u16 = 60;
/// So many rows are needed.
pub const HEIGHT: u16 = 18;
/// From so many columns on, the source has a column of its own.
const WIDE: u16 = 110;

/// Draws the player.
pub fn draw(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    if area.width < WIDTH || area.height < HEIGHT {
        draw_too_small(frame, area);
        return;
    }
    let scene = app.scene();
    let [title, now, middle, place, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(6),
        Constraint::Min(8),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_title(frame, title, app, &scene);
    panes::draw_now(frame, now, &scene);
    if area.width >= WIDE {
        let [left, code, output] = Layout::horizontal([
            Constraint::Percentage(30),
            Constraint::Min(50),
            Constraint::Percentage(22),
        ])
        .areas(middle);
        draw_loop(frame, left, app, &scene);
        code::draw(frame, code, app, &scene);
        panes::draw_output(frame, output, &scene);
    } else {
        let [left, right] =
            Layout::horizontal([Constraint::Percentage(45), Constraint::Min(30)]).areas(middle);
        let [code, output] =
            Layout::vertical([Constraint::Percentage(60), Constraint::Min(4)]).areas(right);
        draw_loop(frame, left, app, &scene);
        code::draw(frame, code, app, &scene);
        panes::draw_output(frame, output, &scene);
    }
    draw_place(frame, place, app, &scene);
    draw_keys(frame, keys, app);
    match &app.mode {
        Mode::Help => overlay::draw_help(frame, area),
        Mode::Guess(guess) => overlay::draw_guess(frame, area, guess),
        Mode::Play | Mode::Search(_) => {}
    }
}

fn draw_too_small(frame: &mut Frame<'_>, area: Rect) {
    let text = format!(
        "This window is too small: {} by {}, and {WIDTH} by {HEIGHT} are needed. q quits.",
        area.width, area.height
    );
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

fn draw_title(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let right = format!("{} s ", scene.now);
    // The idea has the room that the name and the time leave.
    let name = text::fit(&app.run.name, usize::from(area.width) / 2);
    let room = usize::from(area.width).saturating_sub(name.chars().count() + right.len() + 5);
    let line = Line::from(vec![
        Span::styled(format!(" {name}"), bold),
        Span::raw(format!("  {}", text::fit(&app.run.idea, room))),
    ]);
    frame.render_widget(Paragraph::new(line), area);
    frame
        .render_widget(Paragraph::new(Line::from(Span::styled(right, bold)).right_aligned()), area);
}

/// What the loop knows: its tasks, its ready queue, its timers.
fn draw_loop(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let n_timers = u16::try_from(scene.timers.len().max(1)).unwrap_or(u16::MAX);
    let [tasks, ready, timers] = Layout::vertical([
        Constraint::Min(4),
        Constraint::Length(4),
        Constraint::Length(n_timers.min(4) + 1),
    ])
    .areas(area);
    panes::draw_tasks(frame, tasks, app, scene);
    panes::draw_ready(frame, ready, scene);
    panes::draw_timers(frame, timers, scene);
}

/// How far the run has come, as a bar and in numbers.
fn draw_place(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let state = if app.is_playing() { "▶" } else { "‖" };
    let said = format!(" {state} event {} of {} ", scene.position, scene.len);
    let room = usize::from(area.width).saturating_sub(said.chars().count() + 1);
    let done = (room * scene.position).checked_div(scene.len).unwrap_or(room);
    let bar = format!("{}{}", "━".repeat(done), "─".repeat(room - done));
    frame.render_widget(Paragraph::new(format!("{said}{bar}")), area);
}

fn draw_keys(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let dim = Style::new().add_modifier(Modifier::DIM);
    let room = usize::from(area.width).saturating_sub(1);
    let line = match (&app.mode, &app.message) {
        (Mode::Search(words), _) => {
            Line::from(format!(" /{}▏  enter looks for it, esc leaves", Printable::line(words)))
        }
        (_, Some(message)) => Line::from(format!(" {}", text::fit(message, room))),
        _ => Line::styled(
            " ← → step  space play  p poll  o output  t task  / search  ? help  q quit",
            dim,
        ),
    };
    frame.render_widget(Paragraph::new(line), area);
}
