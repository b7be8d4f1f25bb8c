//! Text for a terminal: cut to a width, and without what would steer it.

/// `text` in so many columns at the most; what is cut off is an ellipsis.
pub(super) fn fit(text: &str, width: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= width {
        return text;
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    if width == 0 { kept } else { kept + "…" }
}

/// `text` without control characters: a recording may be anybody's.
pub(super) fn plain(text: &str) -> String {
    text.replace('\t', "    ").chars().map(|it| if it.is_control() { '·' } else { it }).collect()
}
