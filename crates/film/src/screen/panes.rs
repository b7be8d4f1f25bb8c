//! The panes: what happens now, the tasks, the ready queue, the timers, the output.

use boucle_trace::TaskNo;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Padding, Paragraph, Wrap};

use super::text::{fit, line};
use crate::app::App;
use crate::scene::{Row, Scene};

/// A pane with a line above it that says what it is.
pub(super) fn pane(title: &str) -> Block<'_> {
    Block::new().borders(Borders::TOP).padding(Padding::horizontal(1)).title(format!(" {title} "))
}

/// Each life has a sign and a color: who sees no color sees the sign.
fn sign(life: &str) -> (&'static str, Style) {
    match life {
        "running" => ("▶", Style::new().fg(Color::Green).add_modifier(Modifier::BOLD)),
        "ready" => ("●", Style::new().fg(Color::Yellow)),
        "waiting" => ("◌", Style::new().fg(Color::Cyan)),
        "failed" => ("✗", Style::new().fg(Color::Red)),
        _ => ("✓", Style::new().add_modifier(Modifier::DIM)),
    }
}

/// What happens now, in words.
pub(super) fn draw_now(frame: &mut Frame<'_>, area: Rect, scene: &Scene) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let (word, rest) = scene.phase_says.split_once(':').unwrap_or((&*scene.phase_says, ""));
    let mut lines = vec![Line::from(vec![
        Span::styled(word.to_owned(), bold.fg(Color::Green)),
        Span::raw(format!(":{rest}")),
    ])];
    lines.extend(scene.told.iter().map(|it| line("", it).style(bold)));
    lines.extend(scene.findings.iter().map(|it| line("! ", it).style(Color::Red)));
    lines.extend(scene.why.iter().map(|it| line("why: ", it)));
    lines.extend(scene.asleep.iter().map(|it| line("", it)));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(pane("now")), area);
}

/// The tasks: who runs, who waits for whom.
pub(super) fn draw_tasks(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let height = usize::from(area.height).saturating_sub(1);
    let chosen = app.chosen.map(TaskNo::get);
    // The chosen task is in sight, else the one that something happens to.
    let wanted = chosen.or(scene.task);
    let at = scene.tasks.iter().position(|it| Some(it.number) == wanted).unwrap_or(0);
    let start = (at + 1).saturating_sub(height).min(scene.tasks.len().saturating_sub(height));
    let width = usize::from(area.width).saturating_sub(2);
    let names = scene.tasks.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).min(14);
    let line = |row: &Row| {
        let (sign, style) = sign(row.life);
        let style =
            if Some(row.number) == chosen { style.add_modifier(Modifier::REVERSED) } else { style };
        let polls = format!("{}×", row.n_polls);
        let room = width.saturating_sub(names + polls.chars().count() + 4);
        let name = fit(&row.name, names);
        let says = fit(&row.says, room);
        Line::styled(format!("{sign} {name:<names$} {says:<room$} {polls}"), style)
    };
    let mut lines: Vec<_> = scene.tasks.iter().skip(start).take(height).map(line).collect();
    if scene.tasks.is_empty() {
        lines.push(Line::from("none yet"));
    }
    let title = match scene.n_more_tasks {
        0 => "tasks, and their polls".to_owned(),
        n => format!("tasks, without {n} more"),
    };
    frame.render_widget(Paragraph::new(lines).block(pane(&title)), area);
}

/// The ready queue, next one first.
pub(super) fn draw_ready(frame: &mut Frame<'_>, area: Rect, scene: &Scene) {
    let text = match &scene.ready[..] {
        [] => "empty".to_owned(),
        names => {
            let more = match scene.n_more_ready {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            format!("{}{more}", names.join(" · "))
        }
    };
    let paragraph = Paragraph::new(text).wrap(Wrap { trim: false });
    frame.render_widget(paragraph.block(pane("ready queue, next one first")), area);
}

/// The timers, earliest first.
pub(super) fn draw_timers(frame: &mut Frame<'_>, area: Rect, scene: &Scene) {
    let mut lines: Vec<_> = scene.timers.iter().map(|it| line("", it)).collect();
    if lines.is_empty() {
        lines.push(Line::from("none"));
    }
    frame.render_widget(Paragraph::new(lines).block(pane("timers")), area);
}

/// What was printed, the last line at the bottom.
pub(super) fn draw_output(frame: &mut Frame<'_>, area: Rect, scene: &Scene) {
    let height = usize::from(area.height).saturating_sub(1);
    let start = scene.output.len().saturating_sub(height);
    let width = usize::from(area.width).saturating_sub(2);
    let last = scene.output.len().saturating_sub(1);
    let line = |(place, line): (usize, &crate::scene::Printed)| {
        let is_new = scene.just_printed && place == last;
        let bold = if is_new { Modifier::BOLD | Modifier::REVERSED } else { Modifier::empty() };
        let mut style = Style::new().add_modifier(bold);
        if line.error {
            style = style.fg(Color::Red);
        }
        let mark = if line.error { "! " } else { "" };
        Line::styled(fit(&format!("{} {mark}{}", line.at, line.text).into(), width), style)
    };
    let lines: Vec<_> = scene.output.iter().enumerate().skip(start).map(line).collect();
    frame.render_widget(Paragraph::new(lines).block(pane("output")), area);
}
