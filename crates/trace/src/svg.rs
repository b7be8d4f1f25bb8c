//! A trace as one picture: a lane a task, from left to right.

mod layout;
mod marks;

use std::fmt::Write;

use self::layout::Layout;
use crate::event::Ended;
use crate::state::Life;
use crate::text::printable::Printable;
use crate::text::time::seconds;
use crate::trace::Trace;

/// The height of a lane.
const LANE: usize = 34;
/// Above the first lane: the title and the times.
const TOP: usize = 64;
/// Below the last lane: the legend.
const BOTTOM: usize = 40;

/// Colors for light and dark, and the text. What is meant can be told by shape alone.
const STYLE: &str = include_str!("svg/style.css");
/// Patterns and arrow heads.
const DEFINITIONS: &str = include_str!("svg/definitions.svg");

impl Trace {
    /// The trace as an SVG picture, for some hundred events: each has its own place from left to
    /// right, whatever time passes between them. [`html`](Trace::html) is for larger ones.
    ///
    /// It needs nothing beside it, follows the reader's choice of light or dark, and says in words
    /// what it shows. Running, ready and waiting differ in shape as well as in color. It is well-formed
    /// XML, whatever a name has in it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::record;
    ///
    /// let svg = record(|| async { world::println!("a < b") }).svg();
    /// assert!(svg.starts_with("<svg ") && svg.contains("a &lt; b"));
    /// ```
    #[must_use]
    pub fn svg(&self) -> String {
        let layout = Layout::new(self);
        let height = TOP + LANE * layout.tasks.len() + BOTTOM;
        let width = layout.width.max(LEGEND_WIDTH);
        let mut svg = String::new();
        let title = escape(&self.header().title());
        let summary = escape(&layout.summary());
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"title summary\">\n\
             <title id=\"title\">{title}</title>\n<desc id=\"summary\">{summary}</desc>\n\
             <style>\n{STYLE}</style>\n{DEFINITIONS}\
             <rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n\
             <text class=\"head\" x=\"12\" y=\"20\">{title}</text>"
        )
        .expect("a string takes all");
        times(&mut svg, &layout, height);
        for (place, task) in layout.tasks.iter().enumerate() {
            let y = middle(place);
            let (name, short) =
                (escape(&task.name), escape(&layout::cut(&task.name, layout::LONGEST_NAME)));
            writeln!(svg, "<g role=\"group\" aria-label=\"{name}\">").expect("a string takes all");
            writeln!(svg, "<text class=\"name\" x=\"12\" y=\"{}\">{short}</text>", y + 4)
                .expect("a string takes all");
            for span in &task.spans {
                bar(&mut svg, span.life, span.from, span.to, y);
            }
            svg += "</g>\n";
        }
        marks::write(&mut svg, &layout);
        legend(&mut svg, height - 16);
        svg + "</svg>\n"
    }
}

/// Where the legend ends.
const LEGEND_WIDTH: usize = 620;

/// The middle of a lane, from above.
fn middle(place: usize) -> usize {
    TOP + LANE * place + LANE / 2
}

/// What a task is doing from here to there: a box, a hatched box, a dotted line.
fn bar(svg: &mut String, life: Life, from: usize, to: usize, y: usize) {
    let width = to.saturating_sub(from);
    match life {
        Life::Running => writeln!(
            svg,
            "<rect class=\"runs\" x=\"{from}\" y=\"{}\" width=\"{width}\" height=\"20\"><title>runs</title></rect>",
            y - 10
        ),
        Life::Ready => writeln!(
            svg,
            "<rect class=\"ready\" x=\"{from}\" y=\"{}\" width=\"{width}\" height=\"12\"><title>ready</title></rect>",
            y - 6
        ),
        Life::Waiting => writeln!(
            svg,
            "<path class=\"waits\" d=\"M{from} {y}H{to}\"><title>waits</title></path>"
        ),
        Life::Done(how) => {
            let (shape, word) = match how {
                Ended::Value => (format!("M{from} {}v20", y - 10), "done"),
                Ended::Panicked => {
                    (format!("M{from} {}l12 12m0 -12l-12 12", y - 6), "panicked")
                }
                Ended::Cancelled => (format!("M{from} {}l12 -12", y + 6), "cancelled"),
                Ended::Dropped => (format!("M{from} {}l12 -12", y + 6), "dropped"),
            };
            writeln!(svg, "<path class=\"end\" d=\"{shape}\"><title>{word}</title></path>")
        }
    }
    .expect("a string takes all");
}

/// The times, above the lanes, where they change.
fn times(svg: &mut String, layout: &Layout, height: usize) {
    for &(x, at) in &layout.times {
        let at = seconds(at, layout.decimals);
        let bottom = height - BOTTOM;
        writeln!(
            svg,
            "<path class=\"tick\" d=\"M{x} {}V{bottom}\"/><text class=\"time\" x=\"{}\" y=\"40\">{at} s</text>",
            TOP - 30,
            x + 4
        )
        .expect("a string takes all");
    }
}

/// What the shapes mean.
fn legend(svg: &mut String, y: usize) {
    svg.push_str("<g role=\"group\" aria-label=\"legend\">\n");
    let words = [
        (12, "runs"),
        (90, "ready"),
        (172, "waits"),
        (254, "done"),
        (322, "panicked"),
        (412, "cancelled"),
        (506, "wake"),
    ];
    bar(svg, Life::Running, 12, 36, y);
    bar(svg, Life::Ready, 90, 114, y);
    bar(svg, Life::Waiting, 172, 196, y);
    bar(svg, Life::Done(Ended::Value), 268, 268, y);
    bar(svg, Life::Done(Ended::Panicked), 330, 330, y);
    bar(svg, Life::Done(Ended::Cancelled), 420, 420, y);
    writeln!(
        svg,
        "<path class=\"wake\" marker-end=\"url(#arrow)\" d=\"M514 {}V{}\"/>",
        y - 10,
        y + 8
    )
    .expect("a string takes all");
    for (x, word) in words {
        writeln!(svg, "<text class=\"time\" x=\"{}\" y=\"{}\">{word}</text>", x + 30, y + 4)
            .expect("a string takes all");
    }
    svg.push_str("</g>\n");
}

/// Text as XML has it, in an element or an attribute. What XML cannot say at all is not in it.
pub(super) fn escape(text: &Printable) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    escaped
}
