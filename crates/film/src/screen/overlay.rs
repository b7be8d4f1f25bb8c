//! What is drawn over the panes: the keys, and a prediction.

use boucle_trace::Printable;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Padding, Paragraph, Wrap};

use crate::app::Guess;

/// The keys, and what they are for.
const KEYS: [(&str, &str); 22] = [
    ("→ ← (l h)", "one event on, one back"),
    ("c C", "next change, change before"),
    ("p P", "next poll, poll before"),
    ("o O", "next line of output, line before"),
    ("t T", "next event of this task, before"),
    ("f F", "next finding, finding before"),
    ("d D", "longest wait of this task, longest poll"),
    ("↑ ↓", "choose a task"),
    ("home 0  end $", "start, end"),
    ("space", "play, pause"),
    ("+ -", "faster, slower"),
    ("m", "play by time, change, event"),
    ("z Z w", "zoom in, zoom out, whole run"),
    ("a", "lanes by time, by event"),
    ("[ ]", "select from here, to here; sum up"),
    ("/ n N", "search, next, before"),
    ("v", "the whole run, the moment"),
    ("tab  page ↑ ↓", "next pane; scroll it"),
    ("s  g  x", "another source; predict; other loop"),
    ("esc", "close what is open"),
    ("q", "quit"),
    ("mouse", "click, drag over lanes, wheel"),
];

/// A box in the middle, as large as needed and as there is room.
fn in_the_middle(frame: &mut Frame<'_>, area: Rect, title: &str, lines: Vec<Line<'_>>, width: u16) {
    let width = width.min(area.width.saturating_sub(2));
    let paragraph = Paragraph::new(lines).wrap(Wrap { trim: false });
    let n_lines = u16::try_from(paragraph.line_count(width - 4)).unwrap_or(u16::MAX);
    let height = n_lines.saturating_add(2).min(area.height);
    let (x, y) = ((area.width - width) / 2, (area.height - height) / 2);
    let area = Rect { x, y, width, height };
    frame.render_widget(Clear, area);
    frame.render_widget(
        paragraph
            .block(Block::bordered().padding(Padding::horizontal(1)).title(format!(" {title} "))),
        area,
    );
}

pub(super) fn draw_help(frame: &mut Frame<'_>, area: Rect) {
    let says = |(key, what): &(&str, &str)| format!("{}{what}", Printable::line(*key).pad(15));
    let lines = match usize::from(area.height) >= KEYS.len() + 2 {
        true => KEYS.iter().map(says).map(Line::from).collect(),
        // One after another, where there are too few rows.
        false => vec![Line::from(KEYS.map(|(key, what)| format!("{key}: {what}")).join(" · "))],
    };
    in_the_middle(frame, area, "keys; any key goes back", lines, 58);
}

pub(super) fn draw_guess(frame: &mut Frame<'_>, area: Rect, guess: &Guess) {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let chosen =
        |(place, line): (usize, &Printable)| Line::from(format!("{:>2}  {line}", place + 1));
    let chosen = guess.lines.iter().enumerate().map(chosen);
    let (title, lines) = match &guess.verdict {
        None => {
            let n_left = guess.question.n_lines - guess.lines.len();
            let mut lines =
                vec![Line::styled(format!("Which line comes next? {n_left} are left."), bold)];
            for (place, choice) in guess.question.choices.iter().enumerate() {
                let (sign, style) = match place == guess.cursor {
                    true => ("▶ ", Style::new().add_modifier(Modifier::REVERSED)),
                    false => ("  ", Style::new()),
                };
                lines.push(line(sign, choice).style(style));
            }
            lines.push(Line::from(""));
            lines.extend(chosen);
            ("predict: ↑ ↓ enter; backspace takes back, esc leaves", lines)
        }
        Some(verdict) => {
            let color = if verdict.wrong.is_some() { Color::Red } else { Color::Green };
            let said = verdict.lines();
            let mut lines: Vec<_> = said.iter().map(|it| line("", it)).collect();
            lines[0] = lines[0].clone().style(bold.fg(color));
            lines.push(Line::from(""));
            lines.extend(chosen);
            match verdict.wrong {
                Some(_) => ("enter shows it, r again, esc leaves", lines),
                None => ("enter leaves, r again", lines),
            }
        }
    };
    in_the_middle(frame, area, title, lines, 66);
}

/// `text` as a line of its own, after these words of ours.
fn line(ours: &'static str, text: &Printable) -> Line<'static> {
    Line::from(format!("{ours}{text}"))
}
