//! A trace as one page that needs no server and no network: to zoom into, and to play.

use serde_json::{Value, json};

use crate::compact::Compact;
use crate::svg::escape;
use crate::text::printable::Printable;
use crate::trace::Trace;

/// The page, with a place for everything else.
const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
/// Reads the events, and knows who does what when.
const DATA: &str = include_str!("html/data.js");
/// Says an event in words.
const WORDS: &str = include_str!("html/words.js");
/// Draws the lanes.
const DRAW: &str = include_str!("html/draw.js");
/// Listens to keys and pointer.
const PLAY: &str = include_str!("html/play.js");

impl Trace {
    /// The trace as a page: one file, to be opened in any browser.
    ///
    /// The arrow keys step through it, Home and End go to its ends; it can be zoomed into, also if it
    /// has a million events. It follows the reader's choice of light or dark.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::record;
    ///
    /// let html = record(|| async { world::println!("</script>") }).html();
    /// assert!(html.starts_with("<!doctype html>"));
    /// // What a program prints stays text.
    /// assert_eq!(html.matches("</script>").count(), html.matches("<script").count());
    /// ```
    #[must_use]
    pub fn html(&self) -> String {
        let mut compact = Compact::with_texts(|it| Printable::paragraph(it).into_string().into());
        compact.begin_at(self.base().now);
        for event in self.events() {
            compact.push(event);
        }
        let mut data = json!({
            "header": self.header(),
            "events": self.len(),
            "base": self.base(),
        });
        make_printable(&mut data);
        // Within a script nothing may look like the end of it.
        let data = data.to_string().replace('<', "\\u003c");
        let title = escape(&self.header().title());
        let script = [DATA, WORDS, DRAW, PLAY].concat();
        let events = base64(&compact.bytes);
        let parts = [
            ("{{title}}", title.as_str()),
            ("{{style}}", STYLE),
            ("{{script}}", &script),
            ("{{data}}", &data),
            ("{{events}}", &events),
        ];
        fill(PAGE, &parts)
    }
}

/// Puts each part in its place; what stands in a part is left alone.
fn fill(page: &str, parts: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = page;
    while let Some(place) = rest.find("{{") {
        filled += &rest[..place];
        rest = &rest[place..];
        let (name, part) = parts
            .iter()
            .find(|(name, _)| rest.starts_with(name))
            .expect("the page has no other places");
        filled += part;
        rest = &rest[name.len()..];
    }
    filled + rest
}

/// Makes each text in `data` printable; the keys are ours.
fn make_printable(data: &mut Value) {
    match data {
        Value::String(text) => *text = Printable::paragraph(text).into_string(),
        Value::Array(items) => items.iter_mut().for_each(make_printable),
        Value::Object(fields) => fields.values_mut().for_each(make_printable),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Bytes as text, as a browser reads them.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number =
            group.iter().chain([&0, &0]).take(3).fold(0, |it, byte| it << 8 | u32::from(*byte));
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_become_the_text_that_the_standard_has() {
        let words = ["", "a", "is", "run", "loop", "boucle"];
        let texts = words.map(|it| base64(it.as_bytes()));
        let expected = ["", "YQ==", "aXM=", "cnVu", "bG9vcA==", "Ym91Y2xl"];
        assert_eq!(texts, expected);
    }
}
