//! The pane of the source: the line that runs is marked, and in sight.

use boucle_trace::Printable;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::panes::pane;
use super::text::fit;
use crate::app::App;
use crate::scene::Scene;

/// Draws the source that is wanted, or the one whose line runs.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, scene: &Scene) {
    let place = app.source.or(scene.mark.map(|(source, _)| source)).unwrap_or(0);
    let Some(source) = app.run.sources.get(place) else {
        let text = "The source is not here.";
        frame.render_widget(Paragraph::new(text).block(pane("source")), area);
        return;
    };
    let marked = scene.mark.filter(|(it, _)| *it == place).map(|(_, line)| line);
    let height = usize::from(area.height).saturating_sub(1);
    // A third of the pane is above the line that runs.
    let most = source.lines.len().saturating_sub(height);
    let first = marked.unwrap_or(1).saturating_sub(1 + height / 3).min(most);
    let width = usize::from(area.width).saturating_sub(2);
    let visible = || source.lines.iter().enumerate().skip(first).take(height);
    // What all lines in sight are indented by says nothing, and takes room.
    let indented = visible().filter(|(_, it)| !it.trim().is_empty());
    let indent = indented.map(|(_, it)| it.len() - it.trim_start().len()).min().unwrap_or(0);
    let line = |(place, text): (usize, &Printable)| {
        let (number, text) = (place + 1, text.get(indent..).unwrap_or(""));
        if Some(number) == marked {
            let style = Style::new().fg(Color::Green).add_modifier(Modifier::BOLD);
            return Line::styled(fit(&format!("▶{number:>4} {text}").into(), width), style);
        }
        Line::from(fit(&format!(" {number:>4} {text}").into(), width))
    };
    let lines: Vec<_> = visible().map(line).collect();
    frame.render_widget(Paragraph::new(lines).block(pane(&source.path)), area);
}
