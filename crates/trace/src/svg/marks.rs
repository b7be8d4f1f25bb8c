//! What stands on the lanes: arrows, clocks, diamonds, words.

use std::fmt::Write;

use super::layout::{Layout, Mark, Shape};
use super::{LANE, TOP, escape, middle};

/// Draws the marks; gaps first, since everything else stands on them.
pub(super) fn write(svg: &mut String, layout: &Layout) {
    let is_gap = |mark: &&Mark| matches!(mark.shape, Shape::Gap(_));
    let (gaps, others): (Vec<_>, Vec<_>) = layout.marks.iter().partition(is_gap);
    for mark in gaps.into_iter().chain(others) {
        let x = mark.x;
        // What belongs to no task stands above the lanes.
        let y = mark.lane.map_or(TOP - 11, middle);
        let title = escape(&mark.title);
        let shape = match &mark.shape {
            Shape::Clock => clock(x + 8, y, &format!("M{} {}V{y}h3", x + 8, y - 4)),
            Shape::NoClock => clock(x + 8, y, &format!("M{} {}l14 -14", x + 1, y + 7)),
            Shape::Diamond => {
                format!("<g class=\"mark\"><path d=\"M{} {}l7 7l-7 7l-7 -7z\"/>", x + 8, y - 7)
            }
            Shape::Added(by) => {
                let stem = by.map_or_else(String::new, |by| {
                    let from = middle(by);
                    format!("<path class=\"tick\" d=\"M{} {from}V{y}\"/>", x + 7)
                });
                format!("<g>{stem}<circle class=\"mark\" cx=\"{}\" cy=\"{y}\" r=\"5\"/>", x + 7)
            }
            Shape::Wake(by) => arrow(x + 7, by.map_or(TOP - 8, middle), y),
            Shape::Said(words, inside) => {
                let (class, y) = if *inside { ("said", y) } else { ("said free", TOP - 8) };
                format!(
                    "<g><text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
                    x + 3,
                    y + 4,
                    escape(words)
                )
            }
            Shape::Gap(wide) => {
                let height = LANE * layout.tasks.len();
                format!(
                    "<g><rect class=\"gap\" x=\"{x}\" y=\"{}\" width=\"{wide}\" height=\"{}\"/>",
                    TOP - 20,
                    height + 20
                )
            }
        };
        let title = if title.is_empty() { title } else { format!("<title>{title}</title>") };
        writeln!(svg, "{shape}{title}</g>").expect("a string takes all");
    }
}

/// A clock's face, and what is drawn on it.
fn clock(x: usize, y: usize, path: &str) -> String {
    format!("<g class=\"mark\"><circle cx=\"{x}\" cy=\"{y}\" r=\"6\"/><path d=\"{path}\"/>")
}

/// An arrow to a lane; to itself it is a loop.
fn arrow(x: usize, from: usize, to: usize) -> String {
    if from == to {
        let (left, right, top) = (x - 5, x + 5, to - 10);
        return format!(
            "<g><path class=\"wake\" marker-end=\"url(#arrow)\" d=\"M{left} {top}q5 -12 {} 0\"/>",
            right - left
        );
    }
    // It ends at the edge of the lane's box.
    let end = if from < to { to - 9 } else { to + 9 };
    format!("<g><path class=\"wake\" marker-end=\"url(#arrow)\" d=\"M{x} {from}V{end}\"/>")
}
