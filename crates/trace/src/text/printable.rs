//! Text that can be shown: whatever a recording says, it steers no terminal and breaks no page.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::iter::repeat_n;
use std::ops::Deref;

use serde::{Serialize, Serializer};

/// A name is no longer than this.
const LONGEST_NAME: usize = 200;
/// A line is no longer than this.
const LONGEST_LINE: usize = 4096;

/// Text that a terminal, a page or a file of XML can show as it is, whoever wrote it.
///
/// A recording may be anybody's, and so may a file name, or the message of who read them. What would
/// steer the reader is replaced by something that is seen: control characters by their pictures (`␛`),
/// a tab by four spaces; what turns the order of the letters around, what ends a line of its own and
/// what is no character at all by `�`. What is too long ends in `…`.
///
/// To make one of what is one already changes nothing.
///
/// # Examples
///
/// ```
/// use boucle_trace::Printable;
///
/// assert_eq!(Printable::name("worker 3"), "worker 3");
/// assert_eq!(Printable::name("\u{1b}]0;title\u{7}"), "␛]0;title␇");
/// assert_eq!(Printable::line("abc\u{202e}def\u{2028}"), "abc�def�");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Printable(String);

impl Printable {
    /// The name of a task, of a lock, of a file: in one line, of 200 letters at the most.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// assert_eq!(Printable::name("n".repeat(70_000)).chars().count(), 200);
    /// ```
    #[must_use]
    pub fn name<'a>(text: impl Into<Cow<'a, str>>) -> Printable {
        Printable::new(text.into(), LONGEST_NAME, false)
    }

    /// A line that was printed, a path, a message: in one line, of 4096 letters at the most.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// assert_eq!(Printable::line("one\ntwo\tthree"), "one␊two    three");
    /// ```
    #[must_use]
    pub fn line<'a>(text: impl Into<Cow<'a, str>>) -> Printable {
        Printable::new(text.into(), LONGEST_LINE, false)
    }

    /// A text of many lines, each ended by `\n`. Nothing is cut.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// assert_eq!(Printable::lines("one\r\ntwo\n"), "one␍\ntwo\n");
    /// ```
    #[must_use]
    pub fn lines<'a>(text: impl Into<Cow<'a, str>>) -> Printable {
        Printable::new(text.into(), usize::MAX, true)
    }

    fn new(text: Cow<'_, str>, most: usize, keeps_lines: bool) -> Printable {
        let is_kept = |it: char| is_shown(it) || (keeps_lines && it == '\n');
        // No more of a text is looked at than is shown: it may be a whole file.
        let looked_at = || text.chars().take(most.saturating_add(1));
        if looked_at().all(is_kept) && looked_at().count() <= most {
            return Printable(text.into_owned());
        }
        let replaced = |it: char| if is_kept(it) { (it, 1) } else { picture(it) };
        let shown = looked_at().map(replaced).flat_map(|(it, n)| repeat_n(it, n));
        let mut shown: String = shown.take(most.saturating_add(1)).collect();
        if shown.char_indices().nth(most).is_some() {
            let last = shown.char_indices().nth(most - 1).map_or(0, |(place, _)| place);
            shown.truncate(last);
            shown.push('…');
        }
        Printable(shown)
    }

    /// It as plain text.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::Printable;
    ///
    /// let bell: String = Printable::name("\u{7}").into_string();
    /// assert_eq!(bell, "␇");
    /// ```
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Whether a character is shown, and does nothing else.
fn is_shown(it: char) -> bool {
    let steers = it.is_control()
        // Marks, overrides and islands of writing from right to left; ends of lines and paragraphs.
        || matches!(it, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(it, '\u{2066}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}');
    // The last two of each plane are no characters, and two of them XML cannot say.
    let is_none = u32::from(it) & 0xfffe == 0xfffe || matches!(it, '\u{fdd0}'..='\u{fdef}');
    !steers && !is_none
}

/// What is shown instead of a character that is not, and how often.
fn picture(it: char) -> (char, usize) {
    match it {
        '\t' => (' ', 4),
        '\0'..='\u{1f}' => (char::from_u32(0x2400 + u32::from(it)).expect("there are pictures"), 1),
        '\u{7f}' => ('\u{2421}', 1),
        _ => (char::REPLACEMENT_CHARACTER, 1),
    }
}

impl fmt::Display for Printable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Deref for Printable {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Printable {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Printable {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// As [`Printable::line`] does.
impl From<&str> for Printable {
    fn from(text: &str) -> Printable {
        Printable::line(text)
    }
}

/// As [`Printable::line`] does.
impl From<String> for Printable {
    fn from(text: String) -> Printable {
        Printable::line(text)
    }
}

impl From<Printable> for String {
    fn from(text: Printable) -> String {
        text.0
    }
}

impl PartialEq<str> for Printable {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Printable {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// As a string.
impl Serialize for Printable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, Printable};

    #[test]
    fn nothing_is_left_that_steers_or_that_xml_cannot_say() {
        let all: String = ('\0'..=char::MAX).collect();
        for text in [Printable::lines(all.as_str()), Printable::lines(all.replace('\n', ""))] {
            let is_left = |it: char| {
                (it.is_control() && it != '\n')
                    || ('\u{2028}'..='\u{202e}').contains(&it)
                    || ('\u{2066}'..='\u{2069}').contains(&it)
                    || ['\u{fffe}', '\u{ffff}', '\u{200e}', '\u{200f}', '\u{61c}'].contains(&it)
            };
            assert_eq!(text.chars().find(|it| is_left(*it)), None);
            assert_eq!(Printable::lines(text.as_ref()), text);
        }
    }

    #[test]
    fn what_is_shown_stays_as_it_is() {
        for text in ["", "task 1", "naïve 漢字 👩\u{200d}💻 שלום", "<a href=\"x\">]]>&amp;"]
        {
            assert_eq!(Printable::name(text), text);
        }
    }

    #[test]
    fn a_name_is_cut_once_and_also_if_its_letters_become_more() {
        for text in ["n".repeat(LONGEST_NAME + 1), "\t".repeat(LONGEST_NAME), "é".repeat(9999)] {
            let name = Printable::name(text.as_str());
            assert_eq!(name.chars().count(), LONGEST_NAME);
            assert!(name.ends_with('…'));
            assert_eq!(Printable::name(name.as_ref()), name);
        }
        let whole = "n".repeat(LONGEST_NAME);
        assert_eq!(Printable::name(whole.as_str()), *whole);
    }

    #[test]
    fn it_is_padded_like_any_text() {
        assert_eq!(format!("{:>4}|", Printable::name("a")), "   a|");
    }
}
