//! How wide a text is in a terminal; and a text that is cut, padded or wrapped to a width.
//!
//! A letter may take two columns (漢), and a mark on it none. What belongs together stays together: a letter
//! and its accents, the parts of an emoji.

use unicode_width::UnicodeWidthStr;

use super::printable::Printable;

/// Joins two emojis into one.
const JOINER: char = '\u{200d}';

/// A letter has so many characters at the most: somebody may pile up marks without end.
const MOST_CHARS: usize = 16;

impl Printable {
    /// How many columns of a terminal it takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// let widths = ["task", "漢字", "e\u{301}", "👩\u{200d}💻"].map(|it| Printable::name(it).width());
    /// assert_eq!(widths, [4, 4, 1, 2]);
    /// ```
    #[must_use]
    pub fn width(&self) -> usize {
        width(self)
    }

    /// It in so many columns at the most; what is cut off is an ellipsis.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// assert_eq!(Printable::name("worker 3").fit(5), "work…");
    /// assert_eq!(Printable::name("漢字漢").fit(4), "漢…");
    /// assert_eq!(Printable::name("worker 3").fit(0), "");
    /// ```
    #[must_use]
    pub fn fit(&self, columns: usize) -> Printable {
        Printable::line(fit(self, columns))
    }

    /// It in exactly so many columns: cut, or with spaces after it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// assert_eq!(Printable::name("漢字").pad(6), "漢字  ");
    /// assert_eq!(Printable::name("worker 3").pad(5), "work…");
    /// ```
    #[must_use]
    pub fn pad(&self, columns: usize) -> Printable {
        Printable::line(pad(&fit(self, columns), columns))
    }

    /// It in as many lines as it needs, each of so many columns at the most. They are broken at spaces,
    /// if there are some, and none is left out but at a break.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// assert_eq!(Printable::line("waits for a lock").wrap(9), ["waits for", "a lock"]);
    /// assert_eq!(Printable::line("abcdefgh").wrap(3), ["abc", "def", "gh"]);
    /// assert_eq!(Printable::line("").wrap(3), [""]);
    /// ```
    #[must_use]
    pub fn wrap(&self, columns: usize) -> Vec<Printable> {
        wrap(self, columns).into_iter().map(Printable::line).collect()
    }
}

/// The letters of a text, each with the marks on it; and how wide it is.
fn letters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, first) = chars.next()?;
        let (mut last, mut n_flags) = (first, usize::from(is_flag(first)));
        let mut end = rest.len();
        for (n, (place, it)) in (1..).zip(chars) {
            // The second half of a flag; what is joined; what takes no room of its own here.
            let is_flags = n_flags == 1 && is_flag(it);
            let is_joined = last == JOINER && !it.is_ascii();
            let adds_nothing = || {
                let before = &rest[..place];
                !it.is_ascii() && width(&rest[..place + it.len_utf8()]) == width(before)
            };
            if n == MOST_CHARS || (!is_flags && !is_joined && !adds_nothing()) {
                end = place;
                break;
            }
            n_flags += usize::from(is_flags);
            last = it;
        }
        let (letter, after) = rest.split_at(end);
        rest = after;
        Some((letter, width(letter)))
    })
}

/// Whether it is half of a flag.
fn is_flag(it: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&it)
}

/// How many columns a text takes.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// As [`Printable::fit`] does.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    // A letter takes a byte at the least, and no more columns than bytes.
    if text.len() <= columns || (text.len() <= 4 * columns && width(text) <= columns) {
        return text.to_owned();
    }
    let mut fit = String::new();
    let mut room = columns;
    let mut letters = letters(text).peekable();
    while let Some((letter, wide)) = letters.next() {
        // The last one may take the room of the ellipsis.
        let is_last = letters.peek().is_none();
        if wide + usize::from(!is_last) > room {
            if room > 0 {
                fit.push('…');
            }
            break;
        }
        fit += letter;
        room -= wide;
    }
    fit
}

/// A text with spaces after it, up to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{:n$}", "", n = columns.saturating_sub(width(text)))
}

/// As [`Printable::wrap`] does.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    if text.len() <= columns {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let (mut line, mut wide) = (String::new(), 0);
    // How long the line is up to its last space, where it can be broken.
    let mut space = None;
    for (letter, room) in letters(text) {
        if wide + room > columns && !line.is_empty() {
            if letter == " " {
                lines.push(std::mem::take(&mut line));
                (wide, space) = (0, None);
                continue;
            }
            let rest = match space.take() {
                Some(place) => line.split_off(place),
                None => String::new(),
            };
            lines.push(line.trim_end().to_owned());
            line = rest;
            wide = width(&line);
        }
        line += letter;
        wide += room;
        // What a line begins with is its indent.
        if letter == " " && !line.trim_start().is_empty() {
            space = Some(line.len());
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{fit, letters, pad, width, wrap};

    const TEXTS: [&str; 8] = [
        "plain",
        "two words, and more of them",
        "漢字かな交じり文",
        "cafe\u{301} naïve",
        "👩\u{200d}💻 codes, 👍🏽 says 🇫🇷🇩🇪",
        "שלום عليكم",
        "क्षत्रिय",
        "a漢b字c",
    ];

    #[test]
    fn what_belongs_together_stays_together() {
        let of = |text| letters(text).collect::<Vec<_>>();
        assert_eq!(of("e\u{301}x"), [("e\u{301}", 1), ("x", 1)]);
        assert_eq!(of("👩\u{200d}💻漢"), [("👩\u{200d}💻", 2), ("漢", 2)]);
        assert_eq!(of("🇫🇷🇩🇪"), [("🇫🇷", 2), ("🇩🇪", 2)]);
        for text in TEXTS {
            assert_eq!(of(text).into_iter().map(|it| it.0).collect::<String>(), text);
        }
    }

    #[test]
    fn nothing_is_wider_than_it_may_be_and_nothing_is_lost() {
        for text in TEXTS {
            for columns in 0..30 {
                let cut = fit(text, columns);
                assert!(width(&cut) <= columns, "{text:?} in {columns}: {cut:?}");
                assert!(cut == text || columns == 0 || cut.ends_with('…'), "{cut:?}");
                assert_eq!(width(&pad(&cut, columns)), columns);
                let lines = wrap(text, columns.max(2));
                assert!(lines.iter().all(|it| width(it) <= columns.max(2)), "{lines:?}");
                let plain = |it: &str| it.replace(' ', "");
                assert_eq!(plain(&lines.concat()), plain(text), "{columns}");
            }
        }
    }

    #[test]
    fn a_text_that_fits_exactly_is_not_cut() {
        for text in TEXTS {
            assert_eq!(fit(text, width(text)), text);
            assert_eq!(wrap(text, width(text)), [text]);
            assert_ne!(fit(text, width(text) - 1), text);
        }
    }
}
