//! The text of a backtrace, as std writes it: a line a function, below it the place where it goes on.

/// A function in a backtrace.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its name, as the program has it.
    pub(super) name: &'a str,
    /// Its file and line; none without debug information.
    pub(super) place: Option<(&'a str, u32)>,
}

impl Line<'_> {
    /// Whether its name has no path: with line tables only that of what was inlined has none.
    pub(super) fn is_short(&self) -> bool {
        let arguments = self.name.find('<').unwrap_or(self.name.len());
        arguments > 0 && !self.name[..arguments].contains("::")
    }
}

/// What stands before a place.
const AT: &str = "at ";

/// The functions in the text of a backtrace, the innermost first.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for line in text.lines().map(str::trim_start) {
        let place = line.strip_prefix(AT).and_then(place);
        match (place, lines.last_mut()) {
            (Some(place), Some(last)) if last.place.is_none() => last.place = Some(place),
            _ => lines.push(Line { name: without_number(line), place: None }),
        }
    }
    lines
}

/// The file and the line in `src/main.rs:7:5`, or in `src/main.rs:7`.
fn place(text: &str) -> Option<(&str, u32)> {
    let (before, last) = text.rsplit_once(':')?;
    let last = last.parse().ok()?;
    match before.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) => Some((file, line)),
        _ => Some((before, last)),
    }
}

/// A function's name without the number of its frame. What was inlined into the function after it has none.
fn without_number(line: &str) -> &str {
    match line.split_once(": ") {
        Some((number, name)) if number.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, lines};

    #[test]
    fn functions_are_read_with_their_places_where_these_are_known() {
        let text = "   0: app::leaf::{{closure}}
             at ./src/main.rs:32:21
   1: <core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll
             at /rustc/5980/library/core/src/future/poll_fn.rs:151:9
      app::inlined::{{closure}}
             at C:\\app\\src\\main.rs:7
   2: app::without_place
  10: app::odd: name
";
        let line = |name, place| Line { name, place };
        let expected = [
            line("app::leaf::{{closure}}", Some(("./src/main.rs", 32))),
            line(
                "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll",
                Some(("/rustc/5980/library/core/src/future/poll_fn.rs", 151)),
            ),
            line("app::inlined::{{closure}}", Some(("C:\\app\\src\\main.rs", 7))),
            line("app::without_place", None),
            line("app::odd: name", None),
        ];
        assert_eq!(lines(text), expected);
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        assert_eq!(lines(""), []);
        for text in [
            "at x:1:2",
            "disabled backtrace",
            "1: ",
            ": :",
            "at ::",
            "   0: a\n at :1",
            "é\n\nat é",
        ] {
            lines(text);
        }
    }
}
