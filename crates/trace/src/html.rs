//! A run as a page to zoom into and to play: one file, an element of another page, or data for a server.
//! All three have the same player, [`PLAYER`].

mod base64;
mod sha256;

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::base64::base64;
use self::sha256::sha256;
use crate::svg::escape;
use crate::text::printable::Printable;
use crate::trace::Trace;

/// The style of the player, as a text of its script.
macro_rules! style {
    () => {
        concat!("const CSS = String.raw`", include_str!("html/player.css"), "`;\n")
    };
}

/// What reads a recording and knows every moment of it.
macro_rules! engine {
    () => {
        concat!(
            include_str!("html/lists.js"),
            include_str!("html/data.js"),
            include_str!("html/sets.js"),
            include_str!("html/waits.js"),
            include_str!("html/places.js"),
            include_str!("html/objects.js"),
            include_str!("html/index.js"),
            include_str!("html/printable.js"),
            include_str!("html/time.js"),
            include_str!("html/run.js"),
            include_str!("html/words.js"),
            include_str!("html/why.js"),
            include_str!("html/holders.js"),
            include_str!("html/changes.js"),
            include_str!("html/sums.js"),
            include_str!("html/marks.js"),
            include_str!("html/verdict.js"),
            include_str!("html/moment.js"),
        )
    };
}

/// What draws a run, and listens.
macro_rules! face {
    () => {
        concat!(
            include_str!("html/axis.js"),
            include_str!("html/colors.js"),
            include_str!("html/lane.js"),
            include_str!("html/details.js"),
            include_str!("html/lanes.js"),
            include_str!("html/whole.js"),
            include_str!("html/pointer.js"),
            include_str!("html/rows.js"),
            include_str!("html/keys.js"),
            include_str!("html/skeleton.js"),
            include_str!("html/panes.js"),
            include_str!("html/summary.js"),
            include_str!("html/search.js"),
            include_str!("html/guess.js"),
            include_str!("html/player.js"),
            include_str!("html/playing.js"),
            include_str!("html/element.js"),
        )
    };
}

/// A script with these parts, whose names are its own.
macro_rules! script {
    ($($part:expr),*) => {
        concat!("(() => {\n\"use strict\";\nlet loadFrom = null;\n", $($part),*, "})();\n")
    };
}

/// The player that loads nothing: what one file has in it.
const ALONE: &str = script!(style!(), engine!(), face!());

/// The player as a script: it defines the element `<boucle-player>`.
///
/// It needs nothing beside it. A page that has it can show a run anywhere:
/// `<boucle-player src="run.player"></boucle-player>` shows what [`Page::bytes`] has written there; and
/// [`Page::element`] is an element with the run in it, which works without a server.
///
/// # Examples
///
/// ```
/// assert!(boucle_trace::PLAYER.contains("customElements.define(\"boucle-player\""));
/// ```
pub const PLAYER: &str = script!(style!(), include_str!("html/load.js"), engine!(), face!());

/// The part of a page that is not the player's: it fills the window.
const STYLE: &str = "html, body { margin: 0; height: 100% }";

/// The same of a page with two players, which share it.
const STYLE_OF_TWO: &str = concat!(
    "html, body { margin: 0; height: 100% } body { display: flex; flex-direction: column } ",
    "main { display: grid; flex: 1; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr)) } ",
    "boucle-player { min-width: 0 } label { font: 14px/2 system-ui, sans-serif; padding: 0 .75rem }"
);

/// What makes two players of a page one of the other.
const TWO: &str = include_str!("html/two.js");

impl Trace {
    /// The trace as a page: one file, to be opened in any browser.
    ///
    /// It loads nothing, and runs nothing but the player: what the recording says is data. It can be
    /// played, zoomed into and searched, also if it has a million events; [`lint`](Trace::lint)'s findings
    /// are in it. It follows the reader's choice of light or dark.
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
        Page::new(self).html()
    }
}

/// A run, and what is known beside it, for the player of a page.
///
/// # Examples
///
/// ```
/// use boucle_trace::{Page, record};
///
/// let page = Page::new(&record(|| async { world::println!("Hello") })).fact("idea", "It says hello");
/// assert!(page.html().contains("<boucle-player"));
/// ```
#[derive(Clone, Debug)]
pub struct Page {
    /// What stands above it.
    title: Printable,
    /// What is known beside the recording, by its name.
    beside: Map<String, Value>,
    /// The recording, as a file has it.
    recording: Vec<u8>,
}

impl Page {
    /// A page of this run, with what [`lint`](Trace::lint) finds in it.
    #[must_use]
    pub fn new(trace: &Trace) -> Page {
        let findings = trace.lint().into_iter().map(|it| {
            let message = Printable::line(it.message);
            json!({ "event": it.event, "task": it.task, "message": message })
        });
        let mut recording = Vec::new();
        trace.write(&mut recording).expect("memory takes all");
        let mut beside = Map::new();
        beside.insert("findings".to_owned(), findings.collect());
        Page { title: trace.header().title(), beside, recording }
    }

    /// The same page, with a fact more; the page knows these:
    ///
    /// - `name`, `idea`: what the run is called, and what it shows;
    /// - `warning`: what could not be read of it;
    /// - `sources`: a list of `{"path", "lines"}`; `marks`: which of their lines do what.
    ///
    /// # Panics
    ///
    /// If `value` cannot be written as JSON.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Serialize) -> Page {
        let value = serde_json::to_value(value).expect("a fact can be written as JSON");
        self.beside.insert(name.to_owned(), value);
        self
    }

    /// The run as data: what `src` of an element names.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Page, record};
    ///
    /// let bytes = Page::new(&record(|| async {})).bytes();
    /// assert!(bytes.starts_with(b"{\"findings\":[],\"format\":\"boucle-player\"}\n"));
    /// ```
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut beside = self.beside.clone();
        beside.insert("format".to_owned(), "boucle-player".into());
        let mut bytes = Value::Object(beside).to_string().into_bytes();
        bytes.push(b'\n');
        bytes.extend(&self.recording);
        bytes
    }

    /// The run as an element with its data in it, for a page that has [`PLAYER`] as a script.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Page, record};
    ///
    /// let element = Page::new(&record(|| async {})).element();
    /// assert!(element.starts_with("<boucle-player>") && element.ends_with("</boucle-player>\n"));
    /// ```
    #[must_use]
    pub fn element(&self) -> String {
        self.element_with("")
    }

    /// The same with attributes.
    fn element_with(&self, attributes: &str) -> String {
        let data = base64(&self.bytes());
        let data = format!("<script type=\"text/plain\">{data}</script>");
        format!("<boucle-player{attributes}>{data}</boucle-player>\n")
    }

    /// The page as one file.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Page, record};
    ///
    /// let html = Page::new(&record(|| async {})).html();
    /// assert!(html.contains("default-src 'none'; script-src 'sha256-"));
    /// ```
    #[must_use]
    pub fn html(&self) -> String {
        let element = self.element_with(" keys");
        self.page(STYLE, &element, &[ALONE])
    }

    /// This run and another one beside each other, as one file. The key x is for the other one from then on; what
    /// moves the one moves both, unless the reader says otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::{Page, record};
    ///
    /// let [one, other] = [1, 2].map(|n| Page::new(&record(|| async move { world::println!("{n}") })));
    /// let html = one.html_beside(&other);
    /// assert_eq!(html.matches("<boucle-player keys>").count(), 2);
    /// ```
    #[must_use]
    pub fn html_beside(&self, other: &Page) -> String {
        let [one, other] = [self, other].map(|it| it.element_with(" keys"));
        let both = "<label><input type=\"checkbox\" id=\"together\" checked> move both</label>";
        let body = format!("{both}\n<main>\n{one}{other}</main>\n");
        self.page(STYLE_OF_TWO, &body, &[ALONE, TWO])
    }

    /// A page with this in it, and no other script than these.
    fn page(&self, style: &str, body: &str, scripts: &[&str]) -> String {
        let title = escape(&self.title);
        let hash = |text: &str| format!("'sha256-{}'", base64(&sha256(text.as_bytes())));
        let allowed: Vec<_> = scripts.iter().map(|it| hash(it)).collect();
        let (allowed, style_hash) = (allowed.join(" "), hash(style));
        let scripts: String = scripts.iter().map(|it| format!("<script>{it}</script>")).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
            script-src {allowed}; style-src {style_hash}; base-uri 'none'; form-action 'none'\">\n\
            <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
            <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
            <style>{style}</style>\n</head>\n<body>\n\
            <noscript>This page draws with JavaScript, which is off. It loads nothing.</noscript>\n\
            {body}{scripts}\n</body>\n</html>\n"
        )
    }
}
