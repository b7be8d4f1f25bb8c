//! Text for a terminal: cut to a width. Only what is printable can be drawn.

use boucle_trace::Printable;
use ratatui::text::Line;

/// `text` in so many columns at the most; what is cut off is an ellipsis.
pub(super) fn fit(text: &Printable, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    if width == 0 { kept } else { kept + "…" }
}

/// `text` as a line of its own, after these words of ours.
pub(super) fn line(ours: &'static str, text: &Printable) -> Line<'static> {
    Line::from(format!("{ours}{text}"))
}
