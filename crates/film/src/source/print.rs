//! Which line of a source can have printed a text: the formats of what prints, read as patterns.

use boucle_trace::Printable;

/// What prints: what its call begins with, and whether it prints something of its own before. The
/// course's stopwatch does, and it prints by `println!`: then its caller is the line that is meant.
const CALLS: [(&str, bool); 3] =
    [("println!(", false), ("show_timer(format_args!(", true), ("show_timer(", true)];

/// The lines that can have printed `text`, from 1, and how well each fits: the more it says itself, the
/// better.
pub(super) fn lines_that_print(lines: &[Printable], text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let call =
            CALLS.iter().find_map(|(call, before)| Some((line.find(call)? + call.len(), before)));
        let Some((start, before)) = call.filter(|_| !line.trim_start().starts_with("//")) else {
            continue;
        };
        // A long call has its format on the next line.
        let next = lines.get(place + 1).map_or("", |it| it);
        let after = if line[start..].trim().is_empty() { next } else { &line[start..] };
        let Some(mut pieces) = literal(after.trim_start()) else { continue };
        let mut fit = pieces.iter().map(String::len).sum();
        if *before {
            pieces.insert(0, String::new());
            fit += text.len();
        }
        if matches(&pieces, text) {
            found.push((place + 1, fit));
        }
    }
    found
}

/// The pieces of a format between its holes: `"got {} of {n}\n"` is `got `, ` of `, and a line's end.
fn literal(text: &str) -> Option<Vec<String>> {
    let mut chars = text.strip_prefix('"')?.chars().peekable();
    let mut pieces = vec![String::new()];
    loop {
        let c = match chars.next()? {
            '"' => return Some(pieces),
            '\\' => match chars.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            },
            c @ ('{' | '}') if chars.peek() == Some(&c) => {
                chars.next();
                c
            }
            '{' => {
                chars.by_ref().find(|it| *it == '}')?;
                pieces.push(String::new());
                continue;
            }
            c => c,
        };
        pieces.last_mut()?.push(c);
    }
}

/// Whether `text` is the pieces in order, with anything between two.
fn matches(pieces: &[String], text: &str) -> bool {
    let (first, rest) = pieces.split_first().expect("a format has a piece, if an empty one");
    let Some((last, middle)) = rest.split_last() else { return first == text };
    let Some(mut text) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some(at) = text.find(piece.as_str()) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use boucle_trace::Printable;

    use super::lines_that_print;

    fn found(source: &str, text: &str) -> Vec<(usize, usize)> {
        lines_that_print(&source.lines().map(Printable::line).collect::<Vec<_>>(), text)
    }

    #[test]
    fn a_format_fits_what_it_can_print() {
        let source =
            "println!(\"got {} of {n}\");\n// println!(\"got 1 of 2\");\nprintln!(\"{x}\");";
        assert_eq!(found(source, "got 1 of 2"), [(1, 8), (3, 0)]);
        assert_eq!(found(source, "got 1"), [(3, 0)]);
    }

    #[test]
    fn who_calls_the_stopwatch_is_meant_and_not_the_stopwatch() {
        let source = "println!(\"{}s + {}ms {message}\");\nshow_timer(\">>> c1\");\n\
            show_timer(format_args!(\">>> job{i}\"));";
        assert_eq!(found(source, "0s + 1ms >>> c1"), [(1, 7), (2, 21)]);
        assert_eq!(found(source, "0s + 1ms >>> job1"), [(1, 7), (3, 24)]);
    }

    #[test]
    fn a_format_on_the_next_line_is_found() {
        assert_eq!(found("println!(\n    \"b\\\"{}\\\" {{}}\",\n    a\n);", "b\"x\" {}"), [(1, 6)]);
    }

    #[test]
    fn what_is_no_literal_prints_nothing_that_is_known() {
        assert_eq!(found("println!(concat!(\"a\"));\nprintln!();\nprintln!(\"a", "a"), []);
    }
}
