//! One line an event: the time, who, what.

use std::fmt::Write;

use super::folded::{Piece, pieces};
use super::lanes::idly;
use super::time::{decimals, seconds};
use super::width::{fit, pad, width, wrap};
use super::words::{predicate, subject};
use crate::trace::Trace;

impl Trace {
    /// One line an event: the time in seconds, who, and what it does. All of it is
    /// [`Printable`](crate::Printable).
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_trace::record;
    ///
    /// let lines = record(|| async { world::println!("Hello") }).lines();
    /// // Without the first, which says where the task was added.
    /// let (_, after) = lines.split_once('\n').unwrap();
    /// assert_eq!(after, "   0.000 task 1  runs
    ///    0.000 task 1  prints \"Hello\"
    ///    0.000 task 1  is done
    ///    0.000 task 1  has returned
    ///    0.000 loop    the run is complete
    /// ");
    /// ```
    #[must_use]
    pub fn lines(&self) -> String {
        let decimals = decimals(self);
        let mut state = self.base().clone();
        let mut rows = Vec::with_capacity(self.events.len());
        for event in self.events() {
            state.apply(event);
            rows.push((event.at, subject(&event.what, &state), predicate(&event.what, &state)));
        }
        let width = rows.iter().map(|(_, who, _)| width(who)).max().unwrap_or(0);
        let mut text = String::new();
        for (at, who, what) in rows {
            let (at, who) = (seconds(at, decimals), pad(&who, width));
            writeln!(text, "{at:>8} {who}  {what}").expect("a string takes all");
        }
        text
    }
}

/// One line an event, wrapped so that it fits in so many columns; polls that change nothing are told
/// in one.
pub(super) fn short_lines(trace: &Trace, columns: usize) -> String {
    let decimals = decimals(trace);
    let last = trace.state_at(trace.len());
    let mut state = trace.base().clone();
    let mut rows = Vec::new();
    for piece in pieces(trace.events()) {
        let (places, idle) = match piece {
            Piece::Event(place) => (place..place + 1, None),
            Piece::Idle(places, polls) => (places, Some(polls)),
        };
        let events = &trace.events()[places];
        for event in events {
            state.apply(event);
        }
        let what = &events[0].what;
        let (who, what) = match idle {
            Some(polls) => (String::new(), idly(&polls, &last)),
            None => (subject(what, &state), predicate(what, &state)),
        };
        rows.push((seconds(events[0].at, decimals), who, what));
    }
    // The times are as wide as the last one; a name has a quarter of the line at the most.
    let wide = |at: &str| width(at).max(8);
    let time = rows.last().map_or(8, |(at, ..)| wide(at));
    let name = rows.iter().map(|(_, who, _)| width(who)).max().unwrap_or(0).min(columns / 4);
    let room = columns.saturating_sub(time + 1 + name + 2);
    let mut text = String::new();
    for (at, who, what) in &rows {
        let mut head = format!("{at:>time$} {}", pad(&fit(who, name), name));
        for piece in wrap(what, room) {
            text += format!("{head}  {piece}").trim_end();
            text.push('\n');
            head = " ".repeat(time + 1 + name);
        }
    }
    text
}
