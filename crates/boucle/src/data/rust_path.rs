//! The names of functions and types, as the compiler writes them: `app::Server<T>::serve::{{closure}}`.

/// Splits a name at any of these separators where no bracket is open.
pub(crate) fn split<'a>(name: &'a str, at: &'static [&str]) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let whole = rest?;
        let (mut depth, mut before) = (0, ' ');
        for (place, letter) in whole.char_indices() {
            let separator = at.iter().find(|it| depth == 0 && whole[place..].starts_with(**it));
            if let Some(separator) = separator {
                rest = Some(&whole[place + separator.len()..]);
                return Some(&whole[..place]);
            }
            match letter {
                '<' | '(' | '[' | '{' => depth += 1,
                // Not of the arrow of a function's type.
                '>' if before == '-' => {}
                '>' | ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            before = letter;
        }
        rest = None;
        Some(whole)
    })
}

/// A part of a path without its arguments, if it is a name.
pub(crate) fn word(part: &str) -> Option<&str> {
    let word = &part[..part.find('<').unwrap_or(part.len())];
    let is_whole = word.len() == part.len() || part.ends_with('>');
    let is_letter = |it: char| it.is_alphanumeric() || it == '_';
    let is_word = word.chars().all(is_letter) && !word.starts_with(|it: char| it.is_numeric());
    (is_word && is_whole && !["", "for"].contains(&word)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::{split, word};

    #[test]
    fn a_name_is_split_where_no_bracket_is_open() {
        let parts = |name, at| split(name, at).collect::<Vec<_>>();
        assert_eq!(parts("a::b<c::D>::{{e::f}}", &["::"]), ["a", "b<c::D>", "{{e::f}}"]);
        assert_eq!(parts("a<b, c>, d>, e", &[",", ">"]), ["a<b, c>", " d", "", " e"]);
        assert_eq!(parts("<fn(a::B) -> c::D>::e", &["::"]), ["<fn(a::B) -> c::D>", "e"]);
        assert_eq!(parts("a::B<c as d> as e::F", &[" as "]), ["a::B<c as d>", "e::F"]);
        assert_eq!(parts("", &["::"]), [""]);
    }

    #[test]
    fn a_word_has_no_arguments() {
        assert_eq!(["a", "a<b>", "_1"].map(word), [Some("a"), Some("a"), Some("_1")]);
        assert_eq!(["", "1", "a b", "a<b> c", "&a", "for<'a>"].map(word), [None; 6]);
    }
}
