//! How long the parts of a recording may be: a reader holds no more than this of what it cannot use,
//! and a recorder cuts what is longer.

use crate::event::{On, Place, RunEnd, Text, What};

/// A line, in bytes: a text of [`TEXT`] bytes fits, in whatever way it is written.
pub(crate) const LINE: usize = 64 << 20;

/// The second line, if it is the state before the first event: some million tasks.
pub(crate) const BASE: usize = 1 << 30;

/// A line that is printed, a report or a message, in bytes.
pub(crate) const TEXT: usize = 8 << 20;

/// A name, be it of a program, of a task, of a file or of what is waited for, in bytes.
pub(crate) const NAME: usize = 1 << 17;

/// The text, if it is not too long; else its beginning, and a mark.
pub(crate) fn cut(text: &str, limit: usize) -> Text {
    const MARK: &str = "…";
    if text.len() <= limit {
        return text.into();
    }
    let mut end = limit - MARK.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{MARK}", &text[..end]).into()
}

/// The text of an event that is too long: what it is, and how long that may be.
pub(crate) fn too_long(what: &What) -> Option<(&'static str, usize)> {
    let long = |text: &Text, limit, kind| (text.len() > limit).then_some((kind, limit));
    let name = |text: &Text, kind| long(text, NAME, kind);
    let file = |place: &Option<Place>| name(&place.as_ref()?.file, "name of a file");
    match what {
        What::Named { name: it, .. } | What::ObjectNamed { name: it, .. } => name(it, "name"),
        What::Added { place, future, .. } => {
            let of_future = future.as_ref().and_then(|it| name(it, "name of a future"));
            file(place).or(of_future)
        }
        What::Waits { on, place, .. } => {
            let of_on = match on {
                On::Sync(on) => name(on, "name of what is waited for"),
                _ => None,
            };
            of_on.or_else(|| file(place))
        }
        What::ObjectMade { kind, place, .. } => {
            name(kind, "kind of an object").or_else(|| file(place))
        }
        What::Stands { awaits, .. } => awaits
            .iter()
            .find_map(|it| name(&it.what, "name of a function").or_else(|| file(&it.place))),
        What::Printed { line, .. } => long(line, TEXT, "line that was printed"),
        What::Reported { message, .. } => long(message, TEXT, "report"),
        What::RunEnds { how: RunEnd::Panicked(message) } => long(message, TEXT, "message"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_text_is_cut_between_two_letters() {
        assert_eq!(cut("loop", 4).as_ref(), "loop");
        assert_eq!(cut("boucle", 5).as_ref(), "bo…");
        assert_eq!(cut("ééé", 5).as_ref(), "é…");
    }
}
