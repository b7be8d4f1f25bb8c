//! Which part of the run the lanes show, and which part is selected.

use std::ops::Range;

use boucle_trace::overview::{Axis, Overview, Summary, Window};

/// The lanes show so much at the least: nanoseconds, or events.
const LEAST: u64 = 10;

/// Which part of the run is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Lens {
    /// What the lanes are true to.
    pub(crate) axis: Axis,
    /// The part that is shown; none: all of it.
    window: Option<Window>,
    /// Where the selection begins: after so many events.
    pub(crate) begin: Option<usize>,
    /// Where it ends.
    pub(crate) end: Option<usize>,
    /// What happens in it.
    pub(crate) sums: Option<Summary>,
}

impl Lens {
    /// All of a run: true to its time, if time passes in it.
    pub(super) fn new(overview: &Overview) -> Lens {
        let (begin, end) = overview.times();
        let axis = if begin == end { Axis::Event } else { Axis::Time };
        Lens { axis, window: None, begin: None, end: None, sums: None }
    }

    /// What is shown.
    pub(crate) fn window(&self, overview: &Overview) -> Window {
        self.window.unwrap_or_else(|| overview.whole(self.axis))
    }

    /// Whether all of the run is shown.
    pub(crate) fn is_whole(&self) -> bool {
        self.window.is_none()
    }

    /// Shows all of the run.
    pub(super) fn show_all(&mut self) {
        self.window = None;
    }

    /// True to time, or to the events.
    pub(super) fn other_axis(&mut self) {
        self.axis = match self.axis {
            Axis::Time => Axis::Event,
            Axis::Event => Axis::Time,
        };
        self.window = None;
    }

    /// Shows half as much, or twice as much; what is at `at` stays where it is.
    pub(super) fn zoom(&mut self, overview: &Overview, at: u64, closer: bool) {
        let (shown, whole) = (self.window(overview), overview.whole(self.axis));
        let span = match closer {
            true => (shown.span() / 2).max(LEAST.min(whole.span())),
            false => shown.span().saturating_mul(2),
        };
        if span >= whole.span() {
            self.window = None;
            return;
        }
        let before = u128::from(at.saturating_sub(shown.from).min(shown.span()));
        let before = before * u128::from(span) / u128::from(shown.span());
        let before = u64::try_from(before).unwrap_or(u64::MAX);
        self.show(&whole, at.saturating_sub(before), span);
    }

    /// Moves what is shown by so many of its sixteenth parts.
    pub(super) fn pan(&mut self, overview: &Overview, parts: i64) {
        let Some(window) = self.window else { return };
        let by = (window.span() / 16).max(1).saturating_mul(parts.unsigned_abs());
        let from =
            if parts < 0 { window.from.saturating_sub(by) } else { window.from.saturating_add(by) };
        self.show(&overview.whole(self.axis), from, window.span());
    }

    /// Brings a place into sight.
    pub(super) fn follow(&mut self, overview: &Overview, position: usize) {
        let Some(window) = self.window else { return };
        let at = overview.at(position, self.axis);
        if at < window.from || at >= window.to {
            let from = at.saturating_sub(window.span() / 4);
            self.show(&overview.whole(self.axis), from, window.span());
        }
    }

    /// Shows a part that is within the whole.
    fn show(&mut self, whole: &Window, from: u64, span: u64) {
        let from = from.clamp(whole.from, whole.to.saturating_sub(span).max(whole.from));
        self.window = Some(Window { from, to: from.saturating_add(span), axis: self.axis });
    }

    /// What is selected: from here to there.
    pub(crate) fn selected(&self) -> Option<Range<usize>> {
        Some(self.begin?..self.end?)
    }

    /// Marks one end of the selection, and sums it up if both are there.
    pub(super) fn select(&mut self, overview: &Overview, begin: Option<usize>, end: Option<usize>) {
        (self.begin, self.end) = match (begin, end) {
            (Some(begin), Some(end)) => (Some(begin.min(end)), Some(begin.max(end))),
            ends => ends,
        };
        self.sums = self.selected().map(|it| overview.sum(it));
    }
}
